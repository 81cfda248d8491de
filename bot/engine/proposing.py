"""Turns a Plan into a Change and posts its card: only then can it be decided or run."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.core import work
from bot.core.answers import Answer, Part, Review, Sentence, mention
from bot.core.approval.changes import MOVES, Card, Change, Event, State
from bot.core.approval.due import expiry_of
from bot.core.approval.state_words import describe_state
from bot.core.command import Group, find
from bot.core.errors import AskedAlready, NotRecorded, OverLimit
from bot.core.invocation import Asked, Delivery, Due
from bot.core.language.due_times import describe_due
from bot.core.language.hidden_addresses import has_lone_address
from bot.core.planning.plan import Plan
from bot.engine.approvers import Approvers
from bot.engine.authorization import Authority
from bot.engine.card_reconciler import CardReconciler
from bot.engine.change_runner import ChangeRunner
from bot.engine.covers import Claim, Covers
from bot.engine.planner import Planned
from bot.engine.ports import Announcer, Undeliverable
from bot.engine.process import Process
from bot.engine.replies import Replies
from bot.engine.rule_offers import offers_to_keep

LATER = (
    "is on record but has not started: nothing more can be recorded right now ({reason}). It will continue by itself."
)


@dataclass(frozen=True)
class Proposing:
    """Proposes Changes, each with a ``new_nonce``. ``approval_time`` is how long each waits for approval."""

    process: Process
    groups: tuple[Group, ...]
    approvers: Approvers
    covers: Covers
    authority: Authority
    runner: ChangeRunner
    cards: CardReconciler
    announcer: Announcer
    replies: Replies
    approval_time: timedelta
    new_nonce: Callable[[], str]

    async def propose(self, asked: Asked, plan: Plan, planned: Planned) -> bool:
        """Record the Plan as a Change, post its card, and start it if it needs no approval.

        Return False, and only point to the first one, if another Change waits that does the very same; raise
        AskedAlready for what the bot asks itself. An undo is made from what is stored of another Change, which the log
        has to bear out.
        """
        if plan.undoes:
            await self.authority.refuse_contradicted(plan.undoes)
        draft = await self._draft(asked, plan, planned.due_at)
        if first := await self._first_of(draft):
            if isinstance(asked, Due):
                raise AskedAlready(first.number)
            await self.replies.show(asked, point_to(first, asked.actor))
            return False
        detail = {
            "said": planned.trace.recorded_text,
            "plan": plan.lines,
            "fingerprint": plan.fingerprint,
            "need": draft.need.why,
            "requirements": self.approvers.recorded(draft.need),
            "nonce": draft.nonce,
            **({"due_at": draft.due_at.isoformat()} if draft.due_at else {}),
            **({"covered_by": draft.covered_by.model_dump(mode="json")} if draft.covered_by else {}),
            **({"until": plan.until.isoformat()} if plan.until else {}),
        }
        ledger, owner = self.process.ledger, await self.process.claimant()
        subjects = planned.trace.subjects
        change = await ledger.changes.create(asked, draft, owner=owner, detail=detail, subjects=subjects)
        work.learn("change", change.number)
        try:
            change = await self.post(change)
        except NotRecorded as error:
            await self.replies.show(asked, Answer(f"Change {change.number} {LATER.format(reason=error.reason)}"))
            return True
        if change.state is State.APPROVED:
            self.runner.start(change.number, planned_at=planned.at)
        return True

    async def _first_of(self, draft: Change) -> Change | None:
        """Return the Change that waits and does the very same at the same time, if this one would have to wait, too."""
        changes = self.process.ledger.changes
        for other in await changes.beside(draft) if draft.need.approvals else ():
            found = await changes.load(other.number)
            is_same = found.due_at == draft.due_at and found.plan.does_as(draft.plan)
            if found.state is State.WAITING and is_same:
                return found
        return None

    async def _draft(self, asked: Asked, plan: Plan, due_at: datetime | None) -> Change:
        """Build the Change, not yet numbered. Raises NotAllowed if nobody could approve it."""
        due = asked if isinstance(asked, Due) else None
        covered = await self.covers.look(Claim(plan, due.covered, due.actor, due.command)) if due else None
        need, moved = await self.approvers.need(plan, asked.actor, covered=covered)
        deciders = await self.approvers.deciders(need, asked.actor)
        now = self.process.clock()
        return Change(
            number=0,
            nonce=self.new_nonce(),
            requester=asked.actor,
            place=asked.place,
            command=asked.command,
            verb=find(self.groups, asked.command).submit,
            args=asked.values,
            plan=plan,
            need=need,
            moved=moved,
            **deciders,
            created_at=now,
            updated_at=now,
            expires_at=expiry_of(now, self.approval_time, due_at or plan.until),
            due_at=due_at,
            covered_by=covered,
        )

    async def post(self, change: Change, *, is_resumed: bool = False) -> Change:
        """Post the card; only then can the Change be decided or run. This process holds its lease, and releases it.

        What goes without a click has none: what covers it says how much it may do, and nobody reads each.

        It is posted as it will look once the Change waits, so that nothing has to follow for people to decide.
        ``is_resumed``: a process that died may have posted it. Raises NotRecorded: then the housekeeper resumes it.
        """
        ledger, clock = self.process.ledger, self.process.clock
        event = Event.POST if change.need.approvals else Event.CLEAR
        try:
            has_card = change.card or change.is_routine
            card = None if has_card else await self._post_as_moved(change, event, may_exist=is_resumed)
            is_limited = event is Event.CLEAR and not change.covered_by
            limits = self.approvers.policy.limits(change.plan, clock()) if is_limited else ()
            drawn, change = change, await ledger.changes.move(change, event, at=clock(), limits=limits)
            if card:
                await ledger.changes.save_card(change.model_copy(update={"beside": drawn.beside}), card)
        except (Undeliverable, OverLimit) as error:
            change = await self._cancel(change, error)
        finally:
            await self.process.release(change.number)
        self.cards.wake()
        await self._send_link(change)
        return change

    async def _post_as_moved(self, change: Change, event: Event, *, may_exist: bool) -> Card:
        """Post the card as it looks after ``event``, and save it. Raises Undeliverable."""
        moved = change.model_copy(update={"state": MOVES[change.state][event]})
        card = await self.announcer.post(moved, may_exist=may_exist)
        await self.process.ledger.changes.save_card(change, card)
        return card

    async def _cancel(self, change: Change, error: Undeliverable | OverLimit) -> Change:
        """Cancel a Change whose card cannot be posted, or that needs approval since its requester moved others."""
        reason, at = str(error) if isinstance(error, OverLimit) else _unposted(error), self.process.clock()
        change = await self.process.ledger.changes.move(change, Event.CANCEL, at=at, update={"reason": reason})
        if not change.covered_by:  # it is asked for again
            refusal = Answer(f"Change {change.number} was cancelled.", (Sentence(reason),))
            await self.replies.show(_request_of(change), refusal)
        return change

    async def _send_link(self, change: Change) -> None:
        """Send the requester a link to the card, unless they see it, or asked for nothing."""
        if change.card is None or change.state is State.CANCELLED:
            return
        url = await self.announcer.permalink(change.card)
        await self.process.ledger.changes.save_card_url(change.number, url)
        if change.covered_by:
            return
        offers = await offers_to_keep(change, self.process.ledger.segment_rules)
        if change.card.channel == change.place.channel:
            await self._tell_privately(change, offers)
            return
        waits = _waits(change) if change.state is State.WAITING else _begins(change)
        where = (Sentence("Open card", url=url),) if url else ()
        remarks = map(Sentence, change.plan.remarks)
        pointer = Answer(f"Change {change.number} {waits}: {change.plan.headline}", (*remarks, *offers, *where))
        await self.replies.show(_request_of(change), pointer)

    async def _tell_privately(self, change: Change, offers: tuple[Part, ...]) -> None:
        """Tell the requester what the card, which everyone reads, only counts, and what only they are offered."""
        addresses = (Sentence(one) for one in change.plan.remarks if has_lone_address(one))
        if told := (*addresses, *offers):
            await self.replies.show(_request_of(change), Answer(f"Only you see this of change {change.number}:", told))


def point_to(first: Change, actor: str) -> Answer:
    """Build the answer to a request for what another Change does already, once it is approved."""
    who = "You" if first.requester == actor else mention(first.requester)
    needed = first.need.describe_left(first.approvals)
    title = f"{who} asked for this already: change {first.number} is waiting for {needed}."
    card = (Sentence("Open card", url=first.card.url),) if first.card and first.card.url else ()
    decided = first.requester == actor or first.has_approved(actor)
    return Answer(title, (Sentence(first.plan.headline), *card, *(() if decided else (Review(first.number),))))


def _waits(change: Change) -> str:
    runs = f", and then runs {describe_due(change.due_at)}" if change.due_at else ""
    return f"is waiting for approval{runs}"


def _begins(change: Change) -> str:
    if change.scheduled_for:
        return describe_state(change)
    return f"runs after change {change.behind}, which changes the same segment" if change.behind else "was started"


def _unposted(error: Undeliverable) -> str:
    advice = f"{error.advice} Then ask again." if error.advice else "Ask again once that is fixed."
    return f"Its card could not be posted ({error}), so nothing was run. {advice}"


def _request_of(change: Change) -> Delivery:
    return Delivery(id="", actor=change.requester, place=change.place, command=change.command)
