"""What people type: names without quotes, verbs that they mean, and questions about what can be read in two ways."""

import pytest

from bot.core.language.visible import visible
from tests.harness import World, filled
from tests.stories.judge import read


def asked(slack: World) -> str:
    """What the latest message says; nothing was done, and nothing is to be decided."""
    assert slack.writes() == []
    assert "planned" not in slack.kinds()
    return read(slack.messages()[-1])


async def choose(slack: World, button: str) -> None:
    """Answer a question that only Ana sees."""
    await slack.press(button, by="ana", channel="#segments")


async def test_of_two_segments_that_the_words_may_mean_none_is_guessed(slack: World) -> None:
    slack.put("VIPs Gold")
    (email,) = slack.emails(1, outside="VIPs")
    await slack.type(f"/segment add VIPs Gold {email}")
    told = asked(slack)
    assert told.startswith("Which segments did you mean? Nothing was done yet.")
    assert f"• Segments: “VIPs Gold”; Shoppers: “{email}”" in told
    assert f"• Segments: “VIPs”; Shoppers: “Gold {email}”" in told
    before = slack.sizes()["VIPs"]
    await choose(slack, "Add Shoppers: VIPs Gold")
    assert (slack.sizes()["VIPs Gold"], slack.sizes()["VIPs"]) == (1, before)


async def test_the_segment_to_copy_is_asked_for_and_the_change_knows_the_answer(slack: World) -> None:
    slack.put("VIPs Gold")
    await slack.type("/segment copy VIPs Gold Platinum")
    assert "• Segment: “VIPs”; New name: “Gold Platinum”" in asked(slack)
    await choose(slack, "Copy Segment: VIPs")
    await slack.press("Copy Segment", by="ben")
    assert slack.sizes()["Gold Platinum"] == slack.sizes()["VIPs"]


async def test_words_that_lead_to_a_name_are_no_part_of_it(slack: World) -> None:
    await slack.type("/segment copy Reviewers to Reviewers backup")
    assert "Reviewers backup" in read(slack.card(1))
    (email,) = slack.emails(1, inside="Coffee lovers")
    await slack.type(f"/segment remove {email} from Coffee lovers")
    assert "shoppers from Coffee lovers" in read(slack.card(2))
    await slack.type("/segment combine Coffee lovers and VIPs first only into Tea next")
    assert "Tea next" in read(slack.card(3))


async def test_one_more_name_may_stand_behind_and(slack: World) -> None:
    (one,) = slack.emails(1, outside="VIPs")
    await slack.type(f"/segment add {one} to VIPs, Reviewers and Spring launch waitlist")
    assert (slack.sizes()["VIPs"], slack.sizes()["Spring launch waitlist"]) == (41, 1)
    await slack.type("/segment delete Tea drinkers and Coffee lovers")
    assert "Tea drinkers" in read(slack.card(2))
    assert "Coffee lovers" in read(slack.card(2))
    await slack.type("/promotion target Win back is Coffee lovers or Tea drinkers")
    assert "shoppers in Coffee lovers or Tea drinkers" in read(slack.card(3))


async def test_words_that_were_left_out_are_told_to_who_asked(slack: World) -> None:
    (one,) = slack.emails(1, inside="VIPs")
    await slack.type(f"/segment remove VIPs {one} Nonsense")
    assert "1 other word was left out: Nonsense." in slack.whisper()


async def test_a_change_is_planned_again_as_its_words_were_read(slack: World) -> None:
    (email,) = slack.emails(1, inside="Coffee lovers")
    await slack.type(f"/segment remove Coffee lovers {email}")
    slack.put("Coffee")
    before = slack.sizes()["Coffee lovers"]
    await slack.press("Remove Shoppers", by="ben")
    assert slack.sizes()["Coffee lovers"] == before - 1


async def test_every_command_takes_names_of_several_words_without_quotes(slack: World) -> None:
    (email,) = slack.emails(1, outside="Coffee lovers")
    await slack.type(f"/segment add Coffee lovers {email}")
    assert "Coffee lovers" in read(slack.card(1))
    await slack.type("/segment overlap Coffee lovers Tea drinkers")
    assert "in both Coffee lovers and Tea drinkers" in slack.whisper()
    await slack.type("/segment delete Coffee lovers VIPs Tea drinkers")
    assert "Delete 3 segments" in read(slack.card(2))
    await slack.type("/promotion target Win back is not Coffee lovers VIPs")
    assert "Win back" in read(slack.card(3))
    await slack.type("/promotion rule Tasting week in Coffee lovers or VIPs")
    assert "Tasting week" in read(slack.card(4))
    await slack.type("/shopper register new@example.com Ada Byron Coffee lovers")
    assert slack.sizes()["Coffee lovers"] > 0
    assert "Coffee lovers" in read(slack.card(5))


async def test_a_name_takes_all_its_words(slack: World) -> None:
    await slack.type("/segment create Summer Sale")
    await slack.type("/segment create 'Winter Sale' description:Coats, gloves and 'scarves'")
    await slack.type("/segment edit VIPs name:Gold members")
    assert {"Summer Sale", "Winter Sale", "Gold members"} <= set(slack.sizes())
    assert "VIPs" not in slack.sizes()


