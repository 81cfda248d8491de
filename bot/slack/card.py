"""The card: a Change rendered as a message. Pure."""

from collections.abc import Sequence

from bot.core.answers import mention
from bot.core.approval.beside import Beside
from bot.core.approval.brief import Brief
from bot.core.approval.changes import BEFORE_A_RUN, Change, Emergency, State
from bot.core.approval.next_moves import describe_waits
from bot.core.approval.orphans import can_be_repointed
from bot.core.approval.run_progress import is_long, is_partly_done, share_done, shoppers_left
from bot.core.approval.shown_change import Shown
from bot.core.language.due_times import describe_due
from bot.core.language.hidden_addresses import hide_addresses
from bot.core.language.phrases import NAMED, sentence
from bot.core.planning.shown_plan import lines_shown, rule_shown, warnings_shown
from bot.slack import blocks
from bot.slack.action_ids import RUN, pack_words
from bot.slack.blocks import Block, Message
from bot.slack.decision_buttons import approve_button, decision_commands, edit_button, is_held_run, reject_button
from bot.slack.progress_bar import progress, took
from bot.slack.public_text import counts_addresses, without_addresses
from bot.slack.run_results import render_results

_STATE_LABELS = {
    State.PLANNED: ":hourglass_flowing_sand: Waiting",
    State.WAITING: ":hourglass_flowing_sand: Waiting for",
    State.APPROVED: ":arrow_forward: Approved, about to run",
    State.RUNNING: ":arrow_forward: Running",
    State.DONE: ":white_check_mark: Done",
    State.FAILED: ":x: Failed",
    State.CANCELLED: ":octagonal_sign: Cancelled",
    State.REJECTED: ":no_entry_sign: Rejected",
    State.WITHDRAWN: ":leftwards_arrow_with_hook: Withdrawn",
    State.EXPIRED: ":hourglass: Expired",
    State.STALE: ":warning: No longer possible",
    State.CLOSED: ":card_index_dividers: Closed by a restore",
}
_ON_HOLD = {State.WAITING: ":warning: On hold, waiting for"}
"""Of what the bot began itself, since another change covers it: only what it does not cover waits."""
_SKIPPED = {State.REJECTED: ":no_entry_sign: Skipped"}
"""Of a rule's run: its next one comes all the same."""
NEXT_MOVES = ("Try Again", "Undo", "Point Promotions")
"""The buttons of a change that has ended."""
RULE = 200
"""The most characters of why a rule applies, where several do."""


def render_card(change: Change) -> Message:
    """Render ``change`` as a message: its state, what it does to whom, who decides, and buttons for the next moves.

    Its number stands last. It names no address, since it stands in a channel.
    """
    headline = hide_addresses(change.plan.headline)
    rendered: list[Block] = [
        blocks.context(_state(change), _due(change), _end(change), _expiry(change)),
        blocks.header(headline),
        *_rule(change),
        *([progress(change)] if _is_watched(change) else []),
        *_lines(change),
        *_warnings(change),
        *_remarks(change),
        *_drift(change),
        *_beside(change),
        *_decision(change),
        *_emergency(change),
        *_reason(change),
        *render_results(change),
        *_buttons(change),
        _record(change),
        {"type": "divider"},
    ]
    whole = Message(f"Change {change.number}: {blocks.escape(headline)}", rendered)
    shown = without_addresses(whole)
    hint = [_hint(change)] if counts_addresses(shown) else []
    return Message(shown.text, [*shown.blocks[:-1], *hint, *shown.blocks[-1:]])


def _hint(change: Change) -> Block:
    return blocks.context(f"`/change details {change.number}` shows the emails, only to you.")


def _rule(change: Change) -> list[Block]:
    """Quote the rule that a segment is to follow."""
    rule = rule_shown(change.plan)
    return [blocks.quoted(rule)] if rule else []


def _lines(change: Change) -> list[Block]:
    lines, headline = lines_shown(change.plan), change.plan.headline
    if not lines or (len(headline) <= blocks.HEADER and " · ".join(lines) in headline):
        return []
    return _shown(change, lines, blocks.PLAN_ROOM)


def _shown(change: Change, lines: tuple[str, ...], room: int) -> list[Block]:
    shown_lines = blocks.bullets(lines, room=room)
    whole = blocks.context(f"`/change show {change.number}` shows the whole of it.")
    return [shown_lines] if blocks.all_shown(lines, room=room) else [shown_lines, whole]


