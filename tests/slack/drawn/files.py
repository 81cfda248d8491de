"""The kept drawings: a text file for each surface, in which each drawing has a title, and each block a line."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

_RUN = re.compile(r"([A-Za-z])\1{19,}")
FOLDER = Path(__file__).parent
Surface = Mapping[str, object]
"""What is drawn, by title: blocks, messages and views as Slack gets them."""


def file_of(surface: str) -> Path:
    """Where what is drawn of this surface is kept."""
    return FOLDER / f"{surface}.txt"


def drawn(surface: Surface) -> str:
    """Write it down."""
    return "\n".join(line for title, value in surface.items() for line in (f"# {title}", *_lines(value), ""))


def _lines(value: Any) -> list[str]:
    if isinstance(value, dict) and isinstance(value.get("blocks"), list):
        around = {key: one for key, one in value.items() if key != "blocks"}
        return [_line(around), *_lines(value["blocks"])]
    return list(map(_line, value)) if isinstance(value, list) else [_line(value)]


def _line(value: Any) -> str:
    """Write it in one line: its keys in their order, and long runs of a letter counted."""
    return _RUN.sub(lambda run: f"{run[1]}×{len(run[0])}", json.dumps(value, ensure_ascii=False))
