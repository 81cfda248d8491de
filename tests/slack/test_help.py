"""What a command's help says first, and what in small print."""

import pytest

from bot.core.answers import Sentence
from bot.core.command import Help, find
from bot.slack.help import help_answer
from commands import GROUPS


@pytest.mark.parametrize(("path", "quiet"), [("segment delete", 1), ("segment run", 0)])
def test_other_words_for_a_command_stand_in_small_print(path: str, quiet: int) -> None:
    parts = help_answer(Help(GROUPS, find(GROUPS, path))).parts
    told = [part.quiet for part in parts if isinstance(part, Sentence)]
    assert told == [False] * (len(parts) - quiet) + [True] * quiet
