"""When Python looks for garbage: neither while a program starts, nor later through what the start made."""

import gc
import subprocess
import sys

import pytest

from bot.garbage import started, starting


def test_no_garbage_is_collected_while_a_program_starts_and_what_it_made_is_never_looked_through() -> None:
    gc.unfreeze()
    with starting():
        assert not gc.isenabled()
        made = [{"the start made": "this"}]
    assert gc.isenabled()
    assert not any(one is made[0] for one in gc.get_objects())


def test_garbage_is_collected_after_a_start_that_failed() -> None:
    with pytest.raises(OSError, match="taken"), starting():
        raise OSError("taken")
    assert gc.isenabled()


def test_what_the_start_left_behind_is_collected_once_it_is_over() -> None:
    class Left:
        gone = False

        def __init__(self) -> None:
            self.itself = self

        def __del__(self) -> None:
            Left.gone = True

    with starting():
        Left()
    assert not Left.gone
    started()
    assert Left.gone
    assert gc.get_freeze_count()


def test_the_command_line_is_imported_without_collecting_garbage() -> None:
    """Its imports alone would have it collected 120 times more than those of the standard library."""
    library, command_line = map(_collections_after, ("argparse, asyncio, logging", "bot.__main__"))
    assert command_line < 2 * library


def _collections_after(imported: str) -> int:
    program = f"import gc, {imported}; print(sum(one['collections'] for one in gc.get_stats()), gc.isenabled())"
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    collections, is_enabled = told.split()
    assert is_enabled == "True"
    return int(collections)
