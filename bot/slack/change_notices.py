"""What people hear about a Change beside its card: its outcome, a reminder, an emergency. Pure."""

from collections.abc import Callable, Mapping

from bot.core.answers import Answer, Sentence, mention
from bot.core.approval.changes import Change, StepState
from bot.core.approval.orphans import describe_orphans
from bot.core.approval.state_words import describe_standing
from bot.core.language.due_times import describe_due
from bot.core.language.phrases import sentence
from bot.slack.card import describe_emergency


def describe_outcome(change: Change) -> str:
    """Describe in one line how it ended, for the requester."""
    approved = ", ".join(mention(one.actor) for one in change.approvals)
    by = f" by {mention(change.settled_by)}" if change.settled_by else ""
    by += f", approved by {approved}" if approved else ""
    unsure = any(run.state is StepState.UNSURE for run in change.runs)
    reason = change.reason or next((run.error for run in change.runs if run.error), "")
    tail = f". Reason: {sentence(reason)}" if reason else "." if not unsure else ". Look at its card."
    return f"Change {change.number} {describe_standing(change)}{by}: {change.plan.headline}{tail}"


def compose_outcome(change: Change) -> Answer:
    """Compose the message to the requester: how it ended, and which promotions it left naming a deleted segment."""
    orphans = describe_orphans(change)
    parts = (Sentence(orphans),) if orphans else ()
    return Answer(describe_outcome(change), (*parts, *see_card(change)))


def compose_reminder(change: Change) -> Answer:
    """Compose the reminder under a card that expires soon; times are in UTC, since this is not mrkdwn."""
    who = ", ".join(mention(one) for one in change.deciders if not change.has_approved(one))
    by = f" {who} can approve." if who else ""
    given = change.need.describe_given(change.approvals) if change.approvals else ""
    so_far = given or "no one has decided yet"
    return Answer(f"Change {change.number} expires at {change.expires_at:%H:%M} UTC, and {so_far}.{by}")


def compose_late_write(change: Change) -> Answer:
    """Compose the warning under the card that a process lost the change with a write under way."""
    who = ", ".join(map(mention, change.deciders))
    look = Sentence(f"Compare the store with `/change show {change.number}`.")
    title = (
        f"A paused process of the bot lost change {change.number} while a write was on its way, and another one went "
        "on. The store may differ from the log."
    )
    return Answer(title, (Sentence(who), look) if who else (look,))


def compose_drift(change: Change) -> Answer:
    """Compose the message under the card of a change that was approved for a time, and waits again."""
    who = ", ".join(mention(one) for one in change.deciders)
    by = f" {who} can approve." if who else ""
    when = f"was to run {describe_due(change.due_at)}" if change.due_at else "should have run by now"
    asked = f"{mention(change.requester)}: change {change.number} {when}, and needs approval again first."
    return Answer(f"{asked}{by}", tuple(map(Sentence, change.drift)))


UNDER_THE_CARD: Mapping[str, Callable[[Change], Answer]] = {
    "reminder": compose_reminder,
    "late": compose_late_write,
    "again": compose_drift,
}
"""The notices that are posted under the card, by their kind."""


def see_card(change: Change) -> tuple[Sentence, ...]:
    """Link to the card, if its permalink is known."""
    return (Sentence("Open card", url=change.card.url),) if change.card and change.card.url else ()


def compose_contradiction(change: Change) -> Answer:
    """Compose the message that the ledger's tables said something else of a change than the log."""
    title = f"Change {change.number} was closed: {change.plan.headline}"
    return Answer(title, (Sentence(change.reason), *see_card(change)))


def compose_broken_glass(change: Change) -> Answer:
    """Compose the message to people who could have approved a change that runs without approval."""
    emergency = change.emergency
    who = f"{describe_emergency(emergency)} Reason: {emergency.reason}" if emergency else "It runs unapproved."
    review = Sentence(f"Look at it, then type `/change review {change.number}`.")
    title = f"Change {change.number} runs without approval: {change.plan.headline}"
    return Answer(title, (Sentence(who), review, *see_card(change)))
