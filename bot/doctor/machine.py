"""What the checks ask this machine."""

import os
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path

from bot.wiring import utc_now

MOUNTS = Path("/proc/self/mountinfo")
"""What is mounted where; other systems than Linux have no such file."""
ANSWER_SECONDS = 10.0
"""How long Slack or the store may take for an answer."""
_NETWORK = re.compile(r"nfs4?|cifs|smb\w*|afs|ceph|glusterfs|lustre|beegfs|fuse\.(sshfs|glusterfs|s3fs|rclone|ceph\S*)")
"""The kinds of file systems that lie on other machines."""


def _mounts() -> str:
    return MOUNTS.read_text(encoding="utf-8") if MOUNTS.exists() else ""


def _free(folder: Path) -> int:
    return shutil.disk_usage(folder).free


def _is_writable(path: Path) -> bool:
    return os.access(path, os.W_OK)


def _is_readable(path: Path) -> bool:
    return os.access(path, os.R_OK)


def _is_enterable(folder: Path) -> bool:
    return os.access(f"{folder}/", os.X_OK)  # of a directory alone


def _is_installed(module: str) -> bool:
    return find_spec(module) is not None


@dataclass(frozen=True)
class Machine:
    """This machine, as the checks see it. ``answer_seconds``: how long others may take for an answer."""

    clock: Callable[[], datetime] = utc_now
    free: Callable[[Path], int] = _free
    mounts: Callable[[], str] = _mounts
    is_writable: Callable[[Path], bool] = _is_writable
    is_readable: Callable[[Path], bool] = _is_readable
    is_enterable: Callable[[Path], bool] = _is_enterable
    is_installed: Callable[[str], bool] = _is_installed
    answer_seconds: float = ANSWER_SECONDS

    def network_file_system(self, path: Path) -> str:
        """Return the kind of the file system that holds this path if it lies on another machine; else nothing."""
        kinds = dict(map(_mount, self.mounts().splitlines()))
        folder = path.absolute().parent
        inmost = next((one for one in (folder, *folder.parents) if str(one) in kinds), None)
        kind = kinds.get(str(inmost), "")
        return kind if _NETWORK.fullmatch(kind) else ""


def _mount(line: str) -> tuple[str, str]:
    """Return where something is mounted, and of which kind it is (proc_pid_mountinfo(5))."""
    place, _, kind = line.partition(" - ")
    return place.split()[4].replace("\\040", " "), kind.split()[0]
