"""The elements in blocks, and the ids that Slack assigns to those without one."""

import secrets
from collections.abc import Iterator
from typing import Any

from bot.sandbox.workspace.refusals import Json


def elements_of(block: Json) -> list[Json]:
    """Return the elements in a block: of actions, a section's accessory, an input's element, of cards."""
    if block["type"] == "input":
        return [block["element"]]
    if block["type"] == "section":
        return [block["accessory"]] if "accessory" in block else []
    if block["type"] == "card":
        return list(block.get("actions", []))
    if block["type"] == "carousel":
        return [element for card in block["elements"] for element in elements_of(card)]
    if block["type"] == "data_table":
        return [cell["element"] for row in block["rows"] for cell in row if cell["type"] == "action"]
    return list(block["elements"]) if block["type"] == "actions" else []


def identified(blocks: list[Json]) -> list[Json]:
    """Copy the blocks, each with a block_id and its elements with action_ids, as Slack returns them."""
    copies = [_copy(block) for block in blocks]
    for block in copies:
        block.setdefault("block_id", secrets.token_urlsafe(4))
        for element in elements_of(block):
            if element["type"] != "image":
                element.setdefault("action_id", secrets.token_urlsafe(4))
    return copies


def _copy(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _copy(inner) for key, inner in value.items()}
    return [_copy(inner) for inner in value] if isinstance(value, list) else value


def controls(blocks: list[Json]) -> Iterator[tuple[str, Json]]:
    """Yield every element that a person can use, with the block_id of its block."""
    for block in blocks:
        for element in elements_of(block):
            if "action_id" in element:
                yield block["block_id"], element
