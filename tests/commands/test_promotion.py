"""Promotions: which there are, and whom they reach; changing that, and bad days on the way."""

from typing import Any

import pytest

from bot.core.command import Call, find
from commands import GROUPS
from tests.harness import Json, Stuck, World, buttons, said
from tests.stories.judge import read

TASTING_WEEK, WIN_BACK = 3, 4


def with_segments(document: Json, segments: Any) -> Json:
    """The same promotion, reaching others."""
    return {**document, "customer": {**document["customer"], "segments": segments}}


def three_deep(slack: World) -> Json:
    """A rule as deep as the store takes them."""
    vips, tea, lapsed = (slack.id_of(name) for name in ("VIPs", "Tea drinkers", "Lapsed"))
    return {"not": {"and": [{"or": [{"id": [vips]}, {"id": [tea]}]}, {"id": [lapsed]}]}}


THREE_DEEP = "not ((in VIPs, or in Tea drinkers), and in Lapsed)"


def field(form: Json | None, name: str) -> Json:
    """What a field of an open form holds."""
    assert form
    held: Json = next(iter(form["state"]["values"][name].values()))
    return held


def chosen(form: Json | None, name: str) -> str:
    """The text of what a select of an open form holds."""
    return str(field(form, name)["selected_option"]["text"]["text"])


async def approve_and_wait_at_the_run(slack: World) -> Stuck:
    """Ben approves; the plan is made again; the store waits when the promotion is read right before it is put."""
    planning = slack.stick("GET", "/promotions/{id}")
    await slack.client.press("ben", "#approvals", "Retarget Promotion")
    await planning.reached.wait()
    running = slack.stick("GET", "/promotions/{id}")
    planning.release.set()
    await running.reached.wait()
    return running


# Looking


async def test_list_shows_each_promotion_with_its_status_and_whom_it_reaches(slack: World) -> None:
    await slack.type("/promotion list")
    shown = slack.messages()[-1]
    assert "6 promotions" in said(shown)
    assert "Free shipping over 40\nlive\nshoppers in neither VIPs nor Wholesale\n" in read(shown)
    assert "Win back\noff\nshoppers in Lapsed\n" in read(shown)
    assert "shoppers (in Coffee lovers, or in Tea drinkers), and not in Wholesale" in read(shown)
    assert buttons(shown) == ["Show a Promotion"]
    assert "Promotion\nStatus\nReaches\nId\n" in read(shown)
    assert shown["ephemeral"]
    assert not slack.writes()


async def test_list_narrows_down_by_words_and_says_where_nothing_has_them(slack: World) -> None:
    await slack.type("/promotion list SHIPPING free")
    assert "1 promotion " in slack.whisper()
    assert "Win back" not in slack.whisper()
    await slack.type("/promotion list unicorns")
    assert "There are no promotions with “unicorns”" in slack.whisper()
    await slack.type("/promotion list Coffee lovers")
    assert "Show Segment: Coffee lovers" in slack.whisper()
    await slack.type("/promotion list page:2")
    assert "There is only 1 page" in slack.whisper()


async def test_list_looks_for_what_stands_in_quotes_as_a_whole(slack: World) -> None:
    slack.put_promotions("Shipping for free")
    await slack.type("/promotion list free shipping")
    assert "2 promotions" in slack.whisper()
    await slack.type('/promotion list "free shipping"')
    assert "1 promotion" in slack.whisper()
    assert "Free shipping over 40" in slack.whisper()


async def test_show_tells_status_dates_uses_and_whom_it_reaches(slack: World) -> None:
    for word in ("3", "tasting week", "“Tasting Week”"):
        await slack.type(f"/promotion show {word}")
        told = read(slack.messages()[-1])
        assert "Tasting week reaches shoppers (in Coffee lovers, or in Tea drinkers), and not in Wholesale" in told
        assert "Status: live" in told
        assert "Starts: 2026-01-05" in told
        assert "Used: 37 of 500 times" in told
        assert "Only signed-in shoppers get it" in told
        assert told.endswith("\nPromotion 3")
    assert buttons(slack.messages()[-1]) == ["Retarget", "Edit Rule", "Untarget", "Disable"]


