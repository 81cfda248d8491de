"""Random shops with random rules of segments, over the whole road: the store at HTTP, what is read of it, the chat.

After each run exactly those are in the segment whom a slow and plain evaluation of the store's own tables finds.
"""

import random
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

import pytest

from bot.bigcommerce import MONEY, Segment
from bot.core.approval.changes import State
from bot.core.segment_rules import describe
from bot.core.segment_rules.rule import (
    STORED,
    AcceptsMarketing,
    All,
    Any_,
    HasAttribute,
    HowMuch,
    InCountry,
    InGroup,
    InSegment,
    LastOrdered,
    NeverOrdered,
    Not,
    Ordered,
    Period,
    Registered,
    Rule,
    Spent,
)
from bot.core.segment_rules.vocabulary import Named, Vocabulary
from bot.engine.facts.reading import FactsReading
from tests.core.segment_rules.plain_store import plain_shop
from tests.engine.test_facts import KilledError, kill_after
from tests.engines import ENGINES, Engine
from tests.harness import World, world

PIECES, EACH, QUICK = 50, 20, 2
"""A deep run has so many pieces of so many shops; a quick one so many shops, on each engine."""
ZONES = ("Europe/Berlin", "America/New_York", "Pacific/Kiritimati", "Asia/Kolkata", "Pacific/Marquesas")
SEGMENTS, GROUPS, TIERS, COUNTRIES = (
    ("Gold", "Loyal", "Staff"),
    ("Trade and Co", "Retail"),
    ("Gold", "a, b"),
    ("DE", "AT", "IN", "US"),
)
PAGE = 250


