import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from bot.bigcommerce import MONEY, Segment
from bot.core.errors import Misuse, NotSegments, Question
from bot.core.segment_rules import describe, parse, read_rule
from bot.core.segment_rules.rule import (
    STORED,
    AcceptsMarketing,
    All,
    Any_,
    HasAttribute,
    InCountry,
    InGroup,
    InSegment,
    LastOrdered,
    NeverOrdered,
    Not,
    Ordered,
    Period,
    Registered,
    Rule,
    Spent,
    keeps,
    segments_left_out,
    segments_named,
    with_segments,
)
from bot.core.segment_rules.vocabulary import Named, Vocabulary
from tests.core.samples import uuid
from tests.core.segment_rules.drawn import ATTRIBUTES, GROUPS, RULES, SEGMENTS
from tests.core.store_view.test_targeting import HOSTILE
from tests.laws.values import LAW, examples

NAMES = ("VIPs", "Loyal", "Staff", "Try and Buy", "Spent a lot", "Gold", "What it is")


def shop(*names: str) -> tuple[Segment, ...]:
    return tuple(Segment(id=uuid(10 + at), name=name) for at, name in enumerate(names))


WORDS = Vocabulary(
    shop(*NAMES),
    (Named(1, "Wholesale"), Named(2, "Trade and Co"), Named(3, "Retail")),
    (Named(1, "Tier"), Named(2, "What is it")),
)
QUARTER = Period(count=90, unit="days")
SPENT = Spent(how="over", amount=500 * MONEY, within=QUARTER)
VIPS, LOYAL, STAFF = (InSegment(segment_ids=(uuid(at),)) for at in (10, 11, 12))
GERMAN = InCountry(countries=("DE", "AT"))


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (SPENT, "spent over 500 in 90 days"),
        (Spent(how="at most", amount=12_345_000, within=None), "spent at most 1,234.50 in all"),
        (
            Ordered(how="at least", times=3, within=Period(count=12, unit="months")),
            "ordered at least 3 times in 12 months",
        ),
        (Ordered(how="over", times=1, within=None), "ordered more than once in all"),
        (LastOrdered(how="more", ago=Period(count=180, unit="days")), "last ordered more than 180 days ago"),
        (LastOrdered(how="less", ago=Period(count=1, unit="months")), "last ordered less than 1 month ago"),
        (NeverOrdered(), "never ordered"),
        (Registered(how="in", ago=Period(count=30, unit="days")), "registered in the last 30 days"),
        (Registered(how="before", ago=Period(count=1, unit="days")), "registered more than 1 day ago"),
        (InGroup(group_ids=(1,)), "customer group is Wholesale"),
        (InGroup(group_ids=(2, 3)), "customer group is “Trade and Co” or Retail"),
        (GERMAN, "country is DE or AT"),
        (HasAttribute(attribute_id=1, values=("Gold",)), "attribute Tier is Gold"),
        (HasAttribute(attribute_id=2, values=("a, b", "Gold")), "attribute “What is it” is “a, b” or “Gold”"),
        (AcceptsMarketing(), "accepts marketing"),
        (InSegment(segment_ids=(uuid(10), uuid(11))), "in VIPs or Loyal"),
        (InSegment(segment_ids=(uuid(13), uuid(14))), "in “Try and Buy” or “Spent a lot”"),
        (Not(part=SPENT), "not spent over 500 in 90 days"),
        (Not(part=GERMAN), "not (country is DE or AT)"),
        (Not(part=InSegment(segment_ids=(uuid(10), uuid(11)))), "in neither VIPs nor Loyal"),
        (Not(part=Not(part=VIPS)), "not (not in VIPs)"),
        (All(parts=(SPENT, Not(part=STAFF))), "spent over 500 in 90 days, and not in Staff"),
        (Any_(parts=(GERMAN, VIPS, LOYAL)), "country is DE or AT, or in VIPs, or in Loyal"),
        (All(parts=(Any_(parts=(VIPS, GERMAN)), STAFF)), "(in VIPs, or country is DE or AT), and in Staff"),
    ],
)
def test_a_described_rule_parses_to_itself(rule: Rule, words: str) -> None:
    assert describe(rule, WORDS) == words
    assert parse(words, WORDS) == rule


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("spent over 500 in 90 days and not in Staff", "spent over 500 in 90 days, and not in Staff"),
        ("SPENT MORE THAN 1000 IN A YEAR", "spent over 1,000 in 12 months"),
        ("spent over 1,000 within the last 2 weeks", "spent over 1,000 in 14 days"),
        ("spent below 0.5 in total", "spent under 0.50 in all"),
        ("ordered in the last month", "ordered at least once in 1 month"),
        ("ordered at least twice within 1 year", "ordered at least 2 times in 12 months"),
        ("ordered fewer than 3 times in 1,000 days", "ordered less than 3 times in 1,000 days"),
        ("never ordered in 30 days", "ordered at most 0 times in 30 days"),
        ("never ordered in all", "never ordered"),
        ("registered in a week", "registered in the last 7 days"),
        ("country is de, at, or ch", "country is DE or AT or CH"),
        ("country is DE,AT or CH, and in VIPs", "country is DE or AT or CH, and in VIPs"),
        ("in VIPs and country is DE or AT", "in VIPs, and country is DE or AT"),
        ("country is DE or never ordered", "country is DE, or never ordered"),
        ("VIPs or Loyal, and accepts marketing", "in VIPs or Loyal, and accepts marketing"),
        ("in (VIPs or in VIPs)", "in VIPs"),
        ("in VIPs or never ordered or Loyal or Staff", "in VIPs, or never ordered, or in Loyal or Staff"),
        ("customer group is wholesale or “Trade and Co”", "customer group is Wholesale or “Trade and Co”"),
        ("customer group is 3", "customer group is Retail"),
        ("attribute What is it is blue", "attribute “What is it” is blue"),
        ("attribute “What is it” is “it is” or blue", "attribute “What is it” is “it is” or blue"),
        ("attribute Tier is Silver or “Gold”", "attribute Tier is Silver or “Gold”"),
    ],
)
def test_people_may_say_it_otherwise(text: str, words: str) -> None:
    assert describe(read_rule(text, WORDS, can_ask=True), WORDS) == words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("in Try and Buy", "in “Try and Buy”"),
        ("in VIPs or Spent a lot", "in VIPs or “Spent a lot”"),
        ("customer group is Trade and Co", "customer group is “Trade and Co”"),
        ("customer group is Trade and Co and in Try and Buy", "customer group is “Trade and Co”, and in “Try and Buy”"),
    ],
)
def test_names_of_the_store_say_where_a_name_in_a_rule_ends(text: str, words: str) -> None:
    assert describe(read_rule(text, WORDS, can_ask=True), WORDS) == words


