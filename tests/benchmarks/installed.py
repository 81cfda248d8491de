"""A Python that has what the bot requires, and no more: tools of developers are imported where they are found.

httpx imports rich and pygments with itself if they are there: a tenth of a start, and 3 MB.
"""

import sys
import venv
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement


def python_with_requirements(folder: Path, of: str = "segment-bot") -> str:
    """Make an environment in this folder that links to what is required; return its Python."""
    venv.create(folder, symlinks=True)
    (packages,) = folder.glob("lib/python*/site-packages")
    for name in required(of):
        for file in metadata.files(name) or ():
            top = Path(file.parts[0])
            if top.name != ".." and not (packages / top).exists():
                (packages / top).symlink_to(Path(str(file.locate())).parents[len(file.parts) - 1] / top)
    return str(folder / "bin" / Path(sys.executable).name)


def required(of: str) -> set[str]:
    """Return the names of what this distribution requires, and what those require, without extras."""
    found, left = set[str](), {of}
    while left:
        direct = {name for one in left for name in _direct(one)}
        left = direct - found
        found |= left
    return found


def _direct(of: str) -> Iterator[str]:
    needed = map(Requirement, metadata.requires(of) or ())
    return (one.name for one in needed if one.marker is None or one.marker.evaluate({"extra": ""}))
