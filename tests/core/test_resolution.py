"""Typed words, read with the names of a store; and what is asked where they can be read in several ways."""

from typing import Any

import pytest

from bot.bigcommerce import NewSegment
from bot.core.answers import Offers, Sentence
from bot.core.command import Call, Group, Help, find
from bot.core.errors import Misuse, NotSegments, Question, Reading
from bot.core.questions import ask_which, has_room, question_answer, with_meant
from bot.core.resolution import resolve, resolve_for_form
from bot.core.store_view.cached_shop import Shop
from bot.core.understanding import _similar, understand
from commands import GROUPS
from tests.engine.bench import bench


def call_of(line: str) -> Call:
    call = understand(GROUPS, line)
    assert isinstance(call, Call)
    return call


async def read(line: str) -> Call:
    async with bench(customers=20) as machine:
        names = ("VIPs Gold", "vips", "Top", "Top 10")
        await machine.client.create_segments(*(NewSegment(name=name) for name in names))
        return await resolve(call_of(line), Shop(machine.client))


async def asked(line: str) -> tuple[list[str], list[tuple[str, str]]]:
    """What is asked about the line: sentences, and buttons with what they type."""
    with pytest.raises(Question) as caught:
        await read(line)
    answer = question_answer(call_of(line).command, caught.value)
    offers = [offer for part in answer.parts if isinstance(part, Offers) for offer in part.offers]
    told = [answer.title, *(part.text for part in answer.parts if isinstance(part, Sentence))]
    return told, [(offer.label, offer.words) for offer in offers]


@pytest.mark.parametrize(
    ("line", "values"),
    [
        ("segment add Coffee lovers a@b.c", {"segment": ("Coffee lovers",), "shoppers": ("a@b.c",)}),
        ("segment rename VIPs to Best", {"segment": "VIPs", "name": "Best"}),
        ("segment rename VIPs -> Best", {"segment": "VIPs", "name": "Best"}),
        ("segment copy VIPs → Best", {"segment": "VIPs", "name": "Best"}),
        ("promotion target Win back is Top", {"promotion": "Win back", "how": "is", "segments": ("Top",)}),
        ("segment create Summer Sale", {"name": "Summer Sale"}),
        ("segment Coffee lovers", {"segment": "Coffee lovers"}),
        ("shopper register a@b.c Ada Byron", {"email": "a@b.c", "first_name": "Ada", "last_name": "Byron"}),
        ("segment delete Nobody", {"segments": ("Nobody",)}),
        ("shopper show shopper:Ada Byron", {"shopper": "Ada Byron"}),
        ("shopper why segment:VIPs shopper:Ada Byron", {"segment": "VIPs", "shopper": "Ada Byron"}),
        ("audit recent shopper:Tess Wright since:3d", {"shopper": "Tess Wright", "since": "3d"}),
        ("segment overlap Nobody VIPs", {"first": "Nobody", "second": "VIPs"}),
        ("segment add “Nobody” a@b.c", {"segment": ("Nobody",), "shoppers": ("a@b.c",)}),
    ],
)
async def test_words_are_read_with_the_names_of_the_store(line: str, values: dict[str, Any]) -> None:
    call = await read(line)
    assert (call.values, call.words) == (values, "")


async def test_a_last_name_that_a_segment_has_may_be_that_segment() -> None:
    _, offers = await asked("shopper register a@b.c Ida Top")
    assert [words for _, words in offers][:2] == [
        'shopper register email:"a@b.c" first_name:"Ida" last_name:"Top"',
        'shopper register email:"a@b.c" first_name:"Ida" segments:"Top"',
    ]


async def test_words_beside_an_id_are_still_read_with_the_names_of_the_store() -> None:
    async with bench() as machine:
        first, _ = await machine.client.create_segments(NewSegment(name="Top"), NewSegment(name="VIPs Gold"))
        call = await resolve(call_of(f"segment delete {first.id} VIPs Gold"), Shop(machine.client))
    assert call.values == {"segments": (first.id, "VIPs Gold")}


