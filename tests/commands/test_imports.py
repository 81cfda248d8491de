"""Lists are imported: one preview that tells every row, one card, one approval, and ids from then on."""

import csv
import io
import re
from base64 import b64encode
from typing import Any

import pytest

from tests.conftest import OpenWorld
from tests.core.list_files.files import Hidden, Placed, workbook
from tests.harness import World, buttons, said
from tests.stories.judge import read

OTHERS = ("bob-at-example.com", "nobody@example.com")


def classes(slack: World) -> dict[str, list[dict[str, str]]]:
    """The files that the previews came with, by what their rows are."""
    return {
        name.partition(", ")[0].lower(): list(csv.DictReader(io.StringIO(content)))
        for name, content in slack.files().items()
    }


def previewed(slack: World, title: str) -> str:
    """The preview with this title."""
    return next(text for text in map(read, slack.messages()) if text.startswith(title))


async def bring(slack: World, mode: str, *lines: str, segment: str = "VIPs", column: str = "") -> Any:
    """Submit the form with a pasted list."""
    await slack.type(f"/segment import {segment}")
    values = {"Segment": segment, "What to do": mode, "List": "\n".join(lines)}
    return await slack.submit(values | ({"Column": column} if column else {}))


async def test_an_import_tells_every_row_and_waits_for_approval(slack: World) -> None:
    new, inside = slack.emails(30, outside="VIPs"), slack.emails(3, inside="VIPs")
    before = slack.members("VIPs")
    await bring(slack, "add", *new, *inside, new[0].upper(), *OTHERS)
    told = previewed(slack, "Add 30 shoppers to VIPs")
    assert "36 rows read from the pasted list" in str(slack.messages())
    for counted in ("To add\n30", "Already in VIPs\n3", "Duplicates\n1", "Not in the store\n1", "Unreadable\n1"):
        assert counted in told
    kinds = classes(slack)
    assert {kind: len(rows) for kind, rows in kinds.items()} == {
        "rows to add": 30,
        "rows already so": 3,
        "rows duplicates": 1,
        "rows unknown": 1,
        "rows unreadable": 1,
    }
    (unreadable,) = kinds["rows unreadable"]
    assert (unreadable["line"], unreadable["row"]) == ("35", "bob-at-example.com")
    assert kinds["rows duplicates"][0]["reason"] == "The same as line 1"
    card = read(slack.card(1))
    assert "From the pasted list: 30 of 36 rows." in card
    assert "needs 1 approval" in card
    assert not any(address in card for address in (*new, *inside, *OTHERS))
    await slack.press("Import List", by="ben")
    assert slack.members("VIPs") == before | {slack.profile_id(one) for one in new}
    await slack.type("/change undo 1")
    await slack.press("Undo Change", by="ben", change=2)
    assert slack.members("VIPs") == before


async def test_the_card_tells_sizes_and_whom_promotions_gain_and_lose(slack: World) -> None:
    new = slack.emails(30, outside="VIPs")
    await bring(slack, "add", *new)
    told = (
        "Add 30 shoppers to VIPs (40 → 70)",
        "Free shipping over 40 (live): 27 shoppers lose it.",
        "VIP early access (live): 30 shoppers gain it.",
        "Counted by segment; cart conditions still apply.",
    )
    assert "\n".join(told) in read(slack.card(1))
    assert all(line in previewed(slack, told[0]) for line in told)
    await slack.type(f"/change except 1 {new[0]}", by="ben")
    assert "Add 29 shoppers to VIPs\n" in read(slack.card(1))


async def test_those_who_are_named_can_be_told_apart(open_world: OpenWorld) -> None:
    slack = await open_world(customers=700)
    new = slack.emails(120, outside="VIPs")
    with slack.store.shop.db as db:
        for email in new[:5]:
            db.execute("UPDATE customers SET first_name = 'Ada', last_name = 'Abbott' WHERE email = ?", (email,))
    await bring(slack, "add", *new)
    card = read(slack.card(1))
    assert f"Among them: Ada Abbott, {slack.named(new[5])} and {slack.named(new[6])}." in card


