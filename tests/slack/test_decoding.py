"""What Slack delivers, in the shape of its documentation's samples, becomes an Invocation or is refused."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bot.core.approval.decisions import Decision, Verdict
from bot.core.approval.shown_change import Shown
from bot.core.invocation import Clicked, ClickedButton, Confirmation, Delivery, Edited, Submitted, Typed
from bot.core.people import Place
from bot.slack import decoding, field_use
from bot.slack.action_ids import CONFIRM, DISOWN, EDIT, REJECT, pack_shown
from bot.slack.decoding import FormNeeded, HelpNeeded, NotUnderstood, Undecodable
from commands import GROUPS

Json = dict[str, Any]
TYPED_AT = Place(channel="C2147483705", response_url="https://hooks.slack.example/commands/T0001/5678/abcd")
CLICKED_AT = Place(channel="CAPPROVALS", response_url="https://hooks.slack.example/actions/T0001/661321/xyz")
SHOWN = Shown(number=42, version=3, nonce="00c0ffee00c0ffee", fingerprint="0123456789abcdef")
BUTTON = ClickedButton(shown=SHOWN, channel="CAPPROVALS", ts="1548261231.000200", text="Change 42")


def sample(name: str) -> Json:
    read: Json = json.loads((Path(__file__).parent / "payloads" / f"{name}.json").read_text(encoding="utf-8"))
    return read


def typed(text: str, command: str = "/segment") -> decoding.Line:
    return decoding.slash_command(sample("slash_command") | {"command": command, "text": text}, GROUPS)


def form(**metadata: Any) -> Json:
    """The submitted form, with some of what it carries along changed."""
    body = sample("form")
    body["view"]["private_metadata"] = json.dumps(json.loads(body["view"]["private_metadata"]) | metadata)
    return body


def test_a_slash_command_is_typed_by_its_user_in_its_channel() -> None:
    assert decoding.slash_command(sample("slash_command"), GROUPS) == Typed(
        id="13345224609.738474920.8088930838d88f008e0",
        actor="U2147483697",
        workspace="T0001",
        place=TYPED_AT,
        command="segment delete",
        said="/segment delete segments:[…]",
        values={"segments": ("VIPs",)},
        line="segment delete VIPs",
    )


def test_what_the_log_has_of_a_line_names_no_shopper() -> None:
    line = typed("add VIPs ada@example.com")
    assert isinstance(line, Typed)
    assert line.said == "/segment add segment:[…] shoppers:[…]"
    assert line.values["shoppers"] == ("ada@example.com",)


def test_a_line_that_lacks_something_needs_a_form() -> None:
    line = typed("create")
    assert isinstance(line, FormNeeded)
    assert (line.delivery.command, line.delivery.said, line.call.values) == ("segment create", "/segment create", {})
    assert (line.delivery.actor, line.delivery.place, line.delivery.button) == ("U2147483697", TYPED_AT, None)


def test_a_line_with_more_than_its_form_holds_is_not_understood() -> None:
    line = typed(f"add shoppers:{';'.join(f'shopper{number}@example.com' for number in range(200))}")
    assert isinstance(line, NotUnderstood)
    assert "That is more than a form can hold" in str(line.misuse)
    assert "Type `/segment add" in str(line.misuse)


@pytest.mark.parametrize("text", ["help", "help delete", "delete --help"])
def test_somebody_who_asks_for_help_gets_it(text: str) -> None:
    line = typed(text)
    assert isinstance(line, HelpNeeded)
    assert (line.delivery.command, line.delivery.said) == ("segment", "/segment help")


def test_of_a_line_that_means_nothing_the_log_has_its_beginning() -> None:
    line = typed("xyzzy ada@example.com", "/summary")
    assert isinstance(line, NotUnderstood)
    assert (line.delivery.command, line.delivery.said) == ("summary", "/summary …")
    assert "There is no command `/summary xyzzy`" in str(line.misuse)


def test_of_words_without_a_command_the_log_has_nothing_until_they_are_a_name() -> None:
    line = typed("xyzzy ada@example.com")
    assert isinstance(line, Typed)
    assert (line.command, line.said) == ("segment show", "/segment …")


def test_a_command_that_slack_escapes_is_unescaped() -> None:
    line = typed("recent by:&lt;x&gt; since:<https://a.example|a.example>", "/audit")
    assert isinstance(line, Typed)
    assert line.values == {"by": "<x>", "since": "a.example"}


def test_a_button_on_the_home_tab_types_without_a_channel() -> None:
    assert decoding.run_button(sample("home_click"), GROUPS) == Typed(
        id="12321423423.333649436676.home",
        actor="UANA",
        workspace="T0002",
        place=Place(),
        command="segment list",
        said="/segment list",
        values={},
    )


def test_the_workspace_is_the_teams_where_the_user_has_none() -> None:
    body = sample("click")
    del body["user"]["team_id"]
    assert decoding.approval(body).workspace == "T0001"


def test_a_click_approves_the_version_that_its_card_showed() -> None:
    assert decoding.approval(sample("click")) == Clicked(
        id="12321423423.333649436676.d8c1bb837935619ccad0f624c448ffb3",
        actor="UBEN",
        workspace="T0001",
        place=CLICKED_AT,
        command="approve",
        said="approve change 42",
        decision=Decision(number=42, verdict=Verdict.APPROVE, version=3),
        button=BUTTON,
    )


def test_a_button_that_types_a_command_says_which_change_it_was_drawn_for() -> None:
    body = sample("click")
    body["actions"][0]["value"] += " change stop 42"
    stop = decoding.run_button(body, GROUPS)
    assert isinstance(stop, Typed)
    assert (stop.command, stop.said, stop.button) == ("change stop", "/change stop number:[…]", BUTTON)


def test_a_message_that_only_one_person_sees_is_not_drawn_again() -> None:
    body = sample("click")
    body["container"]["is_ephemeral"] = True
    del body["message"]
    assert decoding.approval(body).button == ClickedButton(shown=SHOWN, channel="CAPPROVALS")


def test_a_stored_click_of_an_earlier_version_says_only_its_number() -> None:
    clicked = decoding.approval(sample("click"))
    stored = {"id": "1", "actor": "UBEN", "place": {}, "command": "approve", "decision": clicked.decision.model_dump()}
    assert Clicked.model_validate(stored).shown == Shown(number=42)


@pytest.mark.parametrize("command", [REJECT, EDIT])
def test_a_click_on_reject_or_edit_asks_for_a_form(command: str) -> None:
    clicked = decoding.card_click(sample("click"), command)
    assert clicked.button == clicked.delivery.button == BUTTON
    assert type(clicked.delivery) is Delivery
    assert (clicked.delivery.command, clicked.delivery.said) == (command, f"{command} change 42")


def test_a_click_on_review_asks_for_the_form_of_this_change() -> None:
    body = sample("click")
    body["actions"][0]["value"] = "42"
    delivery, number = decoding.review_click(body)
    assert (number, delivery.command, delivery.said) == (42, "review", "review change 42")
    assert (delivery.actor, delivery.place, delivery.button) == ("UBEN", CLICKED_AT, None)


@pytest.mark.parametrize(
    ("value", "decode"),
    [
        ("", decoding.approval),
        ("", lambda body: decoding.card_click(body, REJECT)),
        ("", decoding.confirmation),
        (" change stop 42", lambda body: decoding.run_button(body, GROUPS)),
        ("42", decoding.review_click),
    ],
)
def test_of_several_actions_the_first_is_the_click(value: str, decode: Callable[[Json], object]) -> None:
    once, twice = sample("click"), sample("click")
    for body in (once, twice):
        shown = body["actions"][0]["value"]
        body["actions"][0]["value"] = f"{shown}{value}" if value.startswith(" ") else value or shown
    twice["actions"].append({**twice["actions"][0], "value": "nothing", "action_id": CONFIRM})
    assert decode(twice) == decode(once)


@pytest.mark.parametrize(("button", "is_mine"), [(CONFIRM, True), (DISOWN, False)])
def test_a_click_on_whether_a_request_is_ones_own_says_so(button: str, is_mine: bool) -> None:
    body = sample("click")
    body["actions"][0] |= {"action_id": button, "value": "shell-7"}
    confirming = decoding.confirmation(body)
    assert confirming.answer == Confirmation(request="shell-7", is_mine=is_mine)
    assert (confirming.command, confirming.said) == ("confirm", confirming.answer.recorded_text)
    assert (confirming.actor, confirming.place, confirming.ts) == ("UBEN", CLICKED_AT, "1548261231.000200")


def test_the_form_that_says_why_rejects() -> None:
    rejected = decoding.rejection(sample("reason"))
    assert rejected.decision == Decision(number=42, verdict=Verdict.REJECT, version=3, reason="Not before Friday.")
    assert (rejected.actor, rejected.place) == ("UBEN", Place(channel="CAPPROVALS"))
    assert rejected.button == BUTTON.model_copy(update={"text": ""})


def test_a_commands_form_is_submitted_with_its_values() -> None:
    assert decoding.submission(sample("form"), GROUPS) == Submitted(
        id="2381174309.7324382424.form",
        actor="UANA",
        workspace="T0001",
        place=Place(channel="C2147483705"),
        command="segment create",
        said="/segment create name:[…]",
        values={"name": "Loyal", "description": ""},
    )


def test_a_form_that_edit_opened_says_which_change_shall_do_this() -> None:
    edited = decoding.submission(form(edits=42, click=pack_shown(SHOWN), ts="1.0"), GROUPS)
    assert isinstance(edited, Edited)
    assert (edited.edits, edited.values["name"]) == (42, "Loyal")
    assert edited.button == ClickedButton(shown=SHOWN, channel="C2147483705", ts="1.0")


def test_a_form_that_edit_of_an_earlier_version_opened_says_only_its_number() -> None:
    edited = decoding.submission(form(edits=42), GROUPS)
    assert edited.shown == Shown(number=42) if isinstance(edited, Edited) else None


def test_a_form_with_more_to_ask_is_followed_by_another() -> None:
    needed = decoding.submission(form(more=True, edits=42), GROUPS)
    assert isinstance(needed, FormNeeded)
    assert (needed.view_id, needed.edits, needed.call.values["name"]) == ("VNHU13V36", 42, "Loyal")
    assert needed.delivery == Delivery(
        id="2381174309.7324382424.form",
        actor="UANA",
        workspace="T0001",
        place=Place(channel="C2147483705"),
        command="segment create",
        said="/segment create name:[…]",
    )


def test_a_form_of_the_version_before_edits_is_still_submitted() -> None:
    body = sample("form")
    metadata = json.loads(body["view"]["private_metadata"])
    body["view"]["private_metadata"] = json.dumps({key: metadata[key] for key in metadata if key != "edits"})
    assert isinstance(decoding.submission(body, GROUPS), Submitted)


def test_what_is_typed_into_a_field_is_looked_for() -> None:
    assert field_use.suggestion(sample("suggestion")) == field_use.Suggestion(
        "UANA", "segment delete", "segments", "VI"
    )


@pytest.mark.parametrize(("tab", "who"), [("home", "UANA"), ("messages", None)])
def test_only_the_home_tab_is_drawn(tab: str, who: str | None) -> None:
    body = sample("home_opened")
    body["event"]["tab"] = tab
    assert decoding.opener_of_home(body) == who


DECODERS: dict[str, tuple[str, Callable[[Json], object]]] = {
    "slash_command": ("slash_command", lambda body: decoding.slash_command(body, GROUPS)),
    "run_button": ("home_click", lambda body: decoding.run_button(body, GROUPS)),
    "approval": ("click", decoding.approval),
    "card_click": ("click", lambda body: decoding.card_click(body, REJECT)),
    "rejection": ("reason", decoding.rejection),
    "submission": ("form", lambda body: decoding.submission(body, GROUPS)),
    "suggestion": ("suggestion", field_use.suggestion),
    "opener_of_home": ("home_opened", decoding.opener_of_home),
    "clicker": ("click", decoding.clicker),
}


def broken(value: Any) -> list[Any]:
    """``value`` with each of its parts left out, or of another kind."""
    if isinstance(value, dict):
        left_out = [{key: one for key, one in value.items() if key != gone} for gone in value]
        inner = [value | {key: other} for key, one in value.items() for other in broken(one)]
        return [*left_out, *inner, None, []]
    if isinstance(value, list):
        return [[], *([other, *value[1:]] for other in broken(value[0])), None] if value else [None]
    return [None, {"of": "another kind"}, "neither number nor JSON"]


@pytest.mark.parametrize("name", DECODERS)
def test_a_payload_of_no_known_shape_is_refused_and_never_crashes(name: str) -> None:
    file, decode = DECODERS[name]
    refused = 0
    for body in broken(sample(file)):
        if isinstance(body, dict):
            try:
                decode(body)
            except Undecodable:
                refused += 1
    assert refused


def test_a_refusal_names_the_part_at_fault_and_not_what_stands_there() -> None:
    body = sample("slash_command") | {"user_id": {"email": "ada@example.com"}, "channel_id": None}
    with pytest.raises(Undecodable) as caught:
        decoding.slash_command(body, GROUPS)
    assert str(caught.value) == "SlashCommand: user_id: string_type; channel_id: string_type"


@pytest.mark.parametrize(
    ("body", "decode"),
    [
        (form(command="segment gone"), lambda body: decoding.submission(body, GROUPS)),
        (sample("click") | {"actions": [{"value": "42"}]}, decoding.approval),
        (sample("click") | {"actions": []}, decoding.approval),
        (sample("slash_command") | {"command": "/gone"}, lambda body: decoding.slash_command(body, GROUPS)),
    ],
    ids=["a command that is gone", "a button of another bot", "no button", "a group that is gone"],
)
def test_what_another_version_left_in_slack_is_refused(body: Json, decode: Callable[[Json], object]) -> None:
    with pytest.raises(Undecodable):
        decode(body)