async def test_show_leaves_out_uses_that_the_store_does_not_count(slack: World) -> None:
    slack.alter_promotion(3, current_uses=None)
    await slack.type("/promotion show 3")
    assert "Used:" not in read(slack.messages()[-1])


async def test_show_of_a_slip_offers_what_was_meant(slack: World) -> None:
    await slack.type("/promotion show tasting weak")
    assert "Did you mean “Tasting week”" in slack.whisper()
    await slack.type("/promotion show xyzzy")
    assert "`/promotion list` shows every promotion" in read(slack.messages()[-1])


async def test_show_from_the_list_opens_a_form_whose_type_ahead_offers_promotions(slack: World) -> None:
    await slack.type("/promotion list")
    await slack.press("Show a Promotion", by="ana", channel="#segments")
    assert await slack.suggest("w", field="promotion", action="promotions") == [
        "Wholesale prices",
        "Win back",
        "Gift wrap on us",
        "Tasting week",
    ]
    assert len(await slack.suggest("", field="promotion", action="promotions")) == 6
    await slack.submit({"Promotion": "Win back"})
    assert slack.form() is None
    assert "Win back reaches shoppers in Lapsed" in slack.whisper()


async def test_the_promotions_of_a_segment_by_words_and_by_form(slack: World) -> None:
    await slack.type("/segment promotions vips")
    shown = slack.messages()[-1]
    assert "3 promotions use VIPs, 2 of them live" in said(shown)
    assert "Free shipping over 40\nlive\nexcluded\n" in read(shown)
    assert "Gift wrap on us\noff\nincluded\n" in read(shown)
    assert buttons(shown) == ["Show a Promotion", "Target a Promotion"]
    await slack.press("Target a Promotion", by="ana", channel="#segments")
    assert slack.form()
    await slack.client.cancel("ana")
    await slack.type("/segment promotions")
    await slack.submit({"Segment": "Lapsed"})
    assert "1 promotion uses Lapsed, 0 of them live" in slack.whisper()
    await slack.type("/segment promotions Newsletter")
    assert "No promotion uses Newsletter" in slack.whisper()


# Changing


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('target "Win back" is VIPs "Coffee lovers"', "to shoppers in VIPs or Coffee lovers"),
        ("rule “win back” not in VIPs", "to shoppers not in VIPs"),
        ("untarget win back", "to everyone"),
    ],
)
async def test_a_rule_in_words_is_approved_applied_and_undone(slack: World, line: str, told: str) -> None:
    before = slack.promotions()
    await slack.type(f"/promotion {line}")
    card = read(slack.card(1))
    assert f"Retarget the promotion Win back {told}" in card
    assert "Before, Win back (off) reached shoppers in Lapsed." in card
    assert "needs 1 approval: changes whom a promotion reaches" in card
    verb = buttons(slack.card(1))[0]
    await slack.press(verb, by="ana")
    assert "You asked for change 1, so someone else" in slack.whisper(channel="#approvals")
    assert slack.promotions() == before
    await slack.press(verb, by="ben")
    assert "Done" in said(slack.card(1))
    assert slack.targeting(WIN_BACK) != before[WIN_BACK]["customer"]["segments"]
    await slack.press("Undo", by="ana", change=1)
    assert "Undo change 1: Retarget the promotion Win back to shoppers in Lapsed" in read(slack.card(2))
    await slack.press("Undo Change", by="cleo", change=2)
    assert slack.promotions() == before


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('target "VIP early access" is VIPs Lapsed', "VIP early access: 60 shoppers gain it, 0 lose it, 40 keep it."),
        ('target "VIP early access" is Lapsed', "VIP early access: 60 shoppers gain it, 36 lose it, 4 keep it."),
        ('target "VIP early access" is-not VIPs', "VIP early access: 360 shoppers gain it, 40 lose it, 0 keep it."),
        ('untarget "VIP early access"', "VIP early access: 360 shoppers gain it, 0 lose it, 40 keep it."),
        ('target "Win back" is VIPs', "Win back (once it is enabled): 36 shoppers gain it, 60 lose it, 4 keep it."),
        ('disable "VIP early access"', "VIP early access: 0 shoppers gain it, 40 lose it, 0 keep it."),
        ('enable "Win back"', "Win back: 64 shoppers gain it, 0 lose it, 0 keep it."),
    ],
)
async def test_a_card_says_how_many_shoppers_gain_and_lose_the_promotion(slack: World, line: str, told: str) -> None:
    await slack.type(f"/promotion {line}")
    assert f"{told} Counted by segment; cart conditions still apply." in read(slack.card(1))


