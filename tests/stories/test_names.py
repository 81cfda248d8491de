"""Names: hostile, long, taken, alike and misspelt ones. They are shown as they are, and have no power.

What nobody could see of them is shown by a sign: the judge looks for it in all that the bot sends.
"""

import pytest

from bot.core.language.visible import visible
from bot.sandbox.workspace import people
from tests.conftest import OpenWorld
from tests.harness import World, filled, said
from tests.stories.judge import read

HOSTILE = {
    "channel": "<!channel> <!here>",
    "mention": f"<@{people.BEN}>",
    "group": f"<!subteam^{people.APPROVERS_GROUP}>",
    "link": "<https://evil.example|Approved by Ben>",
    "pipe": "a|b|c",
    "back-ticks": "`rm -rf` and ```code```",
    "marks": "*bold* _it_ ~gone~ > quote",
    "emoji": ":x: :white_check_mark: Done",
    "entities": "&lt;!channel&gt; &amp;",
    "sql": "'; DROP TABLE segments; --",
    "formula": "=cmd|' /C calc'!A0",
    "at": "@channel @here #general",
    "right to left": "\u202esPIV\u202c",
    "of no width": "VI\u200bPs\ufeff\u2060",
    "terminal": "\x1b[2Jcleared\x9b31m\x07",
    "newline": "two\nlines\ttab",
    "long": "Very long " * 100,
    "one word": "W" * 1000,
    "picture": "👩‍👩‍👧 familia",
    "private use": f"\ue000{people.BEN}\ue000",
}

SHOPPERS = ("/shopper show", "/shopper create", "/shopper delete", "/segment add VIPs", "/segment remove VIPs")


def begins(name: str) -> str:
    """As much of a name as every place has room for, with signs for what nobody sees."""
    return visible(name[:60].strip())


@pytest.mark.parametrize("name", HOSTILE.values(), ids=HOSTILE.keys())
async def test_a_hostile_name_from_the_store_is_shown_as_it_is_wherever_it_stands(
    open_world: OpenWorld, name: str
) -> None:
    slack = await open_world(customers=20)
    (id_,) = slack.put(name, description=name)
    slack.enrol(name, 3)
    await slack.type("/segment list")
    assert begins(name) in read(slack.messages()[-1])
    await slack.type(f"/segment show {id_}")
    assert begins(name) in read(slack.messages()[-1])
    await slack.type(f"/segment members {id_}")
    assert begins(name) in read(slack.messages()[-1])
    await slack.type(f"/segment export {id_}")
    assert begins(name) in read(slack.messages()[-1])
    assert len(slack.files()) == 1
    await slack.type(f"/segment add {id_}")
    assert begins(name) in filled(slack.form(), "segment")[0]
    await slack.client.cancel("ana")
    await slack.type(f"/segment edit {id_}")
    form = slack.form()
    assert form
    assert form["state"]["values"]["name"]["value"]["value"].startswith(begins(name))
    await slack.type(f"/segment delete {id_}")
    assert begins(name) in read(slack.card(1))
    assert begins(name) in read(await slack.home(by="ben"))
    members = slack.members(name)
    await slack.press("Delete Segment", by="ben")
    assert name not in slack.sizes()
    await slack.type("/change undo 1")
    await slack.press("Undo Change", by="ben", change=2)
    assert slack.members(name) == members
    await slack.type("/change list all")
    assert begins(name) in read(slack.messages()[-1])
    await slack.type("/change show 1")
    assert begins(name) in read(slack.messages()[-1])


@pytest.mark.parametrize("name", ["VI\u200bPs", "\u202esPIV\u202c", "\x1b[2Jred", "two\nlines", "👩\u200d👩 \ufeff"])
async def test_a_name_works_as_it_is_and_as_it_is_shown(slack: World, name: str) -> None:
    slack.put(name)
    for word in (name, visible(name)):
        await slack.type(f'/segment show "{word}"')
        assert read(slack.messages()[-1]).startswith(f"{visible(name)}: 0 shoppers"), word


@pytest.mark.parametrize("name", ["VI\u200bPs", "\u202esPIV\u202c", "two\nlines"])
async def test_a_form_that_is_left_as_it_is_changes_no_name(slack: World, name: str) -> None:
    (id_,) = slack.put(name, description=f"{name}\n\u200b{name}")
    await slack.type(f"/segment edit {id_}")
    await slack.submit({})
    assert not slack.writes()
    assert name in slack.sizes()


