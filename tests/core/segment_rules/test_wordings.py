"""What people say for conditions, beside the language of rules: understood, told back in it, or asked about."""

from itertools import islice

import pytest

from bot.core.errors import Misuse, Question
from bot.core.segment_rules import describe, parse, read_rule
from bot.core.segment_rules.vocabulary import Vocabulary
from bot.core.segment_rules.wordings import other_wordings
from tests.core.segment_rules.test_language import WORDS, shop


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("have not ordered in 90 days", "ordered at most 0 times in 90 days"),
        ("did not order in the last 90 days", "ordered at most 0 times in 90 days"),
        ("no orders in a year", "ordered at most 0 times in 12 months"),
        ("no orders", "never ordered"),
        ("without any orders", "never ordered"),
        ("hasn’t ordered anything", "never ordered"),
        ("has never bought", "never ordered"),
        ("bought at least 3 times in 12 months", "ordered at least 3 times in 12 months"),
        ("at least 3 orders in 12 months", "ordered at least 3 times in 12 months"),
        ("has more than 3 orders in all", "ordered more than 3 times in all"),
        ("has ordered 3 or more times in 12 months", "ordered at least 3 times in 12 months"),
        ("ordered 3+ times in a year", "ordered at least 3 times in 12 months"),
        ("ordered 3 times or more in a year", "ordered at least 3 times in 12 months"),
        ("spent 500 or more in 90 days", "spent at least 500 in 90 days"),
        ("spent 1,000.50+ in all", "spent at least 1,000.50 in all"),
        ("has spent over 500 in 90 days", "spent over 500 in 90 days"),
        ("customers who have registered in 9 days", "registered in the last 9 days"),
        ("who spent over 500 in 90 days, and who bought in a year", "spent over 500 in 90 days, and ordered at least "),
        ("last order was over 6 months ago", "last ordered more than 6 months ago"),
        ("last ordered within 30 days", "ordered at least once in 30 days"),
        ("last order less than 30 days ago", "last ordered less than 30 days ago"),
        ("signed up in the last 30 days", "registered in the last 30 days"),
        ("joined within 30 days", "registered in the last 30 days"),
        ("accepts marketing emails", "accepts marketing"),
        ("is subscribed", "accepts marketing"),
        ("does not accept marketing or unsubscribed", "not accepts marketing, or not accepts marketing"),
        ("in customer group Wholesale", "customer group is Wholesale"),
        ("in the group Trade and Co and in VIPs", "customer group is “Trade and Co”, and in VIPs"),
        ("group is Wholesale", "customer group is Wholesale"),
        ("lives in de or AT, and never bought", "country is DE or AT, and never ordered"),
        ("(from CH) or subscribed", "country is CH, or accepts marketing"),
    ],
)
def test_other_words_are_understood_and_told_back_in_the_language(text: str, words: str) -> None:
    assert describe(read_rule(text, WORDS, can_ask=True), WORDS).startswith(words)


@pytest.mark.parametrize(
    ("text", "period"),
    [
        ("has not ordered for 180 days", "180 days"),
        ("hasn't bought anything for 6 months", "6 months"),
        ("inactive for a year", "12 months"),
        ("no orders since 90 days", "90 days"),
    ],
)
def test_whether_those_who_never_ordered_are_meant_is_asked(text: str, period: str) -> None:
    with pytest.raises(Question, match="Which rule did you mean") as asked:
        read_rule(text, WORDS, can_ask=True)
    assert [one.values["rule"] for one in asked.value.readings] == [
        f"last ordered more than {period} ago",
        f"ordered at most 0 times in {period}",
    ]


def test_what_is_wrong_besides_is_told() -> None:
    with pytest.raises(Misuse, match="Leave “€” out"):
        read_rule("has spent over €500 in 90 days", WORDS, can_ask=True)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("in “no orders” and in VIPs", "in No orders, and in VIPs"),
        ("in No orders", "in No orders"),
        ("attribute Tier is from DE", "attribute Tier is from DE"),
    ],
)
def test_names_and_what_is_in_quotes_stay(text: str, told: str) -> None:
    words = Vocabulary(shop("VIPs", "No orders"), (), WORDS.attributes)
    assert describe(read_rule(text, words, can_ask=True), words) == told
    assert tuple(other_wordings("in “no orders”, and country is “from DE”")) == ()


