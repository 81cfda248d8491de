"""The buttons that decide about a waiting change; a rule's run that was held has words and buttons of its own. Pure."""

from bot.core.approval.changes import Change
from bot.core.approval.ruled_changes import goes_by_rule
from bot.core.language.tokenizer import quote
from bot.core.segment_rules.followed import RUN
from bot.slack import blocks
from bot.slack.action_ids import APPROVE, EDIT, REJECT, pack_shown
from bot.slack.blocks import Block

RUN_ANYWAY, SKIP = "Run Anyway", "Skip This Run"


def is_held_run(change: Change) -> bool:
    """Return whether it is a run of a rule, which the bot began itself."""
    return change.covered_by is not None and change.command == RUN


def approve_label(change: Change) -> str:
    """Return the verb on the button that approves it."""
    return RUN_ANYWAY if is_held_run(change) else change.verb


def reject_label(change: Change) -> str:
    """Return the verb on the button that rejects it."""
    return SKIP if is_held_run(change) else "Reject"


def approve_button(change: Change) -> Block:
    """Render the button that approves it, and asks first."""
    style, label = "danger" if change.plan.destructive else "primary", approve_label(change)
    sure = blocks.confirm("Approve this change?", change.plan.headline, label, style=style)
    return blocks.button(label, APPROVE, pack_shown(change.shown), style=style, confirm=sure)


def reject_button(change: Change) -> Block:
    """Render the button that rejects it."""
    return blocks.button(reject_label(change), REJECT, pack_shown(change.shown))


def edit_button(change: Change) -> tuple[Block, ...]:
    """Render the button that edits what was asked for; nobody asked for what the bot began itself."""
    return () if change.covered_by else (blocks.button("Edit", EDIT, pack_shown(change.shown)),)


def decision_commands(change: Change) -> tuple[tuple[str, str, bool], ...]:
    """Return labels of further buttons, the lines that they type, and whether they are possible."""
    several = change.plan.has_several_items and not change.covered_by and not goes_by_rule(change)
    return (
        ("Leave Some Out", f"change except {change.number}", several),
        ("Details", f"change details {change.number}", True),
        *(_about_its_rule(change) if is_held_run(change) else ()),
    )


def _about_its_rule(run: Change) -> tuple[tuple[str, str, bool], ...]:
    segment = quote(next(iter(run.plan.segment_ids), ""))
    return ("Edit Rule", f"segment rule {segment}", True), ("Freeze Segment", f"segment freeze {segment}", True)
