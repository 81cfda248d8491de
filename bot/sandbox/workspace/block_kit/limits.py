"""Every size that Slack enforces, as one pure function: `faults_of(kind, thing)`.

The emulated workspace refuses by it, and tests of the bot use it as a judge who does not know the bot.
Facts: docs.slack.dev/reference/block-kit, …/reference/views, …/reference/app-manifest.
"""

import json
from collections import Counter
from collections.abc import Callable
from typing import Any

from bot.sandbox.workspace.block_kit.elements import controls
from bot.sandbox.workspace.block_kit.elements_limits import (
    ACCESSORY,
    ACTION_ELEMENT,
    BUTTON,
    GROUPS,
    ID,
    IMAGE,
    INPUT_ELEMENT,
    OPTION,
    URL,
    plain,
    text,
)
from bot.sandbox.workspace.block_kit.rules import (
    Faults,
    Rule,
    anything,
    boolean,
    fault,
    fields,
    items,
    one_of,
    string,
    typed,
)
from bot.sandbox.workspace.block_kit.tables import DATA_TABLE, DATA_VISUALIZATION, TABLE, characters
from bot.sandbox.workspace.refusals import Json

MESSAGE_CHARACTERS = 9_000
"""All blocks of a message together. Slack documents no such limit; users measured one near 13,200. We refuse
at the number that is safe, so that nobody comes to rely on the measured one."""
MARKDOWN_CHARACTERS = 12_000
ERROR_CHARACTERS = 2_000
"""One complaint about a form's input. Slack documents no such limit; a label and a hint hold as much."""

_KIND: dict[str, Rule] = {"type": anything}
_NAMED: dict[str, Rule] = {"block_id": ID}
_RICH = one_of("rich_text_section", "rich_text_list", "rich_text_preformatted", "rich_text_quote")


def _rich_part(value: Any, pointer: str) -> Faults:
    yield from _RICH(value.get("type") if isinstance(value, dict) else None, f"{pointer}/type")


def _has_content(value: Any, pointer: str) -> Faults:
    if "text" not in value and "fields" not in value:
        yield fault("missing required field: text or fields", pointer)


def _section(value: Any, pointer: str) -> Faults:
    optional = {
        "text": text(3000),
        "fields": items(10, text(2000)),
        "accessory": ACCESSORY,
        "expand": boolean,
    }
    yield from fields(_KIND, {**_NAMED, **optional})(value, pointer)
    yield from _has_content(value, pointer)


def _card(value: Any, pointer: str) -> Faults:
    optional = {
        "title": text(150),
        "subtitle": text(150),
        "body": text(200),
        "actions": items(3, typed({"button": BUTTON}, "a card's actions")),
        "hero_image": IMAGE,
        "icon": IMAGE,
    }
    yield from fields(_KIND, {**_NAMED, **optional})(value, pointer)
    if not value.keys() & {"title", "body", "actions", "hero_image"}:
        yield fault("missing required field: title, body, actions or hero_image", pointer)


_CONTEXT_ELEMENT = typed({"image": IMAGE, "plain_text": text(3000), "mrkdwn": text(3000)}, "a context block")
_EVERYWHERE: dict[str, Rule] = {
    "actions": fields({**_KIND, "elements": items(25, ACTION_ELEMENT)}, _NAMED),
    "context": fields({**_KIND, "elements": items(10, _CONTEXT_ELEMENT)}, _NAMED),
    "divider": fields(_KIND, _NAMED),
    "header": fields({**_KIND, "text": plain(150)}, {**_NAMED, "level": anything}),
    "image": fields(
        {**_KIND, "alt_text": string(2000)},
        {**_NAMED, "image_url": URL, "slack_file": anything, "title": plain(2000)},
    ),
    "input": fields(
        {**_KIND, "label": plain(2000), "element": INPUT_ELEMENT},
        {**_NAMED, "hint": plain(2000), "optional": boolean, "dispatch_action": boolean},
    ),
    "rich_text": fields({**_KIND, "elements": items(1000, _rich_part)}, _NAMED),
    "section": _section,
}
_DRAWN: dict[str, Rule] = {"table": TABLE, "data_table": DATA_TABLE, "data_visualization": DATA_VISUALIZATION}
_CARDS: dict[str, Rule] = {
    "card": _card,
    "carousel": fields({**_KIND, "elements": items(10, typed({"card": _card}, "a carousel"))}, _NAMED),
}
_MARKDOWN = fields({**_KIND, "text": string(MARKDOWN_CHARACTERS, 1)}, _NAMED)
_ALERT = fields(
    {**_KIND, "text": text(200)},
    {**_NAMED, "level": one_of("default", "info", "warning", "error", "success")},
)

_BLOCKS: dict[str, Rule] = {
    "message": items(50, typed({**_EVERYWHERE, **_DRAWN, **_CARDS, "markdown": _MARKDOWN}, "a message")),
    "modal": items(100, typed({**_EVERYWHERE, "alert": _ALERT}, "a modal")),
    "home": items(100, typed({**_EVERYWHERE, **_DRAWN, **_CARDS}, "a Home tab"), least=0),
}
_AT_MOST = {"message": {"table": 1, "data_visualization": 2}, "modal": {}, "home": {}}
_PRIVATE: dict[str, Rule] = {
    "private_metadata": string(3000),
    "callback_id": string(255),
    "external_id": string(255),
}
_VIEWS: dict[str, Rule] = {
    "modal": fields(
        {"type": one_of("modal"), "title": plain(24), "blocks": anything},
        {
            **_PRIVATE,
            "submit": plain(24),
            "close": plain(24),
            "clear_on_close": boolean,
            "notify_on_close": boolean,
            "submit_disabled": boolean,
        },
    ),
    "home": fields({"type": one_of("home"), "blocks": anything}, _PRIVATE),
}


