"""Plans what people ask for. Only reads."""

import asyncio
import secrets
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from bot.bigcommerce import Reader, StoreError
from bot.core.answers import Answer
from bot.core.approval.changes import Change
from bot.core.approval.decisions import Decision
from bot.core.approval.policy import Policy
from bot.core.asked_times import AskedTimes, says_until, with_times
from bot.core.audit.trace import AuditTrace, Findings
from bot.core.command import Call, Group, Outcome, Preview, find, group_of
from bot.core.context import Context
from bot.core.errors import Impossible, Misuse, NotNamed, Question, Refusal
from bot.core.invocation import Clicked, Confirmation, Confirming, Invocation, Typed
from bot.core.items import Item, texts
from bot.core.language.confirmed_words import Confirmed
from bot.core.language.due_times import format_due, remark_on_clocks
from bot.core.latest_numbers import ask_which_number
from bot.core.named_elsewhere import with_elsewhere
from bot.core.planning.item_names import names_of_ids, names_since
from bot.core.planning.plan import Plan
from bot.core.planning.plan_building import build_plan
from bot.core.questions import with_meant
from bot.core.resolution import resolve
from bot.core.segment_rules.schedule import Daily
from bot.core.store_view.cached_shop import Shop, any_live
from bot.core.understanding import understand
from bot.core.uploads import Uploads
from bot.engine.facts.upkeep import FactsUpkeep
from bot.engine.ports import Directory
from bot.engine.process import Process
from bot.engine.recent_moves import moved_before

Request = Call | Decision | Confirmation
"""What an invocation asks for: a Command to call, a decision, or to take a person's word for a request."""
NOTHING_ENDS = "No one is added by this, so nothing can end. Leave `until:` out."


def decides(request: Request) -> bool:
    """Return whether this decides about a change: such requests wait for no others."""
    return not isinstance(request, Call) or request.command.decides


@dataclass(frozen=True)
class Planned:
    """The result of planning: the Command's outcome or error, and what the log records of the words.

    ``at``: when it began, by the process's ``elapsed`` clock: no later than the store was first looked at.
    ``values`` are the Command's as its words were read, or as they plan it again; None for what has none. ``preview``
    is for the person who asks, before anything comes of it. ``due_at``: when it is to run; None for at once.
    """

    outcome: Outcome | Confirmation | Exception
    trace: AuditTrace
    at: float
    values: dict[str, Any] | None = None
    preview: Answer | None = None
    due_at: datetime | None = None

    def result(self) -> Outcome | Confirmation:
        """Return the Command's outcome. Raises its error."""
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return self.outcome


