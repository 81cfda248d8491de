from pathlib import Path

import pytest

from tests.core.told.plans import TOLD
from tests.kept_texts import kept, written


@pytest.mark.parametrize("kind", TOLD)
def test_all_that_is_told_is_told_as_it_is_kept(kind: str) -> None:
    assert written(TOLD[kind]()) == kept(Path(__file__).parent, kind)
