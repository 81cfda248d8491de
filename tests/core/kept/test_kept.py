import pytest

from tests.core.kept.calls import read_calls
from tests.core.kept.files import kept
from tests.core.kept.readers import READERS


@pytest.mark.parametrize("reader", READERS)
def test_what_was_typed_before_is_read_as_before(reader: str) -> None:
    before = kept(reader)
    assert {text: READERS[reader](text) for text in before} == before


async def test_whole_lines_are_understood_as_before() -> None:
    before = kept("calls")
    assert await read_calls(before) == before
