"""The form that builds a segment's rule of conditions, for whoever does not know the language of rules."""

from typing import Any

import pytest

from bot.core.segment_rules.rows import CHOSEN
from bot.sandbox.workspace.block_kit.limits import faults_of
from bot.slack.rule_rows import MOST_ROWS, PARTS
from tests.harness import World, buttons, filled, said


@pytest.fixture
def shop(slack: World) -> World:
    """A store with the customer group Wholesale, the attribute Tier and the segment Gold."""
    slack.put("Gold")
    customer = slack.register("ada@example.com")
    slack.store.act("change_customer", customer_id=customer, group="Wholesale")
    slack.store.act("set_attribute", customer_id=customer, name="Tier", value="Gold")
    return slack


async def fill(slack: World, part: str, value: Any) -> None:
    """Type or choose in a field of a row, as ``0-amount``."""
    block = next(one for one in shown(slack)["blocks"] if one["block_id"] == f"rule-{part}")
    await slack.press(block["element"]["action_id"], by="ana", channel="form", block_id=f"rule-{part}", value=value)


async def push(slack: World, button: str, **where: Any) -> None:
    await slack.press(button, by="ana", channel="form", **where)


def shown(slack: World) -> dict[str, Any]:
    """The open form, which Slack would take."""
    form = slack.form()
    assert form
    view = {key: form[key] for key in ("type", "callback_id", "title", "submit", "close", "blocks")}
    assert faults_of("modal", view) == []
    return form


def fields(slack: World) -> list[str]:
    """The labels of the form's fields for the rule."""
    form = shown(slack)
    return [one["label"]["text"] for one in form["blocks"] if one["block_id"].startswith("rule") and "label" in one]


def test_whoever_fills_in_a_condition_sees_an_example_of_what_is_typed() -> None:
    assert [part for part, kind in PARTS.items() if part not in CHOSEN and not kind.placeholder] == []
    assert [part for part, kind in PARTS.items() if part != "times" and not kind.hint] == []


async def test_a_rule_is_built_by_choosing_conditions(shop: World) -> None:
    await shop.type("/segment rule Gold")
    assert fields(shop) == ["Condition"]
    assert "Choose a condition, and fill it in." in said(shown(shop))
    assert buttons(shown(shop)) == ["Add Condition", "Write It as Text"]
    await fill(shop, "0-kind", "Spent more than")
    assert fields(shop) == ["Condition", "Amount", "In the last"]
    await fill(shop, "0-amount", "500")
    assert "In words: spent over 500 in all" in said(shown(shop))
    await fill(shop, "0-within", "90 days")
    await push(shop, "Add Condition")
    assert fields(shop) == ["Shoppers have to meet", "Condition", "Amount", "In the last", "Condition"]
    await fill(shop, "1-kind", "Is not in the segment")
    await fill(shop, "1-segments", ["Newsletter", "VIPs"])
    assert "In words: spent over 500 in 90 days, and in neither Newsletter nor VIPs" in said(shown(shop))
    await fill(shop, "join", "One of these conditions")
    assert "In words: spent over 500 in 90 days, or in neither Newsletter nor VIPs" in said(shown(shop))
    await shop.submit({})
    assert "spent over 500 in 90 days, or in neither Newsletter nor VIPs" in said(shop.card(1))


async def test_customer_groups_and_attributes_are_chosen_by_name(shop: World) -> None:
    await shop.type("/segment rule Gold")
    await fill(shop, "0-kind", "Is in the customer group")
    assert await shop.suggest("whole", field="rule-0-groups", action="rule-groups") == ["Wholesale"]
    assert await shop.suggest("retail shops", field="rule-0-groups", action="rule-groups") == []
    await fill(shop, "0-groups", ["Wholesale"])
    await push(shop, "Add Condition")
    await fill(shop, "1-kind", "Customer attribute is")
    assert "Whoever can write this attribute steers the segment" in str(shown(shop))
    assert await shop.suggest("ti", field="rule-1-attribute", action="rule-attribute") == ["Tier"]
    await fill(shop, "1-attribute", "Tier")
    await fill(shop, "1-values", "Gold, Platinum")
    words = "customer group is Wholesale, and attribute Tier is Gold or Platinum"
    assert f"In words: {words}" in said(shown(shop))
    await push(shop, "Write It as Text")
    assert filled(shown(shop), "rule") == words


async def test_what_is_wrong_is_told_while_it_is_typed_and_when_it_is_asked_for(shop: World) -> None:
    await shop.type("/segment rule Gold")
    await fill(shop, "0-kind", "Spent more than")
    await fill(shop, "0-amount", "€500")
    assert "Leave “€” out" in said(shown(shop))
    outcome = await shop.submit({})
    assert "Leave “€” out" in str(outcome["errors"])


async def test_a_condition_that_was_left_blank_is_missed_and_not_left_out(shop: World) -> None:
    await shop.type("/segment rule Gold")
    await fill(shop, "0-kind", "Accepts marketing")
    await push(shop, "Add Condition")
    await fill(shop, "1-kind", "Spent more than")
    await fill(shop, "1-amount", " ")
    assert "In words: accepts marketing" in said(shown(shop))
    told = await shop.submit({})
    assert "I couldn't read “spent over” as a condition." in str(told)
    assert "planned" not in shop.kinds()