def test_a_rule_that_may_be_two_is_asked_about() -> None:
    words = Vocabulary(shop("Try", "Buy", "Try and Buy"))
    with pytest.raises(Question, match="Which rule did you mean") as asked:
        read_rule("in Try and Buy", words, can_ask=True)
    assert [one.values["rule"] for one in asked.value.readings] == ["in “Try”, and in “Buy”", "in “Try and Buy”"]


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("", "Say which shoppers belong to the segment. For example: `spent over 500 in 90 days and not in VIPs`."),
        ("in VIPs or", "After the “or” at the end, a condition is missing."),
        ("in", "After the “in” at the end, a condition is missing."),
        ("everyone", "a condition is missing"),
        ("spent over 500", "In how many days? Say it like `spent over 500 in 90 days`, or `spent over 500 in all`."),
        ("ordered", "In how many days? Say it like `ordered in 90 days`"),
        ("ordered at least 3 times", "In how many days?"),
        ("registered in all", "Everyone registered at some time."),
        ("spent over 1.000 in a year", "I couldn't read “1.000” as an amount. Write it like 1000, 1,000 or 1,000.50."),
        ("spent over 1.000,50 in a year", "as an amount"),
        (
            "spent over 500 this year",
            "I couldn't read “this year” behind “500”. How far a rule looks back is said with “in”: `in 90 days`, "
            "`in 12 months`, or `in all`.",
        ),
        ("spent over 1,000.50 90 days and in VIPs", "I couldn't read “90 days” behind “1,000.50”."),
        ("ordered at least 3 times last month", "I couldn't read “last month” behind “3 times”."),
        ("ordered at least twice since may 2024", "I couldn't read “since may 2024” behind “twice”."),
        ("spent over 1 000 in 90 days", "I couldn't read “1 000” as an amount."),
        ("spent over 500 euros in 90 days", "I couldn't read “500 euros” as an amount."),
        ("spent over 1,5 in a year", "I couldn't read “1,5” as an amount."),
        ("spent over €500 in 90 days", "Amounts are in the store's currency. Leave “€” out"),
        ("spent over 500 EUR in 90 days", "Leave “EUR” out"),
        ("spent over -5 in 90 days", "I couldn't read “-5” as an amount."),
        ("spent over 100000000001 in 90 days", "The most is 100,000,000,000."),
        ("spent over 500 in 90", "I couldn't read “90” as a length of time. Write it like `90 days` or `12 months`."),
        ("spent over 500 in 24 hours", "as a length of time"),
        ("spent over 500 in days", "I couldn't read “days” as a length of time."),
        ("registered in the last weeks", "I couldn't read “the last weeks” as a length of time."),
        ("last ordered more than a months ago", "I couldn't read “a months” as a length of time."),
        ("spent over 500 in 0 days", "A rule looks back from 1 to 3,650 days, and “0 days” is 0."),
        ("spent over 500 in 11 years", "A rule looks back from 1 to 120 months, and “11 years” is 132."),
        ("ordered at least three times in 90 days", "I couldn't read “three times” as a number of orders."),
        ("ordered at least 1,000,001 times in 90 days", "The most is 1,000,000 times."),
        ("last ordered 30 days ago", "I couldn't read “last ordered 30 days ago” as a condition. Conditions are like"),
        ("spnt over 500", "I don't know the condition “spnt over 500”. Conditions are like"),
        ("country is Germany", "I don't know the country “Germany”. Say it in two letters"),
        ("country is UK", "The code of the United Kingdom is GB"),
        ("country is", "After “country is”, a value is missing."),
        ("country is not DE", "Put the “not” before the condition"),
        ("country is DE, AT", "Before “AT”, say “or” instead of the comma"),
        ("country is DE, AT and in VIPs", "Before “AT”, say “or” instead of the comma"),
        ("country is DE or AT, CH", "Before “CH”, say “or” instead of the comma"),
        ("not country is DE or AT", "Does “not” hold for all of the list?"),
        ("not customer group is 1 or 2", "Does “not” hold for all of the list?"),
        ("not in VIPs or Loyal", "Does “not” still hold after the “or” that follows “VIPs”?"),
        ("in VIPs or Loyal and not in Staff", "can be read in more than one way"),
        ("customer group is Wholsale", "No customer group is called “Wholsale”. Did you mean “Wholesale”?"),
        ("attribute Colour is Blue", "No customer attribute is called “Colour”."),
        ("attribute Tier", "Say which value an attribute has"),
        ("attribute “Tier” or “Gold”", "After “Tier”, say what it is"),
        ("attribute “Tier” was Gold", "After “Tier”, say what it is"),
        ("attribute Tier is Silver or Gold", "“Gold” is a segment, too. If you mean that, say `or in Gold`"),
        ("in a deleted segment", "A deleted segment can't be part of a rule."),
        ("customer group is a deleted customer group", "A deleted customer group can't be part of a rule."),
    ],
)
def test_what_is_not_clear_is_refused_with_advice(text: str, refusal: str) -> None:
    with pytest.raises(Misuse) as refused:
        read_rule(text, WORDS, can_ask=True)
    assert refusal in str(refused.value)


