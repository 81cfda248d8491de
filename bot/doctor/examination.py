"""The whole examination: every check, in the order in which it is told."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from bot.doctor import settings_checks
from bot.doctor.case import Case, open_case
from bot.doctor.clock_checks import CLOCK_CHECKS
from bot.doctor.findings import Check, Finding, run
from bot.doctor.ledger_checks import LEDGER_CHECKS
from bot.doctor.machine import Machine
from bot.doctor.policy_checks import POLICY_CHECKS
from bot.doctor.port_checks import PORT_CHECKS
from bot.doctor.rule_checks import RULE_CHECKS
from bot.doctor.settings_checks import SETTINGS_CHECKS
from bot.doctor.slack_checks import SLACK_CHECKS
from bot.doctor.store_checks import STORE_CHECKS
from bot.settings import given

CHECKS = (
    *SETTINGS_CHECKS,
    *SLACK_CHECKS,
    *POLICY_CHECKS,
    *STORE_CHECKS,
    *RULE_CHECKS,
    *CLOCK_CHECKS,
    *LEDGER_CHECKS,
    *PORT_CHECKS,
)


async def examine(
    environment: Mapping[str, str], dotenv: Path | None, machine: Machine, checks: Sequence[Check[Case]] = CHECKS
) -> list[Finding]:
    """Return what the checks find. Faulty settings are all that is told: the other checks need them."""
    settings, faults = settings_checks.read(environment, dotenv)
    if settings is None:
        return faults
    async with open_case(settings, given(environment, dotenv), dotenv, machine) as case:
        return [*faults, *await run(checks, case)]
