"""Assembles the engine: production and tests use the same one."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.bigcommerce import Share, Store
from bot.core.approval.policy import Policy
from bot.core.approval.shown_change import random_nonce
from bot.core.command import Group
from bot.core.meters import NO_METERS, Meters
from bot.core.segment_rules.schedule import Daily
from bot.core.uploads import Uploads
from bot.engine.ack_priority import AckPriority
from bot.engine.answering import Answering
from bot.engine.approvers import Approvers
from bot.engine.authorization import Authority
from bot.engine.card_reconciler import CardReconciler
from bot.engine.change_runner import ChangeRunner
from bot.engine.clicks import Clicks
from bot.engine.confirmations import Confirmations
from bot.engine.covers import Covers
from bot.engine.daily_summary import DailySummary, Schedule
from bot.engine.decider import Decider
from bot.engine.due_requests import DueRequests
from bot.engine.emergency_notices import EmergencyNotices
from bot.engine.endings import Endings
from bot.engine.facts.upkeep import FactsUpkeep
from bot.engine.growing_waits import GrowingWaits
from bot.engine.home_tab.publisher import HomeTabPublisher
from bot.engine.home_tab.queries import HomeTabQueries
from bot.engine.housekeeper import Housekeeper
from bot.engine.intake import Intake
from bot.engine.patience import USUAL, Patience
from bot.engine.planner import Planner
from bot.engine.ports import Announcer, Directory
from bot.engine.process import USUAL_LEASE, Lease, Process, elapsed
from bot.engine.proposing import Proposing
from bot.engine.renewing import Renewing
from bot.engine.replies import Replies
from bot.engine.rule_runs import RuleRuns
from bot.engine.store_overview import StoreOverviewCache
from bot.ledger.ledger import Ledger

UTC, MORNING = ZoneInfo("UTC"), Daily(at=time(8))


@dataclass(frozen=True)
class Engine:
    """Everything that one process does: takes requests, answers them, runs approved changes, and does what is due."""

    process: Process
    announcer: Announcer
    planner: Planner
    home_tabs: HomeTabPublisher
    decider: Decider
    proposing: Proposing
    answering: Answering
    clicks: Clicks
    intake: Intake
    gate: AckPriority
    housekeeper: Housekeeper

    async def stop(self) -> None:
        """Stop all running work; another process may resume it at once."""
        await self.process.stop()


def build_engine(
    *,
    groups: tuple[Group, ...],
    policy: Policy,
    ledger: Ledger,
    store: Store,
    announcer: Announcer,
    directory: Directory,
    uploads: Uploads,
    gate: AckPriority,
    clock: Callable[[], datetime],
    approval_time: timedelta,
    patience: Patience = USUAL,
    schedule: Schedule | None = None,
    zone: ZoneInfo = UTC,
    usual_schedule: Daily = MORNING,
    elapsed: Callable[[], float] = elapsed,
    lease: Lease = USUAL_LEASE,
    meters: Meters = NO_METERS,
    new_nonce: Callable[[], str] = random_nonce,
    share: Share | None = None,
) -> Engine:
    """Build an engine for this store and these people. Only its ChangeRunner gets the ``store`` to write to.

    ``patience``: how long people wait for the store. ``schedule``: when and where the summary is posted; None for no
    summary. ``zone``: the time zone in which the store's people count days.
    ``usual_schedule``: when rules of segments run for which nobody says it.
    ``elapsed``: seconds by a clock that only goes forward.
    ``lease``: how long the process keeps what it claims. ``meters`` count what it does. ``new_nonce``: returns the
    nonce of each new change. ``share``: what this process may send to the ``store`` at once, if there are others.
    """
    process = Process.named_at_random(ledger, clock, elapsed, lease, meters, share)
    facts = FactsUpkeep(process, store, patience=patience.rule)
    planner = Planner(
        process, groups, policy, store, directory, zone, uploads, facts, usual_schedule, patience.question
    )
    approvers = Approvers(process, policy, directory)
    overviews = StoreOverviewCache(process, store, zone=zone, patience=patience.home)
    home_tabs = HomeTabPublisher(process, announcer, HomeTabQueries(policy, ledger, directory), overviews)
    cards = CardReconciler(process, announcer, home_tabs, EmergencyNotices(process, directory))
    authority = Authority(process, approvers, cards.wake)
    runner = ChangeRunner(process, store, authority, moved=cards.wake)
    covers = Covers(process, planner, approvers)
    renewing = Renewing(process, planner, approvers, covers, cards, approval_time)
    decider = Decider(process, planner, approvers, authority, renewing, runner, cards)
    replies = Replies(process, announcer)
    proposing = Proposing(
        process, groups, approvers, covers, authority, runner, cards, announcer, replies, approval_time, new_nonce
    )
    clicks = Clicks(process, authority, announcer, cards)
    confirmations = Confirmations(process, planner, proposing, replies, announcer, approval_time)
    dues = DueRequests(process)
    answering = Answering(process, gate, planner, decider, proposing, replies, announcer, clicks, confirmations, dues)
    housekeeper = Housekeeper(
        process=process,
        authority=authority,
        answering=answering,
        proposing=proposing,
        decider=decider,
        renewing=renewing,
        runner=runner,
        cards=cards,
        confirmations=confirmations,
        facts=facts,
        rule_runs=RuleRuns(process, answering, dues, zone),
        endings=Endings(process, answering, dues),
        waits=GrowingWaits(clock),
        summary=DailySummary(process, schedule, store, announcer) if schedule else None,
    )
    return Engine(
        process=process,
        announcer=announcer,
        planner=planner,
        home_tabs=home_tabs,
        decider=decider,
        proposing=proposing,
        answering=answering,
        clicks=clicks,
        intake=Intake(process, gate, planner, answering, replies, clicks),
        gate=gate,
        housekeeper=housekeeper,
    )