@dataclass
class Scene:
    """One world, in which one segment after the other follows a rule."""

    world: World
    dealt: random.Random
    zone: ZoneInfo
    people: list[int] = field(default_factory=list)
    emails: dict[int, str] = field(default_factory=dict)
    orders: list[int] = field(default_factory=list)
    changes_asked: int = 0

    def act(self, act: str, **fields: Any) -> Any:
        return self.world.store.act(act, **fields)

    def vocabulary(self) -> Vocabulary:
        rows = self.world.store.shop.rows
        return Vocabulary(
            [Segment(id=row["id"], name=row["name"]) for row in rows("SELECT id, name FROM segments")],
            [Named(row["id"], row["name"]) for row in rows("SELECT id, name FROM customer_groups")],
            [Named(row["id"], row["name"]) for row in rows("SELECT id, name FROM attributes")],
        )

    # what happens in the shop

    def registers(self) -> None:
        email = f"shopper{len(self.emails)}@example.org"
        self.people.append(self.world.register(email))
        self.emails[self.people[-1]] = email
        if self.dealt.random() < 0.6:
            self.world.give_profiles(email)
            for name in SEGMENTS:
                if self.dealt.random() < 0.4:
                    self.world.join(name, email)

    def buys(self) -> None:
        told = {
            "customer_id": self.dealt.choice([*self.people, 0]),
            "total": f"{self.dealt.choice([0, 10, 25, 25.5, 49.99, 50, 100])}",
            "status_id": self.dealt.choice([0, 1, 2, 4, 5, 6, 10, 11, 14]),
            "rate": self.dealt.choice(["1", "1", "0.5", "4"]),
        }
        self.orders.append(self.act("place_order", **told)["order_id"])

    def changes(self) -> None:
        who = self.dealt.choice(self.people)
        acts: list[Callable[[], Any]] = [
            lambda: self.act("set_attribute", customer_id=who, name="Tier", value=self.dealt.choice(["gold", *TIERS])),
            lambda: self.act("set_attribute", customer_id=who, name="Size", value=self.dealt.choice(TIERS)),
            lambda: self.act("change_customer", customer_id=who, group=self.dealt.choice(["", *GROUPS])),
            lambda: self.act(
                "change_customer",
                customer_id=who,
                countries=self.dealt.sample(COUNTRIES, self.dealt.randint(0, 2)),
            ),
            lambda: self.act(
                "subscribe",
                email=self.emails[who],
                consents=self.dealt.choice([["marketing_newsletter"], ["abandoned_cart"]]),
            ),
        ]
        if self.orders:
            order = self.dealt.choice(self.orders)
            acts += [
                lambda: self.act("change_order", order_id=order, status_id=self.dealt.choice([2, 4, 5, 10])),
                lambda: self.act("change_order", order_id=order, refunded=str(self.dealt.choice([0, 5, 10]))),
            ]
        self.dealt.choice(acts)()

    def passes(self) -> None:
        """Time passes, at times to the edge of a day."""
        clock = self.world.clock
        if self.dealt.random() < 0.3:
            day = clock().astimezone(self.zone).date() + timedelta(days=self.dealt.randint(1, 3))
            edge = datetime.combine(day, time(), self.zone) + timedelta(seconds=self.dealt.choice([-1, 0, 1]))
            clock.forward(seconds=max(0.0, (edge - clock()).total_seconds()))
        else:
            clock.forward(hours=self.dealt.randint(0, 90))

    def happens(self, many: int) -> None:
        for _ in range(many):
            act = self.dealt.choice([self.buys, self.buys, self.buys, self.changes, self.registers, self.passes])
            act()

    def opens(self) -> None:
        """The shop as it is at first: a few people of its own beside those who are always there."""
        self.world.put(*SEGMENTS)
        for _ in range(self.dealt.randint(1, 8)):
            self.registers()
        for name, value in (("Tier", "Gold"), ("Size", "a, b")):
            self.act("set_attribute", customer_id=self.people[0], name=name, value=value)
        for group in GROUPS:
            self.act("change_customer", customer_id=self.people[0], group=group)
        self.happens(self.dealt.randint(5, 60))

    def is_cleared(self) -> None:
        """At times something is deleted, which is seen within a week."""
        if self.dealt.random() < 0.3:
            gone = self.people[1 : 1 + self.dealt.randint(0, 2)]
            self.people = [one for one in self.people if one not in gone]
            for who in gone:
                self.act("delete_customer", customer_id=who)
            for order in self.orders[: self.dealt.randint(0, 4)]:
                self.act("change_order", order_id=order, is_deleted=True)
            self.world.clock.forward(days=8)

    # a run

    async def refuses(self, rule: Rule) -> None:
        """A rule that leaves out whoever is in its own segment would put out today whom it puts in tomorrow."""
        before = plain_shop(self.world.store).members[self.gold]
        await self.world.type(f"/segment rule Gold {describe(rule, self.vocabulary())}")
        assert "can't leave out who is in Gold" in self.world.whisper()
        assert plain_shop(self.world.store).members[self.gold] == before

    async def reads(self) -> None:
        """The bot reads what is due; it is killed between pages at times, and goes on."""
        assert self.world.bot
        engine = self.world.bot.engine
        while self.dealt.random() < 0.6:
            with suppress(KilledError):
                reading = FactsReading(engine.process, self.world.bot.store, kill_after(self.dealt.randint(1, 4)))
                await reading.bring_up_to_date()
                return
            self.happens(self.dealt.randint(0, 2))
        await FactsReading(engine.process, self.world.bot.store).bring_up_to_date()

    async def runs(self, rule: Rule) -> None:
        """Ana lets Gold follow the rule, Ben approves, and whoever belongs is in it."""
        await self.reads()
        words = describe(rule, self.vocabulary())
        shop, today, gold = plain_shop(self.world.store), self.world.clock().astimezone(self.zone).date(), self.gold
        plain = STORED.dump_python(rule, mode="json")
        wanted = {one.id for one in shop.customers if shop.belongs(plain, one, today, self.zone)}
        await self.world.type(f"/segment rule Gold {words}")
        told = self.world.whisper()
        if "Nothing to do" not in told:
            self.changes_asked += 1
            change = await self.world.change(self.changes_asked)
            if change.state is State.WAITING:
                await self.world.press("Start Rule", by="ben", change=change.number)
            assert (await self.world.change(change.number)).state is State.DONE, (words, told)
        assert plain_shop(self.world.store).members[gold] == wanted, (words, shop.members[gold], told)

    @property
    def gold(self) -> str:
        return self.world.id_of("Gold")