@dataclass(frozen=True)
class Planner:
    """Plans requests under this policy. ``zone``: the time zone of the store's people; ``uploads``: their files.

    ``usual_schedule``: of rules for which nobody says another.
    ``patience``: seconds for which it is tried whether what a question offers can be done at all.
    """

    process: Process
    groups: tuple[Group, ...]
    policy: Policy
    reader: Reader
    directory: Directory
    zone: ZoneInfo
    uploads: Uploads
    upkeep: FactsUpkeep
    usual_schedule: Daily
    patience: float

    def request(self, invocation: Invocation) -> Request:
        """Return the request behind an invocation: a Command to call, a decision, or a confirmation."""
        if isinstance(invocation, Clicked):
            return invocation.decision
        if isinstance(invocation, Confirming):
            return invocation.answer
        call = Call(find(self.groups, invocation.command), invocation.values)
        return self._typed(invocation.line, call) if isinstance(invocation, Typed) and invocation.line else call

    def _typed(self, line: str, otherwise: Call) -> Call:
        """Return the call that the line types; ``otherwise``, if this version understands it as another command."""
        with suppress(Misuse):
            call = understand(self.groups, line)
            if isinstance(call, Call) and call.command is otherwise.command:
                return call
        return otherwise

    def context(
        self, actor: str, *, can_wait: bool = True, can_ask: bool = True, can_read: bool = True, ends: bool = False
    ) -> Context:
        """Build the Context for planning on behalf of this person; see ``Reader.patient`` and ``Shop``.

        ``can_read``: planning may have the facts read; else somebody else sees to that. ``ends``: those whom it adds
        are taken out again.
        """
        reader, ledger = self.reader.correlated(f"plan-{secrets.token_hex(8)}"), self.process.ledger
        reader = reader.patient() if can_wait else reader
        findings = Findings()
        return Context(
            actor=actor,
            shop=self._shop(reader, findings, can_ask=can_ask, ends=ends),
            findings=findings,
            changes=ledger.changes,
            audit=ledger.audit,
            policy=self.policy,
            group_names=self.directory.group_names,
            locale=partial(self.directory.locale, actor),
            person=partial(self.directory.actor, actor),
            people_called=self.directory.people_called,
            history=ledger.history,
            facts=ledger.facts,
            read_facts=self.upkeep.read_for_a_moment if can_read else _nothing,
            usual_schedule=self.usual_schedule,
            uploads=self.uploads,
            now=self.process.clock(),
            zone=self.zone,
        )

    def _shop(
        self, reader: Reader, findings: Findings | None = None, *, can_ask: bool = True, ends: bool = False
    ) -> Shop:
        """Return the store as this reads it, with the rules of its segments, and what the policy asks about."""
        asked, rules = self.policy.asked_of_additions(ends=ends), self.process.ledger.segment_rules
        return Shop(reader, findings, asked_of_additions=asked, can_ask=can_ask, rules=rules)

    async def is_live(self, segment_id: str) -> bool:
        """Return whether a live promotion uses this segment, or may, since they cannot be read. Raises StoreError."""
        uses = await self._shop(self.reader).uses(segment_id)
        return uses is None or any_live(uses)

    async def may_ask(self, user_id: str, command: str, plan: Plan | None = None) -> None:
        """Raise NotAllowed unless this person may use the command with this path, and ask for this plan."""
        actor = await self.directory.actor(user_id)
        if group_of(self.groups, command).for_auditors:
            self.policy.refuse_auditing(actor)
        else:
            moved = await moved_before(self.policy, self.process, plan, user_id) if plan else ()
            self.policy.refuse_asking(actor, plan, moved)

    async def plan(self, request: Request, actor: str, *, by_itself: bool = False) -> Planned:
        """Plan this person's request; only a Command needs planning. Errors are part of the result.

        ``by_itself``: the bot asks it in this person's name. Whether they may still ask is a matter of what covers it.
        """
        if not isinstance(request, Call):
            return Planned(request, AuditTrace(request.recorded_text), self.process.elapsed())
        began = self.process.elapsed()
        call, asks, ends = request, not by_itself, says_until(request)
        ctx = self.context(actor, can_wait=not decides(request), can_ask=asks, can_read=asks, ends=ends)
        outcome: Outcome | Exception
        times = AskedTimes()
        try:
            if not by_itself:
                await self.may_ask(actor, request.command.path)
            call = await resolve(request, ctx.shop)
            await ask_which_number(call, ctx)
            call, times = await with_times(call, ctx)
            outcome = await (call.command.function(call.args, ctx) if by_itself else self._run(call, ctx, times))
        except Question as asked:
            possible = asked.within(request.command.args.model_fields)
            outcome = await self._tried(possible.about({} if call.words else call.values), request, actor)
        except Misuse as misuse:
            outcome = await with_elsewhere(call, with_meant(call, misuse), ctx)
        except Exception as error:  # noqa: BLE001 - raised again by ``result``, where it is answered
            outcome = error
        trace = _trace(call, ctx, planned=not isinstance(outcome, Exception))
        if isinstance(outcome, Preview):
            values = outcome.args.model_dump(exclude_defaults=True)
            return Planned(outcome.plan, trace, began, values, outcome.answer, times.due_at)
        return Planned(outcome, trace, began, call.values, due_at=times.due_at)

    def _timed(self, plan: Plan, times: AskedTimes) -> Plan:
        """Return the plan with its end, and what has to be said of its times."""
        ending = plan.ending(times.until or plan.until)
        told = (line for at in (times.due_at, ending.until) if at for line in remark_on_clocks(at, self.zone))
        return ending.model_copy(update={"remarks": (*plan.remarks, *told)})

    async def _tried(self, question: Question, request: Call, actor: str) -> Question:
        """Return the question whose readings say why they cannot be done, as far as that is known soon enough."""
        ctx, faults = self.context(actor, can_wait=False), list[str]()
        with suppress(TimeoutError):
            async with asyncio.timeout(self.patience):
                for one in question.readings:
                    faults.append(await self._fault(Call(request.command, dict(one.values)), ctx))
        return question.tried(faults)

    async def _fault(self, call: Call, ctx: Context) -> str:
        """Return why this call would be refused; an empty text if it lacks or asks something, or can be done."""
        try:
            if call.is_complete:
                await self._run(call, ctx, AskedTimes())
        except (Question, StoreError):
            return ""
        except Refusal as error:
            return str(error)
        return ""

    async def _run(self, call: Call, ctx: Context, times: AskedTimes) -> Outcome:
        outcome = await call.command.function(call.args, replace(ctx, until=times.until))
        if isinstance(outcome, Preview):
            outcome = replace(outcome, plan=self._timed(outcome.plan, times))
        elif isinstance(outcome, Plan):
            outcome = self._timed(outcome, times)
        plan = outcome.plan if isinstance(outcome, Preview) else outcome
        if isinstance(plan, Plan):
            if times.until and plan.until is None:
                raise Misuse(NOTHING_ENDS, field="until", for_log="Nothing ends.")
            await self.may_ask(ctx.actor, call.command.path, plan)
        return outcome

    async def replan(self, change: Change) -> Plan:
        """Plan a Change again for the store's current state, without the items that were taken out.

        Raises Refusal and StoreError.
        """
        call, times = Call(find(self.groups, change.command), change.args), AskedTimes(change.due_at, change.plan.until)
        if times.until and times.until <= self.process.clock():
            raise Impossible(f"It was to end {format_due(times.until, self.zone)}, which is past. Nothing was changed.")
        ctx = self.context(change.requester, can_wait=False, can_ask=False, ends=times.until is not None)
        if seen := change.plan.segment_ids:  # by whose names, or ids, the command looks for them
            await ctx.shop.empty_lists.check_listed(seen, await ctx.shop.names())
        try:
            outcome = await call.command.function(call.args, replace(ctx, until=times.until))
        except NotNamed as unknown:
            if names := await names_since(unknown, change.plan, ctx.shop):
                raise unknown.renamed(names) from unknown
            if gone := names_of_ids(unknown, change.plan):
                raise unknown.gone(gone) from unknown
            raise
        plan = outcome.plan if isinstance(outcome, Preview) else outcome
        if not isinstance(plan, Plan):
            raise Impossible("There is nothing to do any more.")
        return self._timed(await self.narrow(plan.ending(times.until or plan.until), change.without), times)

    async def narrow(self, plan: Plan, items: tuple[Item, ...]) -> Plan:
        """Return the plan without these items, refreshed: only the store knows what the remaining ones are in.

        Raises Impossible if nothing is left, and StoreError.
        """
        if not items:
            return plan
        left, shop = await plan.without(items), self._shop(self.reader, ends=plan.until is not None)
        now = await build_plan(left.steps, shop, undoes=left.undoes, remarks=left.remarks)
        return now.model_copy(update={"named": left.named, "people": left.people}).ending(left.until)


async def _nothing() -> None:
    """Do nothing."""


def _trace(call: Call, ctx: Context, *, planned: bool) -> AuditTrace:
    """Return what the log records of a call: what planning confirmed of its words."""
    found = ctx.findings
    known = Confirmed(found.customers, found.customer_ids, found.profiles, ctx.shop.names_found, found.changes, planned)
    customers, profiles, _ = known.shoppers(call.shoppers)
    subjects = (
        *map(Item.segment, found.segments),
        *map(Item.customer, customers),
        *map(Item.profile, profiles),
    )
    return AuditTrace(call.recorded(known), texts(dict.fromkeys(subjects)))
