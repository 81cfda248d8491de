"""Segments as sets: copied, combined, compared."""

import re

import pytest

from tests.harness import Json, World, buttons, said
from tests.stories.judge import read


def chosen(form: Json | None, field: str) -> str:
    """The text of what a select of an open form holds."""
    assert form
    held = next(iter(form["state"]["values"][field].values()))
    return str(held["selected_option"]["text"]["text"])


def both(slack: World) -> set[str]:
    """Who is in VIPs and in Lapsed."""
    return slack.members("VIPs") & slack.members("Lapsed")


# Copying


async def test_a_small_copy_needs_nobody_else_and_is_undone(slack: World) -> None:
    await slack.type("/segment copy Reviewers Reviewers of spring")
    assert slack.members("Reviewers of spring") == slack.members("Reviewers")
    card = slack.messages()[-1]
    assert "Create the segment Reviewers of spring · Add 17 shoppers to Reviewers of spring" in read(card)
    assert "needs no approval" in read(card)
    await slack.press("Undo", by="ana", channel="#segments")
    assert "Delete the segment Reviewers of spring (17 shoppers)" in read(slack.card(2))
    await slack.press("Undo Change", by="ben", change=2)
    assert "Reviewers of spring" not in slack.sizes()


async def test_a_large_copy_waits_for_a_second_person(slack: World) -> None:
    await slack.type("/segment copy VIPs “VIPs of spring”")
    assert "needs 1 approval: adds more than 25 shoppers" in read(slack.card(1))
    await slack.press("Copy Segment", by="ana")
    assert "You asked for change 1, so someone else" in slack.whisper(channel="#approvals")
    assert "VIPs of spring" not in slack.sizes()
    await slack.press("Copy Segment", by="cleo")
    assert slack.members("VIPs of spring") == slack.members("VIPs")
    await slack.type("/segment show VIPs of spring")
    assert "Spent over $1,000 in the last 12 months." in slack.whisper()


async def test_copy_from_show_opens_a_form_with_the_segment_in_it(slack: World) -> None:
    await slack.type("/segment show Reviewers")
    await slack.press("Copy", by="ana", channel="#segments")
    assert chosen(slack.form(), "segment") == "Reviewers"
    outcome = await slack.submit({"New name": "lapsed"})
    assert "There is already a segment named “Lapsed”. Choose another name" in outcome["errors"]["name"]
    await slack.submit({"New name": "Reviewers <two>"})
    assert slack.form() is None
    assert slack.members("Reviewers <two>") == slack.members("Reviewers")


async def test_an_empty_segment_is_copied_empty(slack: World) -> None:
    await slack.type('/segment copy "Spring launch waitlist" Summer launch waitlist')
    assert slack.sizes()["Summer launch waitlist"] == 0


async def test_copy_to_a_taken_name_is_refused_by_words_too(slack: World) -> None:
    await slack.type("/segment copy Reviewers VIPS")
    assert "There is already a segment named “VIPs”" in slack.whisper()
    await slack.type("/segment copy Reviewer Two")
    assert "Did you mean “Reviewers”" in slack.whisper()
    assert not slack.writes()


async def test_a_copy_whose_name_is_taken_meanwhile_is_stale(slack: World) -> None:
    await slack.type("/segment copy VIPs Best")
    slack.put("best")
    await slack.press("Copy Segment", by="ben")
    assert "No longer possible" in said(slack.card(1))
    assert "There is already a segment named “best”" in read(slack.card(1))


# Combining


@pytest.mark.parametrize(
    ("how", "wanted"),
    [
        ("both", lambda first, second: first & second),
        ("either", lambda first, second: first | second),
        ("first-only", lambda first, second: first - second),
        ("First–Only", lambda first, second: first - second),
    ],
)
async def test_two_segments_are_combined_into_a_new_one_and_it_is_undone(
    slack: World, how: str, wanted: object
) -> None:
    assert callable(wanted)
    expected = wanted(slack.members("VIPs"), slack.members("Lapsed"))
    await slack.type(f'/segment combine VIPs Lapsed {how} "To win back"')
    if len(expected) > 25:
        await slack.press("Combine Segments", by="ben")
    assert slack.members("To win back") == expected
    await slack.type("/change undo 1")
    await slack.press("Undo Change", by="ben", change=2)
    assert "To win back" not in slack.sizes()


