import pytest

from bot.core.wording import counted, listing, people


@pytest.mark.parametrize(("count", "words"), [(0, "0 shoppers"), (1, "1 shopper"), (1904, "1,904 shoppers")])
def test_people_are_counted_in_words(count: int, words: str) -> None:
    assert people(count) == words
    assert counted(count, "profile") == words.replace("shopper", "profile")


@pytest.mark.parametrize(
    ("names", "words"),
    [
        ((), ""),
        (("Ada",), "Ada"),
        (("Ada", "Ben"), "Ada and Ben"),
        (("Ada", "Ben", "Cleo"), "Ada, Ben and Cleo"),
        (("Ada", "Ben", "Cleo", "Dan"), "Ada, Ben, Cleo and 1 more"),
        (("Ada", "Ben", "Cleo", *"x" * 2000), "Ada, Ben, Cleo and 2,000 more"),
    ],
)
def test_a_list_of_names_counts_those_that_it_does_not_name(names: tuple[str, ...], words: str) -> None:
    assert listing(names, most=3) == words
