"""The queries behind each person's Home tab."""

from dataclasses import dataclass

from bot.core.approval.brief import Brief
from bot.core.approval.policy import Policy
from bot.core.errors import NotAllowed
from bot.core.people import Actor
from bot.engine.home_tab.model import Home, StoreOverview
from bot.engine.ports import Directory
from bot.ledger.ledger import Ledger

SHOWN = 10
"""The most changes in each list."""
LISTED = SHOWN + 100
"""The most changes that can be reviewed from the tab: those without a row are in a menu, which holds a hundred."""


@dataclass(frozen=True)
class HomeTabQueries:
    """Reads from the ledger what a person may see under the policy."""

    policy: Policy
    ledger: Ledger
    directory: Directory

    async def home(self, user_id: str, overview: StoreOverview | None) -> Home:
        """Return this person's Home tab, with the store's overview if known."""
        actor = await self.directory.actor(user_id)
        try:
            self.policy.refuse_asking(actor)
        except NotAllowed as error:
            return Home(refusal=str(error))
        mine = await self.ledger.changes.requested_by(user_id, SHOWN)
        waits = await self.ledger.changes.waiting_for(user_id)
        may = tuple(one for one in waits if self._refusal(actor, one) is None and self._is_asked(actor, one))
        refusals = [self._refusal(actor, one) for one in waits] if actor.has_unknown_groups and not may else []
        doubt = next((str(one) for one in refusals if one), "")
        untold = (await self.ledger.changes.untold())[:SHOWN]
        return Home(
            doubt=doubt,
            waiting=len(may),
            waits=may[:SHOWN],
            others=may[SHOWN:LISTED],
            mine=mine,
            untold=untold,
            overview=overview,
        )

    def _refusal(self, actor: Actor, change: Brief) -> NotAllowed | None:
        try:
            self.policy.refuse_approving(actor, number=change.number, requester=change.requester, need=change.need)
        except NotAllowed as error:
            return error
        return None

    def _is_asked(self, actor: Actor, change: Brief) -> bool:
        """Return whether this person's approval counts for anything that is not satisfied yet."""
        unmet = change.need.unmet(one.counts_for for one in change.approvals)
        return not {*unmet}.isdisjoint(self.policy.counts_for(actor, change.need))
