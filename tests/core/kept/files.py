"""The kept texts with what they were read as: a JSON file for each reader."""

import json
from collections.abc import Mapping
from pathlib import Path

FOLDER = Path(__file__).parent


def kept(reader: str) -> dict[str, str]:
    """What each text was read as."""
    found: dict[str, str] = json.loads((FOLDER / f"{reader}.json").read_text(encoding="utf-8"))
    return found


def write(reader: str, texts: Mapping[str, str]) -> None:
    """Keep this, a line for each."""
    (FOLDER / f"{reader}.json").write_text(f"{json.dumps(texts, indent=1)}\n", encoding="utf-8")