async def test_making_equal_empties_no_segment_that_others_join(slack: World) -> None:
    await bring(slack, "equal", *slack.emails(30, outside="VIPs"))
    card = read(slack.card(1))
    assert "Add 30 shoppers to VIPs · Remove 40 shoppers from VIPs (40 → 30)" in card
    assert "VIP early access (live): 30 shoppers gain it and 40 shoppers lose it." in card


async def test_a_list_without_a_newcomer_to_a_segment_that_no_promotion_names(slack: World) -> None:
    await bring(slack, "remove", *slack.emails(1, inside="Newsletter"), segment="Newsletter")
    assert "gain it" not in read(slack.card(1))


async def test_the_record_of_an_import_has_ids_and_no_list(slack: World) -> None:
    new = slack.emails(2, outside="VIPs")
    await bring(slack, "add", *new)
    change = await slack.change(1)
    assert not any(address in str(change.args) for address in new)
    assert sorted(change.args["found"]["customers"]) == sorted(map(slack.customer_id, new))
    assert not any(address in str(entry) for entry in slack.entries() for address in new)


async def test_equal_adds_and_removes_in_one_plan(slack: World) -> None:
    new, inside = slack.emails(2, outside="VIPs"), slack.emails(10, inside="VIPs")
    await bring(slack, "equal", *new, *inside)
    assert "Add 2 shoppers to VIPs · Remove 30 of 40 shoppers from VIPs" in read(slack.card(1))
    await slack.press("Import List", by="ben")
    assert slack.members("VIPs") == {slack.profile_id(one) for one in (*new, *inside)}


async def test_making_equal_names_who_leaves_and_who_joins(slack: World) -> None:
    """Once the card named only the one who joined, and Details listed all of them without a difference."""
    new, inside = slack.emails(1, outside="VIPs"), slack.emails(40, inside="VIPs")
    await bring(slack, "equal", *new, inside[0])
    card = read(slack.card(1))
    (leaving,) = re.findall(r"Leaving: (.*), (.*), (.*) and 36 more\.", card)
    assert {*leaving} <= {*map(slack.named, inside[1:])}
    assert f"Joining: {slack.named(new[0])}." in card
    assert "Among them" not in card
    await slack.type("/change details 1", by="ben")
    told = read(slack.messages(by="ben")[-1])
    assert "What\nId\nWhat happens" in told
    for email, happens in ((new[0], "Joins VIPs"), *((one, "Leaves VIPs") for one in inside[1:])):
        assert f"{slack.called(email)}\n{slack.profile_id(email)}\n{happens}" in told


async def test_making_equal_to_fewer_names_only_who_leaves(slack: World) -> None:
    one = slack.emails(40, inside="VIPs")[0]
    await bring(slack, "equal", one)
    card = read(slack.card(1))
    assert re.search(r"Leaving: (.*) and 36 more\.", card)
    assert "Joining" not in card
    await slack.type("/change details 1", by="ben")
    assert "What happens" not in read(slack.messages(by="ben")[-1])


async def test_a_list_removes_those_who_are_in(slack: World) -> None:
    new, inside = slack.emails(1, outside="VIPs"), slack.emails(2, inside="VIPs")
    await bring(slack, "remove", *new, *inside)
    assert "Not in VIPs\n1" in previewed(slack, "Remove 2 of 40 shoppers from VIPs")
    await slack.press("Import List", by="ben")
    assert len(slack.members("VIPs")) == 38


async def test_a_first_line_is_a_row_or_told_as_the_header(slack: World) -> None:
    first, *inside = slack.emails(13, inside="VIPs")
    await bring(slack, "equal", first.replace("@", "-at-"), *inside)
    assert "Unreadable\n1" in previewed(slack, "Remove 28 of 40 shoppers from VIPs")
    assert "taken for the header" not in previewed(slack, "Remove 28 of 40 shoppers from VIPs")
    await bring(slack, "add", slack.named(first), *slack.emails(2, outside="VIPs"))
    told = previewed(slack, "Add 2 shoppers to VIPs")
    assert f"The first line, “{slack.named(first)}”, was taken for the header: if it names a shopper, put" in told


