"""Daily: the summary of each local day, posted at its time, by one of the processes, once."""

import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from bot.bigcommerce import Reader, StoreError
from bot.core.answers import Answer
from bot.core.audit.entries import Entry, EntryKind
from bot.core.errors import NotRecorded
from bot.core.store_view.shop import Shop
from bot.core.summary.gather import gather
from bot.core.summary.message import compose
from bot.core.summary.schedule import due
from bot.core.summary.size_changes import Summary
from bot.engine.coalescer import Coalescer
from bot.engine.ports import Announcer, Undeliverable
from bot.engine.process import Process
from bot.ledger.sqlite.summary_runs import Day, DayState

CATCH_UP = timedelta(hours=6)
"""A summary that no process could see to for longer than this is skipped: nobody would take it for this morning's."""
PATIENCE = timedelta(hours=1)
"""For so long after the first try it is tried again, where the store or Slack is down for the moment."""
PAUSE = timedelta(minutes=1)
"""Between two tries."""
CLOSED = frozenset({"channel_not_found", "is_archived", "not_in_channel"})
"""Slack's words for a channel in which the bot cannot post, as it is."""
LATE = "No bot was there to post it for more than six hours after its time."
BROKE_OFF = "Its process broke off while it was posting it, so it may be in the channel or not."
Outcome = Callable[[], Awaitable[object]]
"""What is to be done about a day since Slack said something."""
AHEAD = "The first day of this ledger is a later one: a clock was ahead then, or is behind now."
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Schedule:
    """Where the summary is posted (a channel's id), and at which local time of which zone."""

    channel: str
    at: time
    zone: ZoneInfo

    def due(self, now: datetime) -> tuple[date, datetime]:
        """The latest local day whose time has come, and when it came (UTC)."""
        return due(now, self.at, self.zone)


