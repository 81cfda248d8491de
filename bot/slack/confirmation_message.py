"""The message that asks a person whether what came from the shell in their name is their request. Pure."""

from datetime import datetime

from bot.core.invocation import FromShell
from bot.slack import blocks
from bot.slack.action_ids import CONFIRM, DISOWN
from bot.slack.blocks import Message

NOT_AN_APPROVAL = "If it needs approval, someone else still has to approve it."


def render_question(request: FromShell, *, until: datetime) -> Message:
    """Render what is asked for, by whom as far as that is known, and the two answers."""
    who = f"the login “{request.login}”" if request.login else "someone"
    said = f"Did you ask for this? From the shell, {who} asked for it in your name. Nothing is requested yet."
    buttons = (
        blocks.button("Confirm", CONFIRM, request.id, style="primary"),
        blocks.button("Not Me", DISOWN, request.id, style="danger"),
    )
    return Message(
        f"Did you ask for this from the shell? {blocks.escape(request.headline)}",
        [
            blocks.section(blocks.rich(said)),
            blocks.header(request.headline),
            *((blocks.bullets(request.remarks),) if request.remarks else ()),
            blocks.actions(buttons),
            blocks.context(NOT_AN_APPROVAL, f"lapses {blocks.time(until)}"),
        ],
    )