async def test_a_list_that_names_few_makes_nothing_equal(slack: World) -> None:
    inside = slack.emails(8, inside="VIPs")
    await bring(slack, "equal", *inside, *OTHERS)
    assert "2 of 10 rows of the pasted list name no shopper, more than a tenth" in slack.whisper()
    await bring(slack, "equal", *OTHERS)
    assert "Making VIPs equal to it would empty VIPs." in slack.whisper()
    await bring(slack, "add", *OTHERS)
    assert "No row of the pasted list names a shopper of the store, so nothing was requested." in slack.whisper()
    assert not slack.writes()
    assert not slack.cards(1)


async def test_a_list_that_is_there_already_changes_nothing(slack: World) -> None:
    await bring(slack, "add", *slack.emails(3, inside="VIPs"))
    assert "Nothing to do: everyone of the pasted list is in VIPs already." in slack.whisper()


async def test_a_column_in_doubt_is_asked_for(slack: World) -> None:
    one, other = map(slack.customer_id, slack.emails(2, outside="VIPs"))
    lines = ("id,zip", f"{one},90210", f"{other},10115")
    outcome = await bring(slack, "add", *lines, column="phone")
    assert "has no column “phone” of shoppers." in outcome["errors"]["column"]
    outcome = await bring(slack, "add", *lines)
    assert outcome["ok"], outcome
    asked = slack.messages()[-1]
    assert f"It begins with “id | zip”; “{one} | 90210”; “{other} | 10115”." in said(asked)
    assert buttons(asked) == ["Column id: customer ids", "Column zip: customer ids"]
    await slack.press("Column id: customer ids", by="ana", channel="#segments")
    assert "Add 2 shoppers to VIPs" in read(slack.card(1))


async def test_lines_of_several_addresses_can_mean_all_of_them(slack: World) -> None:
    first, second, third, fourth = slack.emails(4, outside="VIPs")
    await bring(slack, "add", f"{first}, {second}", f"{third}, {fourth}")
    assert buttons(slack.messages()[-1])[-1] == "All Columns: addresses"
    await slack.press("All Columns: addresses", by="ana", channel="#segments")
    assert slack.sizes()["VIPs"] == 44


async def test_a_column_is_named_in_the_form(slack: World) -> None:
    one, other = map(slack.customer_id, slack.emails(2, outside="VIPs"))
    lines = ("id,zip", f"{one},90210", f"{other},10115")
    await bring(slack, "add", *lines, column="id")
    assert "Add 2 shoppers to VIPs" in read(slack.card(1))


async def test_the_click_plans_again_by_ids(slack: World) -> None:
    new = slack.emails(30, outside="VIPs")
    await bring(slack, "add", *new)
    slack.close_account(new[0])
    await slack.press("Import List", by="ben")
    assert "+0 −1 since the request." in read(slack.card(1))
    for one in new[1:]:
        slack.close_account(one)
    await slack.press("Import List", by="ben")
    assert "None of the shoppers of the pasted list is in the store any more." in read(slack.card(1))


async def test_the_click_plans_the_same_in_whatever_order_the_list_was(open_world: OpenWorld) -> None:
    slack = await open_world(customers=700)
    with slack.store.shop.db as db:
        db.execute("DELETE FROM members")
        db.execute("DELETE FROM profiles")
    ids = [str(slack.customer_id(one)) for one in slack.emails_without_profile(600)]
    await bring(slack, "add", "customer_id", *reversed(ids))
    await slack.press("Import List", by="ben")
    assert len(slack.members("VIPs")) == 600


async def test_an_import_is_edited_without_its_list(slack: World) -> None:
    await bring(slack, "add", *slack.emails(30, outside="VIPs"))
    await slack.press("Edit", by="ana")
    await slack.submit({"Segment": "Newsletter"})
    assert "shoppers to Newsletter" in read(slack.card(1))


