"""Forms: a Command's Args as a Slack view, and a submitted view as values again. Pure."""

from typing import Any

from pydantic.fields import FieldInfo

from bot.core.command import Call, Command
from bot.core.errors import Misuse
from bot.core.language.args import (
    Input,
    ShopperInput,
    Text,
    input_of,
    takes_many,
)
from bot.core.language.phrases import listing
from bot.core.store_view.shoppers import split_words
from bot.slack import blocks, inputs
from bot.slack.blocks import Block
from bot.slack.ids import (
    COMMAND_FORM,
    REASON,
    REJECT_FORM,
    SHOPPERS,
    VALUE,
    Click,
    pack_metadata,
    packed,
)
from bot.slack.inputs import Labels

NOTICE = "notice"
REASON_LENGTH = 500
CARRIED = 2500
"""Characters of values that a view carries along, beside what else its metadata holds."""


def first_fields(command: Command) -> tuple[str, ...]:
    """The fields that a form asks for first: those whose values tell what the others are filled with."""
    later = command.prefill.fields if command.prefill else ()
    return tuple(name for name in command.args.model_fields if name not in later)


def can_be_filled(call: Call) -> bool:
    """Whether the store is to be asked what the form shows at first, and all is known that it is asked about."""
    first = first_fields(call.command)
    return call.command.prefill is not None and all(call.values.get(name) for name in first)


def refuse_overflow(call: Call) -> None:
    """Raise Misuse where more was said than the form holds or carries along: nothing may be lost on the way."""
    shown = _shown(call)[0]
    carried = _carried(call, shown)
    for name, field in call.command.args.model_fields.items():
        listed_out = "\n".join(inputs.words_of(call.values.get(name)))
        too_long = isinstance(input_of(field), ShopperInput) and len(listed_out) > blocks.TEXT
        if too_long or (name in call.values and name not in (*shown, *carried)):
            raise Misuse("That is more than a form holds: say all of it in one line.", field=name)


def named_in(call: Call, kind: type[Input]) -> tuple[str, ...]:
    """The words that fill fields of this kind."""
    fields = call.command.args.model_fields.items()
    alike = [name for name, field in fields if isinstance(input_of(field), kind)]
    return tuple(word for name in alike for word in inputs.words_of(call.values.get(name)))


def form(call: Call, channel: str | None, labels: Labels | None = None, *, edits: int | None = None) -> Block:
    """The view for what ``call`` lacks, filled with what it has; what it does not show, it carries along.

    A Command that pre-fills its form asks in two views: first what the form is about, then the rest, filled.
    ``edits``: the change that shall do this instead.
    """
    shown, more = _shown(call)
    fields = call.command.args.model_fields
    asked = [block for name in shown for block in inputs.drawn(name, fields[name], call.values.get(name), labels or {})]
    said = [name for name in first_fields(call.command) if name not in shown]
    about = [_about(name, fields[name], call.values.get(name), labels or {}) for name in said]
    carried = _carried(call, shown)
    metadata = pack_metadata(command=call.command.path, channel=channel, given=carried, more=more, edits=edits)
    return _view(
        COMMAND_FORM, call.command.title, "Continue" if more else call.command.submit, metadata, [*about, *asked]
    )


def _about(name: str, field: FieldInfo, given: Any, labels: Labels) -> Block:
    """A line for what was said before, and is not asked for again."""
    told = listing([labels.get(word, (word, word))[0] for word in inputs.words_of(given)])
    line = f"{input_of(field).label}: {told}"
    return blocks.section(blocks.rich(blocks.cut(line, blocks.SMALL_PRINT))) | {"block_id": f"{name}-about"}


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
    view = _view(NOTICE, title, "", "", [blocks.section(blocks.rich(text))])
    return {key: value for key, value in view.items() if key not in ("submit", "private_metadata")}


def reject_form(click: Click, headline: str, channel: str | None) -> Block:
    """The view that asks why a Change is rejected."""
    element = {"type": "plain_text_input", "action_id": VALUE, "multiline": True, "max_length": REASON_LENGTH}
    reason = inputs.labelled(REASON, "Reason", element, hint="The one who asked reads it.")
    metadata = pack_metadata(click=click.pack(), channel=channel)
    told = blocks.section(blocks.rich(headline, bold=True))
    return _view(REJECT_FORM, f"Reject change {click.number}", "Reject", metadata, [told, reason])


def values(view: Block, command: Command) -> dict[str, Any]:
    """What was filled in, by field. An emptied text is an empty text; any other empty field has no value."""
    filled = {}
    for name, elements in view["state"]["values"].items():
        value = inputs.value_of(next(iter(elements.values())))
        field = command.args.model_fields[name]
        if isinstance(input_of(field), Text) and value is None:
            value = ""
        if isinstance(input_of(field), ShopperInput) and takes_many(field):
            value = list(inputs.words_of(split_words(value or "")))
        if value not in (None, []):
            filled[name] = value
    return filled


def recognised(view: Block) -> Block:
    """The same view, telling how many shoppers are recognised in what stands in its fields now."""
    state = view["state"]["values"]
    kept = {key: view[key] for key in ("type", "callback_id", "title", "submit", "close", "private_metadata")}
    return kept | {"blocks": [_counted(block, state) for block in view["blocks"]]}


def _counted(block: Block, state: dict[str, Any]) -> Block:
    field = str(block.get("block_id", "")).removesuffix(inputs.COUNT)
    if block["type"] != "context" or field not in state:
        return block
    return inputs.count(field, state[field][SHOPPERS]["value"] or "")


def _view(callback_id: str, title: str, submit: str, metadata: str, drawn: list[Block]) -> Block:
    return {
        "type": "modal",
        "callback_id": callback_id,
        "title": blocks.plain(title, blocks.TITLE),
        "submit": blocks.plain(submit, blocks.TITLE),
        "close": blocks.plain("Cancel", blocks.TITLE),
        "private_metadata": metadata,
        "blocks": drawn,
    }
