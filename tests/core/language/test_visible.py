"""What nobody sees gets a sign; all else stays as it is."""

import json
import sys
import unicodedata

import pytest

from bot.core.language.visible import HIDDEN, escape_hidden, visible

HIDING = ("Cc", "Cf", "Zl", "Zp", "Cs")
SEEN = "\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd"
"""Characters of format that have a shape of their own."""


def test_every_character_without_a_shape_is_hidden() -> None:
    """As Unicode sorts them; some scripts have further ones of their own, for musical notes and hieroglyphs."""
    every = map(chr, range(0x10000))
    formats = {one for one in every if unicodedata.category(one) in HIDING} - set(SEEN)
    assert not [hex(ord(one)) for one in formats if not HIDDEN.fullmatch(one)]


def test_every_letter_that_is_seen_is_no_hidden_one() -> None:
    hidden = (one for one in map(chr, range(sys.maxunicode + 1)) if HIDDEN.fullmatch(one))
    wrong = [hex(ord(one)) for one in hidden if unicodedata.category(one)[0] in "LNPS"]
    assert wrong == [hex(one) for one in (0x115F, 0x1160, 0x3164, 0xFFA0)]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("VIPs", "VIPs"),
        ("two\nlines\ttab\u2028", "two↵lines⇥tab↵"),
        ("\u202esPIV\u202c", "\ufffdsPIV\ufffd"),
        ("VI\u200bPs", "VI\ufffdPs"),
        ("V\u200dIPs", "V\ufffdIPs"),
        ("V\ufe0fIPs", "V\ufffdIPs"),
        ("\x1b[31mred", "\ufffd[31mred"),
        ("👩‍👩‍👧 familia", "👩‍👩‍👧 familia"),
        ("❤️‍🔥 1️⃣", "❤️‍🔥 1️⃣"),
        ("می‌خواهم", "می‌خواهم"),
        ("Größe – “x”", "Größe – “x”"),
    ],
)
def test_hidden_characters_are_shown_as_signs(text: str, shown: str) -> None:
    assert visible(text) == shown
    assert visible(shown) == shown


def test_json_means_the_same_with_hidden_characters_escaped() -> None:
    value = {"name": "\u202eVI\u200bPs\x7f\x9b\U000e0041\ud800\n", "list": ["👩‍👩‍👧"]}
    encoded = escape_hidden(json.dumps(value, ensure_ascii=False, indent=2))
    assert json.loads(encoded) == value
    assert {match[0] for match in HIDDEN.finditer(encoded)} == {"\n"}