async def test_people_who_are_called_nearly_like_a_segment_are_no_misspelt_one() -> None:
    told, _ = await asked("segment add Topp Coffe lovers VIPs")
    assert told[0] == "Did you mean this? Nothing was done yet."


async def test_where_two_segments_may_be_meant_each_is_offered() -> None:
    told, offers = await asked("segment add VIPs Gold a@b.c")
    assert told == [
        "Which segments did you mean? Nothing was done yet.",
        "• Segments: “VIPs Gold”; Shoppers: “a@b.c”",
        "• Segments: “VIPs”; Shoppers: “Gold a@b.c”",
    ]
    assert offers == [
        ("Add Shoppers: VIPs Gold", 'segment add segment:"VIPs Gold" shoppers:"a@b.c"'),
        ("Add Shoppers: VIPs", 'segment add segment:"VIPs" shoppers:"Gold a@b.c"'),
        ("Something Else", "segment add"),
    ]


def test_what_is_asked_about_is_the_first_field_that_differs() -> None:
    found = [{"segment": "VIPs", "name": "Gold"}, {"segment": "VIPs", "name": "Gold 2"}]
    question = ask_which(call_of("segment copy").command, found, {"x": "X"})
    assert str(question) == "Which new name did you mean? Nothing was done yet."
    assert (question.names, question.for_log) == ({"x": "X"}, "The words can be read in several ways.")
    assert [one.values for one in question.readings] == found


async def test_what_was_most_likely_meant_is_offered_and_told_of() -> None:
    told, offers = await asked("segment add a@b.c Top")
    assert told == ["Did you mean this? Nothing was done yet.", "• Segments: “Top”; Shoppers: “a@b.c”"]
    assert offers == [("Add Shoppers: Top", 'segment add shoppers:"a@b.c" segment:"Top"')]
    told, offers = await asked("segment Reviewers please")
    assert told[0] == "I didn't expect “please” here. Did you mean this? Nothing was done yet."
    assert [label for label, _ in offers] == ["Show Segment: Reviewers"]
    told, offers = await asked("segment show Top and Reviewers")
    assert [label for label, _ in offers] == ["Show Segment: Top", "Show Segment: Reviewers", "Something Else"]
    assert told[0] == "Which of these did you mean? Nothing was done yet."


async def test_a_key_with_a_blank_behind_it_is_asked_about_where_it_may_be_of_a_name() -> None:
    assert (await asked("segment create Best Description: x"))[0][1:] == [
        "• Name: “Best Description: x”",
        "• Name: “Best”; Description: “x”",
    ]
    assert [label for label, _ in (await asked("segment show Segment: Reviewers"))[1]] == ["Show Segment: Reviewers"]
    assert (await read("segment add Top Shoppers: a@b.c")).values["shoppers"] == ("Shoppers: a@b.c",)


def test_a_reading_that_cannot_be_done_says_why_and_has_no_button() -> None:
    copy = call_of("segment copy").command
    question = Question("Which?", [Reading({"segment": "a"}, "A"), Reading({"segment": "b"}, "B")], for_log="")
    answer = question_answer(copy, question.tried(["It is gone."]))
    assert answer.parts[0] == Sentence("• A (not possible: It is gone.)")
    offers = answer.parts[-1]
    assert isinstance(offers, Offers)
    assert [one.label for one in offers.offers] == ["B"]


def test_buttons_have_room_for_what_was_said_or_not() -> None:
    add = call_of("segment add").command
    for shoppers, fits in (("a@b.c", True), ("a@b.c " * 400, False), ("a'b \"c' d", False)):
        assert (
            has_room(add, Question("Which?", [Reading({"segment": ("a",), "shoppers": shoppers})], for_log="")) is fits
        )
    assert has_room(add, Question("Which?", [Reading({"segment": ("a",), "shoppers": ()})], for_log=""))


