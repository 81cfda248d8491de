"""Checks of this machine's clock, against the Date of Slack's and the store's answers, and the database's clock."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

from bot.core.language.phrases import duration
from bot.doctor.case import Case
from bot.doctor.findings import Check, Finding, NotChecked
from bot.doctor.machine import Machine

MOST_APART = timedelta(minutes=1)
"""What Slack signed more than five minutes ago is refused; what expires, and the summary, go by the clock."""
_SET = "Set this machine's clock by the network, as with `timedatectl set-ntp true`."


async def _slacks(case: Case) -> Sequence[Finding]:
    return (compare(case.machine, "Slack's", (await case.slack.signed_in()).headers),)


async def _stores(case: Case) -> Sequence[Finding]:
    return (compare(case.machine, "the store's", (await case.store.reached()).headers),)


async def _databases(case: Case) -> Sequence[Finding]:
    if case.settings.ledger_file:
        return ()
    return (apart(case.machine, "the database's", (await case.server.seen()).time),)


def compare(machine: Machine, whose: str, headers: Mapping[str, str]) -> Finding:
    """Compare the machine's clock with the date of an answer. Raises NotChecked if it has none."""
    try:
        return apart(machine, whose, parsedate_to_datetime(headers.get("date", "")))
    except ValueError as error:
        raise NotChecked(f"{whose} answer has no date.") from error


def apart(machine: Machine, whose: str, time: datetime) -> Finding:
    """Compare the machine's clock with another's time."""
    ahead = machine.clock() - time
    if abs(ahead) > MOST_APART:
        way = "ahead of" if ahead > timedelta() else "behind"
        return Finding(f"This machine's clock is {duration(abs(ahead))} {way} {whose}.", _SET)
    return Finding(f"It agrees with {whose}.")


CLOCK_CHECKS = (Check("clock", _slacks), Check("clock", _stores), Check("clock", _databases))
