"""The judge: what must hold at the end of every story, whatever went wrong in it."""

import re
from collections.abc import Iterator
from contextlib import closing
from typing import Any

from bot.core.changes import State
from bot.ledger.ledger import Ledger
from bot.sandbox.people import BOT_USER_ID, HUMANS
from bot.sandbox.slack_limits import faults_of
from tests.harness import Json, World

RAN = frozenset({State.APPROVED, State.RUNNING, State.DONE, State.FAILED})
OUR_FAULTS = re.compile(r"invalid_blocks|invalid_arguments|msg_too_long|msg_blocks_too_long|no_text|view_too_large")
"""What Slack says where a message or form of ours breaks its rules."""
_POWER = re.compile(r"<([^<>]*)>")
_HARMLESS = re.compile(rf"!date\^.*|@({'|'.join(HUMANS)})")
_WORDLESS = frozenset({"broadcast", "usergroup", "channel"})


async def judge(world: World) -> None:
    """The log holds, nothing ran that was not approved, and no message of ours pinged a channel or broke a limit."""
    if not world.database.exists():
        return
    with closing(Ledger.read(world.database)) as ledger:
        verdict = ledger.verify()
        assert verdict.holds, verdict.fault
        for change in await ledger.latest("all", "", 1000):
            _judge_approvals(
                change.state, change.need.approvals, change.requester, [one.actor for one in change.approvals]
            )
    for entry in world.entries():
        assert not OUR_FAULTS.search(str(entry.detail)), f"Slack refused what we sent: {entry}"
    for channel in world.workspace.archive.messages.values():
        for posting in channel.values():
            _judge_message(posting.message)
    for view in world.workspace.archive.homes.values():
        assert not list(_powers(view)), view


def _judge_approvals(state: State, needed: int, requester: str, approvers: list[str]) -> None:
    assert requester not in approvers
    assert len(approvers) == len(set(approvers))
    assert state not in RAN or len(approvers) >= needed


def _judge_message(message: Json) -> None:
    if message["user"] != BOT_USER_ID:
        return
    assert not faults_of("message", message.get("blocks") or [{"type": "divider"}])
    assert not list(_powers(message)), message


def _powers(value: Any) -> Iterator[str]:
    """Whatever in ``value`` could ping, link or format where only words belong."""
    if isinstance(value, list):
        for one in value:
            yield from _powers(one)
    elif isinstance(value, dict):
        kind = value.get("type")
        if kind in _WORDLESS or (kind == "user" and value["user_id"] not in HUMANS):
            yield str(value)
        if isinstance(value.get("text"), str) and kind in ("mrkdwn", "message"):
            found = _POWER.findall(value["text"])
            yield from (power for power in found if not _HARMLESS.fullmatch(power))
        for one in value.values():
            yield from _powers(one)


def read(value: Any) -> str:
    """All the words of a message or view as they stand on a reader's screen."""
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