@pytest.mark.parametrize(
    ("line", "labels"),
    [
        ("change show 7 please", ["Show Change: 7"]),
        ("change show #7, #8 and 0!", ["Show Change: 7", "Show Change: 8"]),
        ("change show seven", []),
        ("change list mine please", ["List Changes: mine"]),
        ("change list my last", ["List Changes: mine"]),
        ("change list mien", ["List Changes: mine", "List Changes: pending", "List Changes: all"]),
        ("audit export format:xlsx by:ana", ["Export Entries: csv", "Export Entries: jsonl"]),
        ("segment combine VIPs Lapsed how:xor New", []),
        ("shopper register ada(at)b.org Ada Byron", ["Register Shopper: ada@b.org"]),
        ("change show 0", []),
        ("change break-glass 7 ", []),
        ("change show no.7", ["Show Change: 7"]),
        ("change show id=7.", ["Show Change: 7"]),
        ("change show 1.5", []),
        ("change show 1E+05", []),
        ("change show all but 7", []),
        ("change show 7, not 8", ["Show Change: 7"]),
        ("change show 7 and undo 8", ["Show Change: 7"]),
        ("shopper register Ada Byron a@b.org", ["Register Shopper: a@b.org"]),
        ("shopper register Ada a@b.org Byron", ["Register Shopper: a@b.org"]),
        ("shopper register Ada Byron Moss", []),
        ("audit recent shopper:a@b.org please", ["Show Entries: a@b.org"]),
        ("audit recent shopper:#17 and a@b.org but not c@d.org", ["Show Entries: a@b.org", "Show Entries: #17"]),
        ("audit recent shopper:a at b dot org since:3d", ["Show Entries: a@b.org"]),
        ("audit recent shopper:Tess Wright", []),
    ],
)
def test_a_number_among_words_is_offered(line: str, labels: list[str]) -> None:
    call = call_of(line)
    with pytest.raises(Misuse) as caught:
        _ = call.args
    assert [one.label for one in with_meant(call, caught.value).instead] == labels


def test_an_error_about_no_value_that_was_typed_stays_as_it_is() -> None:
    call = call_of("change show 7")
    for misuse in (Misuse("No."), Misuse("No.", field="page"), Misuse("No.", field="number")):
        assert with_meant(call, misuse).instead == ()


async def test_an_address_behind_a_name_is_offered_in_its_place_beside_segments() -> None:
    told, _ = await asked("shopper register Ada Byron a@b.org VIPs")
    assert told == [
        "Did you mean this? Nothing was done yet.",
        "• Email: “a@b.org”; First name: “Ada”; Last name: “Byron”; Segments: “VIPs”",
    ]


async def test_a_label_before_a_new_name_is_asked_about_unless_only_one_way_is_valid() -> None:
    told, _ = await asked("segment create Segment: Platinum")
    assert told[1:] == ["• Name: “Segment: Platinum”", "• Name: “Platinum”"]
    told, _ = await asked("change show change: 7")
    assert told == ["Did you mean this? Nothing was done yet.", "• Change: “7”"]
    told, _ = await asked("segment create Description: hello")
    assert told[-1] == "• Description: “hello” (asks for the rest in a form)"
    call = await read("shopper register email=a@b.org Ada Byron")
    assert call.args.model_dump()["email"] == "a@b.org"
    told, _ = await asked("shopper find name: Moss")
    assert told[0] == "Which of these did you mean? Nothing was done yet."


async def test_names_with_signs_between_them_are_asked_about_before_misspelt_ones() -> None:
    told, _ = await asked("segment delete VIPs Gold & Top/Top 10")
    assert told == ["Did you mean this? Nothing was done yet.", "• Segments: “VIPs Gold”, “Top” and “Top 10”"]