async def test_the_rule_of_a_segment_opens_as_its_conditions(shop: World) -> None:
    await shop.type("/segment rule Gold country is US or CA, and registered more than 1 day ago")
    await shop.press("Edit", by="ana")
    assert filled(shown(shop), "rule-0-countries") == "US, CA"
    assert filled(shown(shop), "rule-1-ago") == "1 day"
    await push(shop, "Remove Condition", block_id="rule-0")
    assert fields(shop) == ["Condition", "How long"]
    assert filled(shown(shop), "rule-1-ago") == "1 day"
    await shop.submit({"rule-1-ago": "2 weeks"})
    assert "registered more than 14 days ago" in said(shop.card(1))


async def test_names_of_what_a_rule_names_are_shown_where_it_is_edited(shop: World) -> None:
    await shop.type("/segment rule Gold in VIPs or Newsletter")
    await shop.press("Edit", by="ana")
    assert filled(shown(shop), "rule-0-segments") == ["VIPs", "Newsletter"]
    await push(shop, "Add Condition")
    await fill(shop, "1-kind", "Never ordered")
    await shop.submit({})
    assert "in VIPs or Newsletter, and never ordered" in said(shop.card(1))


async def test_a_rule_of_several_levels_is_text_and_becomes_conditions_once_it_is_simpler(shop: World) -> None:
    complex_rule = "(in VIPs, or never ordered), and accepts marketing"
    await shop.type(f"/segment rule Gold {complex_rule}")
    await shop.press("Edit", by="ana")
    assert filled(shown(shop), "rule") == complex_rule
    await push(shop, "Choose Conditions")
    assert "this rule has more to it" in said(shown(shop))
    assert filled(shown(shop), "rule") == complex_rule
    await push(shop, "Choose Conditions", values={"rule": "accepts marketing or never ordred"})
    assert "I don't know the condition “never ordred”." in said(shown(shop))
    await push(shop, "Choose Conditions", values={"rule": "accepts marketing or never ordered"})
    assert fields(shop) == ["Shoppers have to meet", "Condition", "Condition"]
    assert "In words: accepts marketing, or never ordered" in said(shown(shop))
    await push(shop, "Write It as Text")
    assert filled(shown(shop), "rule") == "accepts marketing, or never ordered"
    await shop.submit({"rule": "never ordered"})
    assert "never ordered" in said(shop.card(1))


async def test_what_was_typed_before_does_not_come_back(shop: World) -> None:
    await shop.type("/segment rule Gold")
    await push(shop, "Write It as Text")
    assert filled(shown(shop), "rule") in ("", None)
    await push(shop, "Choose Conditions", values={"rule": "never ordered"})
    await fill(shop, "1-kind", "Accepts marketing")
    await push(shop, "Write It as Text")
    assert filled(shown(shop), "rule") == "accepts marketing"


@pytest.mark.parametrize("rows", [2, MOST_ROWS])
async def test_what_was_typed_for_a_condition_that_was_removed_does_not_come_back(shop: World, rows: int) -> None:
    await shop.type("/segment rule Gold")
    for _ in range(rows - 1):
        await push(shop, "Add Condition")
    await fill(shop, f"{rows - 1}-kind", "Spent more than")
    await fill(shop, f"{rows - 1}-amount", "500")
    await push(shop, "Remove Condition", block_id=f"rule-{rows - 1}")
    await push(shop, "Add Condition")
    assert "500" not in str(shown(shop)["state"])
    await push(shop, "Remove Condition", block_id=f"rule-{rows}")
    await push(shop, "Write It as Text")
    await push(shop, "Choose Conditions")
    assert fields(shop) == ["Condition"]
    assert f"rule-{rows + 1}-kind" in str(shown(shop)["blocks"])


async def test_words_that_are_not_understood_stay_as_they_are(shop: World) -> None:
    await shop.type("/segment rule Gold")
    await fill(shop, "0-kind", "Spent more than")
    await fill(shop, "0-amount", "lots")
    await push(shop, "Write It as Text")
    assert filled(shown(shop), "rule") == "spent over lots in all"


async def test_a_form_has_a_limited_number_of_conditions(shop: World) -> None:
    await shop.type("/segment rule Gold")
    for _ in range(MOST_ROWS - 1):
        await push(shop, "Add Condition")
    assert "Add Condition" not in buttons(shown(shop))
    await push(shop, "Remove Condition", block_id="rule-4")
    assert "Add Condition" in buttons(shown(shop))


async def test_the_form_stays_where_the_store_does_not_answer(shop: World) -> None:
    await shop.type("/segment rule Gold")
    await push(shop, "Write It as Text")
    shop.store.faults.add("GET", "/segments", times=None, status=500)
    await push(shop, "Choose Conditions", values={"rule": "in VIPs"})
    assert filled(shown(shop), "rule") == "in VIPs"


async def test_when_it_runs_is_asked_below_and_filled_with_the_usual_time(shop: World) -> None:
    await shop.type("/segment rule Gold")
    assert filled(shown(shop), "runs") == "every day at 08:00"
    await fill(shop, "0-kind", "Accepts marketing")
    refused = await shop.submit({"runs": "every now and then"})
    assert "couldn't read “every now and then” as when to run" in refused["errors"]["runs"]
    await shop.submit({"runs": "hourly"})
    assert "After that: every hour" in said(shop.card(1))
    await shop.press("Start Rule", by="ben")
    await shop.type("/segment rule Gold")
    assert filled(shown(shop), "runs") == "every hour"


async def test_a_form_that_asks_for_the_segment_first_shows_no_rule_yet(shop: World) -> None:
    await shop.type("/segment rule")
    assert [one["block_id"] for one in shown(shop)["blocks"] if one["type"] == "input"] == ["segment"]
    await shop.submit({"segment": shop.id_of("Gold")})
    assert fields(shop) == ["Condition"]
