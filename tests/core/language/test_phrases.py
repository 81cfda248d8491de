from datetime import date, timedelta

import pytest

from bot.core.language.phrases import (
    MOST_NAMES,
    ago,
    and_list,
    capital,
    counted,
    duration,
    listing,
    over,
    people,
    rounded,
    sentence,
    shortened,
    signed,
    since,
    tallied,
    up_or_down,
)


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
        (("A" * 125, "B" * 125, "Cleo"), f"{'A' * 125}, {'B' * 125} and 1 more"),
        (("A" * 125, "B" * 126, "Cleo"), f"{'A' * 125} and 2 more"),
    ],
)
def test_a_list_of_names_counts_those_that_it_does_not_name(names: tuple[str, ...], words: str) -> None:
    assert listing(names, most=3) == words


def test_remarks_name_everybody_and_of_many_their_number_stands_first() -> None:
    few, many = [str(number) for number in range(MOST_NAMES)], [str(number) for number in range(1200)]
    assert tallied("Not in VIPs", few) == "Not in VIPs: 0, 1, 2, 3, 4, 5, 6, 7, 8 and 9."
    assert tallied("Not in VIPs", many) == f"Not in VIPs (1,200): {', '.join(many[:-1])} and 1199."
    assert tallied("Not in VIPs", ["Ada"]) == "Not in VIPs: Ada."
    assert and_list(()) == ""


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (0, "0"),
        (1241, "1,241"),
        (9999, "9,999"),
        (10_000, "10K"),
        (21_499, "21K"),
        (999_499, "999K"),
        (999_500, "1.0M"),
        (1_250_000, "1.2M"),
    ],
)
def test_large_numbers_are_rounded(count: int, words: str) -> None:
    assert rounded(count) == words


@pytest.mark.parametrize(
    ("by", "sign", "words"), [(37, "+37", "up 37"), (-1200, "-1,200", "down 1,200"), (0, "0", "unchanged")]
)
def test_a_change_has_a_direction(by: int, sign: str, words: str) -> None:
    assert signed(by) == sign
    assert up_or_down(by) == words


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (-5, "just now"),
        (0.9, "just now"),
        (1, "1 minute ago"),
        (59, "59 minutes ago"),
        (59.9, "59 minutes ago"),
        (60, "1 hour ago"),
        (47 * 60, "47 hours ago"),
        (48 * 60 - 1, "47 hours ago"),
        (48 * 60, "2 days ago"),
        (72 * 60 - 1, "2 days ago"),
        (72 * 60, "3 days ago"),
    ],
)
def test_ages_are_told_as_people_do(minutes: float, words: str) -> None:
    assert ago(timedelta(minutes=minutes)) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "1 second"),
        (99, "99 seconds"),
        (100, "2 minutes"),
        (5_999, "100 minutes"),
        (6_000, "2 hours"),
        (9_000, "2 hours"),
        (9_001, "3 hours"),
    ],
)
def test_durations_are_rounded(seconds: int, words: str) -> None:
    assert duration(timedelta(seconds=seconds)) == words


def test_a_baseline_is_named_as_people_do() -> None:
    today = date(2026, 3, 2)
    assert since(date(2026, 3, 1), today) == "since yesterday"
    assert since(date(2026, 2, 27), today) == "since 27 February"
    assert over(date(2026, 2, 23), today) == "over 7 days"
    assert over(date(2026, 2, 22), today) == "since 22 February"


def test_a_name_in_a_sentence_is_one_line_of_few_characters() -> None:
    assert shortened("a\nb\tc", 10) == "a b c"
    assert shortened("x" * 11, 10) == "x" * 9 + "…"
    assert capital("since VIPs") == "Since VIPs"
    assert counted(2, "entry", "entries") == "2 entries"
    assert counted(1, "entry", "entries") == "1 entry"


@pytest.mark.parametrize(
    ("text", "whole"),
    [("Not now", "Not now."), ("Not now.", "Not now."), ("Why not?", "Why not?"), ("Is it “VIPs”", "Is it “VIPs”.")],
)
def test_a_sentence_ends_in_one_mark(text: str, whole: str) -> None:
    assert sentence(text) == whole