@pytest.mark.parametrize(
    ("line", "values", "left_out"),
    [
        ("segment import Coffee lovers", {"segment": "Coffee lovers"}, ()),
        ("segment import Spring list", {"segment": "Spring list"}, ()),
        ("segment import the VIPs Ada", {"segment": "VIPs", "text": "Ada"}, ("the",)),
        ("segment import VIPs mode:equal", {"segment": "VIPs", "mode": "equal"}, ()),
        ("segment edit VIPs Gold Best", {"segment": "VIPs Gold", "name": "Best"}, ()),
        ("segment show", {}, ()),
        ("shopper add a@b.org", {"shoppers": ("a@b.org",)}, ()),
        ("segment import a@b.org", {"text": "a@b.org"}, ()),
        ("segment combine Nobody a@b.org", {"first": "Nobody"}, ("a@b.org",)),
        ("promotion target a@b.org", {}, ("a@b.org",)),
        ("segment edit VIPs name:", {"segment": "VIPs"}, ()),
    ],
)
async def test_a_form_is_filled_with_what_was_said(
    line: str, values: dict[str, Any], left_out: tuple[str, ...]
) -> None:
    async with bench(customers=20) as machine:
        await machine.client.create_segments(NewSegment(name="VIPs Gold"))
        filled, others = await resolve_for_form(call_of(line), Shop(machine.client))
    assert (filled.values, others) == (values, left_out)


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ("change policy please", "change policy"),
        ("audit recent since: monday", "audit recent since:monday"),
        ("audit export change:7 please now", "audit export change:7"),
        ("change policy a b c d e f g", ""),
    ],
)
def test_a_line_with_too_many_words_is_offered_without_them(line: str, meant: str) -> None:
    with pytest.raises(Misuse, match="I didn't expect") as caught:
        call_of(line)
    assert [one.line for one in caught.value.instead] == ([meant] if meant else [])


async def test_names_that_look_alike_are_offered_with_their_ids() -> None:
    told, offers = await asked("segment show VIPS")
    assert sorted(one.partition(" (id ")[0] for one in told[1:]) == ["• Segment: “VIPs", "• Segment: “vips"]
    assert len(offers) == 3


async def test_a_text_behind_a_new_name_in_quotes_may_be_another_command() -> None:
    told, offers = await asked('segment create "New" and delete Coffee lovers')
    assert told[0].startswith("“and delete Coffee lovers” may be another command, and one line does one thing.")
    assert offers == [
        ("Create Segment Without It", 'segment create name:"New"'),
        ("Take It as Description", 'segment create name:"New" description:"and delete Coffee lovers"'),
    ]
    assert (await read(offers[1][1])).values == {"name": "New", "description": "and delete Coffee lovers"}
    assert (await read('segment create "New" and more')).values == {"name": "New", "description": "and more"}


async def test_a_segment_that_is_not_meant_is_no_part_of_a_new_name() -> None:
    _, offers = await asked("segment rename Coffee lovers instead of VIPs to Best")
    assert [one for one, _ in offers][:2] == ["Save Segment: instead of VIPs to Best", "Save Segment: Best"]
    _, offers = await asked("segment rename Coffee lovers instead of VIPs")
    assert [one for one, _ in offers] == ["Save Segment: Coffee lovers"]


async def test_what_is_missing_is_asked_for_in_a_form() -> None:
    told, offers = await asked("segment add Coffee lovers")
    assert told == [
        "Which shoppers? Nothing was done yet.",
        "• Segments: “Coffee lovers” (asks for the rest in a form)",
    ]
    assert offers == [("Open Form", 'segment add segment:"Coffee lovers"')]
    assert (await asked("segment rename Coffee lovers"))[0][0] == "What is to change? Nothing was done yet."


@pytest.mark.parametrize("tail", [" ".join(f"{at}@example.com" for at in range(300)), "a@b.c \"b\"@b.c 'c' d"])
async def test_a_list_that_no_button_holds_is_asked_for_again(tail: str) -> None:
    offers = (await asked(f"segment add VIPs Gold {tail}"))[1]
    assert offers[0] == ("Add Shoppers: VIPs Gold", 'segment add segment:"VIPs Gold"')


def test_readings_of_the_same_label_are_numbered_and_long_ones_open_a_form() -> None:
    copy = call_of("segment copy").command
    alike = Question("Which?", [Reading({"segment": "a" * 80 + end}) for end in "bc"], for_log="")
    offers = question_answer(copy, alike).parts[-1]
    assert isinstance(offers, Offers)
    assert [offer.label[:3] for offer in offers.offers] == ["1. ", "2. ", "Som"]
    long = Question("Which?", [Reading({"segment": "a", "name": "x" * 2000}, "One")], for_log="")
    (buttons,) = question_answer(copy, long).parts
    assert isinstance(buttons, Offers)
    assert [(offer.label, offer.words) for offer in buttons.offers] == [("One", 'segment copy segment:"a"')]
    same = question_answer(copy, Question("Which?", [Reading({"segment": "a"})] * 2, for_log="")).parts[-1]
    assert isinstance(same, Offers)
    assert [offer.label for offer in same.offers][:2] == ["1. Copy Segment", "2. Copy Segment"]