def _drift(change: Change) -> list[Block]:
    """Render what differs from the plan shown before; once the change has ended, the original request."""
    if not change.is_open:
        differs = change.asked and change.asked != change.plan.headline
        asked = blocks.cut(f"Originally requested: {change.asked}", blocks.SMALL_PRINT)
        return [blocks.context(blocks.escape(asked))] if differs else []
    if not change.drift:
        return []
    title = f"This is version {change.version}, and needs approval again. What changed since the request:"
    return [blocks.section(blocks.rich(title, bold=True)), blocks.bullets(change.drift)]


def _warnings(change: Change) -> list[Block]:
    warnings = (*_lapse(change), *warnings_shown(change.plan))
    return [blocks.bullets(warnings)] if warnings else []


def _lapse(change: Change) -> tuple[str, ...]:
    """Tell why what the bot began itself is not covered by the change that was to cover it."""
    when = "On hold" if change.state is State.WAITING else "Was on hold"
    return (f"{when}: {change.covered_by.lapse}",) if change.covered_by and change.covered_by.lapse else ()


def _remarks(change: Change) -> list[Block]:
    remarks = tuple(map(hide_addresses, change.plan.remarks))
    return _shown(change, remarks, blocks.LINES_ROOM) if remarks else []


def _decision(change: Change) -> list[Block]:
    """Render why it needs whose approval, and who gave it."""
    why = "" if _lapse(change) else blocks.escape(blocks.cut(change.need.why, blocks.SMALL_PRINT))
    told = [part for part in (why, _approvals(change), _deciders(change)) if part]
    return [blocks.context(*told)] if told else []


def _beside(change: Change) -> list[Block]:
    """Render which other changes wait, for a decision or their time, and touch the same."""
    if change.state is not State.WAITING:
        return []
    waiting = [one for one in change.beside if one.runs_at is None]
    scheduled = [one for one in change.beside if one.runs_at]
    return [
        *_others("Also waiting for a decision on the same:", waiting),
        *_others("Approved already, and to run later on the same:", scheduled),
    ]


def _others(title: str, others: Sequence[Beside]) -> list[Block]:
    """List the first of these changes, with links to their cards, and when they run."""
    if not others:
        return []
    first, rest = others[:NAMED], len(others) - NAMED
    times = [f", {describe_due(one.runs_at)}" if one.runs_at else "" for one in first]
    each = zip(first, times, strict=True)
    shown = [blocks.linked(f"change {one.number}", one.url, f": {one.headline}{time}") for one, time in each]
    more = [blocks.rich(f"{rest:,} more")] if rest > 0 else []
    return [blocks.section(blocks.rich(title, bold=True)), blocks.listed(shown + more)]


def _record(change: Change) -> Block:
    """Render what few people need, and which buttons lead to a change that waits."""
    where = " from the shell" if change.place.is_shell else ""
    asked = f"asked by <@{change.requester}>{where} {blocks.time(change.created_at)}"
    if change.covered_by:
        due = f"due {blocks.time(change.covered_by.slot)}"
        asked = f"{due}, as change {change.covered_by.change} of <@{change.requester}> says"
    waits = blocks.escape(describe_waits(change, NEXT_MOVES))
    return blocks.context(f"Change {change.number}", asked, *((waits,) if waits else ()))


def _expiry(change: Change) -> str:
    return f"expires {blocks.time(change.expires_at)}" if change.state is State.WAITING else ""


def _due(change: Change) -> str:
    """Say when it runs, as long as it only may."""
    is_open = change.state in (State.PLANNED, State.WAITING)
    return f"runs {blocks.time(change.due_at)}" if change.due_at and is_open else ""


def _end(change: Change) -> str:
    """Say when whom it adds are taken out again, as long as that is to come."""
    ends_at = change.plan.until if change.state in BEFORE_A_RUN else change.ends_at
    return f"ends {blocks.time(ends_at)}" if ends_at else ""


def _label(change: Change) -> str:
    labels = _STATE_LABELS | (_ON_HOLD if change.covered_by else {}) | (_SKIPPED if is_held_run(change) else {})
    return labels[change.state]


