"""What Slack delivers, and what each delivery is decoded to: whole, with any one part of it missing, and changed."""

import json
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from functools import partial
from pathlib import Path
from typing import Any

from bot.core.answers import bare
from bot.core.errors import Misuse
from bot.slack import decoding, field_use, shared_files
from bot.slack.action_ids import CONFIRM, DISOWN, EDIT, REJECT
from bot.slack.decoding import Body, Undecodable
from commands import GROUPS
from tests.kept_texts import Things

PAYLOADS = Path(__file__).parent.parent / "payloads"
Decoder = Callable[[Body], object]
FILE = {"id": "F1", "name": "list.csv", "size": 12, "filetype": "csv"}
MESSAGE: Body = {"type": "message", "ts": "1.0", "user": "UBEN", "files": [FILE]}
EVENT = MESSAGE | {"channel_type": "im", "channel": "D1", "user": "UANA"}
SHORTCUT: Body = {
    "type": "message_action",
    "callback_id": "use_this_list",
    "trigger_id": "1.2.a",
    "user": {"id": "UANA", "team_id": "T0001"},
    "team": {"id": "T0002"},
    "channel": {"id": "C1", "name": "segments"},
    "response_url": "https://hooks.slack.example/app/1",
    "message": MESSAGE,
}
POSTED: Body = {
    "type": "event_callback",
    "team_id": "T0001",
    "event": EVENT,
}


def _sample(name: str, **others: Any) -> Body:
    read: Body = json.loads((PAYLOADS / f"{name}.json").read_text(encoding="utf-8"))
    return read | others


def _pressed(name: str, value: str, **others: Any) -> Body:
    return _sample(name, actions=[{"action_id": "x", "value": value} | others])


def _form(name: str, **metadata: Any) -> Body:
    body = _sample(name)
    body["view"]["private_metadata"] = json.dumps(json.loads(body["view"]["private_metadata"]) | metadata)
    return body


def _lines() -> Iterator[tuple[str, Decoder, Body]]:
    texts = ("delete VIPs", "delete", "help", "", "add VIPs a@b.c", "delte VIPs", "add VIPs", "list  now and then")
    for text in texts:
        yield f"typed {text!r}", partial(decoding.slash_command, groups=GROUPS), _sample("slash_command", text=text)
    mentioned = _sample("slash_command", command="/audit", text="filter by:<@U1|ada> <mailto:a@b.c|a@b.c> &amp;")
    yield "typed with a mention", partial(decoding.slash_command, groups=GROUPS), mentioned
    for words in ("change show 42", "42.3.00c0ffee00c0ffee.0123456789abcdef change stop 42", "change stop 42"):
        yield f"pressed {words!r}", partial(decoding.run_button, groups=GROUPS), _pressed("click", words)
    chosen = _sample("click", actions=[{"action_id": "x", "selected_option": {"value": "segment list"}}])
    yield "chosen", partial(decoding.run_button, groups=GROUPS), chosen
    yield "pressed at home", partial(decoding.run_button, groups=GROUPS), _pressed("home_click", "change show 42")


def _clicks() -> Iterator[tuple[str, Decoder, Body]]:
    yield "approved", decoding.approval, _sample("click")
    yield "approved long ago", decoding.approval, _pressed("click", "42.1")
    hidden = _sample("click", container={"type": "message", "message_ts": "1.5", "is_ephemeral": True})
    yield "approved where only one sees it", decoding.approval, hidden
    for command in (REJECT, EDIT):
        yield f"to {command}", partial(decoding.card_click, command=command), _sample("click")
    yield (
        "to reject in a form",
        partial(decoding.card_click, command=REJECT),
        _sample("click", view={"type": "modal"}),
    )
    yield "to review", decoding.review_click, _pressed("home_click", "42")
    for answer in (CONFIRM, DISOWN):
        yield f"says {answer}", decoding.confirmation, _pressed("click", "shell/1", action_id=answer)
    yield "who clicked", decoding.clicker, _sample("click")
    yield "home opened", decoding.opener_of_home, _sample("home_opened")


def _forms() -> Iterator[tuple[str, Decoder, Body]]:
    shown = "42.3.00c0ffee00c0ffee.0123456789abcdef"
    yield "submitted", partial(decoding.submission, groups=GROUPS), _sample("form")
    edited = _form("form", edits=42, click=shown, ts="1.2", given={"description": "Things"})
    yield "submitted to edit", partial(decoding.submission, groups=GROUPS), edited
    yield "submitted, and more", partial(decoding.submission, groups=GROUPS), _form("form", more=True, edits=42)
    yield "why not", decoding.rejection, _sample("reason")
    yield "reviewed", decoding.reviewed, _form("form", click=shown)
    yield "suggested", field_use.suggestion, _sample("suggestion")


def _files() -> Iterator[tuple[str, Decoder, Body]]:
    for title, files in (("a file", [FILE]), ("two files", [FILE, FILE | {"id": "F2", "name": "b.pdf"}]), ("none", [])):
        message = POSTED | {"event": EVENT | {"files": files}}
        yield f"dropped {title}", partial(shared_files.message, groups=GROUPS), message
        used = SHORTCUT | {"message": MESSAGE | {"files": files}}
        yield f"used {title}", partial(shared_files.shortcut, groups=GROUPS), used
    yield "who wrote", shared_files.writer, POSTED
    yield "a file's button", partial(shared_files.click, groups=GROUPS), _pressed("click", json.dumps(FILE))


def deliveries() -> Things:
    """Decode all of them."""
    return {
        title: list(_decoded(decode, body)) for title, decode, body in (*_lines(), *_clicks(), *_forms(), *_files())
    }


def _decoded(decode: Decoder, body: Body) -> Iterator[str]:
    """Yield what it is decoded to; and what it is without each part, where that is something else."""
    whole = _said(decode, body)
    yield whole
    for path in _paths(body):
        lesser = _said(decode, _without(body, path))
        if lesser != whole:
            yield f"without {'.'.join(map(str, path))}: {lesser}"


def _said(decode: Decoder, body: Body) -> str:
    try:
        return bare(_written(decode(body)))
    except Undecodable as error:
        return f"undecodable: {error}"


def _written(value: object) -> str:
    """Write it with the errors that it holds, which have no text of their own."""
    misuse = next((one for one in vars(value).values() if isinstance(one, Misuse)), None) if _has_parts(value) else None
    instead = [(one.label, one.line) for one in misuse.instead] if misuse else ""
    told = f"{misuse} ({misuse.field}, {misuse.for_log}, {instead})" if misuse else ""
    return f"{type(value).__name__}: {_plain(value)} {told}".strip()


def _has_parts(value: object) -> bool:
    return hasattr(value, "__dict__")


def _plain(value: object) -> object:
    parts = vars(value) if _has_parts(value) else {}
    kept = {name: part for name, part in parts.items() if name not in ("call", "help", "misuse", "refusal")}
    call = parts.get("call")
    return kept | {"call": (call.command.path, call.values)} if call else kept or value


def _paths(value: object, above: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield (*above, key)
            yield from _paths(inner, (*above, key))


def _without(body: Body, path: tuple[str, ...]) -> Body:
    changed = deepcopy(body)
    *above, last = path
    inner = changed
    for key in above:
        inner = inner[key]
    del inner[last]
    return changed
