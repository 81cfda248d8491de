"""How far a running change is, rendered for its card. Pure."""

from datetime import timedelta

from bot.core.approval.changes import Change
from bot.core.approval.run_progress import is_long, shoppers_done
from bot.core.language.phrases import duration
from bot.slack import blocks
from bot.slack.blocks import Block

WIDTH = 20
"""Signs of a whole bar."""


def progress(change: Change) -> Block:
    """Render a bar with the share that is done; below it how many of all, how fast, and how long it will still take."""
    done, total = shoppers_done(change), change.plan.shoppers
    filled = done * WIDTH // total
    bar = f"{'▰' * filled}{'▱' * (WIDTH - filled)} "
    share = blocks.rich(f"{done * 100 // total}%", bold=True)
    counts = blocks.rich(" · ".join((f"{done:,} of {total:,}", *_pace(change, total - done))))
    return blocks.section([*blocks.rich(bar), *share, {"type": "text", "text": "\n"}, *counts])


def _pace(change: Change, left: int) -> tuple[str, ...]:
    """Describe how fast it goes, and the time that is left, in tens of seconds; nothing if that is not known."""
    if change.per_second < 1:
        return ()
    seconds = left / change.per_second
    about = timedelta(seconds=max(10, round(seconds, -1)))
    return (f"{change.per_second:,.0f} a second", f"about {duration(about)} left")


def took(change: Change) -> str:
    """Write `` in 56 seconds`` of a long run that has ended; nothing of a short one."""
    if change.is_open or change.started_at is None or not is_long(change):
        return ""
    return f" in {duration(change.updated_at - change.started_at)}"
