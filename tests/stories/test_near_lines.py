"""Lines that cannot be read as they were typed: what they most likely mean is one click away, never done unasked."""

import pytest

from tests.harness import World, buttons, filled
from tests.stories.judge import read

NEAR = {
    "/segment members VIPs please": ("I didn't expect “please” here.", ["List Members: VIPs"]),
    "/segment show me the VIPs segment": ("I didn't expect “me the segment” here.", ["Show Segment: VIPs"]),
    "/segment show VIPs and Loyal": ("Which of these", ["Show Segment: VIPs", "Show Segment: Loyal"]),
    "/segment export VIPs, Loyal": ("Which of these", ["Export Segment: VIPs", "Export Segment: Loyal"]),
    "/segment delete VIPs please": ("I didn't expect “please” here.", ["Delete Segment: VIPs"]),
    "/segment show Segment: VIPs": ("Did you mean this?", ["Show Segment: VIPs"]),
    "/segment members VIPs page: 1 please": ("I didn't expect “please” here.", ["List Members: VIPs"]),
    "/segment rename Segment: VIPs Name: Gold": ("Did you mean this?", ["Save Segment: VIPs"]),
    "/segment create Segment: Gold": ("Which name", ["Create Segment: Segment: Gold", "Create Segment: Gold"]),
    "/segment create a segment called Gold": (
        "Which name",
        ["Create Segment: a segment called Gold", "Create Segment: Gold"],
    ),
    "/segment create name=Gold": ("Which name", ["Create Segment: name=Gold", "Create Segment: Gold"]),
    "/segment copy VIPs New name - Gold": ("Which new name", ["Copy Segment: New name - Gold", "Copy Segment: Gold"]),
    "/segment rename VIPs name=Gold": ("Which name", ["Save Segment: name=Gold", "Save Segment: Gold"]),
    "/shopper register First name: Eve Last name: Moss Email: eve@x.org": (
        "Did you mean this?",
        ["Register Shopper: Eve"],
    ),
    "/shopper find name: Moss": ("Which of these", ["Find Shoppers: name: Moss", "Find Shoppers: Moss"]),
    "/change undo change=1": ("Did you mean this?", ["Undo Change: 1"]),
    "/segment overlap VIPs, Loyal, Newsletter": (
        "Which of these",
        [
            "Compare Segments: VIPs and Loyal",
            "Compare Segments: VIPs and Newsletter",
            "Compare Segments: Loyal and Newsletter",
        ],
    ),
    "/segment show VIPs/Loyal": ("Which of these", ["Show Segment: VIPs", "Show Segment: Loyal"]),
    "/segment show VIPs/Wholesale": ("Which of these", ["Show Segment: VIPs", "Show Segment: Wholesale"]),
    "/segment show @VIPs": ("Did you mean this?", ["Show Segment: VIPs"]),
    "/segment delete VIPs & Loyal/Newsletter": (
        "Did you mean this?",
        ["Delete Segment: VIPs, Loyal and Newsletter"],
    ),
    "/change undo last": (
        "Which change did you mean by “last”?",
        ["Undo Change: 1 (Create the segment Fresh)"],
    ),
    "/change show first": (
        "Which change did you mean by “first”?",
        ["Show Change: 1 (Create the segment Fresh)"],
    ),
    "/change undo my last": (
        "Which change did you mean by “my last”?",
        ["Undo Change: 1 (Create the segment Fresh)"],
    ),
    "/change show all": ("Change takes one number, not “all”.", ["Show All"]),
    "/audit show first": (
        "Which entry did you mean by “first”?",
        ["Show Entry: 1 (asked)", "Show Entry: 2 (planned)", "Show Entry: 3 (clear)"],
    ),
    "/audit show all": ("Entry takes one number, not “all”.", ["Show All"]),
    "/change list foo": (
        "Say “mine”, “pending” or “all” next.",
        ["List Changes: mine", "List Changes: pending", "List Changes: all"],
    ),
    "/change list my own": ("Did you mean mine?", ["List Changes: mine"]),
    "/audit export format:xlsx": ("Say “csv” or “jsonl” next.", ["Export Entries: csv", "Export Entries: jsonl"]),
    "/segment combine VIPs Lapsed xor New": (
        "I didn't expect “xor” here. Which of these did you mean?",
        ["Combine Segments: both", "Combine Segments: either", "Combine Segments: first-only", "Combine Segments"],
    ),
    "/segment combine VIPs minus Lapsed into New": ("Did you mean this?", ["Combine Segments: VIPs and Lapsed"]),
    "/segment combine VIPs Lapsed both New mode:merge": (
        "Say “add” or “equal” next.",
        ["Combine Segments: add", "Combine Segments: equal"],
    ),
    "/segment import VIPs upsert a@x.org": (
        "I didn't expect “upsert” here. Which of these",
        ["Import List: add", "Import List: remove", "Import List: equal", "Import List"],
    ),
    "/promotion target Win back any Newsletter": (
        "I didn't expect “any” here. Which of these",
        ["Retarget Promotion: is", "Retarget Promotion: is-not"],
    ),
    '/segment create "Half': ("Which name", ["Create Segment: Half", 'Create Segment: "Half']),
    "/segment create ‚Half": ("Which name", ["Create Segment: ‚Half", "Create Segment: Half"]),
    "/segment rename VIPs «Gold": ("Which name", ["Save Segment: Gold", "Save Segment: «Gold"]),
    "/segment show ’’VIPs": ("Did you mean this?", ["Show Segment: VIPs"]),
    "/promotion show Win back/VIP early access": (
        "Which of these",
        ["Show Promotion: Win back", "Show Promotion: VIP early access"],
    ),
    "/shopper hunt Moss": ("No shopper matches “hunt Moss”. Did you mean “Moss”?", ["Find Shoppers: Moss"]),
    "/shopper find ida at example dot com": ("Did you mean “ida@example.com”?", ["Find Shoppers: ida@example.com"]),
    "/segment add VIPs ida (at) example (dot) com": ("Did you mean ida@example.com?", ["Yes, ida@example.com"]),
    "/shopper show ida @ example.com": ("Did you mean ida@example.com?", ["Yes, ida@example.com"]),
    "/shopper register eve at x dot org Eve Moss": ("Did you mean this?", ["Register Shopper: eve@x.org"]),
    "/shopper register eve[at]x.org Eve Moss": ("Did you mean eve@x.org?", ["Register Shopper: eve@x.org"]),
    "/segment delete all but Loyal": ("“but” is not a name, and `/segment delete` takes only what is named.", []),
    "/segment delete VIPs, not Loyal": ("“not” is not a name", []),
    "/segment clear all": ("“all” is not a name", []),
    "/segment remove VIPs everyone but ida@example.com": ("“but” leaves someone out", []),
    "/segment add VIPs ida@example.com but not a@x.org": ("“but” leaves someone out", ["Only ida@example.com"]),
    "/segment delete VIPs or Loyal": (
        "“or” leaves open which of them is meant.",
        ["Delete Segment: VIPs and Loyal", "Delete Segment: VIPs", "Delete Segment: Loyal"],
    ),
    "/segment delete one of VIPs, Loyal": (
        "“one” leaves open which of them is meant.",
        ["Delete Segment: VIPs and Loyal", "Delete Segment: VIPs", "Delete Segment: Loyal"],
    ),
    "/segment delete VIPs, maybe Loyal": (
        "“maybe” leaves open which of them is meant.",
        ["Delete Segment: VIPs and Loyal", "Delete Segment: VIPs", "Delete Segment: Loyal"],
    ),
    "/segment add VIPs or Loyal ida@example.com": (
        "“Loyal” is a segment. Which do you mean?",
        ["VIPs and Loyal", "Only VIPs", "Only Loyal"],
    ),
    "/segment add ida@example.com to either VIPs or Loyal": (
        "“either” leaves open which of them is meant.",
        ["Add Shoppers: VIPs and Loyal", "Add Shoppers: VIPs", "Add Shoppers: Loyal"],
    ),
    "/shopper register eve@x.org Eve Moss to VIPs or Loyal": ("No segment is called “or”.", []),
    "/shopper register eve@x.org Eve Moss to VIPs but not Loyal": ("No segment is called “but” or “not”.", []),
    "/segment delete VIPs instead of Loyal": ("“instead” is not a name", []),
    "/segment delete VIPs and rename Loyal to Gold": (
        "“rename” may be another command, and one line does one thing.",
        ["Delete Segment: VIPs"],
    ),
    "/promotion disable VIP early access and enable Win back": (
        "“enable” may be another command",
        ["Disable Promotion: VIP early access"],
    ),
    "/segment combine VIPs Lapsed both or either New": (
        "did you mean?",
        ["Combine Segments: both", "Combine Segments: either"],
    ),
    "/segment import VIPs add or remove ida@example.com": (
        "Which mode did you mean?",
        ["Import List: add", "Import List: remove"],
    ),
    "/change withdraw 7 or 8": ("Did you mean 7 or 8?", ["Withdraw Change: 7", "Withdraw Change: 8"]),
    "/change withdraw all but 7": ("Change must be a whole number. Type", []),
    "/change withdraw 7 and undo 1": ("Did you mean 7?", ["Withdraw Change: 7"]),
    "/segment add VIPs 7 – 9": ("may mean every id from the first to the last", ["#7, #8 and #9", "Only #7 and #9"]),
    "/segment import VIPs add 7-9": ("“7-9” may mean every id", ["#7, #8 and #9", "Only #7 and #9"]),
    "/shopper delete 7..9": ("“7..9” may mean every id", ["#7, #8 and #9", "Only #7 and #9"]),
    "/segment add VIPs either ida@example.com or 7": (
        "“either” leaves open who is meant",
        ["ida@example.com and 7", "Only ida@example.com", "Only 7"],
    ),
    "/segment add ida@example.com / #7 to VIPs": (
        "“/” leaves open who is meant",
        ["ida@example.com and #7", "Only ida@example.com", "Only #7"],
    ),
    "/segment remove VIPs maybe ida@example.com": (
        "“maybe” leaves open who is meant",
        [],
    ),
    "/segment import VIPs add #7\nor ida@example.com": (
        "“or” leaves open who is meant",
        ["ida@example.com and #7", "Only ida@example.com", "Only #7"],
    ),
    "/segment import VIPs add not ida@example.com": ("“not” leaves someone out", []),
    "/segment import VIPs remove all but #7": ("“but” leaves someone out", []),
    "/shopper create one of #7, ida@example.com": (
        "“one of” leaves open who is meant",
        ["ida@example.com and #7", "Only ida@example.com"],  # the other one has a profile
    ),
    "/segment add VIPs ida@example.com instead of #7": ("“instead” leaves someone out", ["Only ida@example.com"]),
    "/segment add VIPs ida@example.com !a@x.org": ("“!” leaves someone out", ["Only ida@example.com"]),
    "/segment add VIPs ida@example.com and remove #7": (
        "“remove” may be another command, and one line does one thing.",
        ["Only ida@example.com"],
    ),
    "/segment add VIPs remove ida@example.com": ("“remove” may be another command", ["Only ida@example.com"]),
    "/segment import VIPs add ida@example.com then delete #7": ("“delete” may be", ["Only ida@example.com"]),
    "/segment add VIPs ida@example.com if she is a customer": (
        "so “if she is a customer” would be left out.",
        ["Now, ida@example.com"],
    ),
    "/shopper show Alma except Ida": ("“except” leaves someone out", []),
    "/promotion target Win back to everyone but VIPs": ("“but” is not a name", []),
    "/promotion target Win back is VIPs not Lapsed": ("“is”", []),
    "/segment combine VIPs Lapsed Newsletter both X": ("Did you mean this?", ["Combine Segments: VIPs and Lapsed"]),
    "/segment copy VIPs, Loyal to Both": (
        "Which segment did you mean?",
        ["1. Copy Segment: VIPs", "2. Copy Segment: VIPs", "Copy Segment: Loyal"],
    ),
    "/shopper register eve@x.org Eve van der Moss to VIPs": ("Did you mean this?", ["Register Shopper: VIPs"]),
    "/segment list all": ("There are no segments with “all”.", ["All Segments", "Create Segment"]),
    "/promotion list all": ("There are no promotions with “all”.", ["All Promotions"]),
    "/change show id=1": ("Did you mean 1?", ["Show Change: 1"]),
    "/audit show the last one": (
        "Which entry did you mean by “the last one”?",
        ["Show Entry: 8 (asked)", "Show Entry: 7 (finish)", "Show Entry: 6 (step done)"],
    ),
    "/shopper register Ada Byron a@x.org": ("Did you mean this?", ["Register Shopper: a@x.org"]),
    "/shopper register Ada Byron a@x.org to VIPs": ("Did you mean this?", ["Register Shopper: VIPs"]),
    "/promotion off tasting week": ("Did you mean `/promotion disable`?", ["Disable Promotion"]),
    "/promotion on win back": ("Did you mean `/promotion enable`?", ["Enable Promotion"]),
    "/segment xyz VIPs": ("There is no command `/segment xyz`.", ["Show Segment: VIPs"]),
    "/promotion disable VIP early access, Win back": (
        "Which of these",
        ["Disable Promotion: VIP early access"],  # the other one is off already
    ),
    "/promotion target Win back Newsletter": (
        "Which of these",
        ["Retarget Promotion: is", "Retarget Promotion: is-not"],
    ),
    "/segment VIPs members": ("There is no command", ["List Members"]),
    "/change list all please": ("Did you mean all?", ["List Changes: all"]),
    "/promotion show Win back, thanks": ("I didn't expect “thanks” here.", ["Show Promotion: Win back"]),
    "/change undo 1 please": ("Change must be a whole number. Did you mean 1?", ["Undo Change: 1"]),
    "/change show 1 and 2": ("Did you mean 1 or 2?", ["Show Change: 1", "Show Change: 2"]),
    "/change undo 0": ("Change must be 1 or more.", []),
    "/change policy please": ("I didn't expect “please” here.", ["Show Policy"]),
    "/segment create Best with ada@x.org": (
        "“Best with ada@x.org” seems to hold an email, and everyone can read a name.",
        ["Create Segment: Best", "Create Segment: Best with ada@x.org"],
    ),
    "/segment create ada@x.org": ("“ada@x.org” seems to hold an email", ["Create Segment: ada@x.org"]),
    "/segment new Best: ida at example dot com": (
        "seems to hold an email",
        ["Create Segment: Best", "Create Segment: Best: ida at example dot com"],
    ),
    "/segment copy VIPs to Best of ada@x.org, b@x.org": (
        "“Best of ada@x.org, b@x.org” seems to hold an email",
        ["Copy Segment: Best", "Copy Segment: Best of ada@x.org, b@x.org"],
    ),
    "/segment rename VIPs Best (ada@x.org)": (
        "seems to hold an email",
        ["Save Segment: Best", "Save Segment: Best (ada@x.org)"],
    ),
    "/segment combine VIPs Lapsed either Best for ada@x.org": (
        "seems to hold an email",
        ["Combine Segments: Best", "Combine Segments: Best for ada@x.org"],
    ),
    "/segment combine VIPs + Lapsed = Both": (
        "Which of these did you mean?",
        ["Combine Segments: both", "Combine Segments: either", "Combine Segments: first-only"],
    ),
    "/segment combine VIPs & Lapsed -> New": (
        "Which of these did you mean?",
        ["Combine Segments: both", "Combine Segments: either", "Combine Segments: first-only"],
    ),
    "/segment combine VIPs both Lapsed = Both": ("Did you mean this?", ["Combine Segments: VIPs and Lapsed"]),
    "/segment list page 1": ("There are no segments with “page 1”.", ["Page 1", "All Segments", "Create Segment"]),
    "/promotion list back page 1": ("There are no promotions with “back page 1”.", ["Page 1", "All Promotions"]),
    "/audit recent by: ana": ("I didn't expect “by: ana” here.", ["Show Entries: by:ana"]),
    "/shopper register Moss, Eve <eve@x.org>": (
        "Which of these did you mean?",
        ["Register Shopper: Eve", "Register Shopper: Moss"],
    ),
    "/shopper register Moss, Eve (Sales) <eve@x.org> to VIPs": (
        "Which of these did you mean?",
        ["Register Shopper: Eve", "Register Shopper: Moss"],
    ),
    "/shopper register eve@x.org Moss, Eve VIPs": (
        "Which of these did you mean?",
        ["Register Shopper: Eve", "Register Shopper: Moss"],
    ),
    "/shopper register eve@x.org; Eve; Moss": (
        "Which of these did you mean?",
        ["Register Shopper: Moss", "Register Shopper: Eve"],
    ),
    "/shopper register eve@x.org Dr. Eve Moss": ("Did you mean this?", ["Register Shopper: eve@x.org"]),
    "/shopper register eve@x.org Eve Moss, Jr.": ("Did you mean this?", ["Register Shopper: eve@x.org"]),
    "/shopper register eve@x.org Eve Anna Moss": (
        "Which of these did you mean?",
        ["Register Shopper: Eve", "Register Shopper: Eve Anna"],
    ),
    "/segment import VIPs add 1,000\n17": ("“1,000” in the pasted list is no address and no id", []),
    "/segment import VIPs add 17\n1,024": ("“1,024” in the pasted list is no address and no id", []),
    "/segment import add a@x.org to VIPs": ("Did you mean this?", ["Import List: VIPs"]),
    "/segment import VIPs add remove ida@example.com": (
        "Which mode did you mean?",
        ["Import List: add", "Import List: remove"],
    ),
    "/segment import VIPs add ida@example.com, Loyal": (
        "“Loyal” is a segment, and a list is imported into one.",
        ["Leave “Loyal” Out"],
    ),
    "/segment combine VIPs Loyal either into Lapsed replace": (
        "Which of these did you mean?",
        ["Combine Segments: Lapsed replace", "Combine Segments: Lapsed"],
    ),
    "/segment rename VIPs to Gold and Loyal to Silver": (
        "Which name did you mean?",
        ["Save Segment: Gold and Loyal to Silver", "Save Segment: Gold"],
    ),
    "/segment rename VIPs to Gold and X to Silver": (
        "Which name did you mean?",
        ["Save Segment: Gold and X to Silver", "Save Segment: Gold"],
    ),
    "/segment rename Loyal instead of VIPs to Best": (
        "Which name did you mean?",
        ["Save Segment: instead of VIPs to Best", "Save Segment: Best"],
    ),
    "/segment rename Loyal then delete VIPs": (
        "Which name did you mean?",
        ["Save Segment: Loyal"],
    ),
    '/segment create "New" and delete Loyal': (
        "“and delete Loyal” may be another command, and one line does one thing.",
        ["Create Segment Without It", "Take It as Description"],
    ),
    "/segment rename VIPs -> Gold, X -> Silver": (
        "Which name did you mean?",
        ["Save Segment: Gold, X -> Silver", "Save Segment: Gold"],
    ),
    "/segment rename VIPs to Gold and delete Loyal": (
        "Which name did you mean?",
        ["Save Segment: Gold and delete Loyal", "Save Segment: Gold"],
    ),
    "/segment rename VIPs to Gold. Delete Loyal.": (
        "Which name did you mean?",
        ["Save Segment: Gold. Delete Loyal.", "Save Segment: Gold"],
    ),
    "/segment rename VIPs to either Gold or Silver": (
        "Which name did you mean?",
        ["Save Segment: either Gold or Silver", "Save Segment: Gold", "Save Segment: Silver"],
    ),
    "/segment rename VIPs to Gold, then add ada@x.org": (
        "seems to hold an email",
        ["Save Segment: Gold", "Save Segment: Gold, then add ada@x.org"],
    ),
    "/segment create Gold and copy VIPs into it": (
        "Which name did you mean?",
        ["Create Segment: Gold and copy VIPs into it", "Create Segment: Gold"],
    ),
    "/segment create Gold and then new Silver": (
        "Which name did you mean?",
        ["Create Segment: Gold and then new Silver", "Create Segment: Gold"],
    ),
    "/segment copy VIPs to Gold & X to Silver": (
        "Which name did you mean?",
        ["Copy Segment: Gold & X to Silver", "Copy Segment: Gold"],
    ),
    "/segment combine VIPs Lapsed both into Gold; clear VIPs": (
        "Which name did you mean?",
        ["Combine Segments: Gold; clear VIPs", "Combine Segments: Gold"],
    ),
    "/segment copy VIPs to a new segment called Gold": (
        "Which name did you mean?",
        ["Copy Segment: a new segment called Gold", "Copy Segment: Gold"],
    ),
    "/segment create as Gold": ("Which name did you mean?", ["Create Segment: as Gold", "Create Segment: Gold"]),
    "/segment create Gold\nSilver": (
        "Which name did you mean?",
        ["Create Segment: Gold Silver", "Create Segment: Gold"],
    ),
    "/segment show ida@example.com": ("No segment is called “ida@example.com”.", ["Show Shopper: ida@example.com"]),
    "/segment ida@example.com": ("There is no command", ["Show Shopper: ida@example.com"]),
    "/segment show Ida Moss": ("No segment is called “Ida Moss”.", ["Show Shopper: Ida Moss (ida@example.com)"]),
    "/segment show Win back": ("No segment is called “Win back”.", ["Show Promotion: Win back"]),
    "/segment show change 1": ("No segment is called “change 1”.", ["Show Change: 1"]),
    "/segment list Win back": (
        "There are no segments with “Win back”.",
        ["Show Promotion: Win back", "All Segments", "Create Segment"],
    ),
    "/promotion show Loyal": ("No promotion is called “Loyal”.", ["Show Segment: Loyal"]),
    "/promotion ida@example.com": ("There is no command", ["Show Shopper: ida@example.com"]),
    "/shopper find Loyal": ("No shopper matches “Loyal”.", ["Show Segment: Loyal"]),
    "/change show Fresh": (
        "Change takes a number, not “Fresh”.",
        ["Show Change: 1 (Create the segment Fresh)", "Show Segment: Fresh"],
    ),
    "/change show 1,000": ("Did you mean 1000?", ["Show Change: 1000"]),
    "/change show 1-2": ("Did you mean 1 or 2?", ["Show Change: 1", "Show Change: 2"]),
    "/shopper find Moss page 2": ("No shopper matches “Moss page 2”. Did you mean “Moss”?", ["Find Shoppers: Moss"]),
    "/segment add VIPs ida@example.com order #17": ("Is 17 a customer?", ["Leave the Numbers Out", "It Is a Customer"]),
    "/segment add VIPs ida@example.com tomorrow": (
        "I do everything at once unless you say `at:`, so “tomorrow” would be left out.",
        ["Now, ida@example.com", "Tomorrow, ida@example.com"],
    ),
    "/segment add ida@example.com to VIPs until Friday": (
        "so “until Friday” would be left out.",
        ["Now, ida@example.com", "Until Friday, ida@example.com"],
    ),
    "/segment add VIPs ida@example.com till friday 18:00": (
        "so “till friday 18:00” would be left out.",
        ["Now, ida@example.com", "Till friday 18:00, ida@example.com"],
    ),
    "/segment add VIPs ida@example.com at friday 18:00": (
        "so “at friday 18:00” would be left out.",
        ["Now, ida@example.com", "At friday 18:00, ida@example.com"],
    ),
    '/segment combine VIPs Lapsed both "Both" until friday 18:00': (
        "Does “until friday 18:00” say when, or is it part of the name?",
        ["Combine Segments: Both", 'Combine Segments: "Both" until friday 18:00'],
    ),
    "/segment create Gold at friday 18:00": (
        "Does “at friday 18:00” say when, or is it part of the name?",
        ["Create Segment: Gold", "Create Segment: Gold at friday 18:00"],
    ),
    "/segment remove VIPs ida@example.com for 3 days": ("so “for 3 days” would be left out.", []),
    "/segment don't delete VIPs": ("“don't” is not a name", []),
    "/promotion target Win back is neither VIPs nor Loyal": ("“neither” is not a name", []),
}


