"""What a message becomes whose buttons belong to no card that is on record: crossed out, without buttons. Pure."""

import html

from bot.core.answers import Answer
from bot.core.approval.changes import Change
from bot.core.invocation import ClickedButton
from bot.slack import answers, blocks
from bot.slack.blocks import Block, Message
from bot.slack.change_notices import see_card

COPY = "This is a copy of the card of change {number}. Read the card itself, then decide there."
GONE = "The change that this card showed is not on record any more. Nothing can be decided here."


def render_cleared(button: ClickedButton, change: Change | None) -> Message:
    """Render what stays of the message of a button, and where ``change`` has its card, if it is a copy of that."""
    said = COPY.format(number=change.number) if change else GONE
    drawn = answers.message(Answer(said, see_card(change) if change else ()))
    return Message(blocks.escape(said), [*_crossed_out(button), *drawn.blocks])


def _crossed_out(button: ClickedButton) -> list[Block]:
    text = blocks.cut(html.unescape(button.text), blocks.SMALL_PRINT)
    return [blocks.section([part | {"style": {"strike": True}} for part in blocks.rich(text)])] if text else []
