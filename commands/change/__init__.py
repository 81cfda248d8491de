"""``/change``: changes, and decisions about them."""

from bot.core.command import Group
from commands import verbs
from commands.change import decisions, end, policy, show, undo

GROUP = Group(
    "change",
    "Changes: what waits, what ran, and how to undo it",
    commands=(
        show.list_changes,
        show.show,
        undo.undo,
        undo.retry,
        decisions.withdraw,
        undo.repoint,
        end.end,
        end.keep,
        show.details,
        decisions.except_,
        decisions.stop,
        decisions.break_glass,
        decisions.review,
        policy.policy,
    ),
    meant=verbs.CHANGE,
)
