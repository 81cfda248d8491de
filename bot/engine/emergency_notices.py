"""Finds out who is to be told of an emergency: its notices are queued for user groups, whoever is in them."""

from dataclasses import dataclass

from bot.core.approval.changes import Change
from bot.engine.ports import Directory, Undeliverable
from bot.engine.process import Process


@dataclass(frozen=True)
class EmergencyNotices:
    """Resolves notices to user groups when they are delivered, so that none is lost while Slack cannot read a group."""

    process: Process
    directory: Directory

    async def resolve(self, change: Change, group: str) -> None:
        """Replace the notice to this group by one to each member. Raises Undeliverable if it cannot be read."""
        members = await self.directory.read_group(group)
        if members is None:
            raise Undeliverable(f"user group {group} cannot be read")
        breaker = {change.emergency.actor} if change.emergency else set[str]()
        await self.process.ledger.changes.resolve_notice(change.number, group, members - breaker)
