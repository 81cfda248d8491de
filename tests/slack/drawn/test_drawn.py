from pathlib import Path

import pytest

from tests.kept_texts import kept, written
from tests.slack.drawn.surfaces import SURFACES


@pytest.mark.parametrize("surface", SURFACES)
def test_every_surface_is_drawn_as_it_is_kept(surface: str) -> None:
    assert written(SURFACES[surface]()) == kept(Path(__file__).parent, surface)
