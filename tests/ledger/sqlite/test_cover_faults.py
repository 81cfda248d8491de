"""What a guard counts stands in tables that are only appended to: whoever takes their guards down is found, too."""

from datetime import timedelta
from pathlib import Path

import pytest

from bot.ledger.sqlite.ledger import open_sqlite
from tests.core.samples import NOW
from tests.ledger.sqlite.files import unguarded
from tests.ledger.test_cover_faults import runs_itself


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("DELETE FROM effects", "is not in the tables effects and names"),
        ("DELETE FROM subjects WHERE kind IN ('clear', 'start')", "Change 3 is not found by its segment"),
    ],
)
async def test_what_is_gone_is_missed_as_long_as_a_guard_counts_it(tmp_path: Path, statement: str, told: str) -> None:
    path = tmp_path / "ledger.sqlite"
    async with open_sqlite(path) as ledger:
        await runs_itself(ledger)
        with unguarded(path) as db:
            assert db.execute(statement).rowcount
        assert told in await ledger.changes.cover_fault(1, after=NOW - timedelta(days=1))
        assert await ledger.changes.cover_fault(1, after=NOW + timedelta(days=2)) == ""
