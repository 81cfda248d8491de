"""Forms: renders a Command's Args as a Slack view, and decodes a submitted view to values. Pure."""

from collections.abc import Collection
from typing import Any

from pydantic.fields import FieldInfo

from bot.core.answers import mention
from bot.core.command import Call, Command
from bot.core.errors import Misuse
from bot.core.invocation import ClickedButton
from bot.core.language.args import (
    Input,
    Kept,
    RuleInput,
    ShopperInput,
    Text,
    TimeInput,
    UploadInput,
    asked_fields,
    input_of,
    inputs_of,
    takes_many,
)
from bot.core.language.phrases import listing
from bot.core.language.shopper_list import read_shoppers
from bot.core.segment_rules.rows import words_of
from bot.slack import blocks, inputs
from bot.slack.action_ids import (
    COMMAND_FORM,
    REASON,
    REJECT_FORM,
    SHOPPERS,
    VALUE,
    compact_json,
    pack_metadata,
    pack_shown,
)
from bot.slack.blocks import Block
from bot.slack.inputs import Labels
from bot.slack.rule_rows import filled_rows
from bot.slack.ticks import TICKS, merged_ticks

NOTICE = "notice"
REASON_LENGTH = 500
CARRIED = 2500
"""The most characters of values in a view's metadata, leaving room for what else it holds."""


def first_fields(command: Command) -> tuple[str, ...]:
    """Return the fields that a form asks for first: those from which the others are looked up."""
    times = (name for name, kind in inputs_of(command.args).items() if isinstance(kind, TimeInput))
    later = (*command.prefill.fields, *times) if command.prefill else ()
    return tuple(name for name in asked_fields(command.args) if name not in later)


def can_be_filled(call: Call) -> bool:
    """Return whether the form is to be pre-filled from the store, and has values for all fields that this takes."""
    first = first_fields(call.command)
    return call.command.prefill is not None and all(call.values.get(name) for name in first)


def looked_up(call: Call) -> tuple[str, ...]:
    """Return the fields that a form shows as the store has them: whoever leaves one so says nothing about it."""
    fields, prefill = call.command.args.model_fields, call.command.prefill
    names = prefill.fields if prefill else ()
    return tuple(name for name in names if name not in call.values and not fields[name].is_required())


def refuse_overflow(call: Call) -> None:
    """Raise Misuse if there are more values than the form can show or carry: none may be lost."""
    shown = _shown(call)[0]
    carried = _carried(call, shown)
    for name, field in asked_fields(call.command.args).items():
        listed_out = "\n".join(inputs.words_of(call.values.get(name)))
        too_long = isinstance(input_of(field), ShopperInput) and len(listed_out) > blocks.TEXT
        if too_long or (name in call.values and name not in (*shown, *carried)):
            raise Misuse("That is more than a form can hold. Type it all in one line instead.", field=name)


def named_in(call: Call, kind: type[Input]) -> tuple[str, ...]:
    """Return the words in fields of this kind."""
    fields = call.command.args.model_fields.items()
    alike = [name for name, field in fields if isinstance(input_of(field), kind)]
    return tuple(word for name in alike for word in inputs.words_of(call.values.get(name)))


def render_form(
    call: Call,
    channel: str | None,
    labels: Labels | None = None,
    *,
    edits: int | None = None,
    button: ClickedButton | None = None,
    as_stored: tuple[str, ...] = (),
) -> Block:
    """Render the form of ``call``, filled with its values; the metadata carries those that are not shown.

    A Command that pre-fills its form asks in two views: first what the form is about, then the rest, filled. ``edits``:
    the change whose plan this replaces. ``button``: the button of a change that opened it. ``as_stored``: see
    ``looked_up``.
    """
    shown, more = _shown(call)
    fields = call.command.args.model_fields
    asked = [
        block
        for name in shown
        for block in inputs.render_field(name, fields[name], call.values.get(name), labels or {})
    ]
    known = [name for name in first_fields(call.command) if name not in shown]
    about = [_about(name, fields[name], call.values.get(name), labels or {}) for name in known]
    carried = _carried(call, shown)
    others: dict[str, Any] = _metadata_of(button) if button else {}
    others |= {"as_stored": as_stored} if as_stored else {}
    metadata = pack_metadata(
        command=call.command.path, channel=channel, given=carried, more=more, edits=edits, **others
    )
    return render_view(
        COMMAND_FORM,
        call.command.title,
        "Continue" if more else call.command.submit,
        metadata,
        [*about, *_about_kept(call), *asked],
    )


def _metadata_of(button: ClickedButton) -> dict[str, str]:
    """Return what a form keeps of the button of a change that opened it."""
    return {"click": pack_shown(button.shown), "ts": button.ts}


def _about(name: str, field: FieldInfo, given: Any, labels: Labels) -> Block:
    """Render a line for a value that was given before and is not asked for again."""
    words = inputs.words_of(given["name"] if isinstance(input_of(field), UploadInput) else given)
    names = listing([labels.get(word, (word, word))[0] for word in words])
    line = f"{input_of(field).label}: {names}"
    return blocks.section(blocks.rich(blocks.cut(line, blocks.SMALL_PRINT))) | {"block_id": f"{name}-about"}


def _about_kept(call: Call) -> list[Block]:
    """Render a line for each value that the change being edited keeps."""
    fields = call.command.args.model_fields.items()
    kept = {name: input_of(field) for name, field in fields if call.values.get(name)}
    lines = {name: f"{kind.label}: {kind.hint}" for name, kind in kept.items() if isinstance(kind, Kept)}
    return [blocks.section(blocks.rich(line)) | {"block_id": f"{name}-about"} for name, line in lines.items()]