@pytest.mark.parametrize("line", NEAR)
async def test_what_was_most_likely_meant_is_one_click_away(slack: World, line: str) -> None:
    slack.put("Loyal")
    slack.register("ida@example.com", "Ida", "Moss")
    if "change" in line or line.startswith("/audit"):  # only these can be about one
        await slack.type("/segment create Fresh", by="ben")
    writes = slack.writes()
    sentence, labels = NEAR[line]
    await slack.type(line, by="ben")
    (told, *_) = [one for one in slack.messages(by="ben")[::-1] if one["ephemeral"]]
    assert sentence in read(told)
    assert [one for one in buttons(told) if one != "Something Else"] == labels
    assert slack.writes() == writes
    if labels:
        await slack.press(labels[0], by="ben", channel="#segments")
        assert sentence not in read(slack.messages(by="ben")[-1])


@pytest.mark.parametrize(
    ("line", "label"),
    [
        ("/segment add {email} VIPs", "Add Shoppers: VIPs"),
        ("/segment add Segment: VIPs Shopper: {email}", "Add Shoppers: VIPs"),
        ("/segment put {email} onto VIPs please", "Add Shoppers: VIPs"),
    ],
)
async def test_a_shopper_before_the_segment_is_asked_about(slack: World, line: str, label: str) -> None:
    (email,) = slack.emails(1, outside="VIPs")
    await slack.type(line.format(email=email))
    assert not slack.writes()
    await slack.press(label, by="ana", channel="#segments")
    assert slack.profile_id(email) in slack.members("VIPs")
    assert "left out" not in read(slack.card(1))


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("/shopper remove a@b.c from everywhere", "No segment is called “everywhere”."),
        ("/shopper add a@b.c to Nowhere at all", "No segment is called “Nowhere at all”."),
        ("/segment remove a@b.c everywhere", "Which segments? Nothing was done yet."),
        ("/shopper add a@b.c, #17", "Which segments? Nothing was done yet."),
        ("/segment import add a@b.c", ""),
        ("/shopper add a@b.c", ""),
        ("/segment remove a@b.c", ""),
        ("/segment import a@b.c", ""),
    ],
)
async def test_an_address_fills_the_field_for_shoppers(slack: World, line: str, sentence: str) -> None:
    await slack.type(line)
    if sentence:
        assert sentence in slack.whisper()
        assert "called “a@b.c”" not in slack.whisper()
        await slack.press("Open Form", by="ana", channel="#segments")
    assert not filled(slack.form(), "segment")
    assert filled(slack.form(), "text" if "import" in line else "shoppers").startswith("a@b.c")