async def test_few_shoppers_are_added_to_an_existing_segment_without_anybody_else(slack: World) -> None:
    before, both_of_them = slack.members("Reviewers"), both(slack)
    assert not both_of_them <= before
    await slack.type("/segment combine VIPs Lapsed both reviewers")
    assert slack.members("Reviewers") == before | both_of_them
    await slack.type("/change undo 1")
    await slack.press("Undo Change", by="ben", change=2)
    assert slack.members("Reviewers") == before


async def test_making_a_segment_equal_removes_others_and_needs_a_second_person(slack: World) -> None:
    before, both_of_them = slack.members("Reviewers"), both(slack)
    await slack.type("/segment combine VIPs Lapsed both Reviewers mode:equal")
    card = read(slack.card(1))
    assert f"Remove {len(before - both_of_them)} shoppers from Reviewers" in card
    assert "removes shoppers from a segment" in card
    assert re.search(rf"Leaving: .*, .*, .* and {len(before - both_of_them) - 3} more\.", card)
    assert re.search(r"Joining: \w+ \w+", card)
    await slack.press("Combine Segments", by="ana")
    assert "You asked for change 1, so someone else" in slack.whisper(channel="#approvals")
    assert slack.members("Reviewers") == before
    await slack.press("Combine Segments", by="ben")
    assert slack.members("Reviewers") == both_of_them
    await slack.type("/change undo 1")
    await slack.press("Undo Change", by="ben", change=2)
    assert slack.members("Reviewers") == before


async def test_a_segment_may_be_made_equal_to_what_it_is_combined_of(slack: World) -> None:
    expected = slack.members("VIPs") - slack.members("Lapsed")
    await slack.type("/segment combine VIPs Lapsed first-only VIPs mode:equal")
    assert "“VIP early access” (live) includes VIPs." in read(slack.card(1))
    assert "removes shoppers from a segment that 2 live promotions use" in read(slack.card(1))
    await slack.press("Combine Segments", by="ben")
    assert slack.members("VIPs") == expected


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("VIPs Lapsed first-only VIPs", "Nothing to do: VIPs already has all of these 36 shoppers."),
        ("VIPs VIPs2 either VIPs mode:equal", "Nothing to do: VIPs already has exactly these 40 shoppers."),
        ("VIPs vips both New", "Both are VIPs. Name two different segments."),
        ("VIPs Nope both New", "No segment is called “Nope”."),
        ("VIPz Lapsed both New", "No segment is called “VIPz”. Did you mean “VIPs”?"),
        ("VIPs Lapsd both New", "No segment is called “Lapsd”. Did you mean “Lapsed”?"),
        ("VIPs Lapsed xor New", "I didn't expect “xor” here. Which of these did you mean? Nothing was done yet."),
        ("VIPs Lapsed both New mode:merge", "Say “add” or “equal” next."),
    ],
)
async def test_what_cannot_be_combined_gets_a_sentence(slack: World, words: str, told: str) -> None:
    slack.put("VIPs2")
    await refused_to_combine(slack, words, told)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("VIPs Empty both New", "There is no one to put into New: no shopper is in both VIPs and Empty."),
        ("VIPs Empty both Lapsed", "There is no one to put into Lapsed: no shopper is in both VIPs and Empty."),
        ("Empty Empty2 either New", "no shopper is in Empty or Empty2."),
        ("Empty VIPs first-only New", "no shopper is in Empty without being in VIPs, too."),
    ],
)
async def test_where_nobody_is_left_there_is_no_one_to_put(slack: World, words: str, told: str) -> None:
    slack.put("Empty", "Empty2")
    await refused_to_combine(slack, words, told)


async def refused_to_combine(slack: World, words: str, told: str) -> None:
    await slack.type(f"/segment combine {words}")
    assert told in read(slack.messages()[-1])
    assert "planned" not in slack.kinds()
    assert not slack.writes()


async def test_combine_opens_a_form_with_what_was_given_and_complains_in_place(slack: World) -> None:
    await slack.type("/segment combine VIPs vips")
    assert chosen(slack.form(), "first") == chosen(slack.form(), "second") == "VIPs"
    assert chosen(slack.form(), "mode") == "Add to them"
    assert await slack.suggest("spring clean", field="into", action="new-segment") == ["New: spring clean"]
    outcome = await slack.submit({"Take shoppers who are in": "both", "Put them into": "spring clean"})
    assert outcome["errors"] == {"second": "Both are VIPs. Name two different segments."}
    await slack.submit({"Second segment": "Lapsed"})
    assert slack.form() is None
    assert slack.members("spring clean") == both(slack)


