"""An Ask: what somebody asked for, before it is planned."""

import re
from typing import Any

from pydantic import BaseModel, ConfigDict

from bot.core.answers import MENTION
from bot.core.approval.changes import Decision
from bot.core.people import Place

# An address is looked for where a word begins, and not again at each of its letters: long words would take long.
_EMAIL = re.compile(r"(?:[\"“”][^\"“”]*[\"“”]|(?<![^\s<>|:,\"“”])[^\s<>|:,\"“”]+)@[^\s<>|,\"“”]+")


class Ask(BaseModel):
    """A Command with its values, or a click that decides; by whom and where.

    ``id`` is the delivery's own: the same one twice is one Ask. ``workspace``: the actor's (a Slack team's id), where
    it was told. ``edits``: the change that shall do this instead.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    id: str
    actor: str
    workspace: str = ""
    place: Place
    command: str
    values: dict[str, Any] = {}
    decision: Decision | None = None
    edits: int | None = None


def masked(text: str) -> str:
    """``text`` without e-mail addresses: the audit log outlives a shopper's erasure. Mentions become plain user ids."""
    plain = MENTION.sub(r"\1", text)
    return _EMAIL.sub("[e-mail]", plain) if "@" in plain else plain
