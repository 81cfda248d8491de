"""Whether Slack would accept a message, view or response, as one pure function: `faults_of(kind, thing)`.

The emulated workspace refuses by it, and the bot's tests use it as an independent judge. Each part is validated by the
models of `schema`; rules across parts are validated here.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from bot.sandbox.workspace.block_kit.controls import elements_of
from bot.sandbox.workspace.block_kit.texts import (
    DATA_TABLE_CHARACTERS,
    MARKDOWN_CHARACTERS,
    MESSAGE_CHARACTERS,
    characters,
)
from bot.sandbox.workspace.refusals import Json

Faults = Iterator[str]

_MOST_OF_A_KIND = {"table": 1, "data_visualization": 2}
_COUNTED_APART = ("table", "data_table", "data_visualization", "markdown")


@cache
def _shape_of(kind: str) -> tuple[TypeAdapter[Any], str]:
    # Imported when first used: a bot that serves the real Slack imports this module, too, and starts without the
    # models.
    from bot.sandbox.workspace.block_kit.schema.surfaces import SURFACES

    shape, pointer = SURFACES[kind]
    return TypeAdapter(shape), pointer


def faults_of(kind: str, thing: Any) -> list[str]:
    """List what Slack would refuse, in its words, each with a JSON pointer; an empty list means acceptable.

    `kind` is "message" (thing: a list of blocks), "modal" or "home" (thing: the view), "options" (thing: the response
    to an external select: {"options": …} or {"option_groups": …}) or "errors" (thing: complaints by block_id).
    """
    shape, pointer = _shape_of(kind)
    try:
        shape.validate_python(thing)
    except ValidationError as error:
        return [_fault(one, thing, pointer) for one in error.errors(include_url=False)]
    return list(_TOGETHER[kind](thing)) if kind in _TOGETHER else []


def length_of(view: Json) -> int:
    """Count the bytes of a view; Slack accepts 250 kB."""
    return len(json.dumps(view, ensure_ascii=False).encode())


# -- pydantic's errors, in Slack's words

_SENTENCES: dict[str, Callable[[dict[str, Any]], str]] = {
    "slack": lambda ctx: ctx["sentence"],
    "string_type": lambda _: "must be a string",
    "string_too_long": lambda ctx: f"must be less than {ctx['max_length'] + 1} characters",
    "string_too_short": lambda ctx: f"must be more than {ctx['min_length'] - 1} characters",
    "list_type": lambda _: "must be an array",
    "too_long": lambda ctx: f"no more than {ctx['max_length']} items allowed",
    "too_short": lambda ctx: f"no less than {ctx['min_length']} items allowed",
    "bool_type": lambda _: "must be a boolean",
    "int_type": lambda _: "must be a whole number",
    "float_type": lambda _: "must be a number",
    "finite_number": lambda _: "must be a number",
    "greater_than": lambda ctx: f"must be more than {ctx['gt']:g}",
    "greater_than_equal": lambda ctx: f"must be at least {ctx['ge']:g}",
    "less_than": lambda ctx: f"must be less than {ctx['lt']:g}",
    "less_than_equal": lambda ctx: f"must be at most {ctx['le']:g}",
    "literal_error": lambda ctx: f"must be one of {ctx['expected']}",
    "union_tag_invalid": lambda ctx: f"unsupported type: {ctx['tag']}",
    "union_tag_not_found": lambda _: "missing required field: type",
    "model_type": lambda _: "must provide an object",
    "model_attributes_type": lambda _: "must provide an object",
    "dict_type": lambda _: "must provide an object",
}
_NAMED = {"missing": "missing required field", "extra_forbidden": "invalid additional property"}


def _fault(error: ErrorDetails, thing: Any, pointer: str) -> str:
    place, ctx = _place(error["loc"], thing), error.get("ctx", {})
    if error["type"] in _NAMED:
        *place, name = place
        sentence = f"{_NAMED[error['type']]}: {name}"
    else:
        sentence = _SENTENCES[error["type"]](ctx)
    return f"{sentence} [json-pointer:{pointer}{''.join(f'/{one}' for one in place)}{ctx.get('at', '')}]"


def _place(loc: tuple[str | int, ...], thing: Any) -> list[str | int]:
    """Remove from a location the types by which pydantic chose among models: they are not keys of the JSON."""
    place: list[str | int] = []
    chosen = False
    for one in loc:
        chosen = not chosen and isinstance(thing, dict) and thing.get("type") == one
        if not chosen:
            place.append(one)
            thing = thing[one] if _holds(thing, one) else None
    return place


def _holds(thing: Any, key: str | int) -> bool:
    return key in thing if isinstance(thing, dict) else isinstance(thing, list)


# -- rules across parts


def _message_faults(blocks: list[Json]) -> Faults:
    yield from _shared_faults(blocks, "/blocks")
    counts = Counter(block["type"] for block in blocks)
    for kind, most in _MOST_OF_A_KIND.items():
        if counts[kind] > most:
            yield _spoken(f"no more than {most} {kind} blocks allowed", "/blocks")
    lengths = {
        "texts are": (MESSAGE_CHARACTERS, [block for block in blocks if block["type"] not in _COUNTED_APART]),
        "markdown is": (MARKDOWN_CHARACTERS, [block for block in blocks if block["type"] == "markdown"]),
        "data tables are": (DATA_TABLE_CHARACTERS, [block for block in blocks if block["type"] == "data_table"]),
    }
    for what, (most, counted) in lengths.items():
        if characters(counted) > most:
            yield _spoken(f"{what} too long together: more than {most} characters", "/blocks")


def _view_faults(view: Json) -> Faults:
    yield from _shared_faults(view["blocks"], "/view/blocks")


def _shared_faults(blocks: list[Json], pointer: str) -> Faults:
    """Find ids that must be unique (a block_id in the payload, an action_id in its block), and a second focus."""
    ids = Counter(block["block_id"] for block in blocks if "block_id" in block)
    yield from (_spoken(f"block_id already exists: {one}", pointer) for one, count in ids.items() if count > 1)
    for index, block in enumerate(blocks):
        actions = Counter(element["action_id"] for element in elements_of(block) if "action_id" in element)
        for action_id, count in actions.items():
            if count > 1:
                yield _spoken(f"action_id already exists in its block: {action_id}", f"{pointer}/{index}")
    if sum(element.get("focus_on_load", False) for block in blocks for element in elements_of(block)) > 1:
        yield _spoken("only one element can have focus_on_load", pointer)


def _spoken(sentence: str, pointer: str) -> str:
    return f"{sentence} [json-pointer:{pointer}]"


_TOGETHER: dict[str, Callable[[Any], Faults]] = {
    "message": _message_faults,
    "modal": _view_faults,
    "home": _view_faults,
}
