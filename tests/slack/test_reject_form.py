"""The form behind Reject, whole."""

from bot.core.approval.shown_change import Shown
from bot.core.invocation import ClickedButton
from bot.slack.forms import render_reject_form
from tests.harness import Json


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text, "emoji": False}


def section(*elements: Json) -> Json:
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [*elements]}]}


def test_the_form_that_asks_why_a_change_is_rejected() -> None:
    shown = Shown(number=42, version=2, nonce="n", fingerprint="f")
    button = ClickedButton(shown=shown, channel="CAPPROVALS", ts="1.2", text="Change 42")
    why = {"type": "plain_text_input", "action_id": "value", "multiline": True, "max_length": 500}
    assert render_reject_form(button, "Delete VIPs", "UANA", "C1") == {
        "type": "modal",
        "callback_id": "reject",
        "title": plain("Reject change 42"),
        "submit": plain("Reject"),
        "close": plain("Cancel"),
        "private_metadata": '{"channel":"C1","click":"42.2.n.f","ts":"1.2"}',
        "blocks": [
            section({"type": "text", "text": "Delete VIPs", "style": {"bold": True}}),
            {"type": "input", "block_id": "reason", "label": plain("Reason"), "element": why, "optional": False},
            section({"type": "user", "user_id": "UANA"}, {"type": "text", "text": " will see this."}),
        ],
    }
