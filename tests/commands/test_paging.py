"""Pages of long lists: their numbers, the last one, and words that may mean one."""

import pytest

from bot.core.errors import Misuse
from commands.inputs import LAST_PAGE
from commands.paging import page_meant, page_number, page_of


@pytest.mark.parametrize(
    ("asked", "total", "number"), [(1, 0, 1), (2, 0, 2), (LAST_PAGE, 0, 1), (3, 101, 3), (LAST_PAGE, 101, 3)]
)
def test_the_last_page_is_known_by_the_length_of_the_list(asked: int, total: int, number: int) -> None:
    assert page_number(asked, total, 50) == number


def test_behind_the_last_page_there_is_none() -> None:
    with pytest.raises(Misuse, match=r"There are only 3 pages\."):
        page_number(4, 101, 50)
    page = page_of(range(101), LAST_PAGE, 50, "list")
    assert (page.number, page.items, page.more) == (3, range(100, 101), ())


@pytest.mark.parametrize(
    ("words", "line"),
    [
        ("page 2", "list page:2"),
        ("loyal Page 12", "list loyal page:12"),
        ("page last", "list page:last"),
        ("page 0", ""),
        ("page two", ""),
        ("homepage 2", ""),
        ("page 2 visitors", ""),
    ],
)
def test_words_at_the_end_may_mean_a_page(words: str, line: str) -> None:
    assert [typed for _, typed in page_meant(words, "list")] == ([line] if line else [])