def _carried(call: Call, shown: tuple[str, ...]) -> dict[str, Any]:
    """Return the values for the metadata; what a change keeps stays with it."""
    carried: dict[str, Any] = {}
    asked = asked_fields(call.command.args)
    for name, value in call.values.items():
        longer = carried | {name: value}
        if name in asked and name not in shown and len(compact_json(longer)) <= CARRIED:
            carried = longer
    return carried


def _shown(call: Call) -> tuple[tuple[str, ...], bool]:
    """Return the fields of the next view, and whether another view follows it."""
    every, first = tuple(asked_fields(call.command.args)), first_fields(call.command)
    if call.command.prefill is None:
        return tuple(name for name in every if name not in _brought(call)), False
    if can_be_filled(call):
        return tuple(name for name in every if name not in first), False
    return first, True


def _brought(call: Call) -> tuple[str, ...]:
    """Return the fields that hold a file already: no form of Slack's shows one in its field."""
    fields = call.command.args.model_fields.items()
    return tuple(name for name, field in fields if isinstance(input_of(field), UploadInput) and call.values.get(name))


def render_loading(call: Call) -> Block:
    """Render the view shown while the store is being read."""
    return render_notice(call.command.title, "Loading…")


def render_notice(title: str, text: str) -> Block:
    """Render a view with only a sentence: that it is loading, or why there is no form."""
    view = render_view(NOTICE, title, "", "", [blocks.section(blocks.rich(text))])
    return {key: value for key, value in view.items() if key not in ("submit", "private_metadata")}


def with_note(view: Block, note: str) -> Block:
    """Return the view with a sentence above its fields, if there is one."""
    return view | {"blocks": [blocks.section(blocks.rich(note)), *view["blocks"]]} if note else view


def render_reject_form(
    button: ClickedButton, headline: str, requester: str, channel: str | None, label: str = "Reject"
) -> Block:
    """Render the form that asks why a Change is rejected; ``label`` is what its button says."""
    element = {"type": "plain_text_input", "action_id": VALUE, "multiline": True, "max_length": REASON_LENGTH}
    reason = inputs.input_block(REASON, "Reason", element)
    metadata = pack_metadata(channel=channel, **_metadata_of(button))
    title = blocks.section(blocks.rich(headline, bold=True))
    return render_view(
        REJECT_FORM,
        f"{label.partition(' ')[0]} change {button.shown.number}",
        label,
        metadata,
        [title, reason, blocks.section(blocks.rich(f"{mention(requester)} will see this."))],
    )


def decode_values(view: Block, command: Command, as_stored: Collection[str] = ()) -> dict[str, Any]:
    """Decode the values by field. A cleared text field is an empty text; any other empty field has no value.

    Nor has a field that was shown ``as_stored`` and left so: the store may have changed since then.
    """
    given = {
        name: inputs.decode_value(next(iter(elements.values()))) for name, elements in view["state"]["values"].items()
    }
    filled = {name: value for name, value in given.items() if name.endswith(TICKS)}
    for name, field in asked_fields(command.args).items():
        value = given.get(name)
        if isinstance(input_of(field), Text) and name in given and value is None:
            value = ""
        if isinstance(input_of(field), RuleInput) and (rows := filled_rows(name, view["state"]["values"])):
            value = words_of(rows.whole, is_final=True)
        if isinstance(input_of(field), ShopperInput):
            value = _shoppers(value or "", given.get(f"{name}{inputs.FOUND}"), many=takes_many(field))
        is_left = name in as_stored and _cleaned(value or "") == _cleaned(_shown_in(view, name))
        if value not in (None, []) and not is_left:
            filled[name] = value
    return merged_ticks(filled)


def _shown_in(view: Block, name: str) -> str:
    """Return the text with which a form opened a field."""
    return next((str(one["element"].get("initial_value", "")) for one in view["blocks"] if one["block_id"] == name), "")


def _cleaned(text: str) -> list[str]:
    """Return the lines of a text without blanks that nobody can tell from others."""
    return [" ".join(line.split()) for line in text.strip().splitlines()]


def _shoppers(typed: str, found: Any, *, many: bool) -> Any:
    """Return the shoppers who were found by name, and what was typed or pasted: each a list, or all in one line."""
    lists = [*inputs.words_of(found), *([typed] if read_shoppers((typed,)).words else [])]
    return lists if many else " ".join(lists) or None


def count_recognised(view: Block) -> Block:
    """Render the same view with the current number of shoppers recognised in its fields."""
    state = view["state"]["values"]
    kept = {key: view[key] for key in ("type", "callback_id", "title", "submit", "close", "private_metadata")}
    return kept | {"blocks": [_counted(block, state) for block in view["blocks"]]}


def _counted(block: Block, state: dict[str, Any]) -> Block:
    field = str(block.get("block_id", "")).removesuffix(inputs.COUNT)
    if block["type"] != "context" or field not in state:
        return block
    return inputs.render_count(field, state[field][SHOPPERS]["value"] or "")


def render_view(callback_id: str, title: str, submit: str, metadata: str, rendered: list[Block]) -> Block:
    """Render a view; ``submit`` labels the button that submits it."""
    return {
        "type": "modal",
        "callback_id": callback_id,
        "title": blocks.plain(title, blocks.TITLE),
        "submit": blocks.plain(submit, blocks.TITLE),
        "close": blocks.plain("Cancel", blocks.TITLE),
        "private_metadata": metadata,
        "blocks": rendered,
    }
