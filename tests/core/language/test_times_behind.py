"""Times that are typed behind other words, without the key of their field."""

import pytest

from bot.core.language.times_behind import TimeBehind, time_behind, time_within


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Gold at friday 16:00", ("Gold", "at friday 16:00", "at", "friday 16:00")),
        ("Gold on Monday", ("Gold", "on Monday", "at", "Monday")),
        ("Very Best tomorrow 9am", ("Very Best", "tomorrow 9am", "at", "tomorrow 9am")),
        ("Gold in 3 hours", ("Gold", "in 3 hours", "at", "in 3 hours")),
        ('"Gold" until 31 Dec 18:00', ('"Gold"', "until 31 Dec 18:00", "until", "31 Dec 18:00")),
        ("Gold for 3 days", ("Gold", "for 3 days", "until", "3 days")),
        ("one two three four five six seven at noon", ("one two three four five six seven", "at noon", "at", "noon")),
        ("Black Friday", None),
        ("Sale of 24 Dec", None),
        ("Best until then", None),
        ("Good for now", None),
        ("at friday", None),
        ("friday", None),
        ("Gold 24", None),
        ("Loyal", None),
        ("", None),
    ],
)
def test_a_name_may_end_with_a_time(text: str, found: tuple[str, str, str, str] | None) -> None:
    assert time_behind(text, is_name=True) == (TimeBehind(*found) if found else None)


@pytest.mark.parametrize("sign", [":", ": ", "=", " = ", " "])
@pytest.mark.parametrize("words", ["until", "Until", "till", "expires", "expiring", "ending", "ends", "end", "before"])
def test_what_was_said_as_an_end_is_no_start(words: str, sign: str) -> None:
    for time in ("Friday 9am", "on Friday 9am"):
        typed = f"{words}{sign}{time}"
        assert time_behind(f"ada@x.org {typed}") == TimeBehind("ada@x.org", typed, "until", time)


def test_a_name_may_hold_what_says_an_end_elsewhere() -> None:
    found = TimeBehind("Best before", "friday 16:00", "at", "friday 16:00")
    assert time_behind("Best before friday 16:00", is_name=True) == found


def test_behind_what_is_no_name_a_day_is_one() -> None:
    assert time_behind("ada@x.org this friday") == TimeBehind("ada@x.org", "this friday", "at", "this friday")
    assert time_behind("ada@x.org Sunday") == TimeBehind("ada@x.org", "Sunday", "at", "Sunday")
    for ends in ("no longer than Friday 9am", "up to Friday 9am"):
        assert time_behind(f"ada@x.org {ends}") == TimeBehind("ada@x.org", ends, "until", "Friday 9am")
    for copied in ("2026-11-24", "2024-05-14 09:34:00", "09:34:00", "24.12.2026 9:30", "1/2/26 9:30 am"):
        assert time_behind(f"ada@x.org {copied}") is None
    assert time_behind("ada@x.org at 2027-05-14 09:34")
    assert time_behind("ada@x.org from the fair") is None


@pytest.mark.parametrize(
    "when", ["tomorrow", "at friday 16:00", "until Friday 9am", "at 9 am", "for 2 days", "on monday"]
)
def test_a_time_within_a_text_is_the_one_that_would_stand_behind_it(when: str) -> None:
    found = time_behind(f"ada@x.org, bo@x.org {when}")
    assert found
    assert time_within(f"ada@x.org {when} bo@x.org") == found
    assert time_within(f"{when} ada@x.org, bo@x.org") == found


@pytest.mark.parametrize("text", ["", "ada@x.org", "until friday", "temporarily ada@x.org", "if ada@x.org is in"])
def test_a_text_without_a_time_between_its_words_has_none(text: str) -> None:
    assert time_within(text) is None