async def test_where_nobody_can_count_the_reach_the_card_says_no_number(slack: World) -> None:
    slack.alter_promotion(WIN_BACK, segments={"odd": {"id": [slack.id_of("VIPs")]}})
    await slack.type('/promotion target "Win back" is VIPs')
    assert "gain it" not in read(slack.card(1))


@pytest.mark.parametrize("line", ["target {} is Newsletter", "rule {} in Newsletter", "untarget {}"])
async def test_targeting_keeps_all_else_of_a_promotion(slack: World, line: str) -> None:
    before = slack.promotions()
    assert len(before) == 6
    wanted = None if "untarget" in line else {"id": [slack.id_of("Newsletter")]}
    for number in before:
        await slack.type(f"/promotion {line.format(number)}")
        await slack.press(buttons(slack.card(number))[0], by="ben", change=number)
    assert slack.promotions() == {number: with_segments(one, wanted) for number, one in before.items()}
    for number in before:
        await slack.type(f"/change undo {number}")
        await slack.press("Undo Change", by="ben", change=6 + number)
    assert slack.promotions() == before
    assert slack.writes() == [("PUT", f"/promotions/{number}") for number in before] * 2


@pytest.mark.parametrize("how", ["is-not", "is not", "Is–Not", "IS NOT", "is—not"])
async def test_is_not_is_understood_however_it_is_typed(slack: World, how: str) -> None:
    await slack.type(f"/promotion target “Win back” {how} VIPs, Wholesale")
    assert "to shoppers in neither VIPs nor Wholesale" in read(slack.card(1))
    await slack.press("Retarget Promotion", by="ben")
    both = {"id": [slack.id_of("VIPs"), slack.id_of("Wholesale")]}
    assert slack.targeting(WIN_BACK) == {"not": both}


def test_is_not_is_understood_as_earlier_versions_stored_it() -> None:
    stored = {"promotion": "4", "how": "is", "segments": ["not", "VIPs", "Wholesale"]}
    anew = {"promotion": "4", "how": "is-not", "segments": ["VIPs", "Wholesale"]}
    command = find(GROUPS, "promotion target")
    assert Call(command, stored).args == Call(command, anew).args


async def test_what_is_neither_is_nor_is_not_is_asked_about(slack: World) -> None:
    await slack.type("/promotion target 4 isnt VIPs")
    asked = slack.messages()[-1]
    assert buttons(asked) == ["Retarget Promotion: is", "Retarget Promotion: is-not", "Something Else"]
    assert "planned" not in slack.kinds()


async def test_target_opens_a_form_that_holds_what_was_given(slack: World) -> None:
    await slack.type("/promotion target 4 is-not")
    assert chosen(slack.form(), "promotion") == "Win back"
    assert chosen(slack.form(), "how") == "Everyone not in them"
    assert await slack.suggest("tea") == ["Tea drinkers"]
    await slack.submit({"Segments": ["Tea drinkers", "VIPs"]})
    assert slack.form() is None
    assert "to shoppers in neither Tea drinkers nor VIPs" in read(slack.card(1))


async def test_the_target_form_says_in_place_what_is_off(slack: World) -> None:
    await slack.type("/promotion target")
    outcome = await slack.submit({})
    assert outcome["errors"].keys() == {"promotion", "how", "segments"}
    await slack.submit({"Promotion": "Win back", "Show it to": "is", "Segments": ["Lapsed"]})
    assert slack.form()
    slack.drop("Lapsed")
    outcome = await slack.submit({})
    assert "No segment is called" in outcome["errors"]["segments"]
    await slack.submit({"Segments": ["VIPs"]})
    assert slack.form() is None
    assert "to shoppers in VIPs" in read(slack.card(1))


