"""The bot's commands: a module for each group, or a folder for a large one.

A new command is a function with ``@command`` and a place in the tuple of its group; a new group is a module and a place
in GROUPS. Help and Slack's manifest list them in this order.
"""

from bot.core.command import Group
from commands import audit, change, promotion, segment, shopper, summary

GROUPS: tuple[Group, ...] = (segment.GROUP, shopper.GROUP, promotion.GROUP, change.GROUP, audit.GROUP, summary.GROUP)
