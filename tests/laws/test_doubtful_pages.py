"""A store whose pages misbehave at random never leads to an undo that is not exact, without a refusal."""

import logging
import re
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from bot.core.approval.changes import State
from tests.engine.bench import Bench, bench
from tests.laws.values import LAW

MEMBERS = "/segments/{id}/shopper-profiles"
LASTING = 1000
"""As often as a list is read in one example, and more: what is read again is no better."""
faults = st.lists(
    st.fixed_dictionaries(
        {
            "pages": st.sampled_from(["alone", "empty", "hidden", "twice", "uncounted", "shrinking", "swapping"]),
            "path": st.sampled_from([MEMBERS, MEMBERS, MEMBERS, "/segments", "*"]),
            "times": st.sampled_from([1, 2, LASTING]),
        }
    ),
    max_size=3,
)


class _Errors(logging.Handler):
    """Collects what the bot logs as an error."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.records = list[str]()

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record.getMessage())


@contextmanager
def unforeseen() -> Iterator[list[str]]:
    """The errors that nobody foresaw while the block runs."""
    handler, logger = _Errors(), logging.getLogger("bot")
    logger.addHandler(handler)
    try:
        yield handler.records
    finally:
        logger.removeHandler(handler)


def lasting(pages: str) -> list[dict[str, Any]]:
    return [{"pages": pages, "path": MEMBERS, "times": LASTING}]


def misbehave(machine: Bench, wrong: list[dict[str, Any]]) -> None:
    machine.store.faults.clear()
    for one in wrong:
        # A store that hides everything looks like one that is empty.
        is_everywhere = one["pages"] == "hidden" and one["path"] == "*"
        path = MEMBERS if one["pages"] in ("shrinking", "swapping") or is_everywhere else one["path"]
        machine.store.faults.add("GET", **{**one, "path": path})


def enrol(machine: Bench, members: int) -> None:
    with machine.store.shop.db as db:
        (position,) = db.execute("SELECT position FROM segments WHERE name = 'VIPs'").fetchone()
        db.execute("DELETE FROM members WHERE segment = ?", (position,))
        db.execute("INSERT INTO members SELECT ?, position FROM profiles LIMIT ?", (position, members))


@example(command="segment delete", size=310, planning=[], deciding=lasting("empty"))
@example(command="segment delete", size=40, planning=lasting("twice"), deciding=lasting("twice"))
@example(command="segment delete", size=310, planning=lasting("alone"), deciding=[])
@example(command="segment delete", size=40, planning=[], deciding=lasting("uncounted"))
@example(command="segment delete", size=310, planning=[], deciding=lasting("swapping"))
@example(command="segment delete", size=310, planning=lasting("hidden"), deciding=[])
@example(command="segment delete", size=40, planning=lasting("hidden"), deciding=lasting("hidden"))
@example(command="segment delete", size=40, planning=[], deciding=lasting("hidden"))
@example(command="segment clear", size=251, planning=lasting("twice"), deciding=lasting("twice"))
@LAW
@given(
    command=st.sampled_from(["segment delete", "segment clear"]),
    size=st.sampled_from([40, 250, 251, 310]),
    planning=faults,
    deciding=faults,
)
async def test_an_undo_brings_back_exactly_who_was_there(
    command: str, size: int, planning: list[dict[str, Any]], deciding: list[dict[str, Any]]
) -> None:
    async with bench(customers=350) as machine, AsyncExitStack() as stack:
        errors = stack.enter_context(unforeseen())
        enrol(machine, size)
        lost: list[set[str]] = []

        async def note(seconds: float) -> None:
            if seconds:
                lost.append(machine.members("VIPs"))

        machine.store.sleep = note
        misbehave(machine, planning)
        named: dict[str, Any] = {"segments": ["VIPs"]} if command == "segment delete" else {"segment": "VIPs"}
        await machine.asks(command, **named)
        if "planned" not in machine.kinds():
            assert not machine.writes()
            return
        counted = machine.members("VIPs")
        told = re.search(r"\d+", (await machine.latest()).plan.headline)
        assert told
        assert len(counted) <= int(told[0]) <= size
        misbehave(machine, deciding)
        machine.store.faults.add("DELETE", "*", delay=1, times=1)
        await machine.decides("UBEN")
        machine.store.faults.clear()
        if (await machine.ledger.changes.load(1)).state is not State.DONE:
            assert not machine.writes()
            assert not errors
            return
        await machine.asks("change undo", number=1)
        if (await machine.latest()).state is State.WAITING:
            await machine.decides("UBEN", number=2)
        # Who left after the last reading comes back, too: the store deletes without conditions.
        assert lost[0] <= machine.members("VIPs") <= counted | lost[0]
        assert not errors