async def test_an_unknown_name_of_several_words_is_told_whole() -> None:
    with pytest.raises(NotSegments, match=r"No segment is called “Coffee machines”\. Did you mean “Coffee lovers”"):
        await read("segment add Coffee machines a@b.c")


@pytest.mark.parametrize(
    ("line", "sentence", "label"),
    [
        ("segment add Cofee lovers a@b.c", "No segment is called “Cofee lovers”.", "Add Shoppers: Coffee lovers"),
        ("segment Cofee lovers", "No segment is called “Cofee lovers”.", "Show Segment: Coffee lovers"),
        ("segment delete Topp, Reviewers", "No segment is called “Topp”.", "Delete Segment: Top and Reviewers"),
        ("promotion show Win bck", "No promotion is called “Win bck”.", "Show Promotion: Win back"),
        (
            "promotion target Win bck to Top",
            "No promotion is called “Win bck”.",
            "Retarget Promotion: Win back and Top",
        ),
    ],
)
async def test_a_misspelt_name_is_offered_with_a_button(line: str, sentence: str, label: str) -> None:
    told, offers = await asked(line)
    assert told[0].startswith(sentence)
    assert label in [one for one, _ in offers]


async def test_what_is_offered_for_a_misspelt_name_is_told_by_names_and_not_by_ids() -> None:
    with pytest.raises(Question) as caught:
        await read("segment add Cofee lovers a@b.c")
    assert "Coffee lovers" in caught.value.names.values()
    assert set(caught.value.readings[0].values["segment"]) <= caught.value.names.keys()


async def test_a_misspelt_name_is_offered_with_what_stands_behind_it() -> None:
    _, ((label, words), *_) = await asked("segment rename Cofee lovers to Best")
    assert (label, words.partition(" name:")[2]) == ("Save Segment: Coffee lovers", '"Best"')


async def test_a_name_that_begins_with_a_verb_goes_first() -> None:
    async with bench(customers=20) as machine:
        await machine.client.create_segments(
            *(NewSegment(name=name) for name in ("Drop shippers", "New members", "List of x"))
        )
        shop = Shop(machine.client)
        shown = await resolve(call_of("segment drop shippers"), shop)
        assert (shown.command.path, len(shown.values)) == ("segment show", 1)
        for line, other in (("new members", 'create name:"members"'), ("list of x", 'list words:"of x"')):
            with pytest.raises(Misuse, match="is a segment, and its first word is a command") as caught:
                await resolve(call_of(f"segment {line}"), Shop(machine.client))
            assert caught.value.for_log == "A name begins with a command."
            assert [one.line.partition(" segment:")[0] for one in caught.value.instead] == [
                "segment show",
                f"segment {other}",
            ]


async def test_a_form_is_filled_with_what_stands_behind_the_name() -> None:
    async with bench(customers=20) as machine:
        shop = Shop(machine.client)
        for line, values in {
            "segment edit VIPs VIP": {"segment": "VIPs", "name": "VIP"},
            "segment edit Coffee lovers": {"segment": "Coffee lovers"},
            "segment edit Nobody here": {"segment": "Nobody here"},
            "segment add VIPs": {"segment": ("VIPs",)},
        }.items():
            assert (await resolve_for_form(call_of(line), shop))[0].values == values


@pytest.mark.parametrize(
    ("typed", "how"), [("to", "is"), ("=", "is"), ("for", "is"), ("not", "is-not"), ("Is Not", "is-not"), ("is", "is")]
)
async def test_what_people_type_before_the_segments_of_a_promotion(typed: str, how: str) -> None:
    call = await read(f"promotion target Win back {typed} Top")
    assert call.values == {"promotion": "Win back", "how": how, "segments": ("Top",)}


