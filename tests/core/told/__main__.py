"""Keep all that is told anew."""

from pathlib import Path

from tests.core.told.plans import TOLD
from tests.kept_texts import keep

if __name__ == "__main__":
    keep(Path(__file__).parent, TOLD)
