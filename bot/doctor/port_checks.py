"""Checks of the addresses that the bot listens on: for Slack in HTTP mode, and for probes."""

import errno
from collections.abc import Sequence

import aiohttp

from bot.doctor.case import Case
from bot.doctor.findings import Check, Finding
from bot.serving import try_to_listen
from bot.settings import ONE_PORT

_REACHED = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - it asks there, and does not listen
"""Where what listens on all addresses is reached from this machine."""


async def _slacks(case: Case) -> Sequence[Finding]:
    if case.settings.SLACK_APP_TOKEN:
        return (Finding("None is needed for Slack: Socket Mode."),)
    return (await _port(case, case.settings.HOST, case.settings.PORT),)


async def _probes(case: Case) -> Sequence[Finding]:
    if case.settings.HEALTH_PORT is None:
        return (Finding("None is set for probes."),)
    if case.settings.has_one_port_twice and not case.settings.SLACK_APP_TOKEN:
        return (Finding(ONE_PORT, "Set HEALTH_PORT to another port than PORT."),)
    return (await _port(case, case.settings.HEALTH_HOST, case.settings.HEALTH_PORT, "HEALTH_"),)


async def _port(case: Case, host: str, port: int, prefix: str = "") -> Finding:
    """Look whether it is free, or the bot's already. ``prefix``: of the names of its settings."""
    try:
        await try_to_listen(host, port)
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            told = f"The bot cannot listen on {host}:{port} ({error.strerror})."
            fix = f"Set {prefix}HOST to an address of this machine, and {prefix}PORT to 1024 or above."
            return Finding(told, fix)
        if await _is_bot(case, _REACHED.get(host, host), port):
            return Finding(f"The bot listens on {host}:{port}.")
        return Finding(f"Another program listens on {host}:{port}.", f"Stop it, or set {prefix}PORT to another one.")
    return Finding(f"{host}:{port} is free.")


async def _is_bot(case: Case, host: str, port: int) -> bool:
    named = f"[{host}]" if ":" in host else host
    try:
        async with case.slack.session.get(f"http://{named}:{port}/healthz") as response:
            return bool((await response.json(content_type=None)).keys() == {"ok"})
    except (aiohttp.ClientError, TimeoutError, ValueError, AttributeError):
        return False


PORT_CHECKS = (Check("port", _slacks), Check("port", _probes))
