"""Segments, by words and by forms: the good days."""

import pytest

from tests.harness import Json, World, buttons, filled, said
from tests.stories.judge import read


def plain(text: str) -> str:
    """``text`` without the blanks around what one can type."""
    return " ".join(text.split())


async def test_list_shows_every_segment_with_its_size_and_offers_what_comes_next(slack: World) -> None:
    await slack.type("/segment list")
    shown = slack.messages()[-1]
    assert "12 segments" in said(shown)
    for name, size in slack.sizes().items():
        assert f"{name}\n{size}\n" in read(shown)
    assert buttons(shown) == ["Create Segment", "Show a Segment", "Add Shoppers"]
    assert shown["ephemeral"]
    assert not slack.writes()


async def test_list_narrows_down_by_words_in_name_or_description(slack: World) -> None:
    await slack.type("/segment list COFFEE three")
    assert "1 segment" in slack.whisper()
    assert "Coffee lovers" in slack.whisper()
    assert "Tea drinkers" not in slack.whisper()


async def test_list_of_words_that_nothing_has_says_so_and_offers_to_create(slack: World) -> None:
    await slack.type("/segment list unicorns")
    assert "There are no segments with “unicorns”" in slack.whisper()
    assert buttons(slack.messages()[-1]) == ["All Segments", "Create Segment"]
    await slack.type("/segment list Tasting week")
    assert "Show Promotion: Tasting week" in slack.whisper()


async def test_list_beyond_the_last_page_says_how_many_there_are(slack: World) -> None:
    await slack.type("/segment list page:7")
    assert "There is only 1 page" in slack.whisper()


async def test_show_tells_size_promotions_and_id(slack: World) -> None:
    await slack.type("/segment show VIPs")
    told = slack.whisper()
    assert f"VIPs: {slack.sizes()['VIPs']} shoppers" in told
    assert "Spent over $1,000" in told
    assert slack.id_of("VIPs") in told
    assert "live" in told
    (*_, actions, _waits, record) = slack.messages()[-1]["blocks"]
    *shown, menu = actions["elements"]
    assert [(one["text"]["text"], one.get("style")) for one in shown] == [
        ("Add Shoppers", None),
        ("Members", None),
        ("Edit", None),
        ("Delete", "danger"),
    ]
    assert [one["text"]["text"] for one in menu["options"]] == [
        "Remove Shoppers",
        "Export",
        "Compare",
        "Copy",
        "Clear",
    ]
    assert record["type"] == "context"
    assert record["elements"][0]["text"].endswith(f"id {slack.id_of('VIPs')}")
    assert told.count(slack.id_of("VIPs")) == 1
    await slack.press("Compare", by="ana", channel="#segments")
    assert filled(slack.form(), "first") == "VIPs"


async def test_show_says_where_promotions_cannot_be_read(slack: World) -> None:
    slack.store.scopes.discard("store_v2_marketing")
    await slack.type("/segment show VIPs")
    assert "The token may not read promotions (scope store_v2_marketing_read_only)." in read(slack.messages()[-1])


async def test_show_finds_a_segment_by_its_id_and_in_any_case(slack: World) -> None:
    for word in (slack.id_of("VIPs"), slack.id_of("VIPs").upper(), "vips", "“VIPs”"):
        await slack.type(f"/segment show {word}")
        assert "VIPs: " in slack.whisper()


async def test_show_without_a_segment_opens_its_form_whose_type_ahead_offers_segments(slack: World) -> None:
    await slack.type("/segment show")
    assert slack.form()
    assert await slack.suggest("co", field="segment") == ["Coffee lovers"]
    assert len(await slack.suggest("", field="segment")) == 12
    await slack.submit({"Segment": "Coffee lovers"})
    assert slack.form() is None
    assert "Coffee lovers: " in slack.whisper()


async def test_the_buttons_of_show_open_the_edit_form_and_ask_for_the_deletion(slack: World) -> None:
    await slack.type("/segment show VIPs")
    await slack.press("Edit", by="ana", channel="#segments")
    form = slack.form()
    assert form
    assert form["state"]["values"]["name"]["value"]["value"] == "VIPs"
    await slack.client.cancel("ana")
    await slack.press("Delete", by="ana", channel="#segments")
    assert "Delete the segment VIPs" in said(slack.card(1))
    assert "VIPs" in slack.sizes()


async def test_the_buttons_of_list_open_the_forms_of_what_comes_next(slack: World) -> None:
    for button, field in (("Create Segment", "name"), ("Show a Segment", "segment"), ("Add Shoppers", "shoppers")):
        await slack.type("/segment list")
        await slack.press(button, by="ana", channel="#segments")
        form = slack.form()
        assert form
        assert field in form["state"]["values"]
        await slack.client.cancel("ana")


