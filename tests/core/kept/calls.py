"""Whole lines as the bot understands them, with the names of a store: what is called, and what is asked or refused."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime

from bot.bigcommerce import NewSegment
from bot.core.answers import Offers, Sentence
from bot.core.command import Call
from bot.core.errors import Misuse, Question
from bot.core.questions import question_answer
from bot.core.resolution import resolve_for_form
from bot.core.store_view.cached_shop import Shop
from bot.core.understanding import understand
from bot.engine.planner import Planner
from bot.sandbox.store.resources import customers as store_customers
from commands import GROUPS
from tests.engine.bench import bench

PEOPLE = (
    ("ada@x.org", "Ada", "Byron"),
    ("ada2@x.org", "Ada", "Zander"),
    ("bo@x.org", "Bo", "Diddley"),
    ("cy@x.org", "Vera", "VIPs"),
)
SEGMENTS = ("vips", "VIPs Gold", "Gold", "Loyal", "Top", "Top 10", "Trick or Treat", "Not Yet", "Friday 9")
"""Beside those of the seeds."""
NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)


async def read_calls(texts: Iterable[str]) -> dict[str, str]:
    """What comes of each line."""
    async with bench(customers=20) as machine:
        machine.clock.now = NOON
        people = [{"email": email, "first_name": first, "last_name": last} for email, first, last in PEOPLE]
        store_customers.create(machine.store.shop, people)
        await machine.client.create_segments(*(NewSegment(name=name) for name in SEGMENTS))
        names = {one.id: f"<{one.name}>" async for one in machine.client.segments()}
        planner = replace(machine.engine.planner, patience=60)
        return {text: _told(await _read(planner, text), names) for text in texts}


async def _read(planner: Planner, text: str) -> str:
    try:
        call = understand(GROUPS, text)
    except Misuse as error:
        return _misuse(error)
    if not isinstance(call, Call):
        return f"Help: {[one.name for one in call.groups]} {call.command and call.command.path}"
    form, left_out = await resolve_for_form(call, Shop(planner.reader))
    in_form = f"{form.values} {left_out}" if call.words else ""
    planned = await planner.plan(call, "UBEN")
    told = planned.values if not isinstance(planned.outcome, Exception) else _error(call, planned.outcome)
    return f"{call.values} {call.words!r} / {told} / {planned.due_at} / {in_form}"


def _error(call: Call, error: Exception) -> str:
    if isinstance(error, Question):
        answer = question_answer(call.command, error)
        told = [part.text for part in answer.parts if isinstance(part, Sentence)]
        offers = [offer for part in answer.parts if isinstance(part, Offers) for offer in part.offers]
        return " ".join(
            (answer.title, *told, *(f"[{one.label}: {one.words}]" for one in offers), f"{error.field} {error.for_log}")
        )
    return _misuse(error) if isinstance(error, Misuse) else f"{type(error).__name__}: {error}"


def _misuse(error: Misuse) -> str:
    instead = (f"[{one.label}: {one.line}]" for one in error.instead)
    return " ".join((f"{type(error).__name__}: {error}", *instead, f"{error.field} {error.for_log}"))


def _told(text: str, names: Mapping[str, str]) -> str:
    for id_, name in names.items():
        text = text.replace(id_, name)
    return text
