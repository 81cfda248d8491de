"""Forms: a Command's Args as a Slack view, and a submitted view as values again. Pure."""

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from pydantic.fields import FieldInfo

from bot.bigcommerce import Promotion, Segment
from bot.core.args import (
    ChangeInput,
    Choice,
    EntryInput,
    Input,
    PromotionInput,
    SegmentInput,
    ShopperInput,
    Text,
    input_of,
    takes_many,
)
from bot.core.command import Call, Command
from bot.core.errors import Misuse
from bot.core.shoppers import listed, sorted_out
from bot.core.wording import listing
from bot.slack import blocks
from bot.slack.blocks import Block
from bot.slack.ids import (
    COMMAND_FORM,
    NEW_SEGMENT,
    PROMOTIONS,
    REASON,
    REJECT_FORM,
    SEGMENTS,
    SHOPPERS,
    VALUE,
    Click,
    pack_metadata,
    packed,
)

NOTICE = "notice"
REASON_LENGTH = 500
CARRIED = 2500
"""Characters of values that a view carries along, beside what else its metadata holds."""
_COUNT = "-count"


Labels = Mapping[str, tuple[str, str]]
"""What a chosen segment or promotion is called, and its value, by the word that named it."""


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
        listed_out = "\n".join(_words(call.values.get(name)))
        too_long = isinstance(input_of(field), ShopperInput) and len(listed_out) > blocks.TEXT
        if too_long or (name in call.values and name not in (*shown, *carried)):
            raise Misuse("That is more than a form holds: say all of it in one line.", field=name)


def named_in(call: Call, kind: type[Input]) -> tuple[str, ...]:
    """The words that fill fields of this kind."""
    fields = call.command.args.model_fields.items()
    alike = [name for name, field in fields if isinstance(input_of(field), kind)]
    return tuple(word for name in alike for word in _words(call.values.get(name)))


def form(call: Call, channel: str | None, labels: Labels | None = None, *, edits: int | None = None) -> Block:
    """The view for what ``call`` lacks, filled with what it has; what it does not show, it carries along.

    A Command that pre-fills its form asks in two views: first what the form is about, then the rest, filled.
    ``edits``: the change that shall do this instead.
    """
    shown, more = _shown(call)
    fields = call.command.args.model_fields
    inputs = [block for name in shown for block in _inputs(name, fields[name], call.values.get(name), labels or {})]
    said = [name for name in first_fields(call.command) if name not in shown]
    about = [_about(name, fields[name], call.values.get(name), labels or {}) for name in said]
    carried = _carried(call, shown)
    metadata = pack_metadata(command=call.command.path, channel=channel, given=carried, more=more, edits=edits)
    return _view(
        COMMAND_FORM, call.command.title, "Continue" if more else call.command.submit, metadata, [*about, *inputs]
    )


def _about(name: str, field: FieldInfo, given: Any, labels: Labels) -> Block:
    """A line for what was said before, and is not asked for again."""
    told = listing([labels.get(word, (word, word))[0] for word in _words(given)])
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
    reason = _labelled(REASON, "Reason", element, hint="The one who asked reads it.")
    metadata = pack_metadata(click=click.pack(), channel=channel)
    told = blocks.section(blocks.rich(headline, bold=True))
    return _view(REJECT_FORM, f"Reject change {click.number}", "Reject", metadata, [told, reason])


def values(view: Block, command: Command) -> dict[str, Any]:
    """What was filled in, by field. An emptied text is an empty text; any other empty field has no value."""
    filled = {}
    for name, elements in view["state"]["values"].items():
        value = _value(next(iter(elements.values())))
        field = command.args.model_fields[name]
        if isinstance(input_of(field), Text) and value is None:
            value = ""
        if isinstance(input_of(field), ShopperInput) and takes_many(field):
            value = list(_words(listed(value or "")))
        if value not in (None, []):
            filled[name] = value
    return filled


def recognised(view: Block) -> Block:
    """The same view, telling how many shoppers are recognised in what stands in its fields now."""
    state = view["state"]["values"]
    kept = {key: view[key] for key in ("type", "callback_id", "title", "submit", "close", "private_metadata")}
    return kept | {"blocks": [_counted(block, state) for block in view["blocks"]]}


def _counted(block: Block, state: dict[str, Any]) -> Block:
    field = str(block.get("block_id", "")).removesuffix(_COUNT)
    if block["type"] != "context" or field not in state:
        return block
    return _count(field, state[field][SHOPPERS]["value"] or "")


def _count(field: str, text: str) -> Block:
    told = sorted_out(_words(listed(text))).told if text else "E-mails and ids are counted as you type."
    return blocks.context(blocks.escape(blocks.cut(told, blocks.SMALL_PRINT))) | {"block_id": f"{field}{_COUNT}"}


def segment_options(segments: tuple[Segment, ...], query: str, *, new: bool = False) -> list[Block]:
    """The segments that a type-ahead offers; with ``new``, what was typed as well, where it names no segment."""
    found = _matching(segments, query)
    name = query.strip()
    is_one = any(name.casefold() in (one.id.casefold(), one.name.casefold()) for one in found)
    if new and name and len(name) <= blocks.OPTION_VALUE and not is_one:
        found = found[: blocks.OPTIONS - 1]
        return [*(blocks.option(one.name, one.id) for one in found), blocks.option(f"New: {name}", name)]
    return [blocks.option(one.name, one.id, one.description) for one in found]


