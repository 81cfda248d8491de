from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.engine.bench import Bench, bench
from tests.records import verified


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.sqlite"


@pytest.fixture
async def machine(path: Path) -> AsyncIterator[Bench]:
    async with bench(path) as made:
        yield made
        assert verified(made.ledger).holds
