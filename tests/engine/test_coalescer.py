import asyncio

from bot.core.work import about, known, learn
from bot.engine.coalescer import Coalescer
from bot.engine.tasks import Tasks


async def test_what_arrives_during_a_round_is_left_to_one_further_round() -> None:
    tasks, rounds, goes_on = Tasks(), list[int](), asyncio.Event()

    async def work() -> None:
        rounds.append(len(rounds))
        await goes_on.wait()

    coalescer = Coalescer(work, tasks)
    coalescer.wake()
    await asyncio.sleep(0)
    for _ in range(3):
        coalescer.wake()
    goes_on.set()
    await tasks.settled()
    assert rounds == [0, 1]


async def test_after_a_round_that_broke_or_never_began_the_next_one_begins() -> None:
    tasks, rounds = Tasks(), list[int]()

    async def work() -> None:
        rounds.append(len(rounds))
        if len(rounds) == 1:
            raise RuntimeError("the disk is full")

    coalescer = Coalescer(work, tasks)
    coalescer.wake()
    await tasks.settled()
    coalescer.wake()
    await tasks.stop()
    coalescer.wake()
    await tasks.settled()
    assert rounds == [0, 1]


async def test_a_round_is_not_the_work_of_whoever_woke_it() -> None:
    tasks, told = Tasks(), list[dict[str, str]]()

    async def work() -> None:
        learn("slack_request", "of the round")
        told.append({**known()})

    coalescer = Coalescer(work, tasks)
    with about("invocation", "Cleo's"):
        coalescer.wake()
        await tasks.settled()
        told.append({**known()})
    assert told == [{}, {"invocation": "Cleo's"}]
