"""What must hold once three bots were harmed at random: see ``replicas``."""

import re
from collections import Counter
from pathlib import Path

from bot.core.approval.changes import Change, State
from tests.approvals.crowd import ADDED, MEMBERS
from tests.approvals.replicas import Replicas, lived, replicas
from tests.engines import postgres
from tests.harness import World, world
from tests.records import entries_of, rows_of, verified
from tests.stories.judge import judge_record

NOT_BEGUN = {State.PLANNED, State.WAITING, State.APPROVED}
EXPECTED = (
    "Cannot write to closing transport",
    "Nothing can be put on record, so nothing is done: another program holds",
)
"""What is logged of a delivery that came as the bot closed its connection, and while a sleeping one has the ledger."""
ONCE = ("planned", "start", "finish", "fail", "stop", "step started", "step done", "step failed", "step unsure")
"""Of each change, and of each step."""


async def judged(folder: Path, harms: int, *, seed: int, scale: float) -> str:
    """Let three bots live through so many harms, and judge what came of it; return it in words."""
    async with (
        world(folder, engine=postgres, running=False) as slack,
        replicas(slack, seed=seed, scale=scale) as made,
    ):
        before = frozenset(slack.sizes())
        await lived(made, harms)
        await judge_record(slack)
        _judge_log(made)
        _judge_writes(made)
        _judge_people(made)
        await _judge_store(made, before)
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
    assert [write for write in made.writes if write.state in NOT_BEGUN] == []


def _judge_people(made: Replicas) -> None:
    """What was acknowledged is on record, unless who said it was told that it is not; and nothing is twice."""
    asked = Counter(entry.actor for entry in entries_of(made.ledger) if entry.kind == "asked")
    for person, said in made.crowd.said.items():
        on_record = asked[person] + made.crowd.unrecorded(person)
        assert made.crowd.acked[person] <= on_record, person
        assert asked[person] <= said, person


async def _judge_store(made: Replicas, before: frozenset[str]) -> None:
    """What is in the store is what the changes that are done say."""
    changes = await _changes(made)
    for name, kind in made.crowd.asked.items():
        about = [one for one in changes if name in re.findall(r"\w+", str(one.args)) and one.plan.undoes is None]
        assert len(about) <= 1, f"{name} was asked for once: {about}"
        expected = _expected(name, kind, about)
        if expected is not None:
            assert _found(made.world, name) == expected, (name, kind, about)
    made_by_people = {name for name in made.world.sizes() if name not in before}
    assert {name.partition("-")[0] for name in made_by_people} <= set(made.crowd.asked)


async def _changes(made: Replicas) -> list[Change]:
    numbers = [row[0] for row in rows_of(made.ledger, "SELECT number FROM changes ORDER BY number")]
    return [await made.world.change(number) for number in numbers]


def _expected(name: str, kind: str, about: list[Change]) -> dict[str, int] | None:
    """Segments and their sizes; None where it was undone, or the log says itself that only half of it was done."""
    if not about or not (about[0].runs or about[0].undone_by):
        return {name: MEMBERS}
    if about[0].undone_by or about[0].state is not State.DONE:
        return None
    done: dict[str, dict[str, int]] = {
        "delete": {},
        "clear": {name: 0},
        "add": {name: ADDED},
        "rename": {f"{name}-renamed": MEMBERS},
        "copy": {name: MEMBERS, f"{name}-copy": MEMBERS},
    }
    return done[kind]


def _found(slack: World, name: str) -> dict[str, int]:
    names = (name, f"{name}-renamed", f"{name}-copy")
    return {one: size for one, size in slack.sizes().items() if one in names}