async def test_single_quotes_around_words_are_quotes(slack: World) -> None:
    for line in ("/segment show 'Coffee lovers'", "/segment show ‘Coffee lovers’"):
        await slack.type(line)
        assert slack.whisper().startswith("Coffee lovers: ")
    slack.put("Ladies' night")
    await slack.type("/segment show Ladies’ night")
    assert slack.whisper().startswith("Ladies' night: ")


@pytest.mark.parametrize("name", ["VI\u200bPs", "vips", "VIPs\u00a0", "\u2066VIPs\u2069"])
async def test_a_name_that_looks_like_another_is_the_same(slack: World, name: str) -> None:
    await slack.type(f"/segment show {name}")
    assert slack.whisper().startswith("VIPs: ")
    for line in (f"/segment create {name}", f"/segment edit Lapsed name:{name}", f"/segment copy Lapsed {name}"):
        await slack.type(line)
        assert "There is already a segment named “VIPs”" in slack.whisper()
    assert slack.writes() == []
    assert "VIPs" in slack.sizes()


async def test_hyphens_and_blanks_of_another_kind_make_no_other_name(slack: World) -> None:
    slack.put("Win‑back\u00a0now")
    await slack.type("/segment show win-back now")
    assert slack.whisper().startswith(f"{visible('Win‑back' + chr(0xA0) + 'now')}: ")
    await slack.type("/segment create Win—back now")
    assert "There is already a segment named" in slack.whisper()


async def test_what_lacks_something_is_asked_for_in_a_form(slack: World) -> None:
    await slack.type("/segment add Coffee lovers")
    assert asked(slack).startswith("Which shoppers? Nothing was done yet.")
    await choose(slack, "Open Form")
    assert "Coffee lovers" in filled(slack.form(), "segment")


async def test_a_list_too_long_for_a_button_is_asked_for_in_a_form(slack: World) -> None:
    slack.put("VIPs Gold")
    people = " ".join(slack.emails(200))
    await slack.type(f"/segment add VIPs Gold {people}")
    assert "(asks for the rest in a form)" in asked(slack)
    await choose(slack, "Add Shoppers: VIPs Gold")
    assert "VIPs Gold" in filled(slack.form(), "segment")


async def test_something_else_opens_the_empty_form(slack: World) -> None:
    slack.put("VIPs Gold")
    await slack.type("/segment copy VIPs Gold Platinum")
    await choose(slack, "Something Else")
    assert slack.form()


async def test_an_unknown_name_is_told_whole(slack: World) -> None:
    await slack.type("/segment add Cofee lovers ada@example.com")
    assert "No segment is called “Cofee lovers”. Did you mean “Coffee lovers”?" in asked(slack)


async def test_a_misspelt_name_has_a_button_that_goes_the_usual_way(slack: World) -> None:
    await slack.type("/segment delete Cofee lovers")
    assert asked(slack).startswith("No segment is called “Cofee lovers”. Did you mean “Coffee lovers”?")
    await choose(slack, "Delete Segment: Coffee lovers")
    assert "Delete the segment Coffee lovers" in read(slack.card(1))
    assert "Coffee lovers" in slack.sizes()


async def test_a_segment_whose_name_begins_with_a_command_is_never_passed_over(slack: World) -> None:
    slack.put("New members", "Drop shippers")
    await slack.type("/segment Drop shippers")
    assert slack.whisper().startswith("Drop shippers: 0 shoppers")
    await slack.type("/segment New members")
    assert asked(slack).startswith("“New members” is a segment, and its first word is a command.")
    await choose(slack, "Create Segment")
    assert "members" in slack.sizes()


async def test_words_behind_a_segment_to_edit_are_its_new_name(slack: World) -> None:
    await slack.type("/segment edit VIPs VIP")
    assert filled(slack.form(), "name") == "VIP"
    await slack.submit({})
    assert "VIP" in slack.sizes()


async def test_a_promotion_is_targeted_to_segments(slack: World) -> None:
    await slack.type("/promotion target Win back to VIPs")
    assert "Retarget the promotion Win back to shoppers in VIPs" in read(slack.card(1))


async def test_a_name_alone_shows_the_segment(slack: World) -> None:
    for line in ("/segment VIPs", "/segment vips", "/segment VI\u200bPs"):
        await slack.type(line)
        assert slack.whisper().startswith("VIPs: ")
    await slack.type("/segment Coffee lovers")
    assert slack.whisper().startswith("Coffee lovers: ")
    await slack.type("/promotion Win back")
    assert slack.whisper().startswith("Win back reaches")
    assert [entry.detail["said"] for entry in slack.entries()][:2] == ["/segment …", "/segment show segment:VIPs"]


async def test_renaming_takes_one_line(slack: World) -> None:
    await slack.type("/segment rename VIPs to Gold members")
    await slack.type("/segment rename Coffee lovers Coffee people")
    assert {"Gold members", "Coffee people"} <= set(slack.sizes())
    await slack.type("/segment rename Lapsed")
    assert filled(slack.form(), "name") == "Lapsed"