async def test_the_buttons_of_show_lead_to_target_rule_and_untarget(slack: World) -> None:
    await slack.type("/promotion show tasting week")
    await slack.press("Retarget", by="ana", channel="#segments")
    assert chosen(slack.form(), "promotion") == "Tasting week"
    await slack.client.cancel("ana")
    await slack.press("Edit Rule", by="ana", channel="#segments")
    rule = field(slack.form(), "rule")["value"]
    assert rule == "(in Coffee lovers, or in Tea drinkers), and not in Wholesale"
    await slack.client.cancel("ana")
    await slack.press("Untarget", by="ana", channel="#segments")
    assert "Retarget the promotion Tasting week to everyone" in read(slack.card(1))
    await slack.press("Untarget Promotion", by="ben")
    await slack.type("/promotion show tasting week")
    assert "Tasting week reaches everyone" in slack.whisper()
    assert buttons(slack.messages()[-1]) == ["Retarget", "Edit Rule", "Disable"]


async def test_untarget_by_form(slack: World) -> None:
    await slack.type("/promotion untarget")
    await slack.submit({"Promotion": "Win back"})
    await slack.press("Untarget Promotion", by="ben")
    assert slack.targeting(WIN_BACK) is None
    await slack.type("/promotion untarget win back")
    assert "“Win back” reaches everyone already" in slack.whisper()


# Rules


async def test_rule_asks_first_for_the_promotion_and_then_shows_its_present_rule(slack: World) -> None:
    await slack.type("/promotion rule")
    await slack.submit({"Promotion": "Tasting week"})
    form = slack.form()
    assert "Promotion: Tasting week" in read(form)
    assert field(form, "rule")["value"] == "(in Coffee lovers, or in Tea drinkers), and not in Wholesale"
    await slack.submit({"Rule": "in VIPs or Lapsed,\nand not in Wholesale"})
    assert slack.form() is None
    await slack.press("Set Rule", by="ben")
    either, wholesale = [slack.id_of("VIPs"), slack.id_of("Lapsed")], slack.id_of("Wholesale")
    assert slack.targeting(TASTING_WEEK) == {"and": [{"id": either}, {"not": {"id": [wholesale]}}]}


async def test_the_rule_form_of_a_promotion_for_everybody_is_empty(slack: World) -> None:
    slack.alter_promotion(WIN_BACK, segments=None)
    await slack.type("/promotion rule 4")
    assert field(slack.form(), "rule")["value"] is None
    await slack.submit({"Rule": "VIPs"})
    assert "to shoppers in VIPs" in read(slack.card(1))


async def test_a_rule_three_deep_is_told_changed_and_restored(slack: World) -> None:
    slack.alter_promotion(WIN_BACK, segments=three_deep(slack))
    before = slack.promotions()
    await slack.type("/promotion show win back")
    assert f"Win back reaches shoppers {THREE_DEEP}" in slack.whisper()
    await slack.type("/promotion rule 4")
    assert field(slack.form(), "rule")["value"] == THREE_DEEP
    outcome = await slack.submit({})
    assert "already" in outcome["errors"]["rule"]
    await slack.submit({"Rule": THREE_DEEP.replace("Lapsed", "Reviewers")})
    await slack.press("Set Rule", by="ben")
    changed = slack.targeting(WIN_BACK)
    assert changed["not"]["and"][1] == {"id": [slack.id_of("Reviewers")]}
    assert changed["not"]["and"][0] == three_deep(slack)["not"]["and"][0]
    await slack.type("/change undo 1")
    await slack.press("Undo Change", by="ben", change=2)
    assert slack.promotions() == before


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        ("in VIPs or Lapsed and Reviewers", "can be read in more than one way. Use parentheses"),
        ("in VIPs and", "After the “and” at the end, a segment is missing"),
        ("(in VIPs", "The “(” before “in” is not closed"),
        ("in VIPs and in Vip and in No one", "No segment is called “Vip” or “No one”. Did you mean “VIPs”?"),
        ("in “VIPs", "is not closed"),
        ("everyone", "To reach everyone, take the rule away with"),
        ("not (not (not (not (in VIPs))))", "the store takes 4"),
        ("in a deleted segment", "can't be part of a rule"),
    ],
)
async def test_a_rule_with_a_mistake_is_refused_in_place_with_a_sentence(slack: World, rule: str, told: str) -> None:
    await slack.type("/promotion rule 4")
    outcome = await slack.submit({"Rule": rule})
    assert told in outcome["errors"]["rule"]
    await slack.client.cancel("ana")
    await slack.type(f'/promotion rule "Win back" {rule}')
    assert told in read(slack.messages()[-1])
    assert "planned" not in slack.kinds()


