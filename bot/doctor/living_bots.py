"""The check of the bots that live on a ledger: how many, since when, and of which versions."""

from collections.abc import Iterator, Sequence
from zoneinfo import ZoneInfo

from bot.core.language.phrases import and_list, counted
from bot.core.language.time_expressions import format_time
from bot.doctor.case import Case
from bot.doctor.findings import Finding
from bot.ledger.ports.checkup import Checkup
from bot.ledger.ports.leases import LivingProcess
from bot.ledger.sql.schema_version import SCHEMA

MOST_BOTS = 5
"""More of them would have less of the store's limit than one needs, and Slack takes ten connections an app."""


async def look_at_bots(case: Case, checkup: Checkup) -> Sequence[Finding]:
    """Look at who lives on the ledger; a deploy that was left half done shows here."""
    bots = await checkup.ledger.leases.living(case.lease_time())
    if not bots:
        return (Finding("None lives on the ledger."),)
    zone = case.settings.TIMEZONE
    return (*faults_of(bots, zone),) or (Finding(f"{_some(len(bots))}: {_described(bots, zone)}."),)


def faults_of(bots: Sequence[LivingProcess], zone: ZoneInfo) -> Iterator[Finding]:
    """Yield what has to be mended of those who live."""
    if len(bots) > MOST_BOTS:
        told = f"{_some(len(bots))}, and {MOST_BOTS} at most can share a ledger: {_described(bots, zone)}."
        yield Finding(told, f"Stop all but {MOST_BOTS} of them.")
    if kept_out := [one for one in bots if not one.may_write]:
        told = f"{_some(len(kept_out), 'too old to write to the ledger')}: {_described(kept_out, zone)}."
        yield Finding(told, "Start this version in its place.")
    if earlier := [one for one in bots if one.may_write and one.schema < SCHEMA]:
        told = f"{_some(len(earlier), 'of an earlier version')}: {_described(earlier, zone)}."
        yield Finding(told, "Finish the deploy: once a bot of this version is ready, stop those of earlier ones.")


def _some(count: int, which: str = "") -> str:
    return f"{' '.join(filter(None, (counted(count, 'bot'), which)))} {'lives' if count == 1 else 'live'}"


def _described(bots: Sequence[LivingProcess], zone: ZoneInfo) -> str:
    return and_list([_one(one, zone) for one in bots])


def _one(bot: LivingProcess, zone: ZoneInfo) -> str:
    since = f"since {format_time(bot.since, zone)}" if bot.since else "since a time not on record"
    return f"{since} (schema {bot.schema})"
