"""Decodes what Slack delivers: a payload becomes an Invocation, or a value that says what else it is. Pure.

Each function raises Undecodable for a payload that is not in Slack's shape, or comes from an incompatible version of
the bot.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypedDict

from pydantic import ValidationError

from bot.core.approval.decisions import Decision, Verdict
from bot.core.approval.shown_change import Shown
from bot.core.command import Call, Group, Help, find, group_of
from bot.core.errors import Misuse
from bot.core.invocation import Clicked, ClickedButton, Confirmation, Confirming, Delivery, Edited, Submitted, Typed
from bot.core.language.normal_form import one_line
from bot.core.people import Place
from bot.core.understanding import understand
from bot.slack import forms
from bot.slack.action_ids import CONFIRM, REASON, VALUE, unpack_shown, unpack_words
from bot.slack.payloads import (
    AppHomeOpened,
    BlockActions,
    CommandForm,
    FormOfChange,
    MessageShortcut,
    RejectForm,
    ReviewForm,
    SlashCommand,
    ViewSubmission,
)
from bot.slack.ticks import is_of_no_change
from bot.slack.unescape import unescaped

Body = dict[str, Any]


class Undecodable(Exception):
    """A payload that cannot be decoded; the text names the faulty part of it, without the content."""


@dataclass(frozen=True)
class FormNeeded:
    """A Command with missing values. ``view_id``: the form that this form follows. ``edits``: a change's number."""

    delivery: Delivery
    call: Call
    view_id: str = ""
    edits: int | None = None


@dataclass(frozen=True)
class HelpNeeded:
    """A person asked for help."""

    delivery: Delivery
    help: Help


@dataclass(frozen=True)
class NotUnderstood:
    """A line that was not understood, with what to type instead."""

    delivery: Delivery
    misuse: Misuse


@dataclass(frozen=True)
class CardClick:
    """A click on a card's button that opens a form; ``is_in_form``: the card is shown in a form itself."""

    delivery: Delivery
    button: ClickedButton
    is_in_form: bool = False


Line = Typed | FormNeeded | HelpNeeded | NotUnderstood
"""What a line can be decoded to, typed or from a button."""


class _Origin(TypedDict):
    """The person who did something, where, and by which button of a change."""

    id: str
    actor: str
    workspace: str
    place: Place
    button: ClickedButton | None


def slash_command(body: Body, groups: tuple[Group, ...]) -> Line:
    """Decode a slash command."""
    with expected_shape():
        payload = SlashCommand.model_validate(body)
        name = payload.command.removeprefix("/")
        text = unescaped(payload.text) if group_of(groups, name).escaped else payload.text
    place = Place(channel=payload.channel_id, response_url=payload.response_url)
    origin = _Origin(id=payload.trigger_id, actor=payload.user_id, workspace=payload.team_id, place=place, button=None)
    return _line(f"{name} {text}", origin, groups)


def run_button(body: Body, groups: tuple[Group, ...]) -> Line:
    """Decode a click on a button that types a command."""
    with expected_shape():
        payload = BlockActions.model_validate(body)
    words, shown = unpack_words(payload.actions[0].value)
    return _line(words, clicked_in(payload, _button(payload, shown) if shown else None), groups)


def approval(body: Body) -> Clicked:
    """Decode a click on the button that approves."""
    with expected_shape():
        payload = BlockActions.model_validate(body)
        shown = unpack_shown(payload.actions[0].value)
    return _clicked(shown, Verdict.APPROVE, clicked_in(payload, _button(payload, shown)))


def card_click(body: Body, command: str) -> CardClick:
    """Decode a click on a button that opens a form: Reject or Edit (``command``)."""
    with expected_shape():
        payload = BlockActions.model_validate(body)
        shown = unpack_shown(payload.actions[0].value)
    button, said = _button(payload, shown), f"{command} change {shown.number}"
    return CardClick(
        Delivery(**clicked_in(payload, button), command=command, said=said), button, payload.view.type == "modal"
    )


def review_click(body: Body) -> tuple[Delivery, int]:
    """Decode a click on the button that opens the form in which a change is decided."""
    with expected_shape():
        payload = BlockActions.model_validate(body)
        number = int(payload.actions[0].value)
    return Delivery(**clicked_in(payload), command="review", said=f"review change {number}"), number


def confirmation(body: Body) -> Confirming:
    """Decode a click on a button of the message that asks whether a request from the shell is one's own."""
    with expected_shape():
        payload = BlockActions.model_validate(body)
        action = payload.actions[0]
    answer = Confirmation(request=action.value, is_mine=action.action_id == CONFIRM)
    said, ts = answer.recorded_text, payload.container.message_ts
    return Confirming(**clicked_in(payload), command="confirm", said=said, answer=answer, ts=ts)


def reviewed(body: Body) -> Clicked:
    """Decode the form in which a change is decided: submitting it approves."""
    with expected_shape():
        payload = ViewSubmission.model_validate(body)
        metadata = ReviewForm.model_validate_json(payload.view.private_metadata)
        shown = unpack_shown(metadata.click)
        origin = _submitter(payload, metadata)
    return _clicked(shown, Verdict.APPROVE, origin)