def faults_of(kind: str, thing: Any) -> list[str]:
    """List what Slack would refuse, in its words, each with a JSON pointer; an empty list is acceptable.

    `kind` is "message" (thing: a list of blocks), "modal" or "home" (thing: the view), "options" (thing: the
    answer to an external select: {"options": …} or {"option_groups": …}), "errors" (thing: complaints by block_id)
    or "manifest" (thing: the document).
    """
    return list(_CHECKS[kind](thing))


def length_of(view: Json) -> int:
    """Count the bytes of a view; Slack takes 250 kB."""
    return len(json.dumps(view, ensure_ascii=False).encode())


def _message_faults(blocks: Any) -> Faults:
    faults = list(_block_faults("message", blocks, "/blocks"))
    yield from faults
    if not faults:
        yield from _together(blocks)


def _together(blocks: list[Json]) -> Faults:
    """Judge what all blocks of a message hold together; tables and markdown have limits of their own."""
    spoken = [block for block in blocks if block["type"] not in (*_DRAWN, "markdown")]
    if characters(spoken) > MESSAGE_CHARACTERS:
        yield fault(f"texts are too long together: more than {MESSAGE_CHARACTERS} characters", "/blocks")
    markdown = sum(len(block["text"]) for block in blocks if block["type"] == "markdown")
    if markdown > MARKDOWN_CHARACTERS:
        yield fault(f"markdown is too long together: more than {MARKDOWN_CHARACTERS} characters", "/blocks")


def _view_faults(kind: str) -> Callable[[Any], Faults]:
    def check(view: Any) -> Faults:
        yield from _VIEWS[kind](view, "/view")
        if isinstance(view, dict):
            yield from _block_faults(kind, view.get("blocks", []), "/view/blocks")
            yield from _submit_faults(view)

    return check


def _submit_faults(view: Json) -> Faults:
    has_input = any(isinstance(block, dict) and block.get("type") == "input" for block in view.get("blocks", []))
    if view.get("type") == "modal" and has_input and not view.get("submit"):
        yield fault("missing required field: submit, because the view has an input block", "/view")


def _block_faults(kind: str, blocks: Any, pointer: str) -> Faults:
    faults = list(_BLOCKS[kind](blocks, pointer))
    yield from faults
    if not faults:
        yield from _repeated(blocks, pointer)
        counts = Counter(block["type"] for block in blocks)
        for type_, most in _AT_MOST[kind].items():
            if counts[type_] > most:
                yield fault(f"no more than {most} {type_} blocks allowed", pointer)


def _repeated(blocks: list[Json], pointer: str) -> Faults:
    """Find ids that Slack wants once: a block_id in the payload, an action_id in its block."""
    ids = Counter(block["block_id"] for block in blocks if "block_id" in block)
    yield from (fault(f"block_id already exists: {one}", pointer) for one, count in ids.items() if count > 1)
    numbered = [{**block, "block_id": str(index)} for index, block in enumerate(blocks)]
    actions = Counter((block_id, element["action_id"]) for block_id, element in controls(numbered))
    for (index, action_id), count in actions.items():
        if count > 1:
            yield fault(f"action_id already exists in its block: {action_id}", f"{pointer}/{index}")


def _option_faults(answer: Any) -> Faults:
    if isinstance(answer, dict) and "option_groups" in answer:
        yield from GROUPS(answer["option_groups"], "/option_groups")
    else:
        options = answer.get("options") if isinstance(answer, dict) else None
        yield from items(100, OPTION, least=0)(options, "/options")


def _error_faults(errors: Any) -> Faults:
    if not isinstance(errors, dict) or not errors:
        yield fault("must provide an object that names inputs", "/errors")
        return
    for block_id, sentence in errors.items():
        yield from string(ERROR_CHARACTERS, 1)(sentence, f"/errors/{block_id}")


def _manifest_faults(document: Any) -> Faults:
    about, features = document.get("display_information", {}), document.get("features", {})
    yield from string(35, 1)(about.get("name"), "/display_information/name")
    yield from string(140)(about.get("description", ""), "/display_information/description")
    if "long_description" in about:
        yield from string(4000, 174)(about["long_description"], "/display_information/long_description")
    command = fields(
        {"command": string(32, 2), "description": string(2000, 1)},
        {"usage_hint": string(1000), "should_escape": boolean, "url": URL},
    )
    yield from items(50, command, least=0)(features.get("slash_commands", []), "/features/slash_commands")
    yield from items(10, anything, least=0)(features.get("shortcuts", []), "/features/shortcuts")
    scopes = document.get("oauth_config", {}).get("scopes", {}).get("bot", [])
    if features.get("slash_commands") and "commands" not in scopes:
        yield fault("slash commands need the scope commands", "/oauth_config/scopes/bot")


_CHECKS: dict[str, Callable[[Any], Faults]] = {
    "message": _message_faults,
    "modal": _view_faults("modal"),
    "home": _view_faults("home"),
    "options": _option_faults,
    "errors": _error_faults,
    "manifest": _manifest_faults,
}
