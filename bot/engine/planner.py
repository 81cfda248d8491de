"""Makes plans of what people ask for. It only reads."""

import secrets
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from bot.bigcommerce import Reader
from bot.core.approval.changes import Change, Decision
from bot.core.approval.policy import Policy
from bot.core.audit.trace import AuditTrace, Findings
from bot.core.command import Call, Context, Group, Outcome, find, group_of
from bot.core.errors import Impossible
from bot.core.invocation import Clicked, Invocation
from bot.core.items import Item, texts
from bot.core.planning.plan import Plan, build_plan
from bot.core.store_view.shop import Shop
from bot.core.store_view.shoppers import classify_fields
from bot.engine.ports import Directory
from bot.engine.process import Process

Request = Call | Decision
"""What an invocation asks for."""


@dataclass(frozen=True)
class Planned:
    """What came of planning: what the Command gave, or what it raised; and what the log says of the words."""

    outcome: Outcome | Exception
    trace: AuditTrace

    def result(self) -> Outcome:
        """Return what the Command gave. Raises what it raised."""
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return self.outcome


@dataclass(frozen=True)
class Planner:
    """Plans what is asked for, by this policy. ``zone``: where the people of the store live."""

    process: Process
    groups: tuple[Group, ...]
    policy: Policy
    reader: Reader
    directory: Directory
    zone: ZoneInfo

    def request(self, invocation: Invocation) -> Request:
        """Return what is asked for: a Command to call, or a decision."""
        if isinstance(invocation, Clicked):
            return invocation.decision
        return Call(find(self.groups, invocation.command), invocation.values)

    def context(self, actor: str) -> Context:
        """Return what planning for this person looks at."""
        reader, ledger = self.reader.correlated(f"plan-{secrets.token_hex(8)}"), self.process.ledger
        findings = Findings()
        return Context(
            actor=actor,
            shop=Shop(reader, findings),
            findings=findings,
            changes=ledger.changes,
            audit=ledger.audit,
            policy=self.policy,
            history=ledger.history,
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

    async def plan(self, request: Request, actor: str) -> Planned:
        """Plan what this person asks for; a decision needs no planning. What goes wrong is in what is returned."""
        if isinstance(request, Decision):
            return Planned(request, AuditTrace(request.said))
        ctx = self.context(actor)
        outcome: Outcome | Exception
        try:
            outcome = await self._run(request, ctx)
        except Exception as error:  # noqa: BLE001 - raised again by ``result``, where it is answered
            outcome = error
        return Planned(outcome, _trace(request, ctx.findings))

    async def _run(self, call: Call, ctx: Context) -> Outcome:
        await self.may_ask(ctx.actor, call.command.path)
        outcome = await call.command.function(call.args, ctx)
        if isinstance(outcome, Plan):
            await self.may_ask(ctx.actor, call.command.path, outcome)
        return outcome

    async def again(self, change: Change) -> Plan:
        """Plan a Change again, as the store is now, less what was taken out. Raises Refusal and StoreError."""
        call = Call(find(self.groups, change.command), change.args)
        outcome = await call.command.function(call.args, self.context(change.requester))
        if not isinstance(outcome, Plan):
            raise Impossible("There is nothing to do any more.")
        return await self.less(outcome, change.without)

    async def less(self, plan: Plan, items: tuple[Item, ...]) -> Plan:
        """Return the plan without these items, as the store is now: what the others are in, only it can tell.

        Raises Impossible where nothing is left, and StoreError.
        """
        if not items:
            return plan
        left = plan.without(items)
        return await build_plan(left.steps, Shop(self.reader), undoes=left.undoes, remarks=left.remarks)


def _trace(call: Call, findings: Findings) -> AuditTrace:
    """Return what the log says of a call, as far as planning found out whom and what its words name."""
    words, ids = classify_fields(call.shoppers), findings.customers
    known = (ids[email.casefold()] for email in words.emails if email.casefold() in ids)
    customers, profiles = (*known, *words.customer_ids), words.profile_ids
    subjects = (
        *map(Item.segment, findings.segments),
        *map(Item.customer, customers),
        *map(Item.profile, profiles),
    )
    return AuditTrace(call.recorded(ids), texts(dict.fromkeys(subjects)))
