"""A field of a form: renders a field of Args as Slack's input block, and decodes the submitted value. Pure."""

from collections.abc import Mapping
from typing import Any

from pydantic.fields import FieldInfo

from bot.core.language.args import (
    ChangeInput,
    Choice,
    EntryInput,
    Input,
    PromotionInput,
    SegmentInput,
    ShopperInput,
    Text,
    UploadInput,
    input_of,
    takes_many,
)
from bot.core.language.shopper_list import read_shoppers
from bot.core.language.visible import visible, visible_lines
from bot.core.uploads import Upload
from bot.slack import blocks
from bot.slack.action_ids import NEW_SEGMENT, PROMOTIONS, SEGMENTS, SHOPPER_SEARCH, SHOPPERS, VALUE
from bot.slack.blocks import Block

FOUND = "-found"
"""The suffix of the type-ahead of a field for shoppers, added to its field's id."""
NAME_LENGTH = 200
"""The most characters of a file's name that are kept: buttons and forms have to carry it."""
COUNT = "-count"
"""The suffix of the line that counts shoppers, added to its field's id."""
Labels = Mapping[str, tuple[str, str]]
"""The name of a chosen segment or promotion, and its value, by the word that named it."""


def render_field(name: str, field: FieldInfo, given: Any, labels: Labels) -> list[Block]:
    """Render a field as blocks, filled with the given value."""
    kind = input_of(field)
    element = _element(kind, field, given, labels)
    label = f"{kind.label}s" if takes_many(field) and not kind.label.endswith("s") else kind.label
    if isinstance(kind, ShopperInput):
        return _shopper_blocks(name, label, kind, element)
    return [input_block(name, label, element, hint=kind.hint, optional=not field.is_required())]


def _shopper_blocks(name: str, label: str, kind: ShopperInput, element: Block) -> list[Block]:
    """Render a type-ahead, and a field to type or paste into: either may be left empty, so the bot says if both are."""
    many = element["action_id"] == SHOPPERS
    search: Block = {
        "type": "multi_external_select" if many else "external_select",
        "action_id": SHOPPER_SEARCH,
        "min_query_length": 2,
        "placeholder": blocks.plain("Type part of a name", blocks.PLACEHOLDER),
    }
    # Items of a change are ticked instead: only they can be left out.
    found = [] if kind.of_change else [input_block(f"{name}{FOUND}", "Find by name", search, optional=True)]
    block = input_block(name, label, element, hint=kind.hint, optional=True)
    if not many:
        return [*found, block]
    return [*found, block | {"dispatch_action": True}, render_count(name, element.get("initial_value", ""))]


def input_block(name: str, label: str, element: Block, *, hint: str = "", optional: bool = False) -> Block:
    """Build an input block around an element."""
    parts = {"label": blocks.plain(label, blocks.LABEL), "element": element, "optional": optional}
    made: Block = {"type": "input", "block_id": name, **parts}
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
        case Choice(labels=labels_of_choices):
            offered = [blocks.option(label, choice) for choice, label in labels_of_choices.items()]
            initial = [one for one in offered if one["value"] == (given or field.default)]
            made = {"type": "static_select", "action_id": VALUE, "options": offered}
            return made | ({"initial_option": initial[0]} if initial else {})
        case Text():
            return text_element(kind, given)
        case UploadInput():
            return {"type": "file_input", "action_id": VALUE, "max_files": 1}
    raise TypeError(f"no form element for {kind}")


def text_element(kind: Text, given: Any) -> Block:
    """Build a field for text, filled with the given value."""
    text: Block = {"type": "plain_text_input", "action_id": VALUE, "multiline": kind.multiline}
    return _filled(text | _placeholder(kind) | {"max_length": kind.max_length}, given)


def _placeholder(kind: Input, otherwise: str = "") -> Block:
    words = kind.placeholder or otherwise
    return {"placeholder": blocks.plain(words, blocks.PLACEHOLDER)} if words else {}


def _filled(element: Block, given: Any) -> Block:
    limit = element.get("max_length", blocks.TEXT)
    return element | ({"initial_value": _typeable(str(given), element)[:limit]} if given else {})


def _typeable(text: str, element: Block) -> str:
    """Return ``text`` as one can see and edit it; only a field of several lines has line breaks."""
    return visible_lines(text) if element.get("multiline") else visible(text)


def _shoppers(kind: ShopperInput, many: bool, given: Any) -> Block:
    """Render a line for one shopper; for several, a list to paste into, counted as it is typed."""
    text: Block = {"type": "plain_text_input", "action_id": VALUE, "max_length": blocks.TEXT} | _placeholder(kind)
    if not many:
        return _filled(text, given)
    counting = {"dispatch_action_config": {"trigger_actions_on": ["on_character_entered"]}}
    return _filled(text | {"action_id": SHOPPERS, "multiline": True} | counting, _as_one_list(words_of(given)))


def _as_one_list(lists: tuple[str, ...]) -> str:
    """Write several lists as one that says the same: a number that is a list by itself is a customer's id."""
    read = [(text, read_shoppers((text,))) for text in lists]
    plain = (each.line if len(lists) > 1 and len(each.words) == each.count else text for text, each in read)
    return "\n".join(plain)


def words_of(given: Any) -> tuple[str, ...]:
    """Return the words of a value, which may be one or several, without duplicates."""
    words = given if isinstance(given, tuple | list) else [given] if given else []
    return tuple(dict.fromkeys(str(word) for word in words if word))


def _chosen(given: Any, labels: Labels) -> list[Block]:
    chosen = dict.fromkeys(labels.get(word, (word, word)) for word in words_of(given))
    return [blocks.option(text, value) for text, value in chosen][: blocks.OPTIONS]


def _external(action_id: str, kind: Input, many: bool, chosen: list[Block]) -> Block:
    made: Block = {
        "type": "multi_external_select" if many else "external_select",
        "action_id": action_id,
        "min_query_length": 0,
        **_placeholder(kind, "Type a name"),
    }
    initial = {"initial_options": chosen} if many else {"initial_option": chosen[0]} if chosen else {}
    return made | (initial if chosen else {})


def decode_value(element: Block) -> Any:
    """Decode the value in an element's state; None or an empty list if it is empty."""
    if "selected_options" in element:
        return [option["value"] for option in element["selected_options"]]
    if "selected_option" in element:
        return (element["selected_option"] or {}).get("value")
    if "files" in element:
        return next((decode_upload(one).model_dump() for one in element["files"]), None)
    return element.get("value")


def decode_upload(file: Mapping[str, Any]) -> Upload:
    """Decode a file of Slack's; one of another workspace comes with nothing but its id."""
    name = visible(str(file.get("name") or "")).strip()
    return Upload(id=str(file["id"]), name=name[:NAME_LENGTH] or "a file", size=int(file.get("size") or 0))


def render_count(field: str, text: str) -> Block:
    """Render the line that states how many shoppers are recognised in a field."""
    line = read_shoppers((text,)).description if text else "Emails and ids are counted as you type."
    return blocks.context(blocks.escape(blocks.cut(line, blocks.SMALL_PRINT))) | {"block_id": f"{field}{COUNT}"}
