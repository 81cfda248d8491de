"""``/change``: changes, and decisions about them."""

from bot.core.command import Group
from commands.change import decisions, requests

GROUP = Group(
    "change",
    "Changes: what waits, what ran, and how to undo it",
    commands=(
        requests.list_changes,
        requests.show,
        requests.undo,
        requests.retry,
        requests.withdraw,
        requests.repoint,
        decisions.details,
        decisions.except_,
        decisions.stop,
        decisions.break_glass,
        decisions.review,
        decisions.policy,
    ),
)
