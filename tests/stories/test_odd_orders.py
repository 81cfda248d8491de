"""Words in odd orders, and what forms hold: what was meant is asked about, and what was said is done."""

import pytest

from tests.harness import World, buttons, filled
from tests.stories.judge import read


async def test_whose_name_has_a_comma_is_registered_as_people_say(slack: World) -> None:
    await slack.type("/shopper register Moss, Eve (Sales) <eve@example.com> to VIPs")
    assert not slack.writes()
    assert "• Email: “eve@example.com”; First name: “Eve”; Last name: “Moss”; Segments: “VIPs”" in slack.whisper()
    await slack.press("Register Shopper: Eve", by="ana", channel="#segments")
    assert slack.called("eve@example.com") == "Eve Moss (eve@example.com)"
    assert slack.profile_id("eve@example.com") in slack.members("VIPs")


async def test_a_form_for_somebody_is_filled_by_what_each_word_is(slack: World) -> None:
    await slack.type("/shopper register Eve <eve@example.com>")
    form = slack.form()
    assert (filled(form, "email"), filled(form, "first_name")) == ("eve@example.com", "Eve")
    assert (await slack.submit({"First name": "Moss, Eve", "Last name": "x"}))["errors"]["first_name"].startswith(
        "First name: it has a comma, so it may be two names"
    )
    assert (await slack.submit({"First name": "Ms.", "Last name": "Moss"}))["errors"]["first_name"].startswith(
        "First name: “Ms.” is a title"
    )
    await slack.submit({"First name": "Eve;", "Last name": "Moss, Jr."})
    assert slack.called("eve@example.com") == "Eve Moss, Jr. (eve@example.com)"


async def test_a_form_for_somebody_in_an_address_book_s_quotes_has_the_last_name_last(slack: World) -> None:
    for quote in "'\"":
        await slack.type(f"/shopper register {quote}Moss, Eve{quote} <eve@example.com>")
        form = slack.form()
        assert [filled(form, one) for one in ("email", "first_name", "last_name")] == ["eve@example.com", "Eve", "Moss"]
        await slack.client.cancel("ana")


async def test_a_last_name_that_is_a_title_elsewhere_is_a_name(slack: World) -> None:
    await slack.type("/shopper register mike@example.com Mike Herr")
    assert slack.called("mike@example.com") == "Mike Herr (mike@example.com)"
    await slack.type("/shopper register Dame N'Doye <dame@example.com>")
    await slack.press("Register Shopper: dame@example.com", by="ana", channel="#segments")
    assert slack.called("dame@example.com") == "Dame N'Doye (dame@example.com)"


async def test_names_beside_addresses_are_no_words_that_were_left_out(slack: World) -> None:
    slack.register("ida@example.com", "Ida", "Moss")
    await slack.type("/segment add VIPs Ida Moss (ida@example.com), Nonsense")
    assert "1 other word was left out: Nonsense." in read(slack.card(1))


@pytest.mark.parametrize(
    ("line", "segment", "mode"),
    [
        ("add", None, "Add these"),
        ("add VIPs", "VIPs", "Add these"),
        ("VIPs add", "VIPs", "Add these"),
        ("remove VIPs", "VIPs", "Remove these"),
        ("to VIPs", "VIPs", None),
        ("my list to VIPs", "VIPs", None),
        ("replace", None, "Make it equal: these and no one else"),
        ("VIPs a@example.com", "VIPs", None),
        ("add a@example.com", None, "Add these"),
    ],
)
async def test_a_list_may_be_asked_for_in_any_order(
    slack: World, line: str, segment: str | None, mode: str | None
) -> None:
    await slack.type(f"/segment import {line}")
    form = slack.form()
    assert (filled(form, "segment"), filled(form, "mode")) == (segment, mode)
    assert filled(form, "text") == ("a@example.com" if "@" in line else None)
    assert "No segment is called" not in read(form)


