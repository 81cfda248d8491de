"""Posts the summary of each local day at its time, from exactly one process."""

import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import partial
from zoneinfo import ZoneInfo

from bot.bigcommerce import Reader, StoreError
from bot.core.answers import Answer
from bot.core.audit.audit_reader import AuditFilter
from bot.core.audit.entries import Entry, EntryKind
from bot.core.daily_times import due
from bot.core.errors import NotRecorded
from bot.core.store_view.cached_shop import Shop
from bot.core.summary.gather import gather
from bot.core.summary.message import compose
from bot.core.summary.summary import Summary
from bot.core.summary.summary_run import (
    PAUSE,
    Postpone,
    Settle,
    SummaryRun,
    SummaryState,
    is_late,
    is_news,
    on_failure,
    on_pick_up,
    on_silence,
)
from bot.engine.coalescer import Coalescer
from bot.engine.ports import Announcer, Undeliverable
from bot.engine.process import Process
from bot.engine.unforeseen import BROKE

CLOSED = frozenset({"channel_not_found", "is_archived", "not_in_channel"})
"""Slack's error codes for a channel in which the bot cannot post."""
Outcome = Callable[[], Awaitable[object]]
"""What to do about a run once Slack has responded."""
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Schedule:
    """Where the summary is posted (a channel id), and at which local time of which zone."""

    channel: str
    at: time
    zone: ZoneInfo

    def due(self, now: datetime) -> tuple[date, datetime]:
        """Return the latest local day whose time has come, and when it came (UTC)."""
        return due(now, self.at, self.zone)