async def test_show_tells_the_latest_changes_of_this_segment_and_of_no_other(slack: World) -> None:
    (inside,), (outside,) = slack.emails(1, inside="VIPs"), slack.emails(1, outside="VIPs")
    await slack.type(f"/segment add VIPs {outside}", by="cleo")
    await slack.type(f"/segment remove VIPs {inside}", by="ana")
    await slack.type("/segment clear Lapsed", by="ana")
    await slack.type("/segment show VIPs", by="ben")
    told = slack.whisper(by="ben")
    assert told.index("Remove 1 of 41 shoppers from VIPs") < told.index("Add 1 shopper to VIPs")
    assert "waiting" in told
    assert "Lapsed" not in told
    await slack.type('/segment show "Spring launch waitlist"', by="ben")
    assert "Latest changes" not in slack.whisper(by="ben")


async def test_a_segment_renamed_meanwhile_is_still_the_one_shown(slack: World) -> None:
    await slack.type("/segment show VIPs")
    slack.rename("VIPs", "Very Important")
    slack.put("VIPs")
    await slack.press("Members", by="ana", channel="#segments")
    assert "Very Important: 40 shoppers" in slack.whisper()


async def test_a_segment_deleted_between_list_and_click_is_told(slack: World) -> None:
    await slack.type("/segment show VIPs")
    gone = slack.id_of("VIPs")
    slack.drop("VIPs")
    await slack.press("Members", by="ana", channel="#segments")
    assert f"No segment is called “{gone}”. /segment list shows every segment." in plain(slack.whisper())


async def test_create_needs_nobody_else_and_its_card_is_where_it_was_asked(slack: World) -> None:
    await slack.type('/segment create "Big Spenders" Spent over 500 in a year')
    assert slack.sizes()["Big Spenders"] == 0
    card = slack.messages()[-1]
    assert "Create the segment Big Spenders" in said(card)
    assert "Done" in said(card)
    assert buttons(card) == ["Undo"]
    await slack.type("/segment show big spenders")
    assert "Spent over 500 in a year" in slack.whisper()


async def test_create_without_a_name_opens_its_form(slack: World) -> None:
    await slack.type("/segment create")
    await slack.submit({"Name": "Loyal", "Description": "Came back\ntwice"})
    assert slack.form() is None
    assert slack.sizes()["Loyal"] == 0
    assert slack.writes() == [("POST", "/segments")]


async def test_a_form_stays_open_where_a_name_is_taken(slack: World) -> None:
    await slack.type("/segment create")
    outcome = await slack.submit({"Name": "vips"})
    assert "There is already a segment named “VIPs”" in outcome["errors"]["name"]
    assert slack.form()
    await slack.submit({"Name": "VIPs of the north"})
    assert "VIPs of the north" in slack.sizes()


async def test_edit_by_words_renames_and_describes(slack: World) -> None:
    await slack.type('/segment edit VIPs name:"Very Important" description:“Our best”')
    assert "Very Important" in slack.sizes()
    assert "rename it to Very Important and describe it as “Our best”" in read(slack.messages()[-1])


async def test_edit_opens_a_form_that_holds_what_the_store_says(slack: World) -> None:
    await slack.type("/segment edit VIPs")
    form = slack.form()
    assert form
    assert form["state"]["values"]["description"]["value"]["value"].startswith("Spent over")
    await slack.submit({"Name": "VIP", "Description": None})
    assert "VIP" in slack.sizes()
    assert "drop its description" in read(slack.messages()[-1])


async def test_a_description_too_long_for_a_form_has_to_be_edited_by_words(slack: World) -> None:
    slack.put("Wordy", description="x" * 3001)
    await slack.type("/segment edit Wordy")
    told = read(slack.form())
    assert "The description of “Wordy” is longer than a form holds." in told
    assert "/segment edit Wordy name:…" in told


async def test_edit_without_a_segment_asks_first_which_one(slack: World) -> None:
    await slack.type("/segment edit")
    await slack.submit({"Segment": "Lapsed"})
    form = slack.form()
    assert form
    assert form["state"]["values"]["name"]["value"]["value"] == "Lapsed"
    await slack.submit({"Name": "Sleeping"})
    assert slack.form() is None
    assert "Sleeping" in slack.sizes()


async def test_the_second_view_comes_within_the_acknowledgement_where_the_store_is_quick(slack: World) -> None:
    await slack.type("/segment edit")
    await slack.client.submit("ana", {"Segment": "Lapsed"})  # nothing more is waited for
    assert filled(slack.form(), "name") == "Lapsed"
    assert not [door for door, _ in slack.sent if door == "views.update"]


