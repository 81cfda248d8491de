"""The form "Review change 42": a waiting change as its card shows it, decided without going to the card. Pure."""

from bot.core.approval.changes import Change
from bot.slack import blocks, forms
from bot.slack.action_ids import REVIEW_FORM, RUN, pack_metadata, pack_shown, pack_words
from bot.slack.blocks import Block
from bot.slack.card import render_card
from bot.slack.decision_buttons import approve_label, reject_button


def render_review_form(change: Change, channel: str | None) -> Block:
    """Render the form: its submit is the verb, inside are the buttons to reject and to see details.

    It is decided as it is shown: what is submitted carries what it was drawn for, like the buttons of a card.
    """
    value = pack_shown(change.shown)
    shown = [block for block in render_card(change).blocks if block["type"] not in ("actions", "divider")]
    buttons = blocks.actions(
        [
            reject_button(change),
            blocks.button("Details", f"{RUN}:0", pack_words(f"change details {change.number}", change.shown)),
        ]
    )
    metadata = pack_metadata(click=value, channel=channel)
    return forms.render_view(
        REVIEW_FORM, f"Review change {change.number}", approve_label(change), metadata, [*shown, buttons]
    )