async def test_a_form_without_a_field_for_shoppers_says_what_it_left_out(slack: World) -> None:
    await slack.type("/promotion target a@b.c")
    assert filled(slack.form(), "promotion") is None
    assert "I didn't expect “a@b.c” here." in read(slack.form())


async def test_a_name_with_an_address_is_taken_in_quotes(slack: World) -> None:
    await slack.type("/segment create Best with ada@x.org")
    assert not slack.writes()
    await slack.press("Create Segment: Best", by="ana", channel="#segments")
    assert "Best" in slack.sizes()
    await slack.type('/segment create "Team of ada@x.org"')
    assert "Team of ada@x.org" in slack.sizes()
    await slack.type("/segment combine VIPs Lapsed either Team of ada@x.org mode:equal")
    assert "Team of [email]" in slack.card(3)["text"]


async def test_a_new_name_keeps_its_comma_and_an_honest_one_is_taken(slack: World) -> None:
    await slack.type("/segment combine VIPs Lapsed both Paris, France")
    await slack.type("/segment create Hair and Make Up")
    await slack.type("/segment rename VIPs to Salt and Pepper")
    await slack.type('/segment copy Wholesale to "Gold and delete Loyal"')
    assert {"Paris, France", "Hair and Make Up", "Salt and Pepper", "Gold and delete Loyal"} <= {*slack.sizes()}


