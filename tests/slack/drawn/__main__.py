"""Draw everything anew: what changed, the version control tells."""

from pathlib import Path

from tests.kept_texts import keep
from tests.slack.drawn.surfaces import SURFACES

if __name__ == "__main__":
    keep(Path(__file__).parent, SURFACES)