async def test_what_is_no_name_stands_where_a_command_does() -> None:
    with pytest.raises(Misuse, match=r"There is no command `/segment xyz`"):
        await read("segment xyz a@b.c")
    call = call_of("segment xyz a@b.c")
    assert call.recorded() == "/segment …"


@pytest.mark.parametrize(
    ("line", "path"),
    [
        ("change approve 7", "change show"),
        ("change #7", "change show"),
        ("audit 12", "audit show"),
        ("shopper ada@example.com", "shopper show"),
        ("promotion Win back", "promotion show"),
        ("segment who VIPs", "segment members"),
        ("shopper Ada Byron", "shopper find"),
        ("shopper drew", "shopper find"),
        ("shopper add ada@example.com to VIPs", "segment add"),
        ("shopper kick ada@example.com from VIPs", "segment remove"),
    ],
)
def test_verbs_that_people_mean_and_names_alone_are_understood(line: str, path: str) -> None:
    assert call_of(line).command.path == path


@pytest.mark.parametrize(
    "line", ["change often", "summary VIPs", "audit x", "shopper delte Ada", "shopper 1@x.de show"]
)
def test_what_cannot_be_a_name_is_no_command(line: str) -> None:
    with pytest.raises(Misuse, match="There is no command"):
        understand(GROUPS, line)


@pytest.mark.parametrize(
    ("line", "suggested"),
    [
        ("segment mebers VIPs", "members"),
        ("segment exprot VIPs", "export"),
        ("promotion targt 1", "target"),
        ("change undoo 1", "undo"),
        ("promotion untraget 1", "untarget"),
        ("shopper delte 1", "delete"),
        ("shopper deleet Ada", "delete"),
    ],
)
def test_a_slip_of_the_fingers_is_suggested(line: str, suggested: str) -> None:
    call_or_error = ""
    try:
        call = understand(GROUPS, line)
        call_or_error = str(call.unknown) if isinstance(call, Call) else ""
    except Misuse as error:
        call_or_error = str(error)
    assert f"Did you mean `/{line.split()[0]} {suggested}`?" in call_or_error


def test_help_is_found_by_every_sign() -> None:
    for line in ("segment —help", "segment ?", "segment -h"):
        assert isinstance(understand(GROUPS, line), Help)
    found = understand(GROUPS, "segment add VIPs --help")
    assert isinstance(found, Help)
    assert found.command
    assert found.command.path == "segment add"


@pytest.mark.parametrize(
    ("line", "suggested", "lines"),
    [
        ("segment move VIPs", "`/segment add` or `/segment remove`", ["segment add", "segment remove"]),
        ("segment assign VIPs", "`/segment add`", ["segment add VIPs"]),
        ("segment restore VIPs", "`/change undo`", ["change undo"]),
        (
            "promotion toggle Win",
            "`/promotion enable` or `/promotion disable`",
            ["promotion enable", "promotion disable"],
        ),
    ],
)
def test_verbs_for_what_others_do_are_answered_with_those(line: str, suggested: str, lines: list[str]) -> None:
    unknown = call_of(line).unknown
    assert unknown
    assert f"Did you mean {suggested}?" in str(unknown)
    assert [one.line for one in unknown.instead] == lines


PATHS = {command.path: command for group in GROUPS for command in group.commands}


@pytest.mark.parametrize("group", GROUPS, ids=lambda group: group.name)
def test_each_verb_that_is_suggested_for_is_none_itself_and_leads_to_a_command(group: Group) -> None:
    known = {*(verb for one in group.commands for verb in (one.name, *one.aliases)), *group.elsewhere}
    assert not known.intersection(group.meant)
    assert {path for paths in group.meant.values() for path in paths} <= {*PATHS}


UNLIKE = (
    *(
        "enable",
        "grant",
        "stop",
        "swap",
        "run",
        "price",
        "order",
        "set",
        "write",
        "post",
        "recover",
        "separate",
        "what",
    ),
    *("target", "pause", "fix", "note", "mail", "schedule", "validate", "generate", "divide", "discount", "coupon"),
    *("sell", "buy", "pay", "launch", "publish"),
)


