"""The judge: what must hold at the end of each story, whatever went wrong in it."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bot.core.approval.changes import Change, State
from bot.core.audit.entries import EntryKind, RecordedEntry
from bot.core.language.visible import HIDDEN
from bot.sandbox.workspace.block_kit.limits import faults_of, length_of
from bot.sandbox.workspace.people import HUMANS, PEOPLE
from bot.sandbox.workspace.web_api.call import TEXT_MOST, UPDATE_TEXT_MOST, VIEW_BYTES_MOST
from tests.harness import Json, World
from tests.records import entries_of, read_ledger, verified

RAN = frozenset({State.APPROVED, State.RUNNING, State.DONE, State.FAILED})
OUR_FAULTS = re.compile(r"invalid_blocks|invalid_arguments|msg_too_long|msg_blocks_too_long|no_text|view_too_large")
"""What Slack says where a message or form of ours breaks its rules."""
GUESTS = frozenset(person.id for person in PEOPLE if person.guest)
_WORD = re.compile(r"\w+")
_POWER = re.compile(r"<([^<>]*)>")
_HARMLESS = re.compile(rf"!date\^.*|@({'|'.join(HUMANS)})")
_ADDRESS = re.compile(r"[^\s<>]+@[^\s<>]+\.\w+")
_EXACT = frozenset({"value", "private_metadata", "url"})
_WORDLESS = frozenset({"broadcast", "usergroup", "channel"})


async def judge(world: World) -> None:
    """Assert that the log holds and names no shopper, that nothing ran unapproved, and that Slack took all we sent."""
    for door, body in world.sent:
        found = list(objections(door, body))
        assert not found, f"{door}: {found} in {body}"
    await judge_record(world)


async def judge_record(world: World) -> None:
    """Assert that the log holds and names no shopper, and that nothing ran unapproved."""
    if isinstance(world.address, Path) and not world.address.exists():
        return
    with read_ledger(world.address) as ledger:
        verdict = verified(ledger)
        assert verdict.holds, verdict.fault
        entries = entries_of(ledger)
        for brief in await ledger.changes.latest("all", "", 1000):
            change = await ledger.changes.load(brief.number)
            _judge_approvals(change, world)
            judge_what_was_seen(change, entries)
    for entry in entries:
        assert entry.kind in tuple(EntryKind), f"No one can look for it: {entry}"
        assert not OUR_FAULTS.search(str(entry.detail)), f"Slack refused what we sent: {entry}"
    recorded = "\n".join(json.dumps(entry.detail, ensure_ascii=False) for entry in entries)
    words = frozenset(_WORD.findall(recorded))  # of many thousands of shoppers, few have names that are all in it
    named = [name for name in _shoppers(world) if words.issuperset(_WORD.findall(name)) and name in recorded]
    assert not named, f"Shoppers are named in the log: {named} in {recorded}"


def _shoppers(world: World) -> list[str]:
    """Return whole names and addresses of all customers; a name of one word may be a segment's word, too."""
    rows = world.store.shop.rows("SELECT email, first_name, last_name FROM customers")
    names = [f"{row['first_name']} {row['last_name']}" for row in rows if row["first_name"] and row["last_name"]]
    return [*(row["email"] for row in rows), *names]


def objections(door: str, body: Json) -> Iterator[str]:
    """Yield what Slack, or a reader, would object to in what the bot sent, also where it was replaced later."""
    blocks, view = _decoded(body.get("blocks")), _decoded(body.get("view"))
    if blocks:
        yield from faults_of("message", blocks)
    if view:
        yield from faults_of("home" if door == "views.publish" else "modal", view)
        if length_of(view) > VIEW_BYTES_MOST:
            yield "view_too_large"
    if door in ("chat.postMessage", "chat.update") and str(body.get("channel")).startswith("C"):
        yield from (f"an address in a channel: {one}" for one in addresses([body.get("text"), blocks]))
    yield from unseen({**body, "blocks": blocks, "view": view, "text": one_line(body.get("text") or "")})
    if door == "block_suggestion":
        yield from faults_of("options", body)
    if body.get("response_action") == "errors":
        yield from faults_of("errors", body.get("errors"))
    if len(body.get("text") or "") > (UPDATE_TEXT_MOST if door == "chat.update" else TEXT_MOST):
        yield "msg_too_long"
    yield from _powers([{"type": "message", "text": body.get(key)} for key in ("text", "initial_comment")])
    yield from _powers([blocks, view])