async def test_a_key_without_its_value_is_no_name(slack: World) -> None:
    for line in ("/segment rename VIPs name:", "/segment edit VIPs Name:", "/segment edit VIPs description ="):
        await slack.type(line)
        assert filled(slack.form(), "name") == "VIPs", line
        await slack.client.cancel("ana")
    await slack.type("/segment create Name:")
    assert filled(slack.form(), "name") is None
    await slack.client.cancel("ana")
    await slack.type("/segment rename Newsletter = Weekly")
    assert "Weekly" in slack.sizes()


async def test_to_take_somebody_out_of_a_segment_is_asked_about(slack: World) -> None:
    (email,) = slack.emails(1, inside="VIPs")
    await slack.type(f"/segment take {email} out of VIPs")
    assert not slack.cards(1)
    await slack.press("Remove Shoppers: VIPs", by="ana", channel="#segments")
    assert f"Remove 1 of 40 shoppers from VIPs: {slack.named(email)}" in read(slack.card(1))


async def test_blanks_behind_a_key_are_asked_about_where_they_may_be_of_a_name(slack: World) -> None:
    await slack.type("/segment create Best description: big spenders")
    assert not slack.writes()
    await slack.press("Create Segment: Best", by="ana", channel="#segments")
    assert "Best" in slack.sizes()
    await slack.type("/segment edit Best name: Better")
    form = slack.form()
    assert form
    assert form["state"]["values"]["name"]["value"]["value"] == "Better"