def promotion_options(promotions: tuple[Promotion, ...], query: str) -> list[Block]:
    """The promotions that a type-ahead offers."""
    found = _matching(promotions, query)
    return [blocks.option(one.name, str(one.id), f"{one.status.lower()}, id {one.id}") for one in found]


T = TypeVar("T", Segment, Promotion)


def _matching(things: Iterable[T], query: str) -> list[T]:
    """First those whose name begins with what was typed, then others with it; at most as many as Slack shows."""
    wanted = query.strip().casefold()
    found = [one for one in things if wanted in one.name.casefold() or wanted == str(one.id)]
    found.sort(key=lambda one: (not one.name.casefold().startswith(wanted), one.name.casefold()))
    return found[: blocks.OPTIONS]


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


def _inputs(name: str, field: FieldInfo, given: Any, labels: Labels) -> list[Block]:
    kind = input_of(field)
    element = _element(kind, field, given, labels)
    label = f"{kind.label}s" if takes_many(field) and not kind.label.endswith("s") else kind.label
    block = _labelled(name, label, element, hint=kind.hint, optional=not field.is_required())
    if element["action_id"] != SHOPPERS:
        return [block]
    return [block | {"dispatch_action": True}, _count(name, element.get("initial_value", ""))]


def _labelled(name: str, label: str, element: Block, *, hint: str = "", optional: bool = False) -> Block:
    labelled = {"label": blocks.plain(label, blocks.LABEL), "element": element, "optional": optional}
    made: Block = {"type": "input", "block_id": name, **labelled}
    return made | ({"hint": blocks.plain(hint, blocks.LABEL)} if hint else {})


def _element(kind: Input, field: FieldInfo, given: Any, labels: Labels) -> Block:
    many = takes_many(field)
    match kind:
        case SegmentInput(new=new):
            return _external(NEW_SEGMENT if new else SEGMENTS, kind, many, _chosen(given, labels))
        case PromotionInput():
            return _external(PROMOTIONS, kind, many, _chosen(given, labels))
        case ShopperInput():
            return _shoppers(kind, many, given)
        case ChangeInput() | EntryInput():
            number = given if str(given).isdecimal() else None
            return _filled({"type": "number_input", "action_id": VALUE, "is_decimal_allowed": False}, number)
        case Choice(choices=choices):
            offered = [blocks.option(choice, choice) for choice in choices]
            initial = [one for one in offered if one["value"] == (given or field.default)]
            made = {"type": "static_select", "action_id": VALUE, "options": offered}
            return made | ({"initial_option": initial[0]} if initial else {})
        case Text(max_length=limit, multiline=multiline):
            text: Block = {"type": "plain_text_input", "action_id": VALUE, "multiline": multiline}
            return _filled(text | _placeholder(kind) | {"max_length": limit}, given)
    raise TypeError(f"no form element for {kind}")


def _placeholder(kind: Input, otherwise: str = "") -> Block:
    words = kind.placeholder or otherwise
    return {"placeholder": blocks.plain(words, blocks.PLACEHOLDER)} if words else {}


def _filled(element: Block, given: Any) -> Block:
    limit = element.get("max_length", blocks.TEXT)
    return element | ({"initial_value": str(given)[:limit]} if given else {})


def _shoppers(kind: ShopperInput, many: bool, given: Any) -> Block:
    """One shopper is a line; several are a list that can be pasted, and is counted with each character typed."""
    text: Block = {"type": "plain_text_input", "action_id": VALUE, "max_length": blocks.TEXT} | _placeholder(kind)
    if not many:
        return _filled(text, given)
    counting = {"dispatch_action_config": {"trigger_actions_on": ["on_character_entered"]}}
    return _filled(text | {"action_id": SHOPPERS, "multiline": True} | counting, "\n".join(_words(given)))


def _words(given: Any) -> tuple[str, ...]:
    words = given if isinstance(given, tuple | list) else [given] if given else []
    return tuple(dict.fromkeys(str(word) for word in words if word))


def _chosen(given: Any, labels: Labels) -> list[Block]:
    found = dict.fromkeys(labels.get(word, (word, word)) for word in _words(given))
    return [blocks.option(text, value) for text, value in found][: blocks.OPTIONS]


def _external(action_id: str, kind: Input, many: bool, chosen: list[Block]) -> Block:
    made: Block = {
        "type": "multi_external_select" if many else "external_select",
        "action_id": action_id,
        "min_query_length": 0,
        **_placeholder(kind, "Type a name"),
    }
    initial = {"initial_options": chosen} if many else {"initial_option": chosen[0]} if chosen else {}
    return made | (initial if chosen else {})


def _value(element: Block) -> Any:
    if "selected_options" in element:
        return [option["value"] for option in element["selected_options"]]
    if "selected_option" in element:
        return (element["selected_option"] or {}).get("value")
    return element.get("value")
