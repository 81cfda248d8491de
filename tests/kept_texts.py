"""Texts that are kept: a file for each kind, in which each thing has a title, and each part of it a line."""

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

_RUN = re.compile(r"([A-Za-z])\1{19,}")
Things = Mapping[str, object]
"""Things by title: blocks, messages and views as Slack gets them, or lines."""
Kinds = Mapping[str, Callable[[], Things]]


def written(things: Things) -> list[str]:
    """Write them down, line by line."""
    return [line for title, value in things.items() for line in (f"# {title}", *_lines(value), "")]


def kept(folder: Path, kind: str) -> list[str]:
    """What is kept of this kind."""
    return _file(folder, kind).read_text(encoding="utf-8").split("\n")


def keep(folder: Path, kinds: Kinds) -> None:
    """Keep all of them anew: what changed, the version control tells."""
    for kind, things in kinds.items():
        _file(folder, kind).write_text("\n".join(written(things())), encoding="utf-8")


def _file(folder: Path, kind: str) -> Path:
    return folder / f"{kind}.txt"


def _lines(value: Any) -> list[str]:
    if isinstance(value, dict) and isinstance(value.get("blocks"), list):
        around = {key: one for key, one in value.items() if key != "blocks"}
        return [_line(around), *_lines(value["blocks"])]
    return list(map(_line, value)) if isinstance(value, list) else [_line(value)]


def _line(value: Any) -> str:
    """Write it in one line: its keys in their order, and long runs of a letter counted."""
    return _RUN.sub(lambda run: f"{run[1]}×{len(run[0])}", json.dumps(value, ensure_ascii=False))