@pytest.mark.parametrize("group", GROUPS, ids=lambda group: group.name)
def test_a_verb_that_only_looks_a_little_like_another_is_no_slip(group: Group) -> None:
    known = {*(verb for one in group.commands for verb in (one.name, *one.aliases)), *group.elsewhere, *group.meant}
    assert [verb for verb in UNLIKE if verb not in known and _similar(group, verb)] == []


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("segment delete all but Top", "but"),
        ("segment clear all", "all"),
        ("segment overlap VIPs without Top 10 x", "without"),
        ("promotion target Win back is Top but not VIPs", "but"),
    ],
)
async def test_a_word_that_leaves_names_out_is_refused(line: str, word: str) -> None:
    with pytest.raises(Misuse, match=f"“{word}” is not a name") as caught:
        await read(line)
    assert not caught.value.instead


async def test_one_more_name_before_a_new_one_is_asked_about() -> None:
    told, _ = await asked("segment copy Top, Lapsed to Both")
    assert told[1:] == [
        "• Segment: “Top”; New name: “Lapsed to Both”",
        "• Segment: “Top”; New name: “Both”",
        "• Segment: “Lapsed”; New name: “Both”",
    ]


async def test_a_new_name_with_an_address_is_asked_about() -> None:
    told, offers = await asked("segment copy VIPs Best with a@b.org")
    assert told[0].startswith("“Best with a@b.org” seems to hold an email, and everyone can read a name.")
    assert [label for label, _ in offers][:2] == ["Copy Segment: Best", "Copy Segment: Best with a@b.org"]
    for _, line in offers[:2]:
        assert (await read(line)).is_complete
    _, offers = await asked("segment create a@b.org")
    assert [label for label, _ in offers] == ["Create Segment: a@b.org"]


async def test_the_name_of_a_segment_may_hold_an_address_already() -> None:
    async with bench(customers=20) as machine:
        await machine.client.create_segments(NewSegment(name="Best of a@b.org"))
        call = await resolve(call_of("segment combine VIPs Lapsed both Best of a@b.org"), Shop(machine.client))
    assert call.values["into"] == "Best of a@b.org"


async def test_shoppers_without_a_segment_are_kept() -> None:
    told, offers = await asked("segment remove a@b.org from everywhere")
    assert told[0] == "No segment is called “everywhere”. `/segment list` shows every segment."
    assert offers == [("Open Form", 'segment remove shoppers:"a@b.org"')]
    told, _ = await asked("segment add a@b.org, c@d.org")
    assert told[0] == "Which segments? Nothing was done yet."
    assert (await read("segment show a@b.org")).values == {"segment": "a@b.org"}


async def form(path: str, settled: frozenset[str] = frozenset(), **values: Any) -> Call:
    """Return a form's values as they are meant."""
    async with bench(customers=20) as machine:
        return await resolve(Call(find(GROUPS, path), values, settled=settled), Shop(machine.client))


async def test_a_form_asks_about_a_new_name_as_words_do() -> None:
    for name, ways in (
        ("Best of a@b.org", ["Best", "Best of a@b.org"]),
        ("a@b.org", ["a@b.org"]),
        ("Name: Best", ["Name: Best", "Best"]),
    ):
        with pytest.raises(Question) as caught:
            await form("segment create", name=name)
        assert "In quotes it is taken as it is. Nothing was done yet." in str(caught.value)
        assert [one.values["name"] for one in caught.value.readings] == ways
    assert (await form("segment create", name="“Best of a@b.org”")).values == {"name": "Best of a@b.org"}
    kept = await form("segment create", frozenset({"name"}), name="Best of a@b.org")
    assert kept.values == {"name": "Best of a@b.org"}
    assert (await form("segment edit", segment="VIPs", name="VIPs", description="x")).values["name"] == "VIPs"


