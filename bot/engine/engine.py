"""Assembles the engine: production and tests use the same one."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

from bot.bigcommerce import Store
from bot.core.approval.policy import Policy
from bot.core.approval.shown_change import random_nonce
from bot.core.command import Group
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
from bot.engine.process import Process
from bot.engine.proposing import Proposing
from bot.engine.renewing import Renewing
from bot.engine.replies import Replies
from bot.engine.rule_runs import RuleRuns
from bot.engine.store_overview import StoreOverviewCache


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
    process: Process,
    *,
    groups: tuple[Group, ...],
    policy: Policy,
    store: Store,
    announcer: Announcer,
    directory: Directory,
    uploads: Uploads,
    gate: AckPriority,
    approval_time: timedelta,
    zone: ZoneInfo,
    usual_schedule: Daily,
    schedule: Schedule | None,
    patience: Patience = USUAL,
    new_nonce: Callable[[], str] = random_nonce,
) -> Engine:
    """Build the engine of a ``process``. Only its ChangeRunner gets the ``store`` to write to.

    ``approval_time``: how long a change waits for approval. ``zone``: the time zone in which the store's people count
    days. ``usual_schedule``: when rules of segments run for which nobody says it. ``schedule``: when and where the
    summary is posted; None for no summary. ``patience``: how long people wait for the store. ``new_nonce``: returns the
    nonce of each new change.
    """
    facts = FactsUpkeep(process, store, patience=patience.rule)
    planner = Planner(
        process, groups, policy, store, directory, zone, uploads, facts, usual_schedule, patience.question
    )
    approvers = Approvers(process, policy, directory)
    overviews = StoreOverviewCache(process, store, zone=zone, patience=patience.home)
    home_tabs = HomeTabPublisher(process, announcer, HomeTabQueries(policy, process.ledger, directory), overviews)
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
        waits=GrowingWaits(process.clock),
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
