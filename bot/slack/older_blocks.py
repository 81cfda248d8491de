"""The same message with less: fewer rows, older blocks, or text alone; for workspaces that refuse the rest. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bot.slack import blocks
from bot.slack.action_ids import unpack_words
from bot.slack.blocks import Block, Message

FEWER_ROWS = 20
"""How many rows of a table are left where the whole of it is too much."""


def types_in(rendered: list[Block]) -> frozenset[str]:
    """Return the types of these blocks."""
    return frozenset(str(block["type"]) for block in rendered)


def versions(message: Message) -> tuple[Message, ...]:
    """Return the message, and versions of it that say less by simpler means, each different from the one before."""
    made = [message]
    for rendered in (_shorter(message.blocks), older(message.blocks), []):
        text = message.text if rendered else as_text(message)
        less = Message(text, rendered)
        if less != made[-1]:
            made.append(less)
    return tuple(made)


@dataclass(frozen=True)
class View:
    """The blocks of a Home tab."""

    blocks: list[Block]


def view_versions(rendered: list[Block]) -> tuple[View, ...]:
    """Return these blocks of a view, without new types, and as text alone."""
    text = blocks.cut("\n".join(_text_lines(rendered)) or "–", blocks.TEXT)
    words = {"type": "section", "text": {"type": "mrkdwn", "text": text}}
    return (View(rendered), View(older(rendered)), View([words]))


def _shorter(rendered: list[Block]) -> list[Block]:
    return [shown for block in rendered for shown in _fewer_rows(block)]


def _fewer_rows(block: Block) -> list[Block]:
    rows = block["rows"] if block["type"] == "data_table" else []
    rest = len(rows) - 1 - FEWER_ROWS
    return [block | {"rows": rows[: FEWER_ROWS + 1]}, blocks.context(f"… and {rest} more.")] if rest > 0 else [block]


def older(rendered: list[Block]) -> list[Block]:
    """Say the same without new types of blocks: tables become lines, and of a chart its description is left.

    They reach workspaces in phases: one that a workspace does not know has the whole message refused.
    """
    return [shown for block in rendered for shown in _older(block)]


def _older(block: Block) -> list[Block]:
    if block["type"] == "data_visualization":
        return []
    if block["type"] != "data_table":
        return [block]
    _, *rows = block["rows"]
    lines = [" · ".join(_plain_words(row)) for row in block["rows"]]
    shown = lines
    while len("\n".join(shown)) > blocks.LINES_ROOM:
        shown = shown[:-1]
    more = [f"… and {len(lines) - len(shown)} more."] if len(shown) < len(lines) else []
    text = blocks.plain_lines((f"{block['caption']}:", *shown, *more), blocks.TEXT)
    return [{"type": "section", "text": text}] if rows else []


def as_text(message: Message) -> str:
    """Write the whole message as text, with the commands that its buttons type."""
    first, *others = [*_text_lines(message.blocks), ""]
    return "\n".join(filter(None, (message.text, "" if first == message.text else first, *others)))


def _text_lines(rendered: list[Block]) -> list[str]:
    return [line for block in older(rendered) for line in _lines(block)]


def _lines(block: Block) -> list[str]:
    if block["type"] == "actions":
        pressed = [one for element in block["elements"] for one in element.get("options", [element])]
        words = [unpack_words(one.get("value", ""))[0] for one in pressed]
        typed = [f"`/{one}`" for one in words if " " in one]
        return [f"You can type {', '.join(typed)}."] if typed else []
    if block["type"] == "rich_text":
        return [line for part in block["elements"] for line in _rich_lines(part)]
    words = list(_marked_words(block))
    return [" · ".join(words)] if words else []


def _rich_lines(part: Block) -> Iterator[str]:
    if part["type"] == "rich_text_list":
        yield from (f"• {''.join(_marked_words(one))}" for one in part["elements"])
    else:
        yield "".join(_marked_words(part))


def _marked_words(value: Any) -> Iterator[str]:
    """Yield the words of a block as mrkdwn: what stands as plain text is escaped, what is mrkdwn already stays."""
    if isinstance(value, list):
        for one in value:
            yield from _marked_words(one)
    elif isinstance(value, dict):
        yield from _marked_word(value)


def _marked_word(value: Block) -> Iterator[str]:
    match value:
        case {"type": "user", "user_id": user_id}:
            yield f"<@{user_id}>"
        case {"type": "link", "url": url}:
            yield f"{blocks.escape(str(value.get('text', '')))} {url}".strip()
        case {"type": "mrkdwn", "text": text}:
            yield text
        case {"text": str(text)}:
            yield blocks.escape(text)
        case {"type": "button" | "overflow"}:
            return
        case _:
            for one in value.values():
                yield from _marked_words(one)


def _plain_words(row: list[Block]) -> list[str]:
    return ["".join(_plain_cell(cell)) or "–" for cell in row]


def _plain_cell(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for one in value:
            yield from _plain_cell(one)
    elif isinstance(value, dict):
        if isinstance(value.get("text"), str):
            yield value["text"]
        elif "user_id" in value:
            yield str(value["user_id"])
        else:
            for one in value.values():
                yield from _plain_cell(one)