def test_an_attribute_whose_end_is_not_clear_is_asked_for_in_quotes() -> None:
    words = Vocabulary((), (), (Named(1, "What"), Named(2, "What is it")))
    with pytest.raises(Misuse, match="Where does the attribute end in “What is it is blue”"):
        parse("attribute What is it is blue", words)


def test_an_unknown_segment_is_refused_with_near_ones() -> None:
    with pytest.raises(NotSegments, match=r"No segment is called “VIP”\. Did you mean “VIPs”"):
        parse("in VIP", WORDS)


def test_what_is_gone_is_described_as_gone() -> None:
    rule = All(parts=(VIPS, InGroup(group_ids=(7,)), HasAttribute(attribute_id=7, values=("x",))))
    assert describe(rule, Vocabulary(())) == (
        "in a deleted segment, and customer group is a deleted customer group, "
        "and attribute a deleted customer attribute is x"
    )


def test_where_names_could_be_read_as_another_all_are_in_quotes() -> None:
    words = Vocabulary(shop("VIPs", "Loyal", "VIPs or Loyal"))
    told = describe(InSegment(segment_ids=(uuid(10), uuid(11))), words)
    assert told == "in “VIPs” or “Loyal”"
    assert parse(told, words) == InSegment(segment_ids=(uuid(10), uuid(11)))