async def test_a_name_keeps_no_full_stop_and_is_renamed_into_another(slack: World) -> None:
    await slack.type("/segment show VIPs.")
    assert slack.whisper().startswith("VIPs: 40 shoppers")
    await slack.type("/segment rename VIPs into Gold")
    assert "Gold" in slack.sizes()


async def test_only_readings_that_can_be_done_have_a_button(slack: World) -> None:
    slack.put("VIPs Gold")
    email = slack.emails(1, inside="")[0]
    await slack.type(f"/segment add VIPs Gold {email}")
    assert buttons(slack.messages()[-1]) == ["Add Shoppers: VIPs Gold", "Add Shoppers: VIPs", "Something Else"]
    await slack.type(f"/segment remove VIPs Gold {email}")
    told = slack.messages()[-1]
    assert buttons(told) == ["Something Else"]
    assert f"(not possible: Not in VIPs Gold: {slack.called(email)}.)" in read(told)
    await slack.type("/segment clear Spring launch waitlist, VIPs")
    assert buttons(slack.messages()[-1]) == ["Clear Segment: VIPs", "Something Else"]
    assert "(not possible: Spring launch waitlist is already empty.)" in read(slack.messages()[-1])


async def test_what_says_that_a_number_is_a_customer_is_no_ones_name(slack: World) -> None:
    (email,) = slack.emails(1, inside="VIPs")
    await slack.type(f"/shopper show customer {slack.customer_id(email)}")
    assert buttons(slack.messages()[-1]) == ["It Is a Customer"]
    await slack.press("It Is a Customer", by="ana", channel="#segments")
    assert slack.whisper().startswith(slack.called(email))