class Rules:
    """Draws rules."""

    def __init__(self, dealt: random.Random, words: Vocabulary) -> None:
        self.dealt = dealt
        self.segments = [one.id for one in words.segments]
        self.groups = [one.id for one in words.groups]
        self.attributes = [one.id for one in words.attributes if one.name in ("Tier", "Size")]

    def some(self, values: Sequence[Any]) -> tuple[Any, ...]:
        return tuple(self.dealt.sample(values, min(len(values), self.dealt.randint(1, 2))))

    def period(self) -> Period:
        unit: Literal["days", "months"] = self.dealt.choice(["days", "days", "months"])
        return Period(count=self.dealt.randint(1, 40) if unit == "days" else self.dealt.randint(1, 4), unit=unit)

    def rule(self, depth: int = 2) -> Rule:
        kind = self.dealt.random()
        if not depth or kind < 0.4:
            return self.condition()
        if kind < 0.55:
            return Not(part=self.rule(depth - 1))
        parts = tuple(self.rule(depth - 1) for _ in range(self.dealt.randint(2, 3)))
        return All(parts=parts) if kind < 0.8 else Any_(parts=parts)

    def condition(self) -> Rule:
        pick, within = self.dealt.choice, self.period() if self.dealt.random() < 0.8 else None
        how: HowMuch = pick(["over", "under", "at least", "at most"])
        drawn: list[Callable[[], Rule]] = [
            lambda: Spent(how=how, amount=pick([0, 25, 50, 100, 500]) * MONEY, within=within),
            lambda: Ordered(how=how, times=pick([0, 1, 2, 5]), within=within),
            lambda: LastOrdered(how=pick(["more", "less"]), ago=self.period()),
            lambda: NeverOrdered(),
            lambda: Registered(how=pick(["in", "before"]), ago=self.period()),
            lambda: InGroup(group_ids=self.some(self.groups)),
            lambda: InCountry(countries=self.some(COUNTRIES)),
            lambda: HasAttribute(attribute_id=pick(self.attributes), values=self.some(TIERS)),
            lambda: AcceptsMarketing(),
            lambda: InSegment(segment_ids=self.some(self.segments)),
        ]
        return pick(drawn)()


def leaves_out(segment_id: str, rule: dict[str, Any], *, negated: bool = False) -> bool:
    """Return whether a rule, as it is stored, names this segment under an odd number of "not"."""
    negated ^= rule["kind"] == "not"
    parts = [*rule.get("parts", ()), *([rule["part"]] if "part" in rule else ())]
    return (negated and segment_id in rule.get("segment_ids", ())) or any(
        leaves_out(segment_id, part, negated=negated) for part in parts
    )


async def check(folder: Path, engine: Engine, number: int) -> None:
    dealt = random.Random(f"rules {number}")
    zone = dealt.choice(ZONES)
    async with world(folder, customers=dealt.choice([8, 20, PAGE + 10]), engine=engine, TIMEZONE=zone) as made:
        scene = Scene(made, dealt, ZoneInfo(zone))
        scene.opens()
        drawn = Rules(dealt, scene.vocabulary())
        rule = drawn.rule()
        while leaves_out(scene.gold, STORED.dump_python(rule, mode="json")):
            await scene.refuses(rule)
            rule = drawn.rule()
        await scene.runs(rule)
        scene.happens(dealt.randint(1, 25))
        scene.is_cleared()
        await scene.runs(rule)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """The pieces of a deep run can be run one by one: ``-k piece-7``."""
    pieces = range(PIECES) if metafunc.config.getoption("--deep") else (0,)
    metafunc.parametrize("piece", pieces, ids="piece-{}".format)


@pytest.mark.parametrize("engine", ENGINES, ids=lambda engine: engine.__name__)
async def test_whoever_belongs_is_in_the_segment(tmp_path: Path, engine: Engine, piece: int, deep: bool) -> None:
    for number in range(EACH if deep else QUICK):
        folder = tmp_path / str(number)
        folder.mkdir()
        await check(folder, engine, piece * EACH + number)