async def test_of_two_names_that_look_alike_none_is_guessed(slack: World) -> None:
    (plain, joined, other) = slack.put("Loyal", "Lo\u200byal", "Lo\u200cyal")
    await slack.type("/segment show Loyal")
    assert plain in read(slack.messages()[-1])
    await slack.type("/segment show Lo\ufffdyal")
    told = read(slack.messages()[-1])
    assert all(one in told for one in (joined, other))
    assert plain not in told


@pytest.mark.parametrize("name", HOSTILE.values(), ids=HOSTILE.keys())
async def test_a_shoppers_hostile_name_is_shown_literally(open_world: OpenWorld, name: str) -> None:
    slack = await open_world(customers=20)
    id_ = slack.register("eve@example.com", name, name)
    await slack.type(f"/shopper show {id_}")
    assert begins(name) in read(slack.messages()[-1])
    await slack.type(f"/segment add VIPs {id_}")
    assert begins(name) in read(slack.card(1))
    await slack.type("/segment members VIPs")
    assert begins(name) in read(slack.messages()[-1])
    await slack.type(f"/shopper delete {id_}")
    assert begins(name) in read(slack.card(2))


async def test_a_hostile_word_that_names_nothing_is_told_and_pings_nobody(slack: World) -> None:
    for name in HOSTILE.values():
        if name == HOSTILE["of no width"]:  # without what nobody sees, it names VIPs
            continue
        for command in ("/segment show", "/segment delete", "/segment list", "/segment", "/change show", *SHOPPERS):
            before = len(slack.messages())
            await slack.type(f"{command} {name}")
            assert len(slack.messages()) > before, f"no answer to {command} {name}"
    assert not slack.writes()
    assert "planned" not in slack.kinds()


@pytest.mark.parametrize("name", ["<!channel>", "a|b", "*b* _i_ `c`", ":x:", "&amp;", "<https://evil.example|x>"])
async def test_a_hostile_name_is_created_as_it_was_filled_in(slack: World, name: str) -> None:
    await slack.type("/segment create")
    await slack.submit({"Name": name, "Description": name})
    assert name in slack.sizes()
    assert name in read(slack.messages()[-1])


async def test_a_form_takes_no_name_of_256_characters(slack: World) -> None:
    await slack.type("/segment create")
    outcome = await slack.submit({"Name": "N" * 256})
    assert "name" in outcome["errors"]
    await slack.submit({"Name": "N" * 255})
    assert "N" * 255 in slack.sizes()


@pytest.mark.parametrize("line", ["/segment create {}", "/segment edit VIPs name:{}"])
async def test_a_typed_name_of_1000_characters_is_refused_with_the_limit(slack: World, line: str) -> None:
    await slack.type(line.format("N" * 1000))
    assert "255" in slack.whisper()
    assert not slack.writes()


@pytest.mark.parametrize("line", ["/segment create {}", "/segment edit VIPs name:{}"])
@pytest.mark.parametrize("invisible", ["\u200b", "\u202e\u2066", "\u2060"])
async def test_a_name_that_nobody_could_see_is_refused(slack: World, line: str, invisible: str) -> None:
    await slack.type(line.format(invisible))
    assert "Name" in slack.whisper()
    assert not slack.writes()


async def test_line_breaks_and_marks_that_turn_the_reading_direction_are_taken_out(slack: World) -> None:
    await slack.type("/segment create")
    await slack.submit({"Name": "Big\u202e Spenders\u2066"})
    assert "Big Spenders" in slack.sizes()
    await slack.type("/segment edit VIPs")
    await slack.submit({"Name": "V\u202eI Ps", "Description": "One\nline"})
    assert "VI Ps" in slack.sizes()


async def test_joined_pictures_and_letters_stay_whole(slack: World) -> None:
    for name in ("👩‍👩‍👧 familia", "می‌خواهم"):
        await slack.type(f'/segment create "{name}"')
        assert name in slack.sizes()


async def test_an_unknown_segment_gets_the_near_ones(slack: World) -> None:
    await slack.type("/segment delete VIP")
    assert "No segment is called “VIP”. Did you mean “VIPs”?" in slack.whisper()
    await slack.type("/segment delete VIPs, Cofee lovers")
    assert "Coffee lovers" in slack.whisper()
    await slack.type("/segment show zzzzqqq")
    assert "/segment list" in slack.whisper()
    assert "planned" not in slack.kinds()