async def test_names_of_people_are_never_left_out_for_names_of_segments(slack: World) -> None:
    slack.put("Loyal")
    await slack.type("/shopper register eve@example.com Eve Moss to VIPs and Loyal")
    assert "Add 1 shopper to 2 segments: Eve Moss" in read(slack.card(1))


async def test_a_name_among_other_words_is_asked_about(slack: World) -> None:
    slack.register("adabyron@example.org", "Adabel", "Byron")
    for line in ("/shopper show Adabel please", "/shopper show me Adabel Byron", "/segment add VIPs shopper Adabel"):
        await slack.type(line)
        assert buttons(slack.messages()[-1]) == ["Adabel Byron (adabyron@example.org)"], line
    assert not slack.writes()
    await slack.type("/shopper show please")
    assert "1 word was left out: please." in slack.whisper()


async def test_a_list_for_a_segment_of_several_words_opens_the_form(slack: World) -> None:
    await slack.type("/segment import Gift buyers")
    assert filled(slack.form(), "segment") == "Gift buyers"
    await slack.client.cancel("ana")
    await slack.type("/segment import Gift buyers Ada Byron")
    form = slack.form()
    assert (filled(form, "segment"), filled(form, "text"), filled(form, "mode")) == ("Gift buyers", "Ada Byron", None)
    await slack.client.cancel("ana")
    await slack.type("/segment import Spring list")
    assert "No segment is called “Spring list”. Did you mean “Spring launch waitlist”?" in read(slack.form())
    await slack.client.cancel("ana")
    await slack.type("/promotion target Winback")
    assert "No promotion is called “Winback”. Did you mean “Win back”?" in read(slack.form())
    await slack.client.cancel("ana")
    await slack.type("/segment import the VIPs please")
    assert "I didn't expect “the” here." in read(slack.form())