class DailySummary:
    """Posts each local day's summary at most once: whatever processes, clocks and settings do, no day has two.

    A day is marked just before its summary is sent. If the process dies in that very moment, or Slack never answers,
    nobody can know whether it was posted: then it is not posted again, the log says that it is unsure, and a person
    who does not find it in the channel has it posted by ``/summary post``. What Slack answered is believed: after its
    no, a 429 or a 500 it is tried again. (Of a 500 Slack says that something may have happened all the same; that one
    chance in many of a second summary is taken, for otherwise each bad minute of Slack's would cost a morning's.)
    """

    def __init__(self, process: Process, schedule: Schedule, reader: Reader, announcer: Announcer) -> None:
        self._schedule = schedule
        self._ledger = process.ledger
        self._reader = reader
        self._announcer = announcer
        self._owner = process.owner
        self._clock = process.clock
        self._settled: date | None = None
        self._outcome: Outcome | None = None
        self._coalescer = Coalescer(self._round, process.tasks)

    def wake(self) -> None:
        """Begin what is due, if anything is. Called every second."""
        day, _ = self._schedule.due(self._clock())
        if day != self._settled:
            self._coalescer.wake()

    async def _round(self) -> None:
        if self._outcome:
            await self._conclude(self._outcome)
        now = self._clock()
        today, came = self._schedule.due(now)
        opened = await self._ledger.day(today) or await self._ledger.open_day(today, at=now)
        for day in await self._ledger.unattended_days(owner=self._owner, now=now, pause=PAUSE):
            if day.day <= today:  # a later one is of a clock that went back since
                await self._attend(day, is_late=day.day < today or now - came > CATCH_UP)
        if opened is None:
            log.warning("There is no summary of %s. %s", today, AHEAD)
        if opened is None or await self._is_settled(today):
            self._settled = today

    async def _is_settled(self, day: date) -> bool:
        found = await self._ledger.day(day)
        return found is not None and found.is_settled

    async def _attend(self, day: Day, *, is_late: bool) -> None:
        if day.state is DayState.POSTING:
            await self._settle(day, DayState.UNSURE, BROKE_OFF)
        elif is_late:
            await self._settle(day, DayState.SKIPPED, LATE)
        elif claimed := await self._ledger.claim_day(day, owner=self._owner, now=self._clock()):
            await self._try(claimed)

    async def _try(self, day: Day) -> None:
        try:
            summary = await self._summary(day.day)
            answer = compose(summary)
        except StoreError as error:
            await self._retry(day, error.for_log)
        except Exception:
            log.exception("The summary of %s broke", day.day)
            await self._retry(day, "Something broke; whoever runs the bot finds it in its log.")
        else:
            await self._post(day, summary, answer)

    async def _summary(self, day: date) -> Summary:
        """What is to be told of this day. Raises StoreError."""
        shop, ledger = Shop(self._reader.correlated(f"summary-{day}")), self._ledger
        return await gather(shop, ledger, ledger, ledger, day=day, now=self._clock())

    async def _post(self, day: Day, summary: Summary, answer: Answer) -> None:
        posting = await self._ledger.post_day(day, summary.now)
        if posting is None:
            log.warning("The summary of %s went to another process", day.day)
            return
        try:
            await self._announcer.announce(answer)
        except Undeliverable as error:
            await self._conclude(partial(self._missed, posting, error))
        else:
            entry, head = summary.now.entry, summary.head
            await self._conclude(partial(self._settle, posting, DayState.POSTED, entry=entry, head=head))

    async def _conclude(self, outcome: Outcome) -> None:
        """Put on record what Slack said. Raises NotRecorded: then it is kept, and the next round begins with it."""
        self._outcome = None
        try:
            await outcome()
        except NotRecorded:
            self._outcome = outcome
            raise

    async def _missed(self, day: Day, error: Undeliverable) -> None:
        if error.maybe_done:
            reason = f"Slack did not answer ({error}), so it may be in the channel or not."
            await self._settle(day, DayState.UNSURE, reason)
        elif error.final:
            await self._refused(day, f"Slack does not take it in {self._schedule.channel} ({error}).", str(error))
        else:
            await self._retry(day, f"Slack did not take it ({error}).")

    async def _retry(self, day: Day, reason: str) -> None:
        """Again in a minute; after an hour no more, and then the channel hears it."""
        now = self._clock()
        if now - day.first_at < PATIENCE:
            log.info("The summary of %s is tried again in a minute: %s", day.day, reason)
            await self._ledger.put_off_day(day, until=now + PAUSE)
        elif await self._settle(day, DayState.FAILED, reason):
            by_hand = "When that is mended, `/summary post` posts it."
            sentence = f"There is no summary today. {reason} {by_hand}"
            await self._say(day, self._announcer.announce, sentence, self._schedule.channel)

    async def _refused(self, day: Day, reason: str, code: str) -> None:
        """It is of no use to try again. Approvers hear it once, and not every morning anew."""
        before = await self._ledger.day_before(day.day)
        if not await self._settle(day, DayState.FAILED, reason):
            return
        is_news = before is None or not before.told or before.reason != reason
        channel = self._schedule.channel
        sentence = f"The daily summary could not be posted in {channel} ({code}). {_advice(code)}"
        if not is_news or await self._say(day, self._announcer.warn, sentence):
            await self._ledger.told_day(day)

    async def _say(self, day: Day, post: Callable[[Answer], Awaitable[None]], sentence: str, channel: str = "") -> bool:
        """Whether it was said; what was not is on record. No channel: where changes wait for approval."""
        try:
            await post(Answer(sentence))
        except Undeliverable as error:
            log.warning("Nobody was told (%s): %s", error, sentence)
            detail = {"day": day.day.isoformat(), "reason": str(error), "told": sentence}
            with suppress(NotRecorded):  # the day is settled, and that is on record
                entry = Entry(EntryKind.SUMMARY_NOT_DELIVERED, channel=channel, detail=detail, outcome="not delivered")
                await self._ledger.note(entry, at=self._clock())
            return False
        return True

    async def _settle(self, day: Day, state: DayState, reason: str = "", **detail: str | int) -> bool:
        channel, at = self._schedule.channel, self._clock()
        settled = await self._ledger.settle_day(day, state, at=at, reason=reason, channel=channel, **detail)
        if settled and reason:
            log.warning("The summary of %s is %s. %s", day.day, state, reason)
        return settled


def _advice(code: str) -> str:
    if code in CLOSED:
        return "Invite me there or change SUMMARY_CHANNEL."
    return "Whoever runs the bot has to mend that, or change SUMMARY_CHANNEL."
