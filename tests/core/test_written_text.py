"""Texts on disk: what was written comes back whole, piece by piece, and leaves nothing behind."""

import gc
import os
from pathlib import Path

import pytest

from bot.core.written_text import CHUNK, WrittenText


@pytest.mark.parametrize("text", ["", "a", "é" * CHUNK, "two\r\nlines\n"])
def test_a_text_comes_back_byte_for_byte(text: str) -> None:
    written = WrittenText((text,))
    assert str(written) == text
    assert written.size == len(text.encode()) == sum(map(len, written.chunks()))
    assert all(len(chunk) <= CHUNK for chunk in written.chunks())


def test_lines_follow_each_other_also_after_reading() -> None:
    written = WrittenText(["a\n"])
    for line in ("b\n", "c\n"):
        assert str(written).endswith("\n")
        written.add((line,))
    assert str(written) == "a\nb\nc\n"


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="open files are listed in /proc only")
def test_the_file_goes_when_nobody_holds_it() -> None:
    gc.collect()
    before = len(os.listdir("/proc/self/fd"))
    written = WrittenText(("a",))
    assert len(os.listdir("/proc/self/fd")) == before + 1
    del written
    assert len(os.listdir("/proc/self/fd")) == before