async def test_a_verb_for_what_two_commands_do_is_answered_with_both(slack: World) -> None:
    await slack.type("/segment move VIPs Newsletter")
    assert buttons(slack.messages()[-1]) == ["Add Shoppers", "Remove Shoppers"]
    await slack.press("Remove Shoppers", by="ana", channel="#segments")
    form = slack.form()
    assert form
    assert form["title"]["text"] == "Remove Shoppers"


async def test_what_is_offered_for_last_can_be_meant(slack: World) -> None:
    await slack.type("/segment create Fresh", by="ben")
    for name in ("VIPs", "Lapsed", "Wholesale"):
        await slack.type(f"/segment delete {name}", by="ben")
    waiting = [
        f"{number} (Delete the segment {name}" for number, name in ((4, "Wholesale"), (3, "Lapsed"), (2, "VIPs"))
    ]
    over = ["1 (Create the segment Fresh)"]
    for line, offered in (
        ("/change undo last", over),
        ("/change undo first", over),
        ("/change withdraw my last", waiting),
        ("/change withdraw oldest", waiting[::-1]),
        ("/change show last", waiting),
    ):
        await slack.type(line, by="ben")
        told = [one for one in buttons(slack.messages(by="ben")[-1]) if one != "Something Else"]
        assert len(told) == len(offered)
        assert all(known in one for known, one in zip(offered, told, strict=True)), told
    await slack.type("/change undo VIPs", by="ben")
    assert buttons(slack.messages(by="ben")[-1]) == ["Show Segment: VIPs"]
