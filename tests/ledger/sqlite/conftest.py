"""A ledger in a file."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.ledger.ledger import Ledger
from bot.ledger.sqlite.ledger import open_sqlite


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.sqlite"


@pytest.fixture
async def ledger(path: Path) -> AsyncIterator[Ledger]:
    async with open_sqlite(path) as opened:
        yield opened
