"""What the bot is loaded with. A new command is a function here; a new group is a line in GROUPS.

``members`` and ``sets`` hold further commands of ``/segment``, ``decision`` of ``/change``, ``entry`` and
``evidence`` of ``/audit``.
"""

from bot.core.command import Group
from commands import decision as decision
from commands import entry as entry
from commands import evidence as evidence
from commands import members as members
from commands import sets as sets
from commands.audit import audit
from commands.change import change
from commands.promotion import promotion
from commands.segment import segment
from commands.shopper import shopper
from commands.summary import summary

GROUPS: tuple[Group, ...] = (segment, shopper, promotion, change, audit, summary)
