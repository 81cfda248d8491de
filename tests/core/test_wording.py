import pytest

from bot.core.wording import MOST_NAMES, counted, every, listing, people, tallied


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


def test_remarks_name_everybody_and_of_many_their_number_stands_first() -> None:
    few, many = [str(number) for number in range(MOST_NAMES)], [str(number) for number in range(1200)]
    assert tallied("Not in VIPs", few) == "Not in VIPs: 0, 1, 2, 3, 4, 5, 6, 7, 8 and 9."
    assert tallied("Not in VIPs", many) == f"Not in VIPs (1,200): {', '.join(many[:-1])} and 1199."
    assert tallied("Not in VIPs", ["Ada"]) == "Not in VIPs: Ada."
    assert every(()) == ""