async def test_the_second_view_comes_later_where_the_store_is_slow(slack: World) -> None:
    await slack.type("/segment edit")
    await slack.suggest("laps", field="segment")
    stuck = slack.stick("GET", "/segments")
    outcome = await slack.client.submit("ana", {"Segment": "Lapsed"})
    assert outcome["ok"]
    assert "Loading…" in read(slack.form())
    stuck.release.set()
    await slack.settled()
    assert filled(slack.form(), "name") == "Lapsed"
    await slack.submit({"Name": "Sleeping"})
    assert "Sleeping" in slack.sizes()


@pytest.mark.parametrize(
    ("values", "told", "named"),
    [
        ({"Description": "New"}, "describe it as “New”", "Big  Spenders"),
        ({"Name": "Bigger"}, "rename it to Bigger", "Bigger"),
    ],
)
async def test_a_form_gives_back_what_it_showed_and_changes_nothing_else(
    slack: World, values: Json, told: str, named: str
) -> None:
    description = "Spent  over 1,000\r\n  twice "
    (id_,) = slack.put("Big  Spenders", description=description)
    await slack.type(f"/segment edit {id_}")
    await slack.submit(values)
    assert f"Edit the segment Big  Spenders: {told}\n" in read(slack.card(1))
    (found,) = [one for one in slack.store.shop.rows("SELECT * FROM segments") if one["id"] == id_]
    assert (found["name"], found["description"]) == (named, values.get("Description", description))


async def test_a_form_in_which_nothing_was_changed_is_no_change(slack: World) -> None:
    (id_,) = slack.put("Big  Spenders", description="Spent  over 1,000 ")
    await slack.type(f"/segment edit {id_}")
    outcome = await slack.submit({"Name": filled(slack.form(), "name")})
    assert "already named and described like this" in outcome["errors"]["name"]
    assert not slack.writes()


async def test_an_edit_that_a_form_cannot_carry_along_is_refused_and_not_lost(slack: World) -> None:
    await slack.type(f'/segment edit description:"{"x" * 2900}"')
    told = read(slack.messages()[-1])
    assert told.startswith(
        "That is more than a form can hold. Type it all in one line instead. Type `/segment edit <segment>"
    )
    assert slack.form() is None
    await slack.type(f'/segment edit description:"{"x" * 2400}"')
    await slack.submit({"Segment": "Lapsed"})
    assert filled(slack.form(), "description") == "x" * 2400


@pytest.mark.parametrize(
    ("words", "names"),
    [("coffee lovers", ["Coffee lovers", "Lovers of coffee"]), ("“coffee lovers”", ["Coffee lovers"])],
)
async def test_list_looks_for_each_word_or_for_what_stands_in_quotes(
    slack: World, words: str, names: list[str]
) -> None:
    slack.put("Lovers of coffee")
    await slack.type(f"/segment list {words}")
    shown = read(slack.messages()[-1])
    assert [name for name in ("Coffee lovers", "Lovers of coffee") if name in shown] == names


async def test_the_next_page_looks_for_what_stands_in_quotes_too(slack: World) -> None:
    slack.put(*(f"Early tea {number:02}" for number in range(51)), "Tea, early")
    await slack.type('/segment list "early tea"')
    assert "51 segments, 1 to 50 shown" in slack.whisper()
    await slack.press("Next Page", by="ana", channel="#segments")
    assert "51 segments, 51 to 51 shown" in slack.whisper()


async def test_an_edit_that_changes_nothing_is_no_change(slack: World) -> None:
    await slack.type("/segment edit VIPs name:VIPs")
    assert "already named and described like this" in slack.whisper()
    assert not slack.writes()


async def test_delete_without_a_segment_opens_its_form_for_several(slack: World) -> None:
    await slack.type("/segment delete")
    await slack.submit({"Segments": ["VIPs", "Lapsed"]})
    assert "Delete the segment VIPs" in read(slack.card(1))
    assert "Delete the segment Lapsed" in read(slack.card(1))
    await slack.press("Delete Segment", by="cleo")
    assert not {"VIPs", "Lapsed"} & set(slack.sizes())


async def test_a_segment_is_named_with_blanks_without_quotes_and_several_with_commas(slack: World) -> None:
    await slack.type("/segment delete coffee lovers")
    assert "Delete the segment Coffee lovers" in said(slack.card(1))
    await slack.type("/segment delete “Tea drinkers”, VIPs")
    assert "Delete the segment Tea drinkers" in read(slack.card(2))
    assert "Delete the segment VIPs" in read(slack.card(2))
    assert not slack.writes()


async def test_the_card_warns_of_promotions_that_use_the_segment(slack: World) -> None:
    await slack.type("/segment delete VIPs")
    card = read(slack.card(1))
    assert "deletes a segment that" in card
    assert "live promotion" in card
    assert "points these promotions to it" in card
