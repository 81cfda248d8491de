"""Enabling and disabling promotions: with approval, undo, and whatever the store makes of it."""

import pytest

from bot.sandbox.workspace.people import BEN
from tests.harness import Json, World, buttons, said
from tests.stories.judge import read

EARLY_ACCESS, WIN_BACK, GIFT_WRAP = 1, 4, 6


def status(slack: World, number: int) -> str:
    """Its status, in the store."""
    found: str = slack.promotions()[number]["status"]
    return found


def others(document: Json) -> Json:
    """All of a promotion but its status."""
    return {name: value for name, value in document.items() if name != "status"}


async def test_disabling_needs_a_second_person_and_is_undone(slack: World) -> None:
    before = slack.promotions()
    await slack.type('/promotion disable "VIP early access"')
    card = read(slack.card(1))
    assert "Disable the promotion VIP early access" in card
    assert "VIP early access will reach no one. Until now, it reached shoppers in VIPs." in card
    assert "needs 1 approval: disables a promotion" in card
    await slack.press("Disable Promotion", by="ana")
    assert "You asked for change 1, so someone else has to approve it" in slack.whisper(channel="#approvals")
    assert slack.promotions() == before
    await slack.press("Disable Promotion", by="ben")
    assert status(slack, EARLY_ACCESS) == "DISABLED"
    assert others(slack.promotions()[EARLY_ACCESS]) == others(before[EARLY_ACCESS])
    await slack.type("/change undo 1")
    assert "Undo change 1: Enable the promotion VIP early access" in read(slack.card(2))
    await slack.press("Undo Change", by="ben", change=2)
    assert slack.promotions() == before


async def test_enabling_tells_whom_it_will_reach_and_until_when(slack: World) -> None:
    await slack.type("/promotion enable gift wrap on us")
    card = read(slack.card(1))
    reached = "Gift wrap on us will reach shoppers in Gift buyers or VIPs (from 2026-11-15 to 2026-12-24)."
    assert reached in card
    assert "needs 1 approval: enables a promotion" in card
    await slack.press("Enable Promotion", by="ben")
    assert status(slack, GIFT_WRAP) == "ENABLED"
    await slack.type("/audit recent")
    assert "Done" in said(slack.card(1))


async def test_the_log_tells_the_status_before_and_after(slack: World) -> None:
    await slack.type("/promotion enable 4")
    await slack.press("Enable Promotion", by="ben")
    done = next(one for one in slack.entries() if one.kind == "step done")
    assert (done.detail["before"], done.detail["after"]) == ({"status": "DISABLED"}, {"status": "ENABLED"})


async def test_what_is_so_already_is_said(slack: World) -> None:
    await slack.type("/promotion enable 1")
    assert "“VIP early access” is live already." in slack.whisper()
    await slack.type("/promotion disable 4")
    assert "“Win back” is off already." in slack.whisper()
    assert "planned" not in slack.kinds()


async def test_by_form_and_by_the_buttons_of_show(slack: World) -> None:
    await slack.type("/promotion enable")
    await slack.submit({"Promotion": "Win back"})
    assert "Enable the promotion Win back" in read(slack.card(1))
    await slack.type("/promotion show win back")
    await slack.press("Enable", by="ana", channel="#segments")
    assert "You asked for this already: change 1 is waiting for 1 approval." in slack.whisper()
    await slack.type("/promotion show 1")
    assert "Disable" in buttons(slack.messages()[-1])
    await slack.press("Disable", by="ana", channel="#segments")
    assert "Disable the promotion VIP early access" in read(slack.card(2))


async def test_an_invalid_one_cannot_be_enabled_and_can_be_disabled_for_good(slack: World) -> None:
    slack.alter_promotion(WIN_BACK, status="INVALID")
    await slack.type("/promotion enable 4")
    assert "The store calls “Win back” invalid, so it can't be enabled" in slack.whisper()
    await slack.type("/promotion disable 4")
    await slack.press("Disable Promotion", by="ben")
    assert status(slack, WIN_BACK) == "DISABLED"
    assert "Undo" not in buttons(slack.card(1))


async def test_one_that_changed_while_it_waited_is_shown_anew(slack: World) -> None:
    await slack.type("/promotion disable 1")
    slack.alter_promotion(EARLY_ACCESS, segments=None)
    await slack.press("Disable Promotion", by="ben")
    assert "Now: VIP early access will reach no one. Until now, it reached everyone." in read(slack.card(1))
    assert status(slack, EARLY_ACCESS) == "ENABLED"
    await slack.press("Disable Promotion", by="ben")
    assert status(slack, EARLY_ACCESS) == "DISABLED"


async def test_one_that_someone_else_switched_meanwhile_is_no_longer_possible(slack: World) -> None:
    await slack.type("/promotion disable 1")
    slack.alter_promotion(EARLY_ACCESS, status="DISABLED")
    await slack.press("Disable Promotion", by="ben")
    assert "No longer possible" in said(slack.card(1))
    assert "“VIP early access” is off already." in read(slack.card(1))


async def test_its_edits_by_others_stay_and_it_is_read_before_each_attempt(slack: World) -> None:
    await slack.type("/promotion disable 1")
    refused = slack.client.press("ben", "#approvals", "Disable Promotion")
    async with slack.meanwhile(refused, "PUT", "/promotions/{id}", status=429):
        slack.alter_promotion(EARLY_ACCESS, max_uses=7)
    assert (status(slack, EARLY_ACCESS), slack.promotions()[EARLY_ACCESS]["max_uses"]) == ("DISABLED", 7)


async def test_a_store_that_calls_it_invalid_is_told(slack: World) -> None:
    await slack.type("/promotion enable 4")
    found = slack.promotions()[WIN_BACK] | {"status": "INVALID"}
    slack.store.faults.add("PUT", "/promotions/{id}", status=200, body={"data": found})
    await slack.press("Enable Promotion", by="ben")
    assert "The store set “Win back” to invalid: look at it with" in read(slack.card(1))
    done = next(one for one in slack.entries() if one.kind == "step done")
    assert done.detail["after"] == {"status": "INVALID"}


@pytest.mark.parametrize("verb", ["enable", "disable"])
async def test_without_the_marketing_scope_it_says_what_is_missing(slack: World, verb: str) -> None:
    slack.store.scopes.discard("store_v2_marketing")
    await slack.type(f"/promotion {verb} 1")
    assert "The bot may not read promotions" in slack.whisper()
    assert BEN not in read(slack.messages()[-1])
