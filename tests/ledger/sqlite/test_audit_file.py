"""A ledger's file in the hands of whoever runs the bot."""

from pathlib import Path

import pytest

from bot.core.audit.entries import Entry, EntryKind
from bot.ledger.errors import UnusableLedger
from bot.ledger.sqlite.audit_file import open_audit_file
from tests.core.samples import NOW
from tests.records import record


def flip(path: Path, before: bytes, after: bytes) -> None:
    path.write_bytes(path.read_bytes().replace(before, after))


@pytest.mark.parametrize("flipped", [b"\xff", b"}"], ids=["no text", "no JSON"])
async def test_a_flipped_byte_of_an_entry_makes_the_file_unusable(path: Path, flipped: bytes) -> None:
    record(path, [(Entry(EntryKind.ASKED, "UANA", "C1", "segment list", detail={"said": "/segment list"}), NOW)])
    flip(path, b'{"said"', flipped + b'"said"')
    with pytest.raises(UnusableLedger), open_audit_file(path) as file:
        await file.log.entry(1)
