"""Views: who sees what on their Home tab."""

from dataclasses import dataclass

from bot.core.errors import NotAllowed
from bot.core.policy import Policy
from bot.engine.home import Glance, Home
from bot.engine.ports import Directory
from bot.ledger.ledger import Ledger

SHOWN = 10
"""Changes in each of the lists."""


@dataclass(frozen=True)
class Views:
    """Who sees what."""

    policy: Policy
    ledger: Ledger
    directory: Directory

    async def home(self, user_id: str, glance: Glance | None) -> Home:
        """This person's Home tab, with what is known of the store."""
        actor = await self.directory.actor(user_id)
        try:
            self.policy.refuse_asking(actor)
        except NotAllowed as error:
            return Home(refusal=str(error))
        mine = await self.ledger.asked_for(user_id, SHOWN)
        try:
            self.policy.refuse_approving(actor, number=0, requester="")
        except NotAllowed as error:
            doubt = str(error) if actor.unread & self.policy.approvers else ""
            return Home(doubt=doubt, mine=mine, glance=glance)
        waiting, waits = await self.ledger.waiting_for(user_id, SHOWN)
        return Home(waiting=waiting, waits=waits, mine=mine, glance=glance)
