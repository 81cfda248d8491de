"""What a Command is given beside its arguments."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from bot.core.approval.changes_reader import ChangesReader
from bot.core.approval.policy import Policy
from bot.core.audit.audit_reader import AuditReader
from bot.core.audit.trace import Findings
from bot.core.people import Actor
from bot.core.segment_rules.facts import FactsReader
from bot.core.segment_rules.schedule import Daily
from bot.core.store_view.cached_shop import Shop
from bot.core.summary.history import HistoryReader
from bot.core.uploads import Uploads


@dataclass(frozen=True)
class Context:
    """What a Command may read: the store, the record, the policy, the time, and the person who asks.

    ``findings`` collects for the log what words resolved to; the ``shop`` adds to it. ``now`` is in UTC; ``zone`` is
    the team's time zone. ``group_names`` fetches the names of Slack's user groups, by id; ``locale`` that of the
    person, and ``person`` who they are; ``people_called`` looks people up by name. ``uploads`` opens the files that
    people bring. ``facts`` are what rules of segments go by; ``read_facts`` has them read, and waits a moment for it;
    rules run on the ``usual_schedule`` where nobody says another. ``until``: those whom it adds are taken out again
    then; None: they stay.
    """

    actor: str
    shop: Shop
    findings: Findings
    changes: ChangesReader
    audit: AuditReader
    policy: Policy
    group_names: Callable[[], Awaitable[Mapping[str, str]]]
    locale: Callable[[], Awaitable[str]]
    person: Callable[[], Awaitable[Actor]]
    people_called: Callable[[str], Awaitable[Mapping[str, str]]]
    history: HistoryReader
    facts: FactsReader
    read_facts: Callable[[], Awaitable[None]]
    usual_schedule: Daily
    uploads: Uploads
    now: datetime
    zone: ZoneInfo
    until: datetime | None = None

    @property
    def today(self) -> date:
        """Today's date in the team's time zone."""
        return self.now.astimezone(self.zone).date()
