"""Files go all the way: read, told of, approved, run; then the segment is what whoever wrote them meant."""

import io
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, BinaryIO

import pytest

from bot.core.answers import Answer, Table
from bot.core.approval.changes import State
from bot.core.people import Place
from bot.core.uploads import Upload
from tests.engine.bench import Bench, Board, bench
from tests.laws.brought_lists import BroughtList, Known, Writer

PIECES, FILES, QUICK = 40, 250, 40
"""A deep run has so many pieces of so many files; a quick one so many files."""
MODES = ("add", "remove", "equal")
SEGMENTS = ("VIPs", "Newsletter", "Lapsed")
ASKED = "Under Column, say"
NO_COLUMN = ("holds addresses or ids of shoppers", "has no column")


@dataclass
class Shared:
    """The one file that somebody shared last."""

    content: bytes = b""

    @asynccontextmanager
    async def open(self, _upload: Upload) -> AsyncIterator[BinaryIO]:
        yield io.BytesIO(self.content)


@dataclass
class Noticed(Board):
    """Keeps what was shown to people, whole."""

    shown: list[Answer] = field(default_factory=list)

    async def show_privately(self, user_id: str, place: Place, answer: Answer) -> None:
        await super().show_privately(user_id, place, answer)
        self.shown.append(answer)


@dataclass
class Desk:
    """Somebody imports files, and somebody else approves that."""

    machine: Bench
    shared: Shared
    board: Noticed

    async def check(self, seed: int) -> None:
        """Import the file of this seed, and compare the segment with what its writer meant."""
        one, rng = Writer(seed).write(self.known()), random.Random(seed)
        segment, mode = rng.choice(SEGMENTS), MODES[seed % len(MODES)]
        before, how = self.members(), f"{seed}: {mode} {segment}, {one.how}"
        shown = await self.imports(one, segment, mode)
        how += f": {shown.title}"
        if any(words in shown.title for words in NO_COLUMN):
            assert one.names_few, how
            assert self.members() == before, how
            return
        self.judge_rows(shown, len(one.rows), how)
        assert self.members() == before | {segment: expected(one, mode, before[segment])}, how

    def judge_rows(self, shown: Answer, rows: int, how: str) -> None:
        """The preview tells of each row, and of nothing else."""
        (table,) = (part for part in shown.parts if isinstance(part, Table))
        assert table.caption.startswith(f"{rows:,} row"), how
        assert sum(count for _, count, _ in table.rows if isinstance(count, int)) == rows, how

    async def imports(self, one: BroughtList, segment: str, mode: str) -> Answer:
        """Import a file, if need be with its column said; what was shown of it."""
        shown = await self.bring(one, segment=segment, mode=mode)
        if ASKED not in shown.title:
            return shown
        assert one.is_doubtful, f"{one.how}: {shown.title}"
        return await self.bring(one, segment=segment, mode=mode, column=one.column)

    async def bring(self, one: BroughtList, **values: Any) -> Answer:
        self.shared.content, self.board.shown = one.content, []
        posted = len(self.board.posted)
        await self.machine.asks("segment import", file={"id": "F1", "name": one.name}, **values)
        if len(self.board.posted) > posted:
            await self.approve()
        return self.board.shown[0]

    async def approve(self) -> None:
        change = await self.machine.latest()
        if change.state is State.WAITING:
            await self.machine.decides("UBEN", change.number)
            change = await self.machine.latest()
        assert change.state is State.DONE, (change.state, change.drift, change.reason)

    def known(self) -> list[Known]:
        """The store's customers."""
        sql = """SELECT customers.id, email, coalesce(profiles.id, '') FROM customers
                 LEFT JOIN profiles ON customer_id = customers.id ORDER BY customers.id"""
        return [Known(*row) for row in self.machine.store.shop.db.execute(sql)]

    def members(self) -> dict[str, set[int]]:
        """The customers in each of the store's segments."""
        sql = """SELECT name, customer_id FROM members JOIN segments ON segments.position = segment
                 JOIN profiles ON profiles.position = profile"""
        found = {name: set[int]() for name in self.machine.segments()}
        for name, customer in self.machine.store.shop.db.execute(sql):
            found[name].add(customer)
        return found


def expected(one: BroughtList, mode: str, before: set[int]) -> set[int]:
    """Who is in the segment afterwards, as somebody says who has the list, the segment and a pencil."""
    if mode == "add":
        return before | one.named
    if mode == "remove":
        return before - one.named
    is_wrong_list = not one.named or one.lost * 10 > len(one.rows)
    return before if is_wrong_list else one.named


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """The pieces of a deep run can be run one by one: ``-k piece-7]``."""
    pieces = range(PIECES) if metafunc.config.getoption("--deep") else (0,)
    metafunc.parametrize("piece", pieces, ids="piece-{}".format)


async def test_the_segment_ends_as_whoever_wrote_the_file_meant(piece: int, deep: bool) -> None:
    shared, board = Shared(), Noticed()
    async with bench(customers=300, board=board, uploads=shared) as machine:
        desk = Desk(machine, shared, board)
        for number in range(FILES if deep else QUICK):
            await desk.check(piece * FILES + number)
