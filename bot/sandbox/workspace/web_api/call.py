"""One call of a Web API method: its arguments, and checks that many methods share."""

import json
from dataclasses import dataclass
from typing import Any

from bot.sandbox.workspace.block_kit.limits import faults_of, length_of
from bot.sandbox.workspace.people import BOT_USER_ID, Conversation, Person
from bot.sandbox.workspace.refusals import Json, Refusal
from bot.sandbox.workspace.state import Workspace
from bot.sandbox.workspace.workspace_database import Posting

TEXT_MOST = 40_000
UPDATE_TEXT_MOST = 4_000
VIEW_BYTES_MOST = 250_000


@dataclass(frozen=True)
class Call:
    """A method's arguments, and the workspace."""

    workspace: Workspace
    args: Json

    def required(self, name: str) -> Any:
        """Return an argument; refused as `invalid_arguments` if it is missing."""
        value = self.args.get(name)
        if value in (None, ""):
            raise Refusal.of_faults("invalid_arguments", [f"missing required field: {name}"])
        return value

    def needs(self, scope: str) -> None:
        """Refuse as `missing_scope` unless the manifest requests the scope."""
        scopes = self.workspace.manifest.scopes
        if scope not in scopes:
            raise Refusal("missing_scope", needed=scope, provided=",".join(sorted(scopes)))

    def json(self, name: str) -> Any:
        """Return a structured argument, given as JSON or, in a form body, as JSON text."""
        value = self.args.get(name)
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value) if value else None
        except ValueError:
            error = "invalid_blocks_format" if name == "blocks" else "invalid_arguments"
            raise Refusal.of_faults(error, [f"not valid JSON: {name}"]) from None

    def conversation(self, *, named: bool = False) -> Conversation:
        """Return the conversation of `channel`; `named` allows #names and user ids, as for posting."""
        ref = str(self.required("channel"))
        rooms = self.workspace.directory.conversations
        found = rooms.get(ref)
        if found is None and named:
            directory = self.workspace.directory
            found = directory.channel(ref) or (rooms["D" + ref[1:]] if ref in directory.humans else None)
        if found is None:
            raise Refusal("channel_not_found")
        return found

    def joined(self, *, named: bool = False) -> Conversation:
        """Return the conversation; the bot must be in it, and it must not be archived."""
        room = self.conversation(named=named)
        if room.archived:
            raise Refusal("is_archived")
        if BOT_USER_ID not in room.members:
            raise Refusal("not_in_channel")
        if room.person and not self.workspace.manifest.messages:
            raise Refusal("messages_tab_disabled")
        return room

    def posting(self, ts_name: str = "ts") -> Posting:
        """Return the message at `channel` and `ts`; an ephemeral one cannot be found."""
        found = self.workspace.archive.find(self.conversation().id, str(self.required(ts_name)))
        if found is None or found.visible_to is not None:
            raise Refusal("message_not_found")
        return found

    def person(self, name: str = "user") -> Person:
        """Return the person with the id in this argument."""
        found = self.workspace.directory.people.get(str(self.required(name)))
        if found is None:
            raise Refusal("user_not_found")
        return found


def content_of(call: Call, *, longest: int = TEXT_MOST) -> Json:
    """Validate and return a message's content; refused as no_text, msg_too_long, invalid_blocks."""
    text, blocks = call.args.get("text"), call.json("blocks")
    if call.json("attachments"):
        raise Refusal.of_faults("invalid_arguments", ["attachments are not emulated; use blocks"])
    if not text and not blocks:
        raise Refusal("no_text")
    if len(text or "") > longest:
        raise Refusal("msg_too_long")
    check_blocks(blocks)
    optional = {"blocks": blocks, "metadata": call.json("metadata"), "thread_ts": call.args.get("thread_ts")}
    return {"text": text or "", **{key: value for key, value in optional.items() if value}}


def check_blocks(blocks: Any) -> None:
    """Refuse a message's blocks as Slack does."""
    if not blocks:
        return
    faults = faults_of("message", blocks)
    if any("too long together" in fault for fault in faults):
        raise Refusal.of_faults("msg_blocks_too_long", faults)
    if faults:
        raise Refusal.of_faults("invalid_blocks", faults)


def checked_view(view: Any, kind: str) -> Json:
    """Validate a view of kind "modal" or "home"; refused as invalid_arguments or view_too_large."""
    if not isinstance(view, dict):
        raise Refusal.of_faults("invalid_arguments", ["must provide an object [json-pointer:/view]"])
    if length_of(view) > VIEW_BYTES_MOST:
        raise Refusal("view_too_large")
    faults = faults_of(kind, view)
    if faults:
        raise Refusal.of_faults("invalid_arguments", faults)
    return view
