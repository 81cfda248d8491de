"""After some were left out of a change, its card names who is left, and Details whom was left out, and by whom."""

from bot.sandbox.workspace.people import BEN, CLEO
from tests.harness import Json, World
from tests.stories.judge import read


def left_out(slack: World, change: int = 1, *, by: str = "ben") -> list[list[str]]:
    """The rows of what was left out, in the latest answer."""
    answers = [one for one in slack.messages(by=by) if one["ephemeral"]]
    tables: list[Json] = [block for block in answers[-1]["blocks"] if block["type"] == "data_table"]
    (table,) = (one for one in tables if one["caption"] == f"Left out of change {change}")
    return [[read(cell).strip() for cell in row] for row in table["rows"][1:]]


async def test_the_card_names_who_is_left(slack: World) -> None:
    emails = slack.emails(5, inside="VIPs")
    named = [slack.named(one) for one in emails]
    await slack.type(f"/segment remove VIPs {' '.join(emails)}")
    await slack.type(f"/change except 1 {emails[0]}", by="ben")
    assert f"\n{named[1]}, {named[2]}, {named[3]} and 1 more.\n" in read(slack.card(1))
    assert "Some were left out. Details lists them." in read(slack.card(1))
    await slack.type(f"/change except 1 {emails[1]}", by="cleo")
    assert f"\n{named[2]}, {named[3]} and {named[4]}.\n" in read(slack.card(1))
    await slack.type(f"/change except 1 {emails[2]} {emails[3]}", by="ben")
    assert f"Remove 1 of 40 shoppers from VIPs: {named[4]}\n" in read(slack.card(1))


async def test_who_is_left_is_named_when_the_store_changed_too(slack: World) -> None:
    emails = slack.emails(4, inside="VIPs")
    await slack.type(f"/shopper delete {' '.join(emails)}")
    await slack.type(f"/change except 1 {emails[0]}", by="ben")
    slack.drop_profile(emails[1])
    await slack.press("Delete Profiles", by="cleo")
    assert f"\n{slack.named(emails[2])} and {slack.named(emails[3])}.\n" in read(slack.card(1))


async def test_newcomers_who_are_left_are_named(slack: World) -> None:
    known, new = slack.emails(14, outside="VIPs"), slack.emails_without_profile(14)
    await slack.type(f"/segment add VIPs {' '.join((*known, *new))}")
    await slack.type(f"/change except 1 {' '.join((*known, *new[2:]))}", by="ben")
    assert f"\n{slack.named(new[0])} and {slack.named(new[1])}.\n" in read(slack.card(1))


async def test_details_tells_who_was_left_out_and_by_whom(slack: World) -> None:
    one, two, three = slack.emails(3, inside="VIPs")
    await slack.type(f"/segment remove VIPs {one} {two} {three}")
    await slack.type(f"/change except 1 {one}", by="ben")
    await slack.type(f"/change except 1 {two}", by="cleo")
    await slack.press("Remove Shoppers", by="ben")
    await slack.type("/change details 1", by="ben")
    assert left_out(slack) == [
        [slack.called(one), slack.profile_id(one), f"@{BEN}"],
        [slack.called(two), slack.profile_id(two), f"@{CLEO}"],
    ]


async def test_an_edit_begins_anew(slack: World) -> None:
    one, two, three = slack.emails(3, inside="VIPs")
    await slack.type(f"/segment remove VIPs {one} {two} {three}")
    await slack.type(f"/change except 1 {one}", by="ben")
    await slack.press("Edit", by="ana", change=1)
    await slack.submit({"Shoppers": f"{one} {two} {three}"})
    await slack.type("/change details 1", by="ben")
    assert "Left out of" not in slack.whisper(by="ben")
    await slack.type(f"/change except 1 {one}", by="cleo")
    await slack.type("/change details 1", by="ben")
    assert left_out(slack) == [[slack.called(one), slack.profile_id(one), f"@{CLEO}"]]


async def test_segments_and_promotions_that_were_left_out_have_names(slack: World) -> None:
    await slack.type("/segment delete VIPs, Lapsed")
    await slack.type("/change except 1 Lapsed", by="ben")
    await slack.type("/change details 1", by="ben")
    assert left_out(slack) == [["Lapsed", slack.id_of("Lapsed"), f"@{BEN}"]]


async def test_a_promotion_that_was_left_out_of_an_undo_has_its_name(slack: World) -> None:
    await slack.type("/segment delete VIPs")
    await slack.press("Delete Segment", by="ben")
    await slack.type("/change undo 1")
    await slack.type("/change except 2 “gift wrap on us”", by="ben")
    await slack.type("/change details 2", by="ben")
    assert left_out(slack, 2) == [["Gift wrap on us", "6", f"@{BEN}"]]


async def test_very_many_left_out_come_as_a_file(slack: World) -> None:
    emails = slack.emails(103, outside="VIPs")
    await slack.type(f"/segment add VIPs {' '.join(emails)}")
    await slack.type(f"/change except 1 {' '.join(emails[:102])}", by="ben")
    await slack.type("/change details 1", by="ben")
    lines = slack.files(by="ben")["left out of change 1.csv"].splitlines()
    assert (lines[0], len(lines), lines[1].endswith(f",{BEN}")) == ("what,id,left_out_by", 103, True)
