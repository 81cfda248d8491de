"""Reads a file of settings (``.env``): what stands in it, and which of its lines are no setting that can be read."""

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path

from dotenv import dotenv_values
from dotenv.parser import Binding, parse_stream

_NAME = re.compile(r"\s*(?:export\s+)?([A-Z_]+)(?=[\s=:]|$)")
_BREAK = re.compile(r"\r\n|\n|\r")


@dataclass(frozen=True)
class DotenvFile:
    """What stands in the file, by name. ``faults`` tell of each line that cannot be read, and no secret of it."""

    values: dict[str, str] = field(default_factory=dict, repr=False)
    faults: tuple[str, ...] = ()


def read_dotenv(path: Path, names: Collection[str]) -> DotenvFile:
    """Read the file, if there is one; ``names`` are those of settings. Raises OSError and UnicodeDecodeError."""
    try:
        text = path.read_text(encoding="utf-8-sig")  # Windows' editors begin a file with a mark of no width
    except FileNotFoundError:
        return DotenvFile()
    parsed = [(one, _lost(one, names)) for one in parse_stream(StringIO(text))]
    faults = [_fault(path, one, lost) for one, lost in parsed if lost is not None]
    read = "".join(one.original.string for one, lost in parsed if lost is None)
    values = dotenv_values(stream=StringIO(read))
    return DotenvFile({name: value for name, value in values.items() if value is not None}, tuple(faults))


def _lost(binding: Binding, names: Collection[str]) -> list[str] | None:
    """Return the settings that are lost with what stands there, as far as can be told; None if it can be read.

    A quote that is not closed in its line ends at the next one, some lines below: what stands between becomes a value.
    """
    found = map(_NAME.match, _BREAK.split(binding.original.string))
    named = [name[1] for name in found if name and name[1] in names]
    is_read = not binding.error and (binding.key is None) == (binding.value is None) and {*named} <= {binding.key}
    return None if is_read else named


def _fault(path: Path, binding: Binding, lost: list[str]) -> str:
    text = binding.original.string
    line = binding.original.line + len(_BREAK.findall(text[: len(text) - len(text.lstrip())]))
    of = f", of {' and '.join(dict.fromkeys(lost))}," if lost else ""
    return f"{path}: line {line}{of} cannot be read. Write NAME=value, and close each quote in it."
