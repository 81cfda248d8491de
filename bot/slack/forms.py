"""Forms: a Command's Args as a Slack view, and a submitted view as values again. Pure."""

from typing import Any

from pydantic.fields import FieldInfo

from bot.bigcommerce import Segment
from bot.core.args import ChangeInput, Choice, Input, SegmentInput, Text, input_of, takes_many
from bot.core.args import options as options_of
from bot.core.command import Call, Command
from bot.slack import blocks
from bot.slack.blocks import Block
from bot.slack.ids import COMMAND_FORM, REASON, REJECT_FORM, SEGMENTS, VALUE, Click, pack_metadata, packed

REASON_LENGTH = 500
CARRIED = 2500
"""Characters of values that a view carries along; longer ones would be refused anyway."""


def first_fields(command: Command) -> tuple[str, ...]:
    """The fields that a form asks for first: those whose values tell what the others are filled with."""
    later = options_of(command.args)
    return tuple(name for name in command.args.model_fields if name not in later)


def can_be_filled(call: Call) -> bool:
    """Whether the store is to be asked what the form shows at first, and all is known that it is asked about."""
    first = first_fields(call.command)
    return call.command.prefill is not None and all(call.values.get(name) for name in first)


def form(call: Call, channel: str | None) -> Block:
    """The view for what ``call`` lacks, filled with what it has; what it does not show, it carries along.

    A Command that pre-fills its form asks in two views: first what the form is about, then the rest, filled.
    """
    shown, more = _shown(call)
    fields = call.command.args.model_fields
    inputs = [_input(name, fields[name], call.values.get(name)) for name in shown]
    metadata = pack_metadata(command=call.command.path, channel=channel, given=_carried(call, shown), more=more)
    return _view(COMMAND_FORM, call.command.title, "Continue" if more else call.command.submit, metadata, inputs)


def _carried(call: Call, shown: tuple[str, ...]) -> dict[str, Any]:
    carried: dict[str, Any] = {}
    for name, value in call.values.items():
        longer = carried | {name: value}
        if name not in shown and len(packed(longer)) <= CARRIED:
            carried = longer
    return carried


def _shown(call: Call) -> tuple[tuple[str, ...], bool]:
    """The fields of the next view, and whether another one follows it."""
    every, first = tuple(call.command.args.model_fields), first_fields(call.command)
    if call.command.prefill is None:
        return every, False
    if can_be_filled(call):
        return tuple(name for name in every if name not in first), False
    return first, True


def loading(call: Call) -> Block:
    """What is shown while the store is asked."""
    return notice(call.command.title, "Looking it up…")


def notice(title: str, text: str) -> Block:
    """A view that only says something: that it is loading, or why there is no form."""
    view = _view("notice", title, "", "", [blocks.section(blocks.rich(text))])
    return {key: value for key, value in view.items() if key not in ("submit", "private_metadata")}


def reject_form(click: Click, headline: str, channel: str | None) -> Block:
    """The view that asks why a Change is rejected."""
    element = {"type": "plain_text_input", "action_id": VALUE, "multiline": True, "max_length": REASON_LENGTH}
    reason = _labelled(REASON, "Reason", element, hint="The one who asked reads it.")
    metadata = pack_metadata(click=click.pack(), channel=channel)
    told = blocks.section(blocks.rich(headline, bold=True))
    return _view(REJECT_FORM, f"Reject change {click.number}", "Reject", metadata, [told, reason])


def values(view: Block, command: Command) -> dict[str, Any]:
    """What was filled in, by field. An emptied text is an empty text; any other empty field has no value."""
    filled = {}
    for name, elements in view["state"]["values"].items():
        value = _value(next(iter(elements.values())))
        if isinstance(input_of(command.args.model_fields[name]), Text) and value is None:
            value = ""
        if value not in (None, []):
            filled[name] = value
    return filled


def options(segments: tuple[Segment, ...], query: str) -> list[Block]:
    """The segments that a type-ahead offers: first those whose name begins with what was typed, then others with it."""
    wanted = query.strip().casefold()
    found = [one for one in segments if wanted in one.name.casefold() or wanted == one.id]
    found.sort(key=lambda one: (not one.name.casefold().startswith(wanted), one.name.casefold()))
    return [blocks.option(one.name, one.id, one.description) for one in found[: blocks.OPTIONS]]


def _view(callback_id: str, title: str, submit: str, metadata: str, inputs: list[Block]) -> Block:
    return {
        "type": "modal",
        "callback_id": callback_id,
        "title": blocks.plain(title, blocks.TITLE),
        "submit": blocks.plain(submit, blocks.TITLE),
        "close": blocks.plain("Cancel", blocks.TITLE),
        "private_metadata": metadata,
        "blocks": inputs,
    }


def _input(name: str, field: FieldInfo, given: Any) -> Block:
    kind = input_of(field)
    return _labelled(name, kind.label, _element(kind, field, given), hint=kind.hint, optional=not field.is_required())


def _labelled(name: str, label: str, element: Block, *, hint: str = "", optional: bool = False) -> Block:
    labelled = {"label": blocks.plain(label, blocks.LABEL), "element": element, "optional": optional}
    made: Block = {"type": "input", "block_id": name, **labelled}
    return made | ({"hint": blocks.plain(hint, blocks.LABEL)} if hint else {})


def _element(kind: Input, field: FieldInfo, given: Any) -> Block:
    match kind:
        case SegmentInput():
            return _segments(kind, many=takes_many(field), given=given)
        case ChangeInput():
            number = given if str(given).isdecimal() else None
            return _filled({"type": "number_input", "action_id": VALUE, "is_decimal_allowed": False}, number)
        case Choice(choices=choices):
            chosen = [blocks.option(choice, choice) for choice in choices]
            initial = [one for one in chosen if one["value"] == (given or field.default)]
            made = {"type": "static_select", "action_id": VALUE, "options": chosen}
            return made | ({"initial_option": initial[0]} if initial else {})
        case Text(max_length=limit, multiline=multiline):
            text: Block = {"type": "plain_text_input", "action_id": VALUE, "multiline": multiline}
            return _filled(text | {"max_length": limit}, given)
    raise TypeError(f"no form element for {kind}")


def _filled(element: Block, given: Any) -> Block:
    limit = element.get("max_length", blocks.TEXT)
    return element | ({"initial_value": str(given)[:limit]} if given else {})


def _segments(kind: SegmentInput, *, many: bool, given: Any) -> Block:
    words = given if isinstance(given, tuple | list) else [given] if given else []
    chosen = [blocks.option(word, word) for word in dict.fromkeys(words) if word][: blocks.OPTIONS]
    made: Block = {
        "type": "multi_external_select" if many else "external_select",
        "action_id": SEGMENTS,
        "min_query_length": 0,
        "placeholder": blocks.plain(kind.placeholder or "Type a name", blocks.PLACEHOLDER),
    }
    initial = {"initial_options": chosen} if many else {"initial_option": chosen[0]} if chosen else {}
    return made | (initial if chosen else {})


def _value(element: Block) -> Any:
    if "selected_options" in element:
        return [option["value"] for option in element["selected_options"]]
    if "selected_option" in element:
        return (element["selected_option"] or {}).get("value")
    return element.get("value")
