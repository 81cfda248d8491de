"""A ledger in a file of its own, and a shorthand for what it is told."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from bot.ledger.sqlite.ledger import Ledger


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.sqlite"


@pytest.fixture
def ledger(path: Path) -> Iterator[Ledger]:
    with closing(Ledger.open(path)) as opened:
        yield opened
