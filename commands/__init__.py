"""What the bot is loaded with. A new command is a function here; a new group is a line in GROUPS."""

from bot.core.command import Group
from commands.audit import export as export
from commands.audit import show as show
from commands.audit.recent import audit
from commands.change import decisions as decisions
from commands.change.requests import change
from commands.promotion import promotion
from commands.segment import members as members
from commands.segment import sets as sets
from commands.segment.segments import segment
from commands.shopper import shopper
from commands.summary import summary

GROUPS: tuple[Group, ...] = (segment, shopper, promotion, change, audit, summary)