async def test_a_long_import_is_edited_without_its_list(open_world: OpenWorld) -> None:
    slack = await open_world(customers=800)
    new = slack.emails(590, outside="VIPs")
    await bring(slack, "add", "customer_id", *(str(slack.customer_id(one)) for one in new))
    assert len(str([*(await slack.change(1)).args["found"]["customers"]])) > 2500
    await slack.press("Edit", by="ana")
    assert "Shoppers: as in the list that was read, unless you bring another" in said(slack.form() or {})
    outcome = await slack.submit({"Segment": "Spring launch waitlist"})
    assert outcome["ok"], outcome
    card = read(slack.card(1))
    assert "Add 590 shoppers to Spring launch waitlist" in card
    assert "From the pasted list: 590 of 590 rows." in card
    await slack.press("Import List", by="ben")
    assert slack.members("Spring launch waitlist") == set(map(slack.profile_id, new))


async def test_an_edit_that_brings_another_list_takes_that(slack: World) -> None:
    await bring(slack, "add", *slack.emails(30, outside="VIPs"))
    other = slack.emails(31, outside="VIPs")[30:]
    await slack.press("Edit", by="ana")
    await slack.submit({"List": other[0]})
    assert "Add 1 shopper to VIPs" in read(slack.card(1))
    await slack.press("Import List", by="ben")
    assert slack.profile_id(other[0]) in slack.members("VIPs")


async def test_the_log_of_an_import_has_no_empty_options(slack: World) -> None:
    await bring(slack, "add", *slack.emails(1, outside="VIPs"))
    said_of = [entry.detail["said"] for entry in slack.entries() if entry.kind in ("asked", "planned")]
    assert said_of == [
        "/segment import segment:[…] mode:add text:[…]",
        "/segment import segment:VIPs mode:add text:[…]",
    ]


async def test_an_edit_makes_nothing_equal_to_a_list_that_names_few(slack: World) -> None:
    nobody = [f"nobody{number}@example.com" for number in range(4)]
    await bring(slack, "add", *slack.emails(30, outside="VIPs"), *nobody)
    await slack.press("Edit", by="ana")
    outcome = await slack.submit({"What to do": "equal"})
    assert "4 of 34 rows of the pasted list name no shopper, more than a tenth" in str(outcome["errors"])
    assert "version 2" not in read(slack.card(1))
    await slack.submit({"What to do": "add", "Segment": "Spring launch waitlist"})
    assert "version 2" in read(slack.card(1))


async def test_other_sheets_of_a_workbook_are_named(slack: World) -> None:
    new = slack.emails(2, outside="VIPs")
    await slack.type("/segment import VIPs")
    book = workbook([[one] for one in ("email", *new)], [["Notes"]], [["Old"]])
    await slack.submit({"mode": "add", "file": {"name": "x.xlsx", "content_base64": b64encode(book).decode()}})
    assert "Only the first sheet was read, not Sheet2 and Sheet3." in previewed(slack, "Add 2 shoppers to VIPs")
    await slack.type("/segment import VIPs")
    book = workbook([["Read me first"]], [[one] for one in ("email", *new)])
    file = {"name": "x.xlsx", "content_base64": b64encode(book).decode()}
    outcome = await slack.submit({"mode": "add", "file": file})
    assert "No column of x.xlsx (its first sheet) holds addresses" in outcome["errors"]["file"]


async def test_a_filtered_workbook_and_one_that_reaches_too_far_are_refused_in_the_form(slack: World) -> None:
    one, two = slack.emails(2, outside="VIPs")
    await slack.type("/segment import VIPs")
    filtered: list[list[object]] = [["email"], [one], Hidden([two])]
    for book, why in (
        (workbook(filtered), "Row 3 of the workbook is hidden, as by a filter, and names a shopper"),
        (workbook([["email"], [one], [Placed("XFD1048576", " ")]]), "A sheet of x.xlsx reaches over 1,048,576 rows"),
    ):
        file = {"name": "x.xlsx", "content_base64": b64encode(book).decode()}
        outcome = await slack.submit({"mode": "add", "file": file})
        assert why in outcome["errors"]["file"]
    assert not slack.writes()


async def test_nothing_to_import_is_asked_for(slack: World) -> None:
    await slack.type("/segment import VIPs add")
    outcome = await slack.submit({})
    assert outcome["errors"]["text"] == "Which shoppers? Choose a file, or paste a list."


