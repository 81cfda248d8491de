"""A Ledger on an open database."""

from bot.ledger.ledger import Ledger
from bot.ledger.sql.audit_log import SqlAuditLog
from bot.ledger.sql.changes import SqlChanges
from bot.ledger.sql.database import Database
from bot.ledger.sql.dues import SqlDues
from bot.ledger.sql.facts import SqlFacts
from bot.ledger.sql.history import SqlHistory
from bot.ledger.sql.home_tabs import SqlHomeTabs
from bot.ledger.sql.invocations import SqlInvocations
from bot.ledger.sql.leases import Releases, SqlLeases
from bot.ledger.sql.segment_rules import SqlSegmentRules
from bot.ledger.sql.summary_runs import SqlSummaryRuns


def ledger_on(database: Database) -> Ledger:
    """Build a ledger on an open database."""
    releases = Releases(database)
    return Ledger(
        changes=SqlChanges(database),
        invocations=SqlInvocations(database),
        leases=SqlLeases(database, releases),
        audit=SqlAuditLog(database),
        summaries=SqlSummaryRuns(database),
        history=SqlHistory(database),
        home_tabs=SqlHomeTabs(database, releases),
        facts=SqlFacts(database, releases),
        segment_rules=SqlSegmentRules(database),
        dues=SqlDues(database),
        storage=database,
    )
