"""Words that leave somebody or something out: what stands before one, and which word it is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.language.left_out_words import (
    EXCEPT,
    OPEN,
    before_exception,
    excepting_word,
    take_all,
    without_open_words,
)
from bot.core.language.tokenizer import split
from tests.laws.values import LAW


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("all but VIPs", "but"),
        ("VIPs, Not Loyal", "Not"),
        ("everything (VIPs) except, well", "except"),
        ("VIPs alle außer Loyal", "außer"),
        ('"all but" VIPs name:not', ""),
        ("Button Notes", ""),
        ("VIPs without Loyal", ""),
    ],
)
def test_a_word_that_leaves_something_out_is_found(line: str, word: str) -> None:
    assert excepting_word(split(line), besides={"without"}) == word


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("ada@x.org, but not bo@x.org", ("ada@x.org", "but")),
        ("everyone except ada@x.org", ("everyone", "except")),
        ("NOT ada@x.org", ("", "NOT")),
        ("not@x.org but@but.org ada.not@x.org", None),
        ("Notting Button-but", None),
        ("ada@x.org, !bo@x.org", ("ada@x.org", "!")),
        ("Hey! ada@x.org", None),
        ("ada@x.org, keep Bo Diddley bo@x.org", ("ada@x.org", "keep")),
        ("Leave: #17 in", ("", "Leave")),
        ("Skip Jones, ada@x.org", None),
        ("Ada Keep <ada@x.org>", None),
    ],
)
def test_what_stands_before_it_is_found(text: str, found: tuple[str, str] | None) -> None:
    assert before_exception(text) == found


@given(st.sampled_from(sorted(EXCEPT)), st.sampled_from((str.upper, str.title, str)))
@LAW
def test_no_word_that_leaves_someone_out_is_passed_over(word: str, dress: type[str]) -> None:
    assert before_exception(f"ada@x.org {dress(word)} bo@x.org") == ("ada@x.org", dress(word))
    assert excepting_word(split(f"VIPs {dress(word)} Loyal"), besides=frozenset()) == dress(word)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("ada@x.org Or bo@x.org", ("Or", "ada@x.org , bo@x.org")),
        ("one of ada@x.org, bo@x.org", ("one of", ", ada@x.org, bo@x.org")),
        ("ada@x.org/bo@x.org", ("/", "ada@x.org , bo@x.org")),
        ("#17/#42", ("/", "#17 , #42")),
        ("17/42 or@x.org Orlando https://x.org/or x/or", None),
    ],
)
def test_a_word_that_leaves_open_who_is_meant_is_found(text: str, found: tuple[str, str] | None) -> None:
    assert without_open_words(text) == found


@given(st.sampled_from(sorted(OPEN)), st.sampled_from((str.upper, str.title, str)))
@LAW
def test_no_word_that_leaves_it_open_is_passed_over(word: str, dress: type[str]) -> None:
    found = without_open_words(f"ada@x.org {dress(word)} bo@x.org")
    assert found is not None
    assert found[0] in (dress(word), dress(word).rstrip("."))


@pytest.mark.parametrize("text", ["everyone", "All shoppers", "all of them", "every single one", "*", "all members of"])
def test_words_that_name_nobody_take_all(text: str) -> None:
    assert take_all([text]) == (text != "every single one")


@pytest.mark.parametrize("text", ["", "shoppers", "all ada@x.org", "everyone but Ada", "all 17", "any Ada"])
def test_words_that_name_somebody_do_not_take_all(text: str) -> None:
    assert not take_all([text])
    assert take_all([text, "everyone"]) == (not text or text == "shoppers")