async def test_shoppers_are_imported_by_profile_alone(slack: World) -> None:
    new, inside = slack.emails(2, outside="VIPs"), slack.emails(1, inside="VIPs")
    profiles = [str(slack.profile_id(one)) for one in (*new, *inside)]
    await bring(slack, "add", *profiles, profiles[0][:-3] + "fff")
    assert "Not in the store\n1" in previewed(slack, "Add 2 shoppers to VIPs")
    assert set(profiles) <= slack.members("VIPs")


async def test_words_that_leave_shoppers_open_are_asked_about_in_typed_lists(slack: World) -> None:
    first, second, *others = slack.emails(7, outside="VIPs")
    await bring(slack, "add", first, f"or {second}")
    assert buttons(slack.messages()[-1]) == [f"{first} and {second}", f"Only {first}", f"Only {second}"]
    assert not slack.writes()
    await bring(slack, "add", first, second, *(f"{one} or later" for one in others))
    assert previewed(slack, "Add 7 shoppers to VIPs")


async def test_nobody_is_taken_whom_a_row_leaves_out(slack: World) -> None:
    one, kept, *others = slack.emails(9, inside="VIPs")
    await slack.type("/segment import VIPs")
    content = b64encode(f"Email\n{one}\nnot {kept}\n".encode()).decode()
    await slack.submit({"mode": "remove", "file": {"name": "x.csv", "content_base64": content}})
    assert "To remove\n1" in previewed(slack, "Remove 1 of 40 shoppers from VIPs")
    (row,) = classes(slack)["rows unreadable"]
    assert (row["row"], row["reason"]) == (f"not {kept}", "“not” may leave out whom it names")
    await bring(slack, "remove", *others, f"but not {kept}")
    assert slack.whisper().startswith("“but” leaves someone out, and everyone named counts")


async def test_a_segment_in_a_typed_list_is_asked_about(slack: World) -> None:
    (one,) = slack.emails(1, outside="VIPs")
    await slack.type(f"/segment import VIPs add {one}, Lapsed")
    assert "“Lapsed” is a segment, and a list is imported into one. Nothing was done yet." in slack.whisper()
    await slack.press("Leave “Lapsed” Out", by="ana", channel="#segments")
    assert slack.profile_id(one) in slack.members("VIPs")
    await slack.type("/segment import VIPs add Lapsed and Wholesale")
    assert "“Lapsed” and “Wholesale” are segments" in slack.whisper()


@pytest.mark.parametrize("others", [("Felix Evans",), ("17",), ("Felix Evans", "17", "foo@bar")])
async def test_who_may_be_meant_in_a_typed_list_is_asked_as_behind_an_addition(
    slack: World, others: tuple[str, ...]
) -> None:
    """Once “Felix Evans” and “17” were left out, and the others were added at once."""
    lines = ("alma.ahmed@example.com", *others)
    await slack.type(f"/segment add VIPs {', '.join(lines)}")
    asked = slack.messages()[-1]
    await bring(slack, "add", *lines)
    assert (said(slack.messages()[-1]), buttons(slack.messages()[-1])) == (said(asked), buttons(asked))
    assert buttons(asked)
    assert not slack.writes()


async def test_all_of_a_typed_list_join_once_it_is_said_who_they_are(slack: World) -> None:
    await bring(slack, "add", "alma.ahmed@example.com", "Felix Evans", "17", "foobar", segment="Reviewers")
    await slack.press("It Is a Customer", by="ana", channel="#segments")
    await slack.press("Felix Evans (felix.evans@example.com)", by="ana", channel="#segments")
    assert "Unreadable\n1" in previewed(slack, "Create 2 shopper profiles · Add 3 shoppers to Reviewers")


async def test_words_of_long_lists_and_tables_are_told_and_not_asked_about(slack: World) -> None:
    known = slack.emails(5, outside="VIPs")
    await bring(slack, "add", *known, "Felix Evans", "17")
    assert "Unreadable\n2" in previewed(slack, "Add 5 shoppers to VIPs")
    await bring(slack, "remove", "email,name", f"{known[0]},Ada", "bob,Felix Evans")
    assert "Unreadable\n1" in previewed(slack, "Remove 1 of")
