"""A rule as rows of a form: rows say in words just what the rule says."""

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bot.core.errors import Misuse
from bot.core.segment_rules import describe, parse, read_rule
from bot.core.segment_rules.rows import KINDS, Row, Rows, rows_of, words_of
from bot.core.segment_rules.rule import All, Any_, HasAttribute, Not, Rule
from tests.core.samples import uuid
from tests.core.segment_rules.drawn import CONDITIONS
from tests.core.segment_rules.test_language import WORDS
from tests.laws.values import LAW

FLAT: st.SearchStrategy[Rule] = st.lists(
    st.one_of(CONDITIONS, st.builds(Not, part=CONDITIONS)), min_size=1, max_size=4
).flatmap(
    lambda parts: (
        st.just(parts[0]) if len(parts) == 1 else st.sampled_from((All(parts=tuple(parts)), Any_(parts=tuple(parts))))
    )
)


@settings(LAW)
@given(rule=FLAT)
def test_rows_of_a_rule_say_the_same_in_words(rule: Rule) -> None:
    rows = rows_of(rule)
    assume(rows)
    assert rows
    # Conditions that only name segments are one where "or" joins them, in the language as well.
    assert parse(words_of(rows), WORDS) == parse(describe(rule, WORDS), WORDS)


def row(kind: str, **parts: str) -> Row:
    return Row(kind, {part: (typed,) for part, typed in parts.items()})  # type: ignore[misc]


BUILT = (
    (row("spent over", amount="500", within="90 days"), "spent over 500 in 90 days"),
    (row("spent under", amount=" 1,000.50 ", within="90"), "spent under 1,000.50 in 90 days"),
    (row("spent at least", amount="500"), "spent at least 500 in all"),
    (row("spent at most", amount="500", within=" "), "spent at most 500 in all"),
    (row("ordered at least", times="3", within="a year"), "ordered at least 3 times in 12 months"),
    (row("ordered over", times="twice"), "ordered more than 2 times in all"),
    (row("ordered at most", times="1,000", within="2 weeks"), "ordered at most 1,000 times in 14 days"),
    (row("ordered under", times="once", within="30"), "ordered less than once in 30 days"),
    (row("last ordered more", ago="180"), "last ordered more than 180 days ago"),
    (row("last ordered more", ago="180 days ago"), "last ordered more than 180 days ago"),
    (row("last ordered less", ago="2 months"), "last ordered less than 2 months ago"),
    (row("never ordered"), "never ordered"),
    (row("registered in", ago="the last 30 days"), "registered in the last 30 days"),
    (row("registered before", ago="1,000"), "registered more than 1,000 days ago"),
    (Row("group", {"groups": ("2", "3")}), "customer group is “Trade and Co” or Retail"),
    (Row("not group", {"groups": ("2", "3")}), "not (customer group is “Trade and Co” or Retail)"),
    (row("country", countries="de,  AT or ch"), "country is DE or AT or CH"),
    (row("country", countries=" de, and at;"), "country is DE or AT"),
    (row("not country", countries="de"), "not (country is DE)"),
    (row("attribute", attribute="1", values="Gold;a b,\nGold"), "attribute Tier is Gold or a b"),
    (row("attribute", attribute="1", values='“Gold”, "a b"'), "attribute Tier is Gold or a b"),
    (row("not attribute", attribute="1", values="Blue"), "not (attribute Tier is Blue)"),
    (row("marketing"), "accepts marketing"),
    (row("not marketing"), "not accepts marketing"),
    (Row("segment", {"segments": (uuid(10), uuid(13))}), "in VIPs or “Try and Buy”"),
    (Row("not segment", {"segments": (uuid(10), uuid(11))}), "in neither VIPs nor Loyal"),
)


@pytest.mark.parametrize(("built", "words"), BUILT)
def test_what_is_filled_in_is_told_back(built: Row, words: str) -> None:
    rule = read_rule(words_of(Rows((built,))), WORDS, can_ask=True)
    assert describe(rule, WORDS) == words
    again = rows_of(rule)
    assert again
    assert parse(words_of(again), WORDS) == rule


def test_each_kind_of_condition_is_tried() -> None:
    assert {built.kind for built, _ in BUILT} == {*KINDS}


def test_rows_are_joined_by_one_word_and_those_that_are_not_filled_in_are_left_out() -> None:
    rows = (Row("never ordered"), Row(), Row("of a later version"), row("spent over", within="90"), Row("marketing"))
    assert words_of(Rows(rows)) == "never ordered, and accepts marketing"
    assert words_of(Rows(rows, "or")) == "never ordered, or accepts marketing"


@pytest.mark.parametrize("kind", [key for key, kind in KINDS.items() if kind.parts])
@pytest.mark.parametrize("blank", ["", " ", "\n", ", ;"])
def test_a_condition_that_lacks_something_is_refused_once_it_is_submitted(kind: str, blank: str) -> None:
    rows = Rows((Row("marketing"), Row(kind, dict.fromkeys(KINDS[kind].parts, (blank,)))))
    with pytest.raises(Misuse):
        parse(words_of(rows, is_final=True), WORDS)


@pytest.mark.parametrize(
    "words",
    [
        "(in VIPs or never ordered) and accepts marketing",
        "not (not in VIPs)",
        "not spent over 500 in all",
        "never ordered, or not (in VIPs and in Loyal)",
        "attribute Tier is “a, b”",
    ],
)
def test_a_rule_of_several_levels_and_values_with_commas_are_no_rows(words: str) -> None:
    assert rows_of(parse(words, WORDS)) is None


def test_values_with_quotes_are_no_rows() -> None:
    assert rows_of(HasAttribute(attribute_id=1, values=("a “b”",))) is None