def rejection(body: Body) -> Clicked:
    """Decode the form that states why a change is rejected; the reason is empty if nobody could see it."""
    with expected_shape():
        payload = ViewSubmission.model_validate(body)
        metadata = RejectForm.model_validate_json(payload.view.private_metadata)
        shown = unpack_shown(metadata.click)
        reason = one_line(str(payload.view.state.values[REASON][VALUE]["value"] or ""))
    return _clicked(shown, Verdict.REJECT, _submitter(payload, metadata), reason)


def submission(body: Body, groups: tuple[Group, ...]) -> Submitted | Edited | FormNeeded:
    """Decode a Command's form; FormNeeded if another one follows it."""
    with expected_shape():
        payload = ViewSubmission.model_validate(body)
        metadata = CommandForm.model_validate_json(payload.view.private_metadata)
        command = find(groups, metadata.command)
        filled = forms.decode_values(body["view"], command, metadata.as_stored)
        call = Call(command, metadata.given | filled)
        origin = _submitter(payload, metadata)
    said = call.recorded()
    if metadata.more:
        delivery = Delivery(**origin, command=command.path, said=said)
        return FormNeeded(delivery, call, view_id=payload.view.id, edits=metadata.edits)
    if metadata.edits is None:
        return Submitted(**origin, command=command.path, said=said, values=call.values)
    return Edited(**origin, command=command.path, said=said, values=call.values, edits=metadata.edits)


def opener_of_home(body: Body) -> str | None:
    """Decode that a person opened the bot; return their id if they opened the Home tab."""
    with expected_shape():
        event = AppHomeOpened.model_validate(body).event
    return event.user if event.tab == "home" else None


def clicker(body: Body) -> tuple[str, Place]:
    """Decode who clicked, and where."""
    with expected_shape():
        origin = clicked_in(BlockActions.model_validate(body | {"actions": [{"value": ""}]}))
    return origin["actor"], origin["place"]


def _line(line: str, origin: _Origin, groups: tuple[Group, ...]) -> Line:
    typed, first = f"/{line.strip()}", line.strip().split(" ")[0]
    try:
        understood = understand(groups, line)
    except Misuse as misuse:
        return NotUnderstood(Delivery(**origin, command=first, said=_first_words(typed)), misuse)
    if isinstance(understood, Help):
        return HelpNeeded(Delivery(**origin, command=first, said=f"/{first} help"), understood)
    command, said = understood.command, understood.recorded()
    if understood.is_complete or is_of_no_change(understood):
        kept = line if understood.words else ""
        return Typed(**origin, command=command.path, said=said, values=understood.values, line=kept)
    delivery = Delivery(**origin, command=command.path, said=said)
    try:
        forms.refuse_overflow(understood)
    except Misuse as misuse:
        return NotUnderstood(delivery, command.misuse(misuse))
    return FormNeeded(delivery, understood)


def _first_words(typed: str) -> str:
    """Return what the log records of a line that was not understood: it may contain anything, even a shopper's name."""
    group, *words = typed.split()
    return f"{group} …" if words else group


def _clicked(shown: Shown, verdict: Verdict, origin: _Origin, reason: str = "") -> Clicked:
    decision = Decision(number=shown.number, verdict=verdict, version=shown.version, reason=reason)
    return Clicked(**origin, command=verdict.value, said=decision.recorded_text, decision=decision)


def _button(payload: BlockActions, shown: Shown) -> ClickedButton:
    channel = payload.channel.id if payload.channel else ""
    ts = "" if payload.container.is_ephemeral else payload.container.message_ts
    return ClickedButton(shown=shown, channel=channel, ts=ts, text=payload.message.text)


def clicked_in(payload: BlockActions | MessageShortcut, button: ClickedButton | None = None) -> _Origin:
    """Return who clicked, and where."""
    channel = payload.channel.id if payload.channel else None
    return _origin(payload, Place(channel=channel, response_url=payload.response_url), button)


def _submitter(payload: ViewSubmission, form: FormOfChange) -> _Origin:
    shown = unpack_shown(form.click) if form.click else None
    button = ClickedButton(shown=shown, channel=form.channel or "", ts=form.ts) if shown else None
    return _origin(payload, Place(channel=form.channel), button)


def _origin(
    payload: BlockActions | MessageShortcut | ViewSubmission, place: Place, button: ClickedButton | None
) -> _Origin:
    who = payload.user.id
    return _Origin(id=payload.trigger_id, actor=who, workspace=payload.workspace, place=place, button=button)


@contextmanager
def expected_shape() -> Iterator[None]:
    """Raise Undecodable if the payload does not have the shape that is read within this context."""
    try:
        yield
    except ValidationError as error:
        faults = error.errors()
        wrong = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['type']}" for one in faults)
        raise Undecodable(f"{error.title}: {wrong}") from None
    except (LookupError, TypeError, ValueError) as error:
        raise Undecodable(type(error).__name__) from error
