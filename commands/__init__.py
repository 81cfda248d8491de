"""The bot's commands: a module for each group, or a folder where the group has grown.

A new command is a function under ``@command`` and its place in the tuple of its group; a new group is a module and
its place in GROUPS. Help and Slack's manifest list them in this order.
"""

from bot.core.command import Group
from commands import audit, change, promotion, segment, shopper, summary

GROUPS: tuple[Group, ...] = (segment.GROUP, shopper.GROUP, promotion.GROUP, change.GROUP, audit.GROUP, summary.GROUP)