@pytest.mark.parametrize(
    ("verb", "never"), [("clean", "clear"), ("remote", "remove"), ("renam", "remove"), ("xyz", "delete")]
)
async def test_a_word_that_does_not_hurt_is_never_taken_for_one_that_does(slack: World, verb: str, never: str) -> None:
    await slack.type(f"/segment {verb} Nobody ada@example.com")
    told = asked(slack)
    assert f"There is no command `/segment {verb}`".replace("`", "") in told.replace("`", "")
    assert never not in told


async def test_a_slip_of_the_fingers_is_suggested_even_if_it_hurts(slack: World) -> None:
    await slack.type("/segment delte VIPs")
    assert "Did you mean /segment delete?" in asked(slack).replace("`", "")


async def test_who_types_a_decision_is_led_to_the_card(slack: World) -> None:
    await slack.type("/segment delete VIPs")
    for line in ("/change approve 1", "/change reject #1", "/change 1"):
        await slack.type(line, by="ben")
        assert slack.whisper(by="ben").startswith(
            "Change 1 is waiting Nothing is decided yet: Review has the card's buttons."
        )
        await slack.press("Review", by="ben", channel="#segments")
        assert slack.form(by="ben")
        await slack.client.cancel("ben")
    assert "VIPs" in slack.sizes()
    await slack.type("/change approve 1")
    assert "Nothing is decided yet: someone else has to, with the card's buttons." in slack.whisper()


async def test_shoppers_are_added_and_removed_from_their_side(slack: World) -> None:
    (one,), (other,) = slack.emails(1, outside="VIPs"), slack.emails(1, inside="VIPs")
    await slack.type(f"/shopper add {one} to VIPs")
    assert slack.profile_id(one) in slack.members("VIPs")
    await slack.type(f"/shopper remove {other} from VIPs")
    assert "Remove 1 of 41 shoppers from VIPs" in read(slack.card(2))


@pytest.mark.parametrize("line", ["/shopper show {} to VIPs", "/shopper {} VIPs", "/shopper delete {} from VIPs"])
async def test_a_segment_that_a_shopper_command_does_not_take_is_asked_about(slack: World, line: str) -> None:
    (one,) = slack.emails(1, outside="VIPs")
    await slack.type(line.format(one))
    assert "“VIPs” is a segment, and" in asked(slack)
    await choose(slack, "Add to VIPs")
    assert slack.profile_id(one) in slack.members("VIPs")


async def test_words_behind_a_shopper_to_show_are_told(slack: World) -> None:
    (one,) = slack.emails(1)
    await slack.type(f"/shopper {one} please")
    assert asked(slack).startswith("I didn't expect “please” here.")
    await choose(slack, f"Show {slack.called(one)}")
    assert slack.whisper().startswith(slack.called(one))


async def test_a_verb_behind_its_segment_is_offered_before_it(slack: World) -> None:
    (one,) = slack.emails(1, outside="VIPs")
    await slack.type(f"/segment VIPs add {one}")
    assert "Did you mean /segment add …?" in asked(slack).replace("`", "")
    await choose(slack, "Add Shoppers")
    assert slack.profile_id(one) in slack.members("VIPs")


async def test_a_misspelt_verb_has_a_button(slack: World) -> None:
    await slack.type("/segment delte VIPs")
    await choose(slack, "Delete Segment")
    assert "Delete the segment VIPs" in read(slack.card(1))


@pytest.mark.parametrize("line", ["/shopper moss", "/shopper ida moss"])
async def test_a_word_that_is_no_command_is_looked_for_among_shoppers(slack: World, line: str) -> None:
    slack.register("ida@example.com", "Ida", "Moss")
    await slack.type(line)
    assert "ida@example.com" in slack.whisper()


@pytest.mark.parametrize("line", ["/segment help", "/segment ?", "/segment --help", "/segment —help", "/summary ?"])
async def test_help_alone_lists_the_commands(slack: World, line: str) -> None:
    await slack.type(line)
    assert asked(slack).startswith("What you can type")


@pytest.mark.parametrize(
    "line", ["add help", "add --help", "add ?", "add VIPs --help", "help add", "? add", "help put"]
)
async def test_help_after_a_command_explains_it(slack: World, line: str) -> None:
    await slack.type(f"/segment {line}")
    assert asked(slack).startswith("Add shoppers to one or several segments")


async def test_a_date_that_may_be_two_days_is_asked_about(slack: World) -> None:
    await slack.type("/audit recent since:05/11/2025", by="ben")
    assert "Does “05/11/2025” mean 2025-11-05 or 2025-05-11? Nothing was done yet." in slack.whisper(by="ben")
    await slack.press("2025-05-11", by="ben", channel="#segments")
    assert "since 2025-05-11 00:00:00" in slack.whisper(by="ben")


@pytest.mark.parametrize("since", ["last week", "28/11/2025", "Nov 28", "monday", "1w", "yesterday 16:00"])
async def test_dates_are_typed_without_quotes(slack: World, since: str) -> None:
    await slack.type(f"/audit recent since:{since} kind:asked", by="ben")
    assert "of the kind “asked”, since 20" in slack.whisper(by="ben")
