"""``/audit``: the audit log: searched, shown, exported, verified."""

from bot.core.command import Group
from commands import verbs
from commands.audit import export, recent, show

GROUP = Group(
    "audit",
    "What happened: who did what, when, and what came of it",
    commands=(recent.recent, show.show, export.export, export.verify),
    for_auditors=True,
    escaped=True,
    meant=verbs.AUDIT,
)