def test_the_segments_that_a_rule_reads_are_named_once() -> None:
    rule = Any_(parts=(Not(part=STAFF), All(parts=(VIPS, InSegment(segment_ids=(uuid(12), uuid(11)))))))
    assert segments_named(rule) == (uuid(12), uuid(10), uuid(11))


def test_a_rule_leaves_out_who_is_in_segments_under_an_odd_number_of_nots() -> None:
    either = Any_(parts=(VIPS, Not(part=LOYAL)))
    assert segments_left_out(either) == {uuid(11)}
    assert segments_left_out(Not(part=All(parts=(either, STAFF)))) == {uuid(10), uuid(12)}
    assert segments_left_out(SPENT) == frozenset()


def test_a_rule_keeps_whoever_is_in_a_segment_by_which_alone_they_belong() -> None:
    assert [keeps(one, uuid(10)) for one in (VIPS, LOYAL, SPENT, Not(part=VIPS))] == [True, False, False, False]
    assert keeps(Not(part=Not(part=VIPS)), uuid(10))
    assert keeps(Any_(parts=(SPENT, All(parts=(VIPS, InSegment(segment_ids=(uuid(10), uuid(11))))))), uuid(10))
    assert not keeps(All(parts=(SPENT, VIPS)), uuid(10))


def test_a_period_longer_than_the_longest_is_refused() -> None:
    with pytest.raises(ValidationError, match="more than 120 months"):
        Period(count=121, unit="months")


NAMED = st.lists(st.sampled_from(HOSTILE) | st.text(max_size=6), min_size=8, max_size=8, unique=True)


@settings(LAW, max_examples=examples(200))
@given(RULES, NAMED)
def test_what_was_told_is_read_back_whatever_the_store_calls_things(rule: Rule, names: list[str]) -> None:
    segments = tuple(Segment(id=id_, name=name) for id_, name in zip(SEGMENTS, names, strict=False))
    groups = tuple(map(Named, GROUPS, names[3:6]))
    words = Vocabulary(segments, groups, tuple(map(Named, ATTRIBUTES, names[6:])))

    told = describe(rule, words)

    assert parse(told, words) == rule
    assert read_rule(told, words, can_ask=True) == rule
    assert STORED.validate_json(STORED.dump_json(rule)) == rule


def test_a_rule_names_other_segments_wherever_it_names_any() -> None:
    ids = {uuid(10): uuid(20), uuid(11): uuid(20)}
    either = InSegment(segment_ids=(uuid(10), uuid(11), uuid(12)))
    rule = Any_(parts=(All(parts=(SPENT, Not(part=VIPS))), either))
    renamed = Any_(
        parts=(
            All(parts=(SPENT, Not(part=InSegment(segment_ids=(uuid(20),))))),
            InSegment(segment_ids=(uuid(20), uuid(12))),
        )
    )
    assert with_segments(rule, lambda id_: ids.get(id_, id_)) == renamed
    assert with_segments(rule, str) == rule
