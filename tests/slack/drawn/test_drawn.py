import pytest

from tests.slack.drawn.files import drawn, file_of
from tests.slack.drawn.surfaces import SURFACES


@pytest.mark.parametrize("surface", SURFACES)
def test_every_surface_is_drawn_as_it_is_kept(surface: str) -> None:
    assert drawn(SURFACES[surface]()).splitlines() == file_of(surface).read_text(encoding="utf-8").splitlines()
