"""What the bot is loaded with. A new command is a function here; a new group is a line in GROUPS."""

from bot.core.command import Group
from commands.change import change
from commands.segment import segment

GROUPS: tuple[Group, ...] = (segment, change)
