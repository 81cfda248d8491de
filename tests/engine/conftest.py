from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.engine import left_behind
from tests.engine.bench import Bench, bench
from tests.records import create_ledger, verified


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--keep``: write down anew what stories of the engine leave behind; without it, all of it has to be known."""
    parser.addoption("--keep", action="store_true", help="keep anew what the stories of the engine leave behind")


@pytest.fixture(scope="session")
def known(pytestconfig: pytest.Config) -> Iterator[frozenset[str] | set[str]]:
    """What stories may leave behind; a set that takes anything, and is kept in the end, with ``--keep``."""
    if not pytestconfig.getoption("--keep", default=False):
        yield left_behind.kept()
        return
    fresh = set[str]()
    yield fresh
    left_behind.keep(fresh)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "ledger.sqlite"
    create_ledger(path)
    return path


@pytest.fixture
async def machine(path: Path, known: frozenset[str] | set[str]) -> AsyncIterator[Bench]:
    async with bench(path) as made:
        yield made
        assert verified(made.ledger).holds
        left = left_behind.lines_of(made)
        if isinstance(known, set):
            known |= left
        assert not left - known, "Is this meant? Then keep it: python -m pytest tests/engine --keep"