async def test_a_deleted_segment_in_a_rule_has_to_be_left_out(slack: World) -> None:
    slack.drop("Tea drinkers")
    await slack.type("/promotion show tasting week")
    assert "a deleted segment" in slack.whisper()
    await slack.type("/promotion rule 3")
    outcome = await slack.submit({})
    assert "Leave it out, or name another in its place" in outcome["errors"]["rule"]
    await slack.submit({"Rule": "in Coffee lovers, and not in Wholesale"})
    await slack.press("Set Rule", by="ben")
    assert "Done" in said(slack.card(1))


async def test_a_rule_too_long_for_a_form_has_to_be_typed(slack: World) -> None:
    ids = slack.put(*(f"{number:02} {'N' * 90}" for number in range(40)))
    slack.alter_promotion(WIN_BACK, segments={"id": ids})
    await slack.type("/promotion rule 4")
    assert "The rule of “Win back” is longer than a form holds" in read(slack.form())
    await slack.client.cancel("ana")
    await slack.type(f"/promotion rule 4 {' or '.join(ids[:39])}")
    await slack.press("Set Rule", by="ben")
    assert slack.targeting(WIN_BACK) == {"id": ids[:39]}


async def test_a_rule_of_an_unknown_kind_is_kept_until_replaced(slack: World) -> None:
    slack.alter_promotion(WIN_BACK, segments={"xor": [{"id": [slack.id_of("VIPs")]}]})
    await slack.type("/promotion show win back")
    assert "Win back reaches shoppers by a rule that is not readable here" in slack.whisper()
    await slack.type("/segment promotions VIPs")
    assert "4 promotions use VIPs" in slack.whisper()
    await slack.type("/promotion rule 4")
    outcome = await slack.submit({})
    assert "Type the whole rule again" in outcome["errors"]["rule"]
    await slack.submit({"Rule": "in Lapsed"})
    assert "Before, Win back (off) reached shoppers by a rule that is not readable here." in read(slack.card(1))
    await slack.press("Set Rule", by="ben")
    assert slack.targeting(WIN_BACK) == {"id": [slack.id_of("Lapsed")]}


@pytest.mark.parametrize(
    "name",
    [
        "Tea, or coffee",
        "in",
        "not in VIPs",
        "<!channel>",
        "*Ben* & `Jerry`",
        "<https://evil.example|VIPs>",
        "O’Neill's",
    ],
)
async def test_segments_and_promotions_of_any_name_are_told_and_understood(slack: World, name: str) -> None:
    (made,) = slack.put(name)
    (number,) = slack.put_promotions(f"Sale for {name}", segments={"id": [made]})
    await slack.type("/promotion list sale for")
    assert f"Sale for {name}" in read(slack.messages()[-1])
    await slack.type(f"/promotion rule {number}")
    rule = field(slack.form(), "rule")["value"]
    await slack.submit({"Rule": f"{rule}, and not in Wholesale"})
    assert name in read(slack.card(1))
    await slack.press("Set Rule", by="ben")
    wholesale = {"not": {"id": [slack.id_of("Wholesale")]}}
    assert slack.targeting(number) == {"and": [{"id": [made]}, wholesale]}


async def test_names_that_differ_only_in_case_have_to_be_typed_exactly(slack: World) -> None:
    (other,) = slack.put_promotions("WIN BACK", segments=None)
    slack.put("vips")
    await slack.type("/promotion show win back")
    told = read(slack.messages()[-1])
    assert told.startswith("Which promotion did you mean? Nothing was done yet.")
    assert "“Win back (id 4)”" in told
    assert f"“WIN BACK (id {other})”" in told
    await slack.type("/promotion show WIN BACK")
    assert "WIN BACK reaches everyone" in slack.whisper()
    await slack.type(f"/promotion target {other} is Vips")
    large, small = slack.id_of("VIPs"), slack.id_of("vips")
    told = read(slack.messages()[-1])
    assert f"“VIPs (id {large})”" in told
    assert f"“vips (id {small})”" in told
    await slack.type(f"/promotion rule {other} in vips, and not in VIPs")
    await slack.press("Set Rule", by="ben")
    assert slack.targeting(other) == {"and": [{"id": [small]}, {"not": {"id": [large]}}]}