@pytest.mark.parametrize("line", ["/segment delete ,", '/segment delete ""', "/segment delete “”, ,"])
async def test_words_that_say_nothing_open_the_form(slack: World, line: str) -> None:
    await slack.type(line)
    assert slack.form()
    assert "planned" not in slack.kinds()


async def test_names_that_differ_only_in_case_must_be_typed_exactly(slack: World) -> None:
    slack.put("vips", "Vips")
    await slack.type("/segment delete VIPS")
    assert "Which segments did you mean? Nothing was done yet." in slack.whisper()
    assert "planned" not in slack.kinds()
    await slack.press(f"Delete Segment: vips (id {slack.id_of('vips')})", by="ana", channel="#segments")
    await slack.press("Delete Segment", by="ben")
    assert "vips" not in slack.sizes()
    assert {"VIPs", "Vips"} <= set(slack.sizes())


async def test_a_segment_that_differs_only_in_case_comes_back_by_undo(slack: World) -> None:
    slack.put("vips")
    await slack.type("/segment delete vips")
    await slack.press("Delete Segment", by="ben")
    await slack.type("/change undo 1")
    await slack.press("Undo Change", by="ben", change=2)
    assert {"VIPs", "vips"} <= set(slack.sizes())


async def test_a_taken_name_is_refused_before_anything_is_sent(slack: World) -> None:
    for line in ("/segment create vips", "/segment edit Lapsed name:VIPs"):
        await slack.type(line)
        assert "There is already a segment named “VIPs”" in slack.whisper()
    assert not slack.writes()


@pytest.mark.parametrize(
    ("description", "told"),
    [("Of the shop in Bern", "Nothing was changed"), ("", "no one can tell whether this change made it")],
)
async def test_a_name_taken_between_plan_and_run_fails_and_says_so(slack: World, description: str, told: str) -> None:
    async with slack.meanwhile(slack.client.type("ana", "#segments", "/segment create Loyal"), "POST", "/segments"):
        (theirs,) = slack.put("Loyal", description=description)
    card = read(slack.card(1))
    assert "Failed" in card
    assert "already has a segment with this name" in card
    assert told in card
    assert slack.id_of("Loyal") == theirs
    await slack.type("/change undo 1")
    assert "did nothing" in slack.whisper()


async def test_a_segment_renamed_while_its_deletion_waits_is_stale(slack: World) -> None:
    await slack.type("/segment delete VIPs")
    slack.rename("VIPs", "Very Important")
    await slack.press("Delete Segment", by="ben")
    assert "Very Important" in slack.sizes()
    assert "No longer possible" in said(slack.card(1))
    told = "No segment is called “VIPs”. “VIPs” is called “Very Important” now. Ask for this again by the new name."
    assert f"Reason: {told}" in said(slack.card(1))
    assert slack.heard(f"Reason: {told}") == 1


async def test_a_segment_of_a_form_that_is_gone_is_told_by_its_name(slack: World) -> None:
    await slack.type("/segment clear")
    await slack.submit({"Segment": "VIPs"})
    slack.drop("VIPs")
    await slack.press("Clear Segment", by="ben")
    assert "The segment “VIPs” is no longer in the store." in said(slack.card(1))


async def test_another_segment_under_the_same_name_is_not_what_was_approved(open_world: OpenWorld) -> None:
    slack = await open_world(customers=40)
    await slack.type("/segment delete VIPs")
    slack.drop("VIPs")
    (other,) = slack.put("VIPs")
    await slack.press("Delete Segment", by="ben")
    assert slack.id_of("VIPs") == other
    assert not slack.writes()


async def test_words_that_are_both_one_name_and_several_are_asked_about(slack: World) -> None:
    slack.put("Gift")
    slack.put("Cards")
    slack.put("Gift Cards")
    await slack.type("/segment delete Gift Cards")
    assert "Which segments did you mean? Nothing was done yet." in slack.whisper()
    assert "planned" not in slack.kinds()
    await slack.press("Delete Segment: Gift and Cards", by="ana", channel="#segments")
    assert "Delete the segment Gift (empty)" in read(slack.card(1))