def _state(change: Change) -> str:
    if change.scheduled_for:
        return f":calendar: *Approved, runs {blocks.time(change.scheduled_for)}*"
    wait = f" {waiting_for(change)}" if change.state is State.WAITING else ""
    state = f"*{_label(change)}{wait}*"
    if change.behind:
        return f":arrow_forward: *Approved, runs after change {change.behind}*, which changes the same segment"
    if change.state is State.RUNNING and change.stopped_by:
        return f":octagonal_sign: *Stopping after this batch* as <@{change.stopped_by}> asked"
    if change.state is State.RUNNING:
        return state if is_long(change) else f"{state} {len(change.done)} of {len(change.plan.steps)} steps"
    if change.is_stopped:
        share = f": {share_done(change)}" if is_long(change) else ""
        return f":warning: *Stopped* by <@{change.settled_by}> {blocks.time(change.updated_at)}{took(change)}{share}"
    if is_partly_done(change):
        return f":warning: *Partly done* {blocks.time(change.updated_at)}{took(change)}: {share_done(change)}"
    by = f" by <@{change.settled_by}>" if change.settled_by else ""
    return state if change.is_open else f"{state}{by} {blocks.time(change.updated_at)}{took(change)}"


def _is_watched(change: Change) -> bool:
    return change.state is State.RUNNING and is_long(change)


def waiting_for(change: Change | Brief) -> str:
    """Write ``1 approval``, ``1 more approval``, ``2 approvals``: what a waiting change still needs."""
    return change.need.describe_left(change.approvals)


def _approvals(change: Change) -> str:
    if not change.need.approvals or (not change.approvals and not change.is_open):
        return ""
    given = change.need.describe_given(change.approvals)
    names = ", ".join(f"<@{one.actor}>" for one in change.approvals)
    return f"{given}: {names}" if names else given


def _deciders(change: Change) -> str:
    if change.state is not State.WAITING or not change.deciders:
        return ""
    if change.deciders_by_rule:
        return f"can approve: {'; '.join(_deciders_by_rule(change))}"
    return f"can approve: {_undecided(change, change.deciders)}" if _undecided(change, change.deciders) else ""


def _deciders_by_rule(change: Change) -> list[str]:
    """Return who may give the approvals that are still needed, for each rule with its reason."""
    unmet = change.need.unmet(one.counts_for for one in change.approvals)
    each = ((change.need.requirements[at].why, change.deciders_by_rule[at]) for at in unmet)
    return [blocks.escape(f"{blocks.cut(why, RULE)}: ") + _undecided(change, ids) for why, ids in each]


def _undecided(change: Change, ids: tuple[str, ...]) -> str:
    return ", ".join(f"<@{one}>" for one in ids if not change.has_approved(one))


def _emergency(change: Change) -> list[Block]:
    if change.emergency is None:
        return []
    by = mention(change.emergency.reviewed_by) if change.emergency.reviewed_by else ""
    review = f"Reviewed by {by}." if by else f"`/change review {change.number}` once someone else has looked at it."
    who = f"{describe_emergency(change.emergency)} Reason: {sentence(change.emergency.reason)}"
    return [blocks.section(blocks.rich(blocks.cut(f"{who} {review}", blocks.SMALL_PRINT)))]


def describe_emergency(emergency: Emergency) -> str:
    """Describe who ran it without approval."""
    return f"Emergency: {mention(emergency.actor)} ran this without approval."


def _reason(change: Change) -> list[Block]:
    reason = blocks.cut(f"Reason: {change.reason}", blocks.SMALL_PRINT)
    return [blocks.section(blocks.rich(reason))] if change.reason else []


def _buttons(change: Change) -> list[Block]:
    number, shown = change.number, change.shown
    if change.state is State.WAITING:
        more = _command_buttons(decision_commands(change), shown)
        return [blocks.actions([approve_button(change), reject_button(change), *more, *edit_button(change)])]
    possible = (
        ("Stop", f"change stop {number}", _can_be_stopped(change) or change.scheduled_for is not None),
        (_try_again(change), f"change retry {number}", change.can_be_retried),
        ("Undo", f"change undo {number}", change.can_be_undone),
        ("Point Promotions", f"change repoint {number}", can_be_repointed(change)),
    )
    buttons = _command_buttons(possible, shown)
    return [blocks.actions(buttons)] if buttons else []


def _try_again(change: Change) -> str:
    return f"Try {shoppers_left(change):,} Again" if is_partly_done(change) else "Try Again"


def _can_be_stopped(change: Change) -> bool:
    return change.state is State.RUNNING and len(change.plan.steps) > 1 and not change.stopped_by


def _command_buttons(possible: tuple[tuple[str, str, bool], ...], shown: Shown) -> list[Block]:
    """Render those buttons that are possible, each typing a command about the change as it is shown."""
    there = [(label, pack_words(words, shown)) for label, words, is_possible in possible if is_possible]
    return [blocks.button(label, f"{RUN}:{index}", value) for index, (label, value) in enumerate(there)]