async def test_promotions_of_the_very_same_name_have_to_be_named_by_their_ids(slack: World) -> None:
    (other,) = slack.put_promotions("Win back", segments=None)
    await slack.type('/promotion target "Win back" is VIPs')
    assert "Which promotion did you mean? Nothing was done yet." in slack.whisper()
    assert "planned" not in slack.kinds()
    await slack.press(f"Retarget Promotion: Win back (id {other})", by="ana", channel="#segments")
    await slack.press("Retarget Promotion", by="ben")
    assert slack.targeting(other) == {"id": [slack.id_of("VIPs")]}
    assert slack.targeting(4) != slack.targeting(other)


async def test_a_promotion_called_like_another_ones_id_is_found_by_its_own(slack: World) -> None:
    slack.put_promotions("4")
    await slack.type("/promotion show 4")
    assert "Win back reaches" in slack.whisper()


# Meanwhile


async def test_a_promotion_that_somebody_else_pointed_elsewhere_before_the_click_is_shown_anew(slack: World) -> None:
    await slack.type('/promotion target "Win back" is VIPs')
    slack.alter_promotion(WIN_BACK, segments={"id": [slack.id_of("Wholesale")]})
    await slack.press("Retarget Promotion", by="ben")
    card = read(slack.card(1))
    assert "This is version 2, and needs approval again. What changed since the request:" in card
    assert "Was: Before, Win back (off) reached shoppers in Lapsed." in card
    assert "Now: Before, Win back (off) reached shoppers in Wholesale." in card
    assert not slack.writes()
    await slack.press("Retarget Promotion", by="ben")
    assert slack.targeting(WIN_BACK) == {"id": [slack.id_of("VIPs")]}
    await slack.type("/change undo 1")
    await slack.press("Undo Change", by="ben", change=2)
    assert slack.targeting(WIN_BACK) == {"id": [slack.id_of("Wholesale")]}


async def test_a_promotion_pointed_elsewhere_between_approval_and_run_is_left_alone(slack: World) -> None:
    await slack.type("/promotion target 4 is VIPs")
    running = await approve_and_wait_at_the_run(slack)
    slack.alter_promotion(WIN_BACK, segments=None)
    running.release.set()
    await slack.settled()
    card = read(slack.card(1))
    assert "Someone else changed whom “Win back” reaches in the meantime, so it was left alone" in card
    assert "Nothing was changed" in card
    assert slack.targeting(WIN_BACK) is None
    assert not slack.writes()


async def test_a_promotion_already_repointed_is_not_updated_again(slack: World) -> None:
    before = slack.promotions()
    await slack.type("/promotion target 4 is VIPs")
    running = await approve_and_wait_at_the_run(slack)
    slack.alter_promotion(WIN_BACK, segments={"id": [slack.id_of("VIPs")]})
    running.release.set()
    await slack.settled()
    assert "Done" in said(slack.card(1))
    assert not slack.writes()
    await slack.type("/change undo 1")
    await slack.press("Undo Change", by="cleo", change=2)
    assert slack.promotions() == before


async def test_other_changes_to_a_promotion_are_kept(slack: World) -> None:
    await slack.type("/promotion target 4 is VIPs")
    slack.alter_promotion(WIN_BACK, status="ENABLED", name="Win back now")
    await slack.press("Retarget Promotion", by="ben")
    assert "Was: Retarget the promotion Win back to" in read(slack.card(1))
    running = await approve_and_wait_at_the_run(slack)
    slack.alter_promotion(WIN_BACK, display_name="$20 off", max_uses=7)
    before = slack.promotions()[WIN_BACK]
    running.release.set()
    await slack.settled()
    assert "Done" in said(slack.card(1))
    assert slack.promotions()[WIN_BACK] == with_segments(before, {"id": [slack.id_of("VIPs")]})


async def test_a_promotion_deleted_before_the_click_makes_the_change_stale(slack: World) -> None:
    await slack.type("/promotion target 4 is VIPs")
    slack.drop_promotions(WIN_BACK)
    await slack.press("Retarget Promotion", by="ben")
    assert "No longer possible" in said(slack.card(1))
    assert "The promotion “Win back” is no longer in the store." in read(slack.card(1))
    assert not slack.writes()


