"""``segment-bot doctor``: says whether all is well, before the bot runs and while it does, and what to do."""

import argparse
import asyncio
import json
import logging
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from bot.core.language.visible import visible
from bot.settings import DOTENV

if TYPE_CHECKING:  # imported where it runs: it needs the whole bot
    from bot.doctor.findings import Finding


def add_to(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--json", action="store_true", help='print [{"check", "ok", "told", "fix"}, …]')
    parser.add_argument("--sandbox", action="store_true", help="look at the sandbox that runs on this machine")
    parser.add_argument("--port", type=int, default=8000, help="the sandbox's port (default %(default)s)")
    parser.add_argument("--data", type=Path, default=Path(".sandbox"), help="the sandbox's data (default %(default)s)")
    parser.add_argument("--database", metavar="FILE|URL", help="where the ledger is (default: DATABASE, the sandbox's)")
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    database = {"DATABASE": options.database} if options.database else {}
    if not options.sandbox:
        return examine(os.environ | database, DOTENV, as_json=options.json)
    from bot.sandbox_mode import sandbox_environment

    environment = sandbox_environment(options.data, f"http://127.0.0.1:{options.port}")
    return examine(environment | database, None, as_json=options.json)


def examine(environment: Mapping[str, str], dotenv: Path | None, *, as_json: bool = False) -> int:
    """Print what every check finds; return 1 if something has to be mended."""
    from bot.doctor.examination import examine
    from bot.doctor.machine import Machine

    logging.disable(logging.WARNING)  # what the bot would log of all this is told by the checks
    try:
        results = asyncio.run(examine(environment, dotenv, Machine()))
    finally:
        logging.disable(logging.NOTSET)
    print(as_lines(results) if not as_json else _as_json(results))
    return 0 if all(one.ok for one in results) else 1


def _as_json(results: "Sequence[Finding]") -> str:
    keys = ("check", "ok", "told", "fix")
    return json.dumps([{key: getattr(one, key) for key in keys} for one in results], ensure_ascii=False, indent=2)


def as_lines(results: "Sequence[Finding]") -> str:
    """Write one line a finding, below it the fix where there is one, and last how many there are."""
    width = max(len(one.check) for one in results)
    lines = [line for one in results for line in _lines(one, width)]
    return "\n".join(map(visible, (*lines, _last_line(results))))


def _last_line(results: "Sequence[Finding]") -> str:
    faults, left = sum(not one.ok for one in results), sum(one.is_open for one in results)
    not_checked = f" Not checked: {left}." if left else ""
    if faults:
        return f"To mend: {faults}.{not_checked}"
    return f"Nothing to mend was found.{not_checked}" if left else "All is well."


def _lines(one: "Finding", width: int) -> list[str]:
    mark = "?   " if one.is_open else "ok  " if one.ok else "MEND"
    told = f"{mark}  {one.check:<{width}}  {one.told}"
    return [told, f"{'':{width + 8}}{one.fix}"] if one.fix else [told]