@pytest.mark.parametrize(
    ("line", "field", "value"),
    [
        ("/segment import a@example.com to VIPs", "segment", "VIPs"),
        ("/segment import add these people to VIPs", "segment", "VIPs"),
        ("/shopper register eve@example.com Ms. Moss", "last_name", "Moss"),
        ("/shopper register Ms. Moss <eve@example.com>", "last_name", "Moss"),
    ],
)
async def test_what_lacks_something_in_another_order_opens_the_form(
    slack: World, line: str, field: str, value: str
) -> None:
    await slack.type(line)
    assert not slack.form()
    await slack.press("Open Form", by="ana", channel="#segments")
    assert filled(slack.form(), field) == value


async def test_signs_and_apostrophes_of_any_kind_say_not(slack: World) -> None:
    for sign in ("isn’t", "≠", "!="):
        await slack.type(f"/promotion target Win back {sign} VIPs")
        assert "to shoppers not in VIPs" in read(slack.messages()[-1]), sign


async def test_a_list_without_its_segment_says_which_is_unknown(slack: World) -> None:
    (email,) = slack.emails(1)
    await slack.type(f"/segment import remove Nobody {email}")
    assert "No segment is called “Nobody" in slack.whisper()
    await slack.type("/segment import VIPs add remove nobody@example.com")
    assert "• Segment: “VIPs”; Mode: “remove”; List: “nobody@example.com”" in slack.whisper()
    assert not slack.writes()


@pytest.mark.parametrize(
    ("name", "ways"),
    [
        ("Gold of ada@example.com", ["Create Segment: Gold", "Create Segment: Gold of ada@example.com"]),
        ("ada@example.com, b@example.com", ["Create Segment: ada@example.com, b@example.com"]),
        ("Name: Gold", ["Create Segment: Name: Gold", "Create Segment: Gold"]),
        ("a new segment called Gold", ["Create Segment: a new segment called Gold", "Create Segment: Gold"]),
    ],
)
async def test_a_new_name_in_a_form_is_asked_about_as_in_words(slack: World, name: str, ways: list[str]) -> None:
    await slack.type("/segment create")
    await slack.submit({"Name": name})
    assert not slack.writes()
    assert [one for one in buttons(slack.messages()[-1]) if one != "Something Else"] == ways
    await slack.press(ways[0], by="ana", channel="#segments")
    assert ways[0].partition(": ")[2] in slack.sizes()


async def test_a_new_name_in_quotes_is_taken_from_a_form_as_it_is(slack: World) -> None:
    await slack.type("/segment create")
    await slack.submit({"Name": "“Gold of ada@example.com”"})
    assert "Gold of ada@example.com" in slack.sizes()
    await slack.type("/segment copy VIPs")
    await slack.submit({"New name": '"Name: Silver"'})
    await slack.press("Copy Segment", by="ben")
    assert "Name: Silver" in slack.sizes()


async def test_a_name_that_was_asked_about_is_not_asked_about_again_when_its_change_is_edited(slack: World) -> None:
    await slack.type("/segment combine VIPs Lapsed either Team of ada@example.com")
    await slack.press("Combine Segments: Team of ada@example.com", by="ana", channel="#segments")
    await slack.press("Edit", by="ana")
    outcome = await slack.submit({"Take shoppers who are in": "The first but not the second"})
    assert "errors" not in outcome
    await slack.press("Edit", by="ana")
    outcome = await slack.submit({"Put them into": "Team of b@example.com"})
    assert "In quotes it is taken as it is." in outcome["errors"]["first"]


async def test_what_is_only_called_a_segment_has_no_name_yet(slack: World) -> None:
    for line in ("segment", "a new segment", "new"):
        await slack.type(f"/segment create {line}")
        assert filled(slack.form(), "name") is None
        await slack.client.cancel("ana")


async def test_filters_of_the_log_need_no_colon(slack: World) -> None:
    await slack.type("/segment create Fresh")
    for words in ("segment Fresh since november", "change 1", "kind asked until today", "since Q4 by ana"):
        await slack.type(f"/audit recent {words}", by="ben")
        assert "Searched for: " in slack.whisper(by="ben"), words
