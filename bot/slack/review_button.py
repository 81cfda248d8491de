"""The button that opens the form in which a change is decided. Pure."""

from bot.slack import blocks
from bot.slack.action_ids import REVIEW
from bot.slack.blocks import Block


def review_button(number: int) -> Block:
    """Render the button that opens the form. It decides nothing, so the number is enough."""
    return blocks.button("Review", REVIEW, str(number))