class DailySummary:
    """Posts each local day's summary at most once: whatever processes, clocks and settings do, no day has two.

    The state machine is in ``bot.core.summary.summary_run``.
    """

    def __init__(self, process: Process, schedule: Schedule, reader: Reader, announcer: Announcer) -> None:
        self._schedule = schedule
        self._ledger = process.ledger
        self._reader = reader
        self._announcer = announcer
        self._claimant = process.claimant
        self._clock = process.clock
        self._lease_time = process.lease_time
        self._settled: date | None = None
        self._outcome: Outcome | None = None
        self._coalescer = Coalescer(self._round, process.tasks)

    def wake(self) -> None:
        """Start whatever is due. Called every second."""
        day, _ = self._schedule.due(self._clock())
        if day != self._settled:
            self._coalescer.wake()

    async def _round(self) -> None:
        if self._outcome:
            await self._conclude(self._outcome)
        owner, now = await self._claimant(), self._clock()
        today, came = self._schedule.due(now)
        await self._open(today, now)
        judged_by = self._lease_time()
        for run in await self._ledger.summaries.unattended(owner=owner, now=now, pause=PAUSE, judged_by=judged_by):
            if run.day <= today:  # a later one was started before the clock was set back
                late, restored = is_late(run.day, due=today, came=came, now=now), await self._was_restored(came)
                await self._claim_and_try(run, on_pick_up(run, late=late, restored=restored))
        if await self._is_settled(today):
            self._settled = today

    async def _open(self, day: date, now: datetime) -> None:
        run = await self._ledger.summaries.load(day)
        if run is None or run.state is SummaryState.BEGUN:
            await self._ledger.summaries.open(day, at=now)

    async def _is_settled(self, day: date) -> bool:
        found = await self._ledger.summaries.load(day)
        return found is not None and found.is_settled

    async def _was_restored(self, since: datetime) -> bool:
        audit_filter = AuditFilter(kind=EntryKind.RESTORED, since=since)
        return bool(await self._ledger.audit.recent(audit_filter, limit=1))

    async def _claim_and_try(self, run: SummaryRun, settle: Settle | None) -> None:
        if settle:
            await self._settle(run, settle)
        elif claimed := await self._ledger.summaries.claim(run, owner=await self._claimant(), now=self._lease_time()):
            await self._try(claimed)

    async def _try(self, run: SummaryRun) -> None:
        try:
            summary = await self._summary(run.day)
            answer = compose(summary)
        except StoreError as error:
            await self._on_failure(run, error.for_log)
        except Exception:
            log.exception("The summary of %s broke", run.day)
            await self._on_failure(run, BROKE)
        else:
            await self._post(run, summary, answer)

    async def _summary(self, day: date) -> Summary:
        """Gather this day's summary. Raises StoreError."""
        shop, ledger = Shop(self._reader.correlated(f"summary-{day}").patient()), self._ledger
        now, zone = self._clock(), self._schedule.zone
        return await gather(shop, ledger.history, ledger.changes, ledger.audit, day=day, now=now, zone=zone)

    async def _post(self, run: SummaryRun, summary: Summary, answer: Answer) -> None:
        posting = await self._ledger.summaries.begin_posting(run, summary.now)
        if posting is None:
            log.warning("The summary of %s went to another process", run.day)
            return
        try:
            await self._announcer.announce(answer)
        except Undeliverable as error:
            await self._conclude(partial(self._on_undeliverable, posting, error))
        else:
            entry, head = summary.now.entry, summary.head
            await self._conclude(partial(self._settle, posting, Settle(SummaryState.POSTED), entry=entry, head=head))

    async def _conclude(self, outcome: Outcome) -> None:
        """Record Slack's response. Raises NotRecorded: then it is kept, and the next round starts with it."""
        self._outcome = None
        try:
            await outcome()
        except NotRecorded:
            self._outcome = outcome
            raise

    async def _on_undeliverable(self, run: SummaryRun, error: Undeliverable) -> None:
        if error.maybe_done:
            await self._settle(run, on_silence(str(error)))
        elif error.refused:
            await self._on_refusal(run, error)
        else:
            await self._on_failure(run, f"Slack refused it ({error}).")

    async def _on_failure(self, run: SummaryRun, reason: str) -> None:
        """Try again later, or settle it as failed and tell the channel why there is no summary."""
        follows = on_failure(run, reason, now=self._clock())
        if isinstance(follows, Postpone):
            log.info("The summary of %s is tried again in a minute: %s", run.day, reason)
            await self._ledger.summaries.postpone(run, until=follows.until)
        elif await self._settle(run, follows):
            by_hand = "Once that is fixed, `/summary post` posts it."
            sentence = f"There is no summary today. {reason} {by_hand}"
            await self._post_sentence(run, self._announcer.announce, sentence, self._schedule.channel)

    async def _on_refusal(self, run: SummaryRun, error: Undeliverable) -> None:
        """Settle it as failed at once, since retrying is useless; notify approvers, unless they know already."""
        code, channel = str(error), self._schedule.channel
        previous = await self._ledger.summaries.previous(run.day)
        failed = Settle(SummaryState.FAILED, f"Slack refused it in {channel} ({code}).")
        if not await self._settle(run, failed):
            return
        sentence = f"The daily summary could not be posted in {channel} ({code}). {_advice(error)}"
        if not is_news(failed.reason, previous) or await self._post_sentence(run, self._announcer.warn, sentence):
            await self._ledger.summaries.mark_reported(run)

    async def _post_sentence(
        self, run: SummaryRun, post: Callable[[Answer], Awaitable[None]], sentence: str, channel: str = ""
    ) -> bool:
        """Post this sentence; return False, and record it, if it could not be delivered.

        No channel: the approvals channel.
        """
        try:
            await post(Answer(sentence))
        except Undeliverable as error:
            log.warning("No one was told (%s): %s", error, sentence)
            detail = {"day": run.day.isoformat(), "reason": str(error), "told": sentence}
            with suppress(NotRecorded):  # the day is settled and recorded
                entry = Entry(EntryKind.SUMMARY_NOT_DELIVERED, channel=channel, detail=detail, outcome="not delivered")
                await self._ledger.audit.append(entry, at=self._clock())
            return False
        return True

    async def _settle(self, run: SummaryRun, settle: Settle, **detail: str | int) -> bool:
        state, reason = settle.state, settle.reason
        channel, at = self._schedule.channel, self._clock()
        settled = await self._ledger.summaries.settle(run, state, at=at, reason=reason, channel=channel, **detail)
        if settled and reason:
            log.warning("The summary of %s is %s. %s", run.day, state, reason)
        return settled


def _advice(error: Undeliverable) -> str:
    if str(error) in CLOSED:
        return "Invite me there or change SUMMARY_CHANNEL."
    return error.advice or "Whoever runs the bot has to fix that, or change SUMMARY_CHANNEL."