def addresses(value: Any) -> Iterator[str]:
    """Yield every address in what a reader would see; values that come back are exact."""
    if isinstance(value, str):
        yield from _ADDRESS.findall(value)
    elif isinstance(value, list):
        for one in value:
            yield from addresses(one)
    elif isinstance(value, dict):
        for name, one in value.items():
            yield from addresses(one) if name not in _EXACT else ()


def one_line(text: str) -> str:
    """Return a text in which lines of ours may stand one below another, as one line."""
    return text.replace("\n", "")


def unseen(value: Any, key: str = "") -> Iterator[str]:
    """Yield every text that a reader would see, and that holds what nobody sees; values that come back are exact."""
    if isinstance(value, str):
        seen = one_line(value) if key == "initial_value" or value == "\n" else value
        yield from [f"{key} {value!r}"] if HIDDEN.search(seen) else []
    elif isinstance(value, list | tuple):
        for one in value:
            yield from unseen(one, key)
    elif isinstance(value, dict) and value.get("type") == "section":
        yield from unseen(one_line(value["text"]["text"]))
    elif isinstance(value, dict):
        for name, one in value.items():
            yield from unseen(one, name) if name not in _EXACT else ()


def _decoded(value: Any) -> Any:
    """Decode blocks or a view, which come as JSON or as JSON in a text."""
    return json.loads(value) if value and isinstance(value, str) else value


def _judge_approvals(change: Change, world: World) -> None:
    """Assert that enough permitted people approved, none twice and none the requester, or that the glass was broken."""
    approvers = [one.actor for one in change.approvals]
    permitted = world.behind(change.need.approvers) or world.permitted
    assert change.requester not in approvers
    assert len(approvers) == len(set(approvers))
    assert set(approvers) <= permitted - GUESTS, f"Someone approved who may not: {change}"
    if change.state not in RAN and not change.runs:
        return
    if change.emergency is None:
        assert len(approvers) >= change.need.approvals
        for one in change.need.each:
            able = (world.behind(one.approvers) if one.approvers else world.permitted) - GUESTS
            assert len(able.intersection(approvers)) >= one.approvals, f"A rule was not satisfied: {change}"
    else:
        assert change.emergency.actor in world.breakers, f"Someone broke the glass who may not: {change}"
        assert change.emergency.reviewed_by not in (change.emergency.actor, change.requester)


def judge_what_was_seen(change: Change, entries: list[RecordedEntry]) -> None:
    """Assert that whoever approved what ran, or broke the glass for it, saw the very plan that ran."""
    words = [one for one in entries if one.change == change.number and one.kind in ("sign", "approve", "break glass")]
    counted = words[-1:] if change.emergency else words[len(words) - len(change.approvals) :]
    if change.state in RAN or change.runs:
        seen = {one.detail["fingerprint"] for one in counted}
        expected = {change.plan.fingerprint} if change.need.approvals else set[str]()
        assert seen == expected, f"What ran was not what was approved: {change}"


def _powers(value: Any) -> Iterator[str]:
    """Yield whatever could ping, link or format where only words belong."""
    if isinstance(value, list):
        for one in value:
            yield from _powers(one)
    elif isinstance(value, dict):
        kind = value.get("type")
        if kind in _WORDLESS or (kind == "user" and value.get("user_id") not in HUMANS):
            yield str(value)
        if isinstance(value.get("text"), str) and kind in ("mrkdwn", "message"):
            found = _POWER.findall(value["text"])
            yield from (power for power in found if not _HARMLESS.fullmatch(power))
        for one in value.values():
            yield from _powers(one)


def read(value: Any) -> str:
    """Return all the words of a message or view as they stand on a reader's screen."""
    return "\n".join(_lines(value))


def _lines(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for one in value:
            yield from _lines(one)
    elif isinstance(value, dict):
        if value.get("type") == "rich_text_section":
            yield "".join(map(_piece, value["elements"]))
        elif value.get("type") in ("plain_text", "raw_text", "raw_number"):
            yield value["text"]
        elif value.get("type") == "mrkdwn":
            yield value["text"].replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
        else:
            yield from _lines([one for key, one in value.items() if key != "text" or isinstance(one, dict)])


def _piece(element: Json) -> str:
    if element["type"] == "user":
        return f"@{element['user_id']}"
    text = str(element["text"])
    return f"`{text}`" if element.get("style", {}).get("code") else text