async def test_a_promotion_deleted_between_approval_and_run_fails_honestly(slack: World) -> None:
    await slack.type("/promotion target 4 is VIPs")
    running = await approve_and_wait_at_the_run(slack)
    slack.drop_promotions(WIN_BACK)
    running.release.set()
    await slack.settled()
    card = read(slack.card(1))
    assert "The store has no such promotion, or no longer has it" in card
    assert "Nothing was changed" in card


async def test_undoing_the_change_of_a_promotion_that_is_gone_says_so(slack: World) -> None:
    await slack.type("/promotion target 4 is VIPs")
    await slack.press("Retarget Promotion", by="ben")
    slack.drop_promotions(WIN_BACK)
    await slack.type("/change undo 1")
    assert "The promotion “Win back” is no longer in the store" in slack.whisper()
    assert slack.kinds().count("planned") == 1


async def test_a_segment_deleted_while_a_promotion_change_waits_makes_it_stale(slack: World) -> None:
    await slack.type("/promotion rule 4 in VIPs, and not in Lapsed")
    slack.drop("VIPs")
    await slack.press("Set Rule", by="ben")
    assert "No longer possible" in said(slack.card(1))
    assert "No segment is called “VIPs”" in read(slack.card(1))


# A token without the scope, and a store that is not well


@pytest.mark.parametrize(
    "line",
    [
        "/promotion list",
        "/promotion show 4",
        "/promotion target 4 is VIPs",
        "/promotion rule 4 in VIPs",
        "/promotion untarget 4",
        "/segment promotions VIPs",
    ],
)
async def test_without_the_marketing_scope_each_command_says_whom_to_ask(slack: World, line: str) -> None:
    slack.store.scopes.discard("store_v2_marketing")
    await slack.type(line)
    told = read(slack.messages()[-1])
    assert "The bot may not read promotions: its token lacks a Marketing scope" in told
    assert "Ask whoever runs the bot to add it" in told
    assert "planned" not in slack.kinds()


async def test_without_the_marketing_scope_the_rule_form_says_so(slack: World) -> None:
    slack.store.scopes.discard("store_v2_marketing")
    await slack.type("/promotion rule 4")
    assert "The bot may not read promotions" in read(slack.form())
    await slack.client.cancel("ana")
    await slack.type("/promotion show")
    assert await slack.suggest("", field="promotion", action="promotions") == []


async def test_without_the_marketing_scope_segments_are_deleted_and_emptied_with_a_warning(slack: World) -> None:
    slack.store.scopes.discard("store_v2_marketing")
    warning = "Whether promotions use VIPs could not be read: the token lacks store_v2_marketing_read_only."
    await slack.type("/segment clear VIPs")
    assert warning in read(slack.card(1))
    await slack.press(buttons(slack.card(1))[0], by="ben")
    assert slack.sizes()["VIPs"] == 0
    await slack.type("/segment delete VIPs")
    assert warning in read(slack.card(2))
    assert "Undo restores the segment under a new id; promotions may still name the deleted one." in read(slack.card(2))
    await slack.press("Delete Segment", by="ben", change=2)
    assert "VIPs" not in slack.sizes()


async def test_a_token_that_may_only_read_promotions_shows_them_and_changes_none(slack: World) -> None:
    slack.store.scopes.discard("store_v2_marketing")
    slack.store.scopes.add("store_v2_marketing_read_only")
    before = slack.promotions()
    await slack.type("/promotion target 4 is VIPs")
    await slack.press("Retarget Promotion", by="ben")
    card = read(slack.card(1))
    assert "Marketing modify" in card
    assert "Nothing was changed" in card
    assert slack.promotions() == before


async def test_a_quota_used_up_meanwhile_goes_unnoticed(slack: World) -> None:
    await slack.type("/promotion target 4 is VIPs")
    slack.store.faults.add("PUT", "/promotions/{id}", times=3, status=429)
    await slack.press("Retarget Promotion", by="ben")
    assert "Done" in said(slack.card(1))
    assert slack.targeting(WIN_BACK) == {"id": [slack.id_of("VIPs")]}