@pytest.mark.parametrize("name", ["Doctor Who", "Who Knows", "Joined Lately", "Not subscribed", "No orders", "From DE"])
@pytest.mark.parametrize("before", ["in ", "in VIPs or ", "not in ", ""])
def test_names_that_hold_such_words_stay_beside_them(name: str, before: str) -> None:
    words = Vocabulary(shop("VIPs", name, "Doctor", "Knows", "registered Lately"))
    meant = f"{before}“{name}”, and spent over 500 in 90 days"
    try:
        found = read_rule(f"{before}{name}, and has spent over 500 in 90 days", words, can_ask=True)
    except Question as asked:
        rules = [parse(one.values["rule"], words) for one in asked.readings]
        assert parse(meant, words) in rules
    else:
        assert found == parse(meant, words)


def test_a_rule_that_may_be_two_by_its_names_is_asked_about_as_it_stands() -> None:
    words = Vocabulary(shop("Try", "No orders", "Try and no orders"))
    with pytest.raises(Question) as asked:
        read_rule("in Try and No orders", words, can_ask=True)
    assert [one.values["rule"] for one in asked.value.readings] == [
        "in “Try”, and in “No orders”",
        "in “Try and no orders”",
    ]


SILVER = "attribute Tier is Silver"
SAID = (
    "subscribed", "unsubscribed", "never bought", "no orders", "from DE", "group is Wholesale", "inactive for 90 days",
    "has bought", "joined", "doesn't accept marketing", "who subscribed", "accepts emails", "not ordered",
    "bought in 90 days", "signed up in a month", "spent 500 or more in 90 days", "at least 3 orders in a year",
)  # fmt: skip
"""What people say for conditions."""


@pytest.mark.parametrize("said", SAID)
@pytest.mark.parametrize(
    "line", ["{silver} or {said}", "{silver} or Bronze or {said}", "({silver} or {said}) and in VIPs"]
)
def test_what_may_be_a_condition_is_never_taken_for_a_value_unasked(line: str, said: str) -> None:
    try:
        found = describe(read_rule(line.format(silver=SILVER, said=said), WORDS, can_ask=True), WORDS)
    except Question as asked:
        first, *others = (one.values["rule"] for one in asked.readings)
        assert f"“{said}”" in first
        assert others
        assert not [one for one in others if said in one]
    except Misuse:
        assert said in ("has bought", "joined")  # within how many days is missing
    else:
        assert said not in found


@pytest.mark.parametrize(
    "line", ["{silver} or “{said}”", "{silver} or Bronze, and in VIPs", "attribute Tier is {said}"]
)
@pytest.mark.parametrize("said", ["subscribed", "no orders"])
def test_a_value_in_quotes_or_alone_is_one(line: str, said: str) -> None:
    found = read_rule(line.format(silver=SILVER, said=said), WORDS, can_ask=True)
    told = describe(found, WORDS)
    assert read_rule(told, WORDS, can_ask=True) == found


def test_with_what_belongs_together_unsaid_nothing_is_guessed() -> None:
    with pytest.raises(Misuse, match="Is “subscribed” a value, or a condition of its own"):
        read_rule(f"{SILVER} or subscribed and ordered in 30 days", WORDS, can_ask=True)
    found = read_rule(f"{SILVER} or subscribed", WORDS, can_ask=False)
    assert describe(found, WORDS) == f"{SILVER} or “subscribed”"


@pytest.mark.parametrize("count", [2, 40])
def test_what_is_said_several_times_means_the_same_each_time(count: int) -> None:
    said = ", or ".join(f"inactive for {days} days and in “A”" for days in range(1, count + 1))
    left, never = islice(other_wordings(said), 3)
    assert left.count("last ordered more than") == never.count("ordered at most 0 times") == count
