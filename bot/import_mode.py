"""``segment-bot import``: plans an import as the person named, shows it, and has them asked in Slack to confirm it.

It proposes nothing itself. The request waits in the ledger, where a running bot finds it within a second, or the next
one that starts.
"""

import getpass
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from bot.bigcommerce import StoreError
from bot.core.answers import Answer, Cell, Delta, Sentence, Table, bare
from bot.core.command import Call, find
from bot.core.errors import Impossible, Refusal
from bot.core.invocation import FromShell
from bot.core.language.visible import visible
from bot.core.people import Place, Standing
from bot.core.planning.plan import Plan
from bot.core.uploads import Upload
from bot.engine.planner import Planned
from bot.ledger.opening import refuse_missing
from bot.settings import Settings
from bot.wiring import Bot, assemble, utc_now
from commands import GROUPS

COMMAND = "segment import"


@dataclass(frozen=True)
class Wanted:
    """What was typed in the shell. ``dry_run``: nothing is to come of it."""

    file: Path
    segment: str
    mode: str
    person: str
    column: str = ""
    dry_run: bool = False

    @property
    def call(self) -> Call:
        """The same as the form of the command would ask for."""
        values = {"segment": self.segment, "mode": self.mode, "column": self.column}
        upload = Upload(id=str(self.file), name=self.file.name).model_dump()
        return Call(find(GROUPS, COMMAND), {**{key: one for key, one in values.items() if one}, "file": upload})


class LocalFiles:
    """Files of this machine, by their paths."""

    @asynccontextmanager
    async def open(self, upload: Upload) -> AsyncIterator[BinaryIO]:
        """Open a file. Raises Impossible."""
        with _opened(Path(upload.id)) as file:
            yield file


def _opened(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except OSError as error:
        raise Impossible(f"{path} cannot be read: {error.strerror or error}.") from error


async def import_file(wanted: Wanted, settings: Settings, *, clock: Callable[[], datetime] = utc_now) -> int:
    """Plan it, show it, and have it confirmed. Return the exit status. Raises Refusal and CannotStart."""
    if not wanted.file.is_file():
        raise Refusal(f"There is no file {wanted.file}.")
    refuse_missing(settings.DATABASE)
    async with assemble(settings, GROUPS, clock=clock, run_due_every=None, uploads=LocalFiles()) as bot:
        await _refuse_strangers(bot, wanted.person)
        planned = await bot.engine.planner.plan(wanted.call, wanted.person)
        try:
            outcome = planned.result()
            if not isinstance(outcome, Plan):
                return _nothing_asked(outcome)
            need = await _need(bot, outcome, wanted.person)
        except (Refusal, StoreError) as error:
            raise Refusal(_for_shell(error)) from error
        _show(planned.preview or Answer(outcome.headline))
        print(need)
        if wanted.dry_run:
            print("This was a dry run: nothing was requested.")
            return 0
        await _ask(bot, wanted, outcome, planned)
        print(await _what_comes(bot, wanted.person, settings.APPROVAL_HOURS))
        return 0


async def _refuse_strangers(bot: Bot, person: str) -> None:
    actor = await bot.engine.planner.directory.actor(person)
    if actor.standing is Standing.STRANGER:
        raise Refusal(f"{person} is no member of this Slack workspace.")


def _for_shell(error: Exception) -> str:
    hint = " Name it with --column." if isinstance(error, Refusal) and error.field == "column" else ""
    return f"{visible(bare(str(error)))}{hint}"


async def _need(bot: Bot, plan: Plan, person: str) -> str:
    """Say what it needs before it runs. Raises NotAllowed if nobody could approve it."""
    approvers = bot.engine.proposing.approvers
    need, _ = await approvers.need(plan, person)
    await approvers.deciders(need, person)
    return f"It {need.why}." if need.approvals else "It needs no approval."


async def _ask(bot: Bot, wanted: Wanted, plan: Plan, planned: Planned) -> None:
    """Put the request on record for a running bot, which asks the person named."""
    process = bot.engine.process
    request = FromShell(
        id=f"shell-{secrets.token_hex(16)}",
        actor=wanted.person,
        place=Place(is_shell=True),
        command=COMMAND,
        said=planned.trace.recorded_text,
        values=planned.values or {},
        headline=plan.headline,
        remarks=(*plan.warnings, *plan.remarks),
        login=_login(),
    )
    detail = {"said": request.said, "login": request.login}
    await process.ledger.invocations.record(request, owner=process.owner, at=process.clock(), detail=detail)


async def _what_comes(bot: Bot, person: str, hours: float) -> str:
    process, within = bot.engine.process, f"within {hours:g} {'hour' if hours == 1 else 'hours'}"
    if await process.ledger.leases.others_live(owner=process.owner, now=process.lease_time()):
        return f"{person} is asked in Slack to confirm this, {within}. Nothing is requested before."
    return f"No bot is running. The next one that starts asks {person} in Slack to confirm this, {within}."


def _login() -> str:
    with suppress(KeyError, OSError):  # no such user in the system's list
        return getpass.getuser()
    return ""


def _nothing_asked(outcome: object) -> int:
    """Show why there is nothing to ask for; return the exit status."""
    answer = outcome if isinstance(outcome, Answer) else Answer("There is nothing to do.")
    _show(answer)
    return 1 if answer.refuses else 0


def _show(answer: Answer) -> None:
    """Print a preview: its title, its table, and what comes of it."""
    lines = [answer.title]
    for table in (part for part in answer.parts if isinstance(part, Table)):
        rows = [table.columns, *(tuple(map(_text, row)) for row in table.rows)]
        widths = [max(len(row[at]) for row in rows) for at in range(len(table.columns))]
        lines += [f"{table.caption}:", *("  ".join(map(str.ljust, row, widths)).rstrip() for row in rows)]
    lines += [part.text for part in answer.parts if isinstance(part, Sentence) and not part.quiet]
    print("\n".join(visible(bare(line)) for line in lines))


def _text(cell: Cell) -> str:
    value = cell.by if isinstance(cell, Delta) else cell
    return f"{value:,}" if isinstance(value, int) else value or ""
