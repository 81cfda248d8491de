"""Draw everything anew: what changed, the version control tells."""

from tests.slack.drawn.files import drawn, file_of
from tests.slack.drawn.surfaces import SURFACES

if __name__ == "__main__":
    for name, surface in SURFACES.items():
        file_of(name).write_text(drawn(surface()), encoding="utf-8")
