"""Makes plans, and says what they need and who may give it. It only reads."""

import secrets
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from bot.bigcommerce import Reader
from bot.core.approval.changes import Change
from bot.core.approval.policy import Need, Policy
from bot.core.audit.entries import segment_subject, shopper_subject
from bot.core.command import Call, Context, Group, Outcome, find, group_of
from bot.core.errors import Impossible, NobodyCanApprove, NotAllowed
from bot.core.invocation import Ask
from bot.core.language.args import check
from bot.core.people import Standing
from bot.core.planning.plan import Plan, observed
from bot.core.store_view.shop import Shop
from bot.core.store_view.shoppers import classify_fields
from bot.engine.ports import Directory
from bot.engine.process import Process

NAMED = 5
"""People whom a card names as those who may decide: each has to be looked up."""


@dataclass(frozen=True)
class Trace:
    """What was said, with ids in the place of addresses, and the segments and shoppers that it named."""

    said: str
    subjects: tuple[str, ...]


@dataclass(frozen=True)
class Planner:
    """Plans what is asked for, by this policy. ``zone``: where the people of the store live."""

    process: Process
    groups: tuple[Group, ...]
    policy: Policy
    reader: Reader
    directory: Directory
    zone: ZoneInfo

    def context(self, actor: str) -> Context:
        """What planning for this person looks at."""
        reader, ledger = self.reader.correlated(f"plan-{secrets.token_hex(8)}"), self.process.ledger
        return Context(
            actor=actor,
            shop=Shop(reader),
            changes=ledger,
            log=ledger,
            policy=self.policy,
            history=ledger,
            now=self.process.clock(),
            zone=self.zone,
        )

    async def may_ask(self, user_id: str, command: str, plan: Plan | None = None) -> None:
        """Raise NotAllowed unless this person may use the command of this path, and ask for this plan."""
        actor = await self.directory.actor(user_id)
        if group_of(self.groups, command).for_auditors:
            self.policy.refuse_auditing(actor)
        else:
            self.policy.refuse_asking(actor, plan)

    async def outcome(self, ask: Ask, ctx: Context) -> Outcome:
        """What the Command gives for these values. Raises Refusal and StoreError."""
        await self.may_ask(ask.actor, ask.command)
        command = find(self.groups, ask.command)
        outcome = await command.function(check(command.args, ask.values), ctx)
        if isinstance(outcome, Plan):
            await self.may_ask(ask.actor, ask.command, outcome)
        return outcome

    def trace(self, ask: Ask, ctx: Context) -> Trace:
        """What the log says of an ask, whatever came of it, knowing what planning learnt."""
        call = Call(find(self.groups, ask.command), ask.values)
        words, ids = classify_fields(call.shoppers), ctx.shop.ids
        known = (ids[email.casefold()] for email in words.emails if email.casefold() in ids)
        shoppers: tuple[int | str, ...] = (*known, *words.customer_ids, *words.profile_ids)
        subjects = (*map(segment_subject, ctx.shop.named), *map(shopper_subject, shoppers))
        return Trace(call.recorded(ids), tuple(dict.fromkeys(subjects)))

    async def again(self, change: Change) -> Plan:
        """The plan of a Change as the store is now, less what was taken out of it. Raises Refusal and StoreError."""
        command = find(self.groups, change.command)
        outcome = await command.function(check(command.args, change.args), self.context(change.requester))
        if not isinstance(outcome, Plan):
            raise Impossible("There is nothing to do any more.")
        return await self.less(outcome, change.without)

    async def less(self, plan: Plan, items: tuple[str, ...]) -> Plan:
        """The plan without these items, as the store is now: what the others are in, only it can tell.

        Raises Impossible where nothing is left, and StoreError.
        """
        if not items:
            return plan
        left = plan.without(items)
        return await observed(left.steps, Shop(self.reader), undoes=left.undoes, remarks=left.remarks)

    async def need(self, plan: Plan) -> Need:
        """What this plan needs."""
        undone = (await self.process.ledger.change(plan.undoes)).need if plan.undoes else None
        return self.policy.need(plan, undone=undone)

    async def everybody(self, need: Need) -> frozenset[str]:
        """All whose approvals count for this need."""
        return await self.directory.members(self.policy.approvers_of(need))

    async def deciders(self, need: Need, requester: str) -> tuple[str, ...]:
        """Some who may give these approvals now. Raises NotAllowed where they are too few, or not known."""
        if not need.approvals:
            return ()
        ids = self.policy.approvers_of(need)
        found, standings = list[str](), set[Standing]()
        for user_id in sorted(await self.directory.members(ids) - {requester}):
            standing = (await self.directory.actor(user_id)).standing
            standings.add(standing)
            found += [user_id] if standing is Standing.MEMBER else []
            if len(found) == NAMED:
                break
        if len(found) >= need.approvals:
            return tuple(found)
        if Standing.UNKNOWN in standings or (await self.directory.actor(requester)).unread & ids:
            raise NotAllowed(
                f"This {need.why}. Who may approve could not be read from Slack just now, so it was not asked for. "
                "Try again in a minute."
            )
        raise NobodyCanApprove(need.approvals, len(found))
