"""What must hold once three bots were harmed at random: see ``replicas``."""

import re
from collections import Counter
from pathlib import Path

from bot.bigcommerce.turns import LEFT_BY_LONG_RUNS
from bot.core.approval.changes import Change, State
from tests.approvals.crowd import ADDED, LARGE, MEMBERS
from tests.approvals.heard_store import QUOTA
from tests.approvals.replicas import CALM_AFTER, CALM_WINDOWS, Replicas, lived, replicas
from tests.engines import postgres
from tests.harness import world
from tests.records import entries_of, rows_of, verified
from tests.stories.judge import judge_record

NOT_BEGUN = {State.PLANNED, State.WAITING, State.APPROVED}
EXPECTED = ("Nothing can be put on record, so nothing is done: another program holds",)
"""What is logged while one that sleeps has the ledger."""
CUSTOMERS = 12_000
USED = 0.95
"""Of the share of the quota that long runs may use, while nobody harms the bots."""
ONCE = ("planned", "start", "finish", "fail", "stop", "step started", "step done", "step failed", "step unsure")
"""Of each change, and of each step."""


async def judged(folder: Path, harms: int, *, seed: int, scale: float, customers: int = CUSTOMERS) -> str:
    """Let three bots live through so many harms, and judge what came of it; return it in words.

    ``customers`` make the long runs long.
    """
    async with (
        world(folder, customers=customers, engine=postgres, running=False) as slack,
        replicas(slack, seed=seed, scale=scale) as made,
    ):
        before = frozenset(slack.sizes())
        try:
            await lived(made, harms)
            await judge_record(slack)
            _judge_log(made)
            _judge_writes(made)
            _judge_limits(made, harms)
            _judge_people(made)
            await _judge_store(made, before)
        except BaseException as error:
            error.add_note(made.history)
            raise
        return made.description


def _judge_log(made: Replicas) -> None:
    """The chain does not fork, and each move of a change stands in it once. No bot said that something broke."""
    assert verified(made.ledger).holds
    entries = entries_of(made.ledger)
    moves = Counter((one.kind, one.change, one.detail.get("step")) for one in entries if one.kind in ONCE)
    assert {move: times for move, times in moves.items() if times > 1} == {}
    errors = [line for line in made.told if " ERROR " in line or "Traceback" in line]
    broken = [line for line in errors if not any(words in line for words in EXPECTED)]
    assert not broken, "".join(broken)


def _judge_writes(made: Replicas) -> None:
    """Nothing was written for a change that had not begun."""
    assert [write for write in made.store.writes if write.state in NOT_BEGUN] == []


def _judge_limits(made: Replicas, harms: int) -> None:
    """The store has ten requests in hand at most, refuses none, and long runs use what of its quota is theirs."""
    assert not made.store.breaches, "".join(made.store.breaches)
    share = QUOTA * (1 - LEFT_BY_LONG_RUNS)
    assert len(made.calm) >= CALM_WINDOWS * (harms // CALM_AFTER)
    assert [one.sent for one in made.calm if one.sent < USED * share] == []


def _judge_people(made: Replicas) -> None:
    """What was acknowledged is on record, unless who said it was told that it is not; and nothing is twice."""
    asked = Counter(entry.actor for entry in entries_of(made.ledger) if entry.kind == "asked")
    for person, said in made.crowd.said.items():
        on_record = asked[person] + made.crowd.unrecorded(person)
        assert made.crowd.acked[person] <= on_record, person
        assert asked[person] <= said, person


async def _judge_store(made: Replicas, before: frozenset[str]) -> None:
    """What is in the store is what the changes that are done say."""
    changes, sizes = await _changes(made), made.world.sizes()
    for name, kind in made.crowd.asked.items():
        about = [one for one in changes if name in re.findall(r"\w+", str(one.args)) and one.plan.undoes is None]
        assert len(about) <= 1, f"{name} was asked for once: {about}"
        expected = _expected(name, kind, about, sizes)
        if expected is not None:
            assert _found(name, sizes) == expected, (name, kind, about)
    made_by_people = {name for name in sizes if name not in before}
    assert {name.partition("-")[0] for name in made_by_people} <= set(made.crowd.asked)


async def _changes(made: Replicas) -> list[Change]:
    numbers = [row[0] for row in rows_of(made.ledger, "SELECT number FROM changes ORDER BY number")]
    return [await made.world.change(number) for number in numbers]


def _expected(name: str, kind: str, about: list[Change], sizes: dict[str, int]) -> dict[str, int] | None:
    """Segments and their sizes; None where it was undone, or the log says itself that only half of it was done."""
    if not about or not (about[0].runs or about[0].undone_by):
        return {} if kind == "copy all" else {name: MEMBERS}
    if about[0].undone_by or about[0].state is not State.DONE:
        return None
    done: dict[str, dict[str, int]] = {
        "delete": {},
        "clear": {name: 0},
        "add": {name: ADDED},
        "rename": {f"{name}-renamed": MEMBERS},
        "copy": {name: MEMBERS, f"{name}-copy": MEMBERS},
        "copy all": {name: sizes[LARGE]},
    }
    return done[kind]


def _found(name: str, sizes: dict[str, int]) -> dict[str, int]:
    names = (name, f"{name}-renamed", f"{name}-copy")
    return {one: size for one, size in sizes.items() if one in names}
