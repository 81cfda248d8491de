import pytest

from tests.core.kept.files import kept
from tests.core.kept.readers import READERS


@pytest.mark.parametrize("reader", READERS)
def test_what_was_typed_before_is_read_as_before(reader: str) -> None:
    before = kept(reader)
    assert {text: READERS[reader](text) for text in before} == before