async def test_a_form_puts_shoppers_into_an_existing_segment_too(slack: World) -> None:
    expected = both(slack)
    await slack.type("/segment combine VIPs Lapsed both")
    assert await slack.suggest("review", field="into", action="new-segment") == ["Reviewers", "New: review"]
    await slack.submit({"Put them into": "Reviewers", "If that segment has shoppers": "equal"})
    assert "from Reviewers" in read(slack.card(1))
    await slack.press("Combine Segments", by="ben")
    assert slack.members("Reviewers") == expected


async def test_shoppers_that_came_while_it_waited_are_shown_before_it_runs(slack: World) -> None:
    await slack.type("/segment combine VIPs Lapsed either Sleepers")
    assert "Add 100 shoppers to Sleepers" in read(slack.card(1))
    slack.enrol("VIPs", 41)
    slack.enrol("Lapsed", 50)
    await slack.press("Combine Segments", by="ben")
    assert "Was: Add 100 shoppers to Sleepers" in read(slack.card(1))
    assert "Now: Add 50 shoppers to Sleepers" in read(slack.card(1))
    await slack.press("Combine Segments", by="ben")
    assert slack.sizes()["Sleepers"] == 50


# Comparing


async def test_overlap_counts_who_is_in_both_and_in_one_only(slack: World) -> None:
    await slack.type("/segment overlap VIPs Lapsed")
    told = read(slack.messages()[-1])
    assert "4 shoppers in both VIPs and Lapsed" in told
    assert "Only in VIPs: 36 shoppers" in told
    assert "Only in Lapsed: 60 shoppers" in told
    assert "In either: 100 shoppers" in told
    assert not slack.writes()
    inside = [email for email in slack.emails(40, inside="VIPs") if email in slack.emails(400, inside="Lapsed")]
    assert len(inside) == 4
    assert all(email in told for email in inside)


async def test_many_in_both_segments_come_as_a_file_too(slack: World) -> None:
    slack.put("Loyal")
    slack.enrol("Loyal", 101)
    slack.enrol("VIPs", 120)
    await slack.type("/segment overlap VIPs Loyal")
    assert "The first 100 are shown here." in slack.whisper()
    ((name, content),) = slack.files().items()
    assert name == "In both VIPs and Loyal.csv"
    assert content.splitlines()[0] == "shopper,email,customer_id"
    assert len(content.splitlines()) == 102


async def test_those_whom_an_overlap_shows_can_be_combined_at_a_click(slack: World) -> None:
    await slack.type("/segment overlap VIPs Lapsed")
    await slack.press("Combine These", by="ana", channel="#segments")
    assert (chosen(slack.form(), "first"), chosen(slack.form(), "second")) == ("VIPs", "Lapsed")


async def test_overlap_by_form_and_with_a_last_name_of_several_words(slack: World) -> None:
    await slack.type("/segment overlap")
    outcome = await slack.submit({"First segment": "VIPs", "Second segment": "VIPs"})
    assert "Name two different segments" in outcome["errors"]["second"]
    await slack.submit({"Second segment": "Spring launch waitlist"})
    assert "0 shoppers in both VIPs and Spring launch waitlist" in slack.whisper()
    await slack.type("/segment overlap VIPs coffee lovers")
    assert "13 shoppers in both VIPs and Coffee lovers" in slack.whisper()
    assert buttons(slack.messages()[-1]) == ["Combine These"]


async def test_a_chosen_segment_that_is_gone_is_not_created(slack: World) -> None:
    await slack.type("/segment combine VIPs Lapsed both")
    gone = slack.id_of("Reviewers")
    assert await slack.suggest("review", field="into", action="new-segment") == ["Reviewers", "New: review"]
    slack.drop("Reviewers")
    outcome = await slack.submit({"Put them into": "Reviewers"})
    assert outcome["errors"] == {"into": f"No segment is called “{gone}”. /segment list shows every segment."}
    assert not slack.writes()


@pytest.mark.parametrize(("words", "meant"), [("VIPz Lapsed", "VIPs"), ("VIPs Lapsd", "Lapsed")])
async def test_a_slip_in_either_segment_offers_what_was_meant(slack: World, words: str, meant: str) -> None:
    await slack.type(f"/segment overlap {words}")
    assert f"Did you mean “{meant}”?" in slack.whisper()
