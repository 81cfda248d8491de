"""Checks of the settings: each fault that would stop the start, and what is likely meant otherwise."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path

from bot.doctor.case import Case
from bot.doctor.findings import Check, Finding
from bot.doctor.server_side import DRIVER
from bot.doctor.slack_checks import COPY_BOT, NEW_APP
from bot.health.metrics import LIBRARY
from bot.settings import Settings, WrongSettings, dotenv_file, given, load

NAME = "settings"
SIMILAR = 0.8
"""How much a name in ``.env`` is like that of a setting to be taken for a slip, from 0 to 1."""
_PEOPLE = (
    "Name member ids (U…) and user-group ids (S…), with commas; Slack shows them in a profile's or group's details."
)
_CHANNEL = "Copy the channel's id (C…), which Slack shows at the end of its details."
_FIXES = {
    "SLACK_BOT_TOKEN": COPY_BOT,
    "SLACK_APP_TOKEN": NEW_APP,
    "SLACK_SIGNING_SECRET": "Copy the Signing Secret from the app's page Basic Information.",
    "BIGCOMMERCE_STORE_HASH": "Copy what stands behind /stores/ in the path of the store's API account.",
    "BIGCOMMERCE_ACCESS_TOKEN": "Copy the access token of an API account with Customers: modify and Marketing: modify.",
    "DATABASE": "Name a file in a directory that is there.",
    "SEAL_KEY": "Make a key with `openssl rand -hex 32`.",
    "APPROVALS_CHANNEL": _CHANNEL,
    "SUMMARY_CHANNEL": _CHANNEL,
    "SUMMARY_TIME": "Write a time of day like 09:00.",
    "TIMEZONE": "Write a zone like Europe/Berlin.",
    "APPROVERS": _PEOPLE,
    "REQUESTERS": _PEOPLE,
    "POLICY": "Mend the file where it says; bot/README.md shows one.",
}
_SWAPPED = {"SLACK_BOT_TOKEN": ("xapp-", "SLACK_APP_TOKEN"), "SLACK_APP_TOKEN": ("xoxb-", "SLACK_BOT_TOKEN")}
_WORKBOOKS = "python_calamine", "Lists as .xlsx", "xlsx"
_METRICS = LIBRARY, "Metrics", "metrics"
_MODES = ("SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET")
_NO_MODE = Finding(
    "Neither SLACK_APP_TOKEN, for Socket Mode, nor SLACK_SIGNING_SECRET, for HTTP mode, is set.",
    NEW_APP,
    check=NAME,
)


def read(environment: Mapping[str, str], dotenv: Path | None) -> tuple[Settings | None, list[Finding]]:
    """Return the settings, or None and what is wrong with them."""
    try:
        typed = given(environment, dotenv)
    except WrongSettings as error:
        fix = f"Make {dotenv} a text file in UTF-8 that the bot's user can read."
        return None, [Finding(str(error), fix, check=NAME)]
    try:
        settings = load(environment=environment, dotenv=dotenv)
    except WrongSettings as error:
        found = [*_no_file(dotenv), *_slips(typed, dotenv), *(_fault(line, typed) for line in str(error).splitlines())]
        return None, [replace(one, check=NAME) for one in found]
    return settings, [] if any(typed.get(one) for one in _MODES) else [_NO_MODE]


def _no_file(dotenv: Path | None) -> Iterator[Finding]:
    if dotenv and not dotenv.exists():
        told = f"There is no file {dotenv} in {dotenv.absolute().parent}; all is read from the environment."
        yield Finding(told, "Write what is missing into that file, or into the environment.")


def _fault(line: str, typed: Mapping[str, str]) -> Finding:
    """Describe one line of what `load` says: the setting's name, what is wrong, and what the setting is."""
    name = line.partition(": ")[0]
    told = line.removesuffix(f" {getattr(Settings.model_fields.get(name), 'description', '')}.")
    prefix, other = _SWAPPED.get(name, ("-", ""))
    if typed.get(name, "").startswith(prefix):
        return Finding(told, f"It holds the other token of Slack: {name} and {other} are exchanged.")
    return Finding(told, _FIXES.get(name, f"Correct {name}; bot/README.md lists all settings."))


async def _settings(case: Case) -> Sequence[Finding]:
    return [*_slips(case.given, case.dotenv), *_unused(case)] or [Finding(_source(case))]


def _source(case: Case) -> str:
    has_file = case.dotenv and case.dotenv.exists()
    return f"Read from the environment{f' and {case.dotenv}' if has_file else '; there is no .env'}."


def _slips(typed: Mapping[str, str], dotenv: Path | None) -> Iterator[Finding]:
    """Yield the names in the file that are no setting's, and look like one that is not set."""
    left = sorted(Settings.model_fields.keys() - typed.keys())
    for name in dotenv_file(dotenv).values:
        if name not in Settings.model_fields and (meant := get_close_matches(name.upper(), left, 1, SIMILAR)):
            yield Finding(f"{dotenv} has {name}, which is no setting.", f"Call it {meant[0]}.")


def _unused(case: Case) -> Iterator[Finding]:
    if "SUMMARY_TIME" in case.given and not case.settings.SUMMARY_CHANNEL:
        yield Finding("SUMMARY_TIME is set, and no summary is posted.", "Set SUMMARY_CHANNEL to the channel's id (C…).")


async def _optional(case: Case) -> Sequence[Finding]:
    extras = (_WORKBOOKS, *((_METRICS,) if case.settings.HEALTH_PORT is not None else ()))
    return [*_driver(case), *(_extra(case, *one) for one in extras)]


def _driver(case: Case) -> Iterator[Finding]:
    if not case.settings.ledger_file and not case.machine.is_installed(DRIVER):
        yield Finding("A ledger on PostgreSQL: not installed.", "Type pip install 'segment-bot[postgres]'.")


def _extra(case: Case, module: str, what: str, extra: str) -> Finding:
    if case.machine.is_installed(module):
        return Finding(f"{what}: installed.")
    return Finding(f"{what}: not installed; if you want that, type pip install 'segment-bot[{extra}]'.")


async def _times(case: Case) -> Sequence[Finding]:
    settings, now = case.settings, case.machine.clock().astimezone(case.settings.TIMEZONE)
    summary = f", and the summary is due at {settings.SUMMARY_TIME:%H:%M}" if settings.SUMMARY_CHANNEL else ""
    return (Finding(f"It is {now:%H:%M} in {settings.TIMEZONE.key}{summary}."),)


SETTINGS_CHECKS = (Check(NAME, _settings), Check("time zone", _times), Check("extras", _optional))