@pytest.mark.parametrize("fault", [{"status": 500}, {"drop": True}], ids=["500", "no answer"])
async def test_a_promotion_is_never_put_twice_since_others_may_have_changed_it_meanwhile(
    slack: World, fault: Json
) -> None:
    await slack.type("/promotion target 4 is VIPs")
    slack.store.faults.add("PUT", "/promotions/{id}", times=1, **fault)
    await slack.press("Retarget Promotion", by="ben")
    assert "Nothing was changed" in read(slack.card(1))
    assert slack.targeting(WIN_BACK) == {"id": [slack.id_of("Lapsed")]}
    assert [method for method, _ in slack.writes()] == ["PUT"]
    await slack.type("/promotion target 4 is VIPs")
    await slack.press("Retarget Promotion", by="ben", change=2)
    assert slack.targeting(WIN_BACK) == {"id": [slack.id_of("VIPs")]}


@pytest.mark.parametrize("fault", [{"status": 429}, {"status": 500}, {"drop": True}], ids=["429", "500", "no answer"])
async def test_lasting_trouble_with_a_promotion_fails_without_effect(slack: World, fault: Json) -> None:
    before = slack.promotions()
    await slack.type("/promotion target 4 is VIPs")
    slack.store.faults.add("PUT", "/promotions/{id}", times=None, **fault)
    await slack.press("Retarget Promotion", by="ben")
    card = read(slack.card(1))
    assert "Failed" in card
    assert "Try again" in card
    assert "Nothing was changed" in card
    assert slack.promotions() == before


@pytest.mark.parametrize("times", [1, None], ids=["once", "every time"])
@pytest.mark.parametrize("fault", [{"status": 500}, {"drop": True}], ids=["500", "no answer"])
async def test_a_put_that_was_carried_out_without_an_answer_is_done_and_undone(
    slack: World, fault: Json, times: int | None
) -> None:
    before = slack.promotions()
    await slack.type("/promotion target 4 is VIPs")
    slack.store.faults.add("PUT", "/promotions/{id}", carried_out=True, times=times, **fault)
    await slack.press("Retarget Promotion", by="ben")
    slack.store.faults.clear()
    assert "Done" in said(slack.card(1))
    await slack.type("/change undo 1")
    await slack.press("Undo Change", by="ben", change=2)
    assert slack.promotions() == before


async def test_a_promotion_update_in_doubt_says_so_and_can_be_undone(slack: World) -> None:
    before = slack.promotions()
    await slack.type("/promotion target 4 is VIPs")
    async with slack.meanwhile(
        slack.client.press("ben", "#approvals", "Retarget Promotion"),
        "PUT",
        "/promotions/{id}",
        drop=True,
        carried_out=True,
        times=None,
    ):
        slack.store.faults.add("GET", "/promotions/{id}", status=500, times=None)
    slack.store.faults.clear()
    card = read(slack.card(1))
    assert "Failed" in card
    assert "Nothing was changed" not in card
    await slack.type("/promotion show 4")
    assert "Win back reaches shoppers in VIPs" in slack.whisper()
    await slack.type('/promotion target "Win back" is Lapsed')
    await slack.press("Retarget Promotion", by="ben", change=2)
    assert slack.promotions() == before


async def test_a_rule_names_segments_whose_names_hold_its_words(slack: World) -> None:
    slack.put("Research and Development", "R or D")
    await slack.type("/promotion rule Win back in Research and Development or R or D, and not in Staff members")
    assert slack.whisper().startswith("No segment is called “Staff members”.")
    await slack.type("/promotion rule Win back in Research and Development")
    assert "to shoppers in “Research and Development”" in read(slack.card(1))
    slack.put("Research", "Development")
    await slack.type("/promotion rule Win back in Research and Development")
    assert slack.whisper().startswith("Which rule did you mean? Nothing was done yet.")
    assert buttons(slack.messages()[-1])[1] == "Set Rule: in “Research and Development”"
    await slack.press("Set Rule: in “Research”, and in “Development”", by="ana", channel="#segments")
    assert "to shoppers in Research, and in Development" in read(slack.card(2))
    await slack.press("Set Rule", by="ben", change=2)
    assert "Done" in read(slack.card(2))
