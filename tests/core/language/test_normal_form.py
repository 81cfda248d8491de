import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.language.normal_form import normal_form, one_line, stem, without_hidden


@pytest.mark.parametrize(
    ("name", "same"),
    [
        ("VIPs", "vIpS"),
        ("VIPs", "VI\u200bPs\ufeff"),
        ("VIPs", "\u202eVIPs\u202c"),
        ("Win-back", "Win–back"),
        ("Win-back", "Win—back"),
        ("Win-back", "Win‑back"),
        ("Win-back", "Win\u00ad-back"),
        ("Big Spenders", "Big\u00a0Spenders"),
        ("Big Spenders", "  Big \u3000\t Spenders\n"),
        ("Ada's friends", "Ada’s friends"),
        ('5" disks', "5” disks"),
        ("Käufer", "Ka\u0308ufer"),
        ("Straße", "STRASSE"),
        ("❤ friends", "❤\ufe0f friends"),
        ("ΣΑΣ", "σας"),
    ],
)
def test_names_that_look_alike_are_the_same(name: str, same: str) -> None:
    assert normal_form(name) == normal_form(same)
    assert stem(name) == stem(same)


@pytest.mark.parametrize(
    ("name", "other"),
    [("VIPs", "VIP"), ("Win-back", "Win back"), ("👩\u200d👧", "👩👧"), ("Übung", "Ubung"), ("1", "l"), ("a", "а")],
)
def test_names_that_look_different_are_others(name: str, other: str) -> None:
    assert normal_form(name) != normal_form(other)


def test_what_separates_words_becomes_a_space_and_the_rest_goes() -> None:
    assert without_hidden("two\nlines\u200b of\x07 text") == "two lines of text"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("two\nlines\u200b  of\x07\ttext ", "two lines of text"),
        ("❤\ufe0f and 👩\u200d👧", "❤\ufe0f and 👩\u200d👧"),
        (" \n", ""),
        ("\u200b\u202e", ""),
        ("\u2800 \u2800", ""),
    ],
)
def test_a_line_has_what_is_seen_or_nothing(text: str, line: str) -> None:
    assert one_line(text) == line


def test_a_stem_has_what_a_normal_form_keeps_and_no_name_ends_with() -> None:
    assert stem(" Mom's “5-Star” Club (№ 1), & Café @ #7: x_y! ") == "moms5starclub(1)&cafe@#7x_y"


@given(st.lists(st.text(), max_size=4))
def test_the_stem_of_a_text_is_those_of_its_parts_and_no_other_in_its_normal_form(parts: list[str]) -> None:
    text = "".join(parts)
    assert stem(text) == "".join(map(stem, parts))
    assert stem(normal_form(text)) == stem(text)
