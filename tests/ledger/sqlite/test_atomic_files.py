"""A file that appears under its name is whole, and on disk."""

import os
import sys
from contextlib import ExitStack
from fnmatch import fnmatch
from pathlib import Path
from types import FrameType

import pytest

from bot.ledger.ports.audit_file import NotCopied
from bot.ledger.sqlite.atomic_files import new_file


def test_a_file_is_written_beside_its_place_and_named_once_it_is_whole(tmp_path: Path) -> None:
    target, handles = tmp_path / "copy.sqlite", len(os.listdir("/proc/self/fd"))
    with new_file(target) as partial:
        partial.write_text("whole")
        assert fnmatch(partial.name, "copy.sqlite.*.part")
        assert (partial.parent, target.exists()) == (tmp_path, False)
    assert (target.read_text(), list(tmp_path.iterdir())) == ("whole", [target])
    assert len(os.listdir("/proc/self/fd")) == handles


def test_what_is_there_is_told_before_anything_is_written(tmp_path: Path) -> None:
    target = tmp_path / "copy.sqlite"
    target.write_text("mine")
    with ExitStack() as stack, pytest.raises(NotCopied, match=r"There is a file .*copy\.sqlite already"):
        stack.enter_context(new_file(target))


def test_a_file_is_on_disk_before_it_has_its_name_and_its_name_after(tmp_path: Path) -> None:
    """Else a power failure leaves an empty file, or none, where a backup was promised."""
    target, synced = tmp_path / "copy.sqlite", []

    def noted(frame: FrameType, event: str, called: object) -> None:
        if event == "c_call" and called is os.fsync:
            synced.append((frame.f_locals["path"].suffix, target.exists()))

    with new_file(target) as partial:
        partial.write_text("whole")
        sys.setprofile(noted)
    sys.setprofile(None)
    assert synced == [(".part", False), ("", True)]
