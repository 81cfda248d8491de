from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.engine.bench import Bench, bench
from tests.records import create_ledger, verified


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "ledger.sqlite"
    create_ledger(path)
    return path


@pytest.fixture
async def machine(path: Path) -> AsyncIterator[Bench]:
    async with bench(path) as made:
        yield made
        assert verified(made.ledger).holds
