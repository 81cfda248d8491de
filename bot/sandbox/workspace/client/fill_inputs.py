"""Filling in an input: from a script's value ("VIPs", ["a", "b"], a file) to the state that Slack sends.

Also the checks of Slack's client before sending: required fields, lengths, numbers, addresses.
"""

import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from bot.sandbox.workspace.block_kit.element_states import held_by, is_multiple, state_of
from bot.sandbox.workspace.client.uploads import uploaded
from bot.sandbox.workspace.people import Person
from bot.sandbox.workspace.refusals import Json, Misuse
from bot.sandbox.workspace.state import Workspace


@dataclass(frozen=True)
class Choices:
    """An external select's options: those that the person has seen, and how to request more."""

    seen: Sequence[Json]
    ask: Callable[[str], Awaitable[list[Json]]]


FILE_BYTES_MOST = 10 * 1024 * 1024  # of a file_input
REQUIRED = "Please complete this required field."
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


async def entered(workspace: Workspace, person: Person, element: Json, raw: Any, choices: Choices) -> Json:
    """Convert the value given for an element to its state. Raises Misuse if it does not fit."""
    if raw is None:
        return state_of(element, [] if is_multiple(element) else None)
    if is_multiple(element):
        several = raw if isinstance(raw, list) else [raw]
        return state_of(element, [await _one(workspace, person, element, one, choices) for one in several])
    return state_of(element, await _one(workspace, person, element, raw, choices))


async def _one(workspace: Workspace, person: Person, element: Json, raw: Any, choices: Choices) -> Any:
    kind = element["type"].removeprefix("multi_")
    if kind == "external_select":
        return await _offered(element, str(raw), choices)
    if "options" in element or "option_groups" in element:
        return picked(options_of(element), str(raw))
    if kind == "users_select":
        return workspace.directory.human(str(raw)).id
    if kind in ("conversations_select", "channels_select"):
        return workspace.directory.place(str(raw), person).id
    if kind == "file_input":
        return uploaded(workspace, person, raw)
    return raw if kind in ("datetimepicker", "rich_text_input") else str(raw) or None


def options_of(element: Json) -> list[Json]:
    """List the options of an element or of the bot's response to a select, including those in groups."""
    grouped = [option for group in element.get("option_groups", []) for option in group["options"]]
    return [*element.get("options", []), *grouped]


def picked(options: list[Json], wanted: str) -> Json:
    """Find an option by value or text. Raises Misuse, which lists the options."""
    for option in options:
        if wanted in (option.get("value"), option["text"]["text"]):
            return option
    offered = ", ".join(repr(option["text"]["text"]) for option in options[:10]) or "nothing"
    raise Misuse(f"There is no option {wanted!r}. Offered: {offered}.")


async def _offered(element: Json, wanted: str, choices: Choices) -> Json:
    """Return an option that the person has seen, or type; if a select shows options at once, search those, too."""
    for option in choices.seen:
        if option.get("value") == wanted:
            return option
    least = element.get("min_query_length", 3)
    options = await choices.ask(wanted) if len(wanted) >= least else []
    try:
        return picked(options, wanted)
    except Misuse:
        if least > 0:
            raise
    return picked(await choices.ask(""), wanted)


def complaint(block: Json, element: Json, state: Json) -> str | None:
    """Return why Slack's client would refuse to send, or None."""
    value = held_by(element, state)
    if value in (None, "", []):
        return None if block.get("optional") else REQUIRED
    check = _CHECKS.get(element["type"])
    return check(element, value) if check else None


def _length(element: Json, value: str) -> str | None:
    least, most = element.get("min_length", 0), element.get("max_length", 3000)
    if len(value) < least:
        return f"Please enter at least {least} characters."
    return f"Please enter at most {most} characters." if len(value) > most else None


def _number(element: Json, value: str) -> str | None:
    try:
        given = float(value) if element["is_decimal_allowed"] else int(value)
    except ValueError:
        return "Please enter a number." if element["is_decimal_allowed"] else "Please enter a whole number."
    least, most = element.get("min_value"), element.get("max_value")
    if (least and given < float(least)) or (most and given > float(most)):
        return f"Please enter a number from {least or 'any'} to {most or 'any'}."
    return None


def _files(element: Json, files: list[Json]) -> str | None:
    most, allowed = element.get("max_files", 10), element.get("filetypes")
    if len(files) > most:
        return f"Please choose at most {most} files."
    if any(file["size"] > FILE_BYTES_MOST for file in files):
        return "Please choose files of at most 10 MB."
    if allowed and any(file["filetype"] not in allowed for file in files):
        return f"Please choose files of type {', '.join(allowed)}."
    return None


def _chosen(element: Json, chosen: list[Json]) -> str | None:
    most = element.get("max_selected_items")
    return f"Please choose at most {most}." if most and len(chosen) > most else None


_CHECKS: dict[str, Callable[[Json, Any], str | None]] = {
    "plain_text_input": _length,
    "number_input": _number,
    "email_text_input": lambda _, value: None if _EMAIL.fullmatch(value) else "Please enter an email address.",
    "url_text_input": lambda _, value: None if "://" in value else "Please enter a URL.",
    "file_input": _files,
    "multi_static_select": _chosen,
    "multi_external_select": _chosen,
    "multi_users_select": _chosen,
    "multi_conversations_select": _chosen,
    "multi_channels_select": _chosen,
}
