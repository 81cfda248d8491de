"""A ledger of each subject, and the view that another process has of it."""

from collections.abc import AsyncIterator, Iterator

import pytest

from bot.ledger.ledger import Ledger
from tests.ledger.subject import SUBJECTS, Subject


@pytest.fixture(params=SUBJECTS, ids=lambda subject: subject.__name__)
def subject(request: pytest.FixtureRequest) -> Iterator[Subject]:
    with request.param.fresh() as made:
        yield made


@pytest.fixture
async def ledger(subject: Subject) -> AsyncIterator[Ledger]:
    async with subject.open() as opened:
        yield opened


@pytest.fixture
async def other(subject: Subject, ledger: Ledger) -> AsyncIterator[Ledger]:
    """The same ledger, opened by another process."""
    async with subject.open() as opened:
        yield opened
