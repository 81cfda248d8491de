"""Leave Some Out offers the change's items to tick, with pasting besides."""

import pytest

from bot.slack.ticks import render_ticks
from commands import GROUPS
from tests.harness import Json, World, filled
from tests.stories.judge import read


def ticks(form: Json | None) -> Json:
    """The list to tick in an open form."""
    assert form
    (block,) = (one for one in form["blocks"] if one.get("block_id") == "items-ticks")
    return dict(block)


async def leave_some_out(slack: World) -> Json | None:
    await slack.press("Leave Some Out", by="ben")
    return slack.form(by="ben")


async def test_shoppers_are_ticked_and_left_out(slack: World) -> None:
    one, two, three, four = slack.emails(4, inside="VIPs")
    await slack.type(f"/segment remove VIPs {one} {two} {three} {four}")
    block = ticks(await leave_some_out(slack))
    offered = [option["text"]["text"] for option in block["element"]["options"]]
    assert sorted(offered) == sorted(slack.called(email) for email in (one, two, three, four))
    assert block["hint"]["text"] == "Type to search."
    await slack.submit({"Leave out": [slack.called(one), slack.called(two)]}, by="ben")
    assert "\nRemove 2 of 40 shoppers from VIPs\n" in read(slack.card(1))
    left = {item.id for item in (await slack.change(1)).plan.items}
    assert left == {slack.profile_id(three), slack.profile_id(four)}


async def test_what_is_ticked_and_what_is_pasted_add_up(slack: World) -> None:
    one, two, three = slack.emails(3, inside="VIPs")
    await slack.type(f"/shopper delete {one} {two} {three}")
    form = await leave_some_out(slack)
    assert filled(form, "items") in ("", None)
    await slack.submit({"Leave out": [slack.called(one)], "Items": two}, by="ben")
    assert [item.id for item in (await slack.change(1)).plan.items] == [str(slack.customer_id(three))]


async def test_segments_and_promotions_are_ticked_by_name(slack: World) -> None:
    await slack.type("/segment delete VIPs Lapsed Reviewers")
    await leave_some_out(slack)
    await slack.submit({"Leave out": ["Lapsed", "Reviewers"]}, by="ben")
    assert "Delete the segment VIPs (40 shoppers)" in read(slack.card(1))


async def test_of_more_than_100_the_first_are_offered_and_the_others_can_be_pasted(slack: World) -> None:
    slack.enrol("VIPs", 130)
    await slack.type("/segment clear VIPs")
    block = ticks(await leave_some_out(slack))
    assert len(block["element"]["options"]) == 100
    assert block["hint"]["text"] == "The first 100 of 130; paste others below. Type to search."


async def test_nothing_ticked_and_nothing_pasted_is_refused_in_the_form(slack: World) -> None:
    await slack.type(f"/segment remove VIPs {' '.join(slack.emails(2, inside='VIPs'))}")
    await leave_some_out(slack)
    outcome = await slack.submit({}, by="ben")
    assert outcome["errors"] == {"items": "Items is missing."}


async def test_an_unknown_change_is_refused_where_its_items_would_be(slack: World) -> None:
    await slack.type("/change except 42")
    assert "change 42" in read(slack.form())
    await slack.type("/change except")
    assert "items-ticks" not in str(slack.form())


async def test_what_is_no_number_of_a_change_is_told_as_of_any_other_line(slack: World) -> None:
    await slack.type("/segment delete VIPs")
    told = {
        "VIPs": "Change takes a number, not “VIPs”.",
        "ada@example.com": "Change takes a number, not “ada@example.com”.",
        "last": "Which change did you mean by “last”? Nothing was done yet.",
        "¹": "Which change did you mean by “¹”? Nothing was done yet.",
        "#1x": "Change must be a whole number.",
        "99999999999999999999": "Change must be 1,000,000,000 or less.",
    }
    for typed, sentence in told.items():
        await slack.type(f"/change except {typed}", by="ben")
        assert slack.whisper(by="ben").startswith(sentence)
        assert slack.form(by="ben") is None


async def test_the_change_that_words_stand_for_offers_its_items(slack: World) -> None:
    await slack.type("/segment delete VIPs Lapsed")
    await slack.type("/change except last", by="ben")
    await slack.press("Open Form", by="ben", channel="#segments")
    assert ticks(slack.form(by="ben"))


@pytest.mark.parametrize(
    "word", ["VIPs", "last", "#1x", "¹", "99999999999999999999", "#99999999999999999999", "@", ":"]
)
async def test_no_word_leaves_a_form_that_loads_for_good(slack: World, word: str) -> None:
    await slack.type("/segment delete VIPs")
    for command in (one.path for group in GROUPS for one in group.commands):
        await slack.type(f"/{command} {word}")
        if form := slack.form():
            assert "Loading" not in read(form)
            await slack.client.cancel("ana")


def test_a_form_without_items_to_tick_stays_as_it_is() -> None:
    assert render_ticks({"blocks": []}, "items", {}, 0) == {"blocks": []}