@pytest.mark.parametrize(
    ("line", "told", "offers"),
    [
        (
            "shopper register Byron, Ada <a@b.org> to VIPs",
            "Which of these did you mean? Nothing was done yet.",
            ["Register Shopper: Ada", "Register Shopper: Byron"],
        ),
        (
            "shopper register Ada Byron <a@b.org>",
            "Did you mean this? Nothing was done yet.",
            ["Register Shopper: a@b.org"],
        ),
        (
            "shopper register a@b.org Ada B. Byron",
            "Which of these did you mean? Nothing was done yet.",
            ["Register Shopper: Ada", "Register Shopper: Ada B."],
        ),
        ("segment import add a@b.org to VIPs", "Did you mean this? Nothing was done yet.", ["Import List: VIPs"]),
        (
            "segment import VIPs add remove a@b.org",
            "Which mode did you mean? Nothing was done yet.",
            ["Import List: add", "Import List: remove"],
        ),
        (
            "segment combine Top Lapsed both VIPs equal",
            "Which of these did you mean? Nothing was done yet.",
            ["Combine Segments: VIPs equal", "Combine Segments: VIPs"],
        ),
    ],
)
async def test_words_in_another_order_are_asked_about(line: str, told: str, offers: list[str]) -> None:
    sentences, buttons = await asked(line)
    assert sentences[0] == told
    assert [label for label, _ in buttons if label != "Something Else"] == offers
    for _, typed in buttons[: len(offers)]:
        assert (await read(typed)).is_complete, typed


@pytest.mark.parametrize(
    ("line", "values", "left_out"),
    [
        ("segment import add", {"mode": "add"}, ()),
        ("segment import add VIPs", {"segment": "VIPs", "mode": "add"}, ()),
        ("segment import these to VIPs", {"segment": "VIPs"}, ("these to",)),
        ("segment import remove Nobody", {"segment": "Nobody", "mode": "remove"}, ()),
        ("shopper register Byron, Ada <a@b.org>", {"email": "a@b.org", "first_name": "Ada", "last_name": "Byron"}, ()),
    ],
)
async def test_a_form_is_filled_from_words_in_another_order(
    line: str, values: dict[str, Any], left_out: tuple[str, ...]
) -> None:
    async with bench(customers=20) as machine:
        call, out = await resolve_for_form(call_of(line), Shop(machine.client))
    assert (dict(call.values), out) == (values, left_out)


async def test_a_choice_before_a_name_is_asked_about_with_what_it_leaves_out() -> None:
    told, _ = await asked("segment import add these people to VIPs")
    assert told == [
        "I didn't expect “these people to” here. Did you mean this? Nothing was done yet.",
        "• Segment: “VIPs”; Mode: “add” (asks for the rest in a form)",
    ]


async def test_an_unknown_segment_behind_its_choice_is_told() -> None:
    with pytest.raises(NotSegments, match="No segment is called “Nobody add it”"):
        await read("segment import remove Nobody add it")


def test_a_verb_behind_a_word_that_takes_it_back_is_not_suggested() -> None:
    for words in ("don't delete VIPs", "never delete VIPs"):
        call = understand(GROUPS, f"segment {words}")
        assert isinstance(call, Call)
        assert call.unknown
        assert not call.unknown.instead


def test_numbers_are_kept_as_they_were_typed() -> None:
    assert call_of("change show 1, 2").values == {"number": "1, 2"}
    assert call_of("change show 1,000").values == {"number": "1,000"}


async def test_a_time_behind_a_new_name_is_asked_about() -> None:
    sentences, _ = await asked("segment copy VIPs Best until friday")
    assert sentences == [
        "Does “until friday” say when, or is it part of the name? Nothing was done yet.",
        "• Segment: “VIPs”; New name: “Best”; Until: “friday”",
        "• Segment: “VIPs”; New name: “Best until friday”",
    ]


async def test_nothing_is_asked_about_a_new_name_that_is_too_long_for_one() -> None:
    name = f"Gold and delete VIPs Gold {'x' * 1_000}"
    assert (await read(f"segment rename VIPs to {name}")).values["name"] == name
    with pytest.raises(Question, match="Which name did you mean"):
        await read(f"segment rename VIPs to {name[:200]}")
