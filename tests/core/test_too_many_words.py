import pytest

from bot.core.errors import Misuse
from bot.core.understanding import MOST_WORDS, understand
from commands import GROUPS


def test_a_line_of_more_words_than_are_read_is_refused_with_where_long_lists_go() -> None:
    understand(GROUPS, f"segment add VIPs{' a@b.c' * (MOST_WORDS - 3)}")
    for between in " ", ",":
        with pytest.raises(Misuse, match="That is 5,001 words") as caught:
            understand(GROUPS, f"segment add VIPs {between.join(['a@b.c'] * (MOST_WORDS - 2))}")
    assert str(caught.value) == (
        "That is 5,001 words, and a line can have 5,000. Nothing was done. "
        "A long list goes into a file, which the form of `/segment import` takes."
    )
    assert caught.value.for_log == "The line was too long."
