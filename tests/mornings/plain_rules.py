"""Rules of segments as they are meant, and when and for whom they run: nothing of the bot's is used."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, time, timedelta
from functools import cache
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from tests.core.segment_rules.plain_evaluation import PlainShop

HOUR, DAY, MINUTE = timedelta(hours=1), timedelta(days=1), timedelta(minutes=1)
EACH_HOUR = "every hour"
SPENT, TWICE, SLEEPS, READS = (
    "spent over 60 in 14 days",
    "ordered at least 2 times in 1 month",
    "last ordered more than 9 days ago or never ordered",
    "accepts marketing or last ordered less than 5 days ago",
)
RULES: dict[str, dict[str, Any]] = {
    SPENT: {"kind": "spent", "how": "over", "amount": 600_000, "within": {"count": 14, "unit": "days"}},
    TWICE: {"kind": "ordered", "how": "at least", "times": 2, "within": {"count": 1, "unit": "months"}},
    SLEEPS: {
        "kind": "any",
        "parts": [
            {"kind": "last_ordered", "how": "more", "ago": {"count": 9, "unit": "days"}},
            {"kind": "never_ordered"},
        ],
    },
    READS: {
        "kind": "any",
        "parts": [
            {"kind": "accepts_marketing"},
            {"kind": "last_ordered", "how": "less", "ago": {"count": 5, "unit": "days"}},
        ],
    },
}
"""Rules in words, and as they are meant."""


class Rule(NamedTuple):
    """What a segment follows by a change since a time: its words, and when it runs (``06:00``, each hour, or never)."""

    words: str
    runs: time | str
    change: int
    since: datetime

    def slots(self, after: datetime, until: datetime, zone: ZoneInfo) -> Iterator[datetime]:
        """The times after one and up to another at which it is to run."""
        hour = after.replace(minute=0, second=0, microsecond=0)
        while hour <= until:
            yield from (slot for slot in slots_in(self.runs, hour, zone) if after < slot <= until)
            hour += HOUR

    def latest(self, now: datetime, zone: ZoneInfo) -> datetime | None:
        """The latest of these times."""
        return max(self.slots(now - 2 * DAY, now, zone), default=None)


@cache
def slots_in(runs: time | str, hour: datetime, zone: ZoneInfo) -> tuple[datetime, ...]:
    """The slots of a schedule in an hour: each of its minutes is looked at."""
    return tuple(hour + past * MINUTE for past in range(60) if is_slot(runs, hour + past * MINUTE, zone))


def is_slot(runs: time | str, minute: datetime, zone: ZoneInfo) -> bool:
    """Whether this minute is one at which it is to run: of two that clocks show alike, the first."""
    if isinstance(runs, str):
        return runs == EACH_HOUR and minute.minute == 0
    shown = minute.astimezone(zone)
    if shown.time() == runs:
        return shown.fold == 0
    usual = minute + ((minute - DAY).astimezone(zone).utcoffset() or timedelta())
    return usual.time() == runs and not _is_shown(usual, zone)


def _is_shown(wall: datetime, zone: ZoneInfo) -> bool:
    """Whether clocks show this time at all."""
    aware = wall.replace(tzinfo=zone)
    return aware.astimezone(UTC).astimezone(zone).replace(tzinfo=None) == wall.replace(tzinfo=None)


class Wanted(NamedTuple):
    """Whom a rule surely wants in and out, whichever of some readings it went by; and whom by any of them."""

    inside: frozenset[int]
    out: frozenset[int]
    maybe_inside: frozenset[int]
    maybe_out: frozenset[int]

    @classmethod
    def by(cls, words: str, shops: Iterable[PlainShop], now: datetime, zone: ZoneInfo) -> "Wanted":
        """By the orders one by one."""
        rule, today = RULES[words], now.astimezone(zone).date()
        inside, out = list[frozenset[int]](), list[frozenset[int]]()
        for shop in shops:
            inside.append(frozenset(one.id for one in shop.customers if shop.belongs(rule, one, today, zone)))
            out.append(frozenset(one.id for one in shop.customers) - inside[-1])
        surely, maybe = frozenset[int].intersection, frozenset[int].union
        return cls(surely(*inside), surely(*out), maybe(*inside), maybe(*out))


def fits(size: int, joins: int, leaves: int, before: tuple[int, int]) -> bool:
    """Whether a run goes without a click: 10 % and 50 at most, in a day, and never to nobody."""
    limit = min(size // 10, 50)
    is_emptied = bool(leaves) and size + joins - leaves <= 0
    return (not joins or joins + before[0] <= limit) and (not leaves or leaves + before[1] <= limit) and not is_emptied
