"""Facts are read from the store page by page, and kept as it is: whatever changes, whoever is killed in between."""

import json
import random
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, nullcontext, suppress
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from bot.bigcommerce import Contradiction, Forbidden, OrdersForbidden, ServerError, connect
from bot.bigcommerce import Store as Client
from bot.core.segment_rules.facts import CustomerFacts, Freshness, OrderSums
from bot.engine.facts.lists import email_key
from bot.engine.facts.reading import CHECKED_EVERY, FEW_GONE, OVERLAP, FactsReading, TooManyGone, report_nothing
from bot.engine.process import USUAL_LEASE, Process
from bot.ledger.ledger import Ledger
from bot.ledger.ports.facts import FactList, ReadElsewhere
from bot.ledger.sqlite.archives import SqliteArchives
from bot.ledger.sqlite.restoring import restore
from bot.sandbox.store import Store
from tests.carried import Carried
from tests.core.segment_rules.plain_store import customer_facts, parsed
from tests.direct import URL_OF_STORES, Direct
from tests.harness import Clock, no_wait
from tests.ledger.subject import SUBJECTS, SqliteSubject, Subject

PAGE = 250
MANY = 2 * PAGE + 10
LISTS = ("orders", "customers", "subscribers")


class KilledError(BaseException):
    """The process was killed."""


@dataclass
class Shop:
    """An emulated store, and a ledger that bots read it into."""

    store: Store
    client: Client
    subject: Subject
    clock: Clock
    _people: Iterator[int] = field(default_factory=lambda: count(1))

    def acts(self, act: str, **fields: Any) -> Any:
        return self.store.act(act, **fields)

    def registers(self, many: int = 1, **document: Any) -> list[int]:
        """New customers; their ids."""
        at, ids = self.store.shop.now(), [next(self._people) for _ in range(many)]
        rows = [(id_, f"Shopper{id_}@example.com", "", "", "", at, at, json.dumps(document)) for id_ in ids]
        columns = "id, email, first_name, last_name, folded, date_created, date_modified, document"
        self.store.shop.db.executemany(f"INSERT INTO customers ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)
        return ids

    def orders(self, many: int = 1, customer: int = 1, **fields: Any) -> list[int]:
        told = {"customer_id": customer, "total": "12.5", **fields}
        return [self.acts("place_order", **told)["order_id"] for _ in range(many)]

    @asynccontextmanager
    async def bot(self, report: Callable[..., None] = report_nothing) -> AsyncIterator[FactsReading]:
        """One more process, which lives."""
        async with self.subject.open() as ledger:
            process = Process.named_at_random(ledger, self.clock, self.clock.elapsed, USUAL_LEASE)
            await process.live()
            yield FactsReading(process, self.client, report)

    async def reads(self, report: Callable[..., None] = report_nothing) -> list[str]:
        """A process reads what is due, and ends; what it asked for."""
        before = len(self.store.requests())
        async with self.bot(report) as reading:
            await reading.bring_up_to_date()
            await reading.process.stop()
        return [one["path"].partition("/sandbox/")[2] for one in self.store.requests()[before:]]

    async def kept(self) -> tuple[list[OrderSums], list[CustomerFacts]]:
        async with self.subject.open() as ledger:
            sums = [one async for piece in ledger.facts.order_sums(None) for one in piece]
            return sums, [one async for piece in ledger.facts.customers() for one in piece]

    async def freshness(self) -> Freshness:
        async with self.subject.open() as ledger:
            return await ledger.facts.freshness()

    def true(self) -> tuple[list[OrderSums], list[CustomerFacts]]:
        """What the store's own tables say, counted plainly."""
        people, orders = self.store.shop.rows("SELECT * FROM customers"), self.store.shop.rows("SELECT * FROM orders")
        sales = [one for one in orders if one["status_id"] not in (0, 4, 5, 6) and not one["is_deleted"]]
        sums = []
        for one in people:
            own = [sale for sale in sales if sale["customer_id"] == one["id"]]
            if own:
                spent = sum(round((sale["total"] - sale["refunded"]) / float(sale["rate"])) for sale in own)
                sums.append(OrderSums(one["id"], len(own), spent, max(parsed(sale["date_created"]) for sale in own)))
        return sums, [customer_facts(self.store, one) for one in people]


@asynccontextmanager
async def opened(kind: type[Subject]) -> AsyncIterator[Shop]:
    clock = Clock()
    store = Store(":memory:", clock=clock.timestamp, sleep=no_wait)
    with kind.fresh() as subject:
        async with connect(
            URL_OF_STORES, "sandbox", "sandbox-token", sleep=no_wait, transport=Carried(Direct(store))
        ) as client:
            yield Shop(store, client, subject, clock)
    store.close()


@pytest.fixture(params=SUBJECTS, ids=lambda kind: kind.__name__)
async def shop(request: pytest.FixtureRequest) -> AsyncIterator[Shop]:
    async with opened(request.param) as made:
        yield made


@pytest.fixture
async def large(shop: Shop) -> Shop:
    """A shop with three pages of orders, customers and subscribers, since an hour."""
    shop.registers(MANY)
    for one in range(1, MANY + 1):
        shop.orders(customer=one)
        shop.acts("subscribe", email=f"shopper{one}@example.com")
    shop.clock.forward(hours=1)
    return shop


def listed(asked: Sequence[str]) -> dict[str, int]:
    """How many pages of each list were asked for."""
    return {which: sum(f"/{which}?" in one for one in asked) for which in LISTS}


# What is read


async def test_what_the_store_has_is_read_whole(large: Shop) -> None:
    asked = await large.reads()
    assert listed(asked) == dict.fromkeys(LISTS, 3)
    assert len(asked) == 3 * 3 + 1  # the orders are counted
    assert await large.kept() == large.true()
    assert await large.freshness() == Freshness(large.clock(), large.clock(), ())


async def test_nothing_that_names_anybody_is_kept(large: Shop) -> None:
    large.registers(addresses=[{"country_code": "DE", "street_1": "Unter den Linden", "city": "Berlin"}])
    await large.reads()
    async with large.subject.open() as ledger:
        storage: Any = ledger.storage
        tables = ("fact_reading", "order_facts", "customer_facts", "subscriber_facts")
        rows = [
            row
            for table in tables
            for row in await storage.read(lambda db, table=table: db.execute(f"SELECT * FROM {table}").fetchall())
        ]
    told = " ".join(str(value) for row in rows for value in tuple(row)).casefold()
    assert "de" in told.split()
    assert not [word for word in ("shopper", "example", "@", "linden", "berlin", "main street") if word in told]


async def test_later_only_what_was_modified_is_read(large: Shop) -> None:
    await large.reads()
    large.clock.forward(days=1)
    large.orders(2, customer=7)
    large.acts("change_order", order_id=1, status_id=5)
    large.acts("change_customer", customer_id=3, countries=["DE", "AT"], group="Wholesale")
    large.acts("set_attribute", customer_id=4, name="Tier", value="Gold")
    large.acts("subscribe", email="shopper5@example.com", consents=["abandoned_cart"])
    large.registers()
    asked = await large.reads()
    assert len(asked) == 5  # the orders and their count, subscribers, customers, attributes
    assert await large.kept() == large.true()
    assert (await large.freshness()).read_to == large.clock()


async def test_what_changed_in_the_second_of_a_reading_is_not_lost(shop: Shop) -> None:
    shop.store.set(least_dates="exclusive")
    shop.registers()
    await shop.reads()
    shop.orders()
    shop.acts("set_attribute", customer_id=1, name="Tier", value="Gold")
    await shop.reads()
    assert await shop.kept() == shop.true()


async def test_a_clock_that_is_ahead_for_some_minutes_loses_nothing(shop: Shop) -> None:
    shop.registers()
    minutes = OVERLAP.total_seconds() / 60 - 1
    shop.clock.forward(minutes=minutes)
    await shop.reads()
    shop.clock.forward(minutes=-minutes)
    shop.orders()
    await shop.reads()
    shop.clock.forward(minutes=minutes + 1)
    await shop.reads()
    assert await shop.kept() == shop.true()


async def test_after_a_clock_went_back_all_is_read_again(shop: Shop) -> None:
    shop.registers()
    await shop.reads()
    shop.clock.forward(hours=-2)
    shop.orders()
    await shop.reads()
    assert await shop.kept() == shop.true()


# What is deleted shows only when all is read


async def test_once_a_week_what_is_gone_is_forgotten(large: Shop) -> None:
    large.acts("set_attribute", customer_id=4, name="Tier", value="Gold")
    await large.reads()
    large.clock.forward(days=6)
    large.acts("change_order", order_id=9, is_deleted=True)
    large.acts("delete_customer", customer_id=3)
    large.acts("set_attribute", customer_id=4, name="Tier", value=None)
    large.acts("subscribe", email="shopper5@example.com", consents=[])
    before = await large.kept()
    await large.reads()
    assert await large.kept() == before
    large.clock.forward(days=1)
    await large.reads()
    assert await large.kept() == large.true()
    assert (await large.freshness()).checked_at == large.clock()
    async with large.subject.open() as ledger:
        assert (await ledger.facts.orphans()).ids == ()
        assert (await ledger.facts.outdated(FactList.ORDERS)).kept == MANY - 2


@pytest.mark.parametrize("how", ["left_out", "marked"])
async def test_an_order_that_was_deleted_does_not_count(shop: Shop, how: str) -> None:
    shop.store.set(deleted_orders=how)
    shop.registers()
    shop.orders(3)
    await shop.reads()
    shop.acts("change_order", order_id=2, is_deleted=True)
    shop.clock.forward(days=7)
    await shop.reads()
    assert await shop.kept() == shop.true()


@pytest.mark.parametrize("which", LISTS)
async def test_an_answer_that_lists_nobody_forgets_nothing(large: Shop, which: str) -> None:
    await large.reads()
    before = await large.kept()
    large.clock.forward(days=7)
    with hidden(large, which), pytest.raises((TooManyGone, Contradiction)):
        await large.reads()
    assert await large.kept() == before
    await large.reads()
    assert await large.kept() == before == large.true()


@contextmanager
def hidden(shop: Shop, table: str) -> Iterator[None]:
    """While it lasts, the store neither lists nor counts any of these."""
    db = shop.store.shop.db
    db.execute("PRAGMA foreign_keys=OFF")
    db.execute(f"CREATE TABLE aside AS SELECT * FROM {table}")
    db.execute(f"DELETE FROM {table}")
    yield
    db.execute(f"INSERT INTO {table} SELECT * FROM aside")
    db.execute("DROP TABLE aside")


async def test_where_few_are_left_out_all_of_them_are_kept(shop: Shop) -> None:
    """Five of five are few, and would leave nobody."""
    shop.registers(5)
    shop.orders(5)
    await shop.reads()
    shop.clock.forward(days=7)
    with hidden(shop, "orders"), pytest.raises(TooManyGone, match=r"Of 5 orders, the store does not list 5 any more\."):
        await shop.reads()
    assert await shop.kept() == shop.true()


async def test_more_than_a_tenth_is_gone_only_when_it_is_said_to_be(large: Shop) -> None:
    await large.reads()
    large.clock.forward(days=7)
    for one in range(1, MANY // 10 + 2):
        large.acts("change_order", order_id=one, is_deleted=True)
    with pytest.raises(TooManyGone, match="`segment-bot facts rebuild` reads everything anew"):
        await large.reads()
    async with large.bot() as reading:
        await reading.rebuild()
    assert await large.kept() == large.true()


async def test_a_rebuilding_that_was_left_is_begun_anew_where_too_many_are_gone(large: Shop) -> None:
    async with large.bot(kill_after(4)) as reading:  # the orders are read, and not all subscribers
        with pytest.raises(KilledError):
            await reading.rebuild()
        await reading.process.stop()
    large.clock.forward(days=7)
    for one in range(1, MANY // 10 + 2):
        large.acts("change_order", order_id=one, is_deleted=True)
    async with large.bot() as reading:
        with pytest.raises(TooManyGone, match="`segment-bot facts rebuild` reads everything anew"):
            await reading.rebuild()
        await reading.rebuild()
    assert await large.kept() == large.true()


async def test_a_few_may_be_gone_of_a_small_shop(shop: Shop) -> None:
    shop.registers(FEW_GONE + 1)
    await shop.reads()
    shop.clock.forward(days=7)
    for one in range(1, FEW_GONE + 1):
        shop.acts("delete_customer", customer_id=one)
    await shop.reads()
    assert await shop.kept() == shop.true()


async def test_orders_without_any_customers_are_a_contradiction(shop: Shop) -> None:
    shop.registers()
    shop.orders()
    with hidden(shop, "customers"), pytest.raises(Contradiction, match="lists no customers, and orders of theirs"):
        await shop.reads()
    await shop.reads()
    assert await shop.kept() == shop.true()


# What goes wrong


async def test_a_missing_scope_is_told_and_the_rest_is_read(shop: Shop) -> None:
    shop.registers(2)
    shop.orders()
    shop.store.scopes = {"store_v2_customers"}
    with pytest.raises(OrdersForbidden, match="Orders read-only"):
        await shop.reads()
    assert await shop.freshness() == Freshness(None, None, ("store_v2_orders_read_only",))
    assert (await shop.kept())[1] == shop.true()[1]
    shop.store.scopes = {"store_v2_customers", "store_v2_orders_read_only"}
    await shop.reads()
    assert await shop.kept() == shop.true()
    assert (await shop.freshness()).missing == ()


async def test_both_scopes_may_be_missing(shop: Shop) -> None:
    shop.registers()
    await shop.reads()
    before = await shop.kept()
    shop.store.scopes = set()
    shop.clock.forward(days=7)
    with pytest.raises(Forbidden):
        await shop.reads()
    assert (await shop.freshness()).missing == ("store_v2_orders_read_only", "store_v2_customers_read_only")
    assert await shop.kept() == before


async def test_a_store_that_breaks_off_is_read_on_from_there(large: Shop) -> None:
    fault = {"method": "GET", "path": "/customers", "status": 500, "times": 20}
    large.store.faults.add(**fault)
    with pytest.raises(ServerError):
        await large.reads()
    large.store.faults.clear()
    asked = await large.reads()
    assert listed(asked) == {"orders": 1, "subscribers": 1, "customers": 3 + 1}
    assert await large.kept() == large.true()


@pytest.mark.parametrize("times", [1, 99])
async def test_a_list_that_contradicts_itself_is_read_again_some_times(large: Shop, times: int) -> None:
    large.store.faults.add("GET", "/customers/subscribers", pages="twice", times=times)
    with nullcontext() if times == 1 else pytest.raises(Contradiction):
        await large.reads()
    large.store.faults.clear()
    await large.reads()
    assert await large.kept() == large.true()


async def test_one_bot_at_a_time_reads(large: Shop) -> None:
    async with large.bot() as other, large.bot() as reading:
        with suppress(KilledError):
            await FactsReading(reading.process, large.client, kill_after(1)).bring_up_to_date()
        state = await reading.process.ledger.facts.claim(owner=reading.process.owner, now=large.clock())
        assert state.of(FactList.ORDERS).under_way
        with pytest.raises(ReadElsewhere):
            await other.bring_up_to_date()


def kill_after(pages: int) -> Callable[..., None]:
    left = count(1)

    def report(*_: object) -> None:
        if next(left) == pages:
            raise KilledError

    return report


@pytest.mark.parametrize("pages", range(1, 10))
async def test_a_killed_reading_goes_on_at_its_page(large: Shop, pages: int) -> None:
    with pytest.raises(KilledError):
        await large.reads(kill_after(pages))
    asked = [one for one in await large.reads() if "v2/orders?" in one and "min_date_modified" not in one]
    left = [f"min_id={first}&" for first in (1, PAGE + 1, 2 * PAGE + 1)][pages:]
    left += [f"min_id={MANY + 1}&"] if pages == 3 else []  # whether it was the last one is asked again
    assert [next(one for one in left if one in page) for page in asked] == left
    assert await large.kept() == large.true()


async def test_a_dead_bots_facts_are_read_on_by_another(large: Shop) -> None:
    async with large.bot(kill_after(2)) as dead:
        ledger: Ledger = dead.process.ledger
        owner = dead.process.owner
        with pytest.raises(KilledError):
            await dead.bring_up_to_date()
        await ledger.facts.claim(owner=owner, now=large.clock())
        large.clock.forward(seconds=60)
        await large.reads()
        with pytest.raises(ReadElsewhere):
            await ledger.facts.forget(FactList.ORDERS, [1], owner=owner)
    assert await large.kept() == large.true()


async def test_a_restored_ledger_reads_what_changed_since_its_backup(tmp_path: Path) -> None:
    async with opened(SqliteSubject) as shop:
        shop.registers(3)
        shop.orders(3)
        await shop.reads()
        async with shop.subject.open() as ledger:
            storage: Any = ledger.storage
            await SqliteArchives(storage).backup(tmp_path / "backup.sqlite")
        shop.clock.forward(days=2)
        shop.orders(2)
        await shop.reads()
        restored = SqliteSubject(tmp_path)
        await restore(tmp_path / "backup.sqlite", restored.path, at=shop.clock())
        after = replace(shop, subject=restored)
        assert [one.orders for one in (await after.kept())[0]] == [3]
        assert len(await after.reads()) == 5
        assert await after.kept() == shop.true()


# A law: whatever happens in a shop


@pytest.mark.parametrize("seed", range(6))
async def test_facts_are_what_the_store_holds(shop: Shop, seed: int) -> None:
    """Random shops, changes, settings and crashes: a reading lacks only deletions, a week later none."""
    dealt = random.Random(seed)
    shop.store.set(
        attributes_touch_customers=dealt.random() < 0.5,
        incomplete_orders=dealt.choice(["listed", "counted", "left_out"]),
        deleted_orders=dealt.choice(["left_out", "marked"]),
        least_dates=dealt.choice(["inclusive", "exclusive"]),
    )
    shop.registers(dealt.choice([1, 30, PAGE, PAGE + 20]))
    shop.orders(dealt.choice([0, 20, PAGE, PAGE + 1]))
    for _ in range(8):
        deletes = dealt.random() < 0.3
        for _ in range(dealt.randint(0, 12)):
            happens(shop, dealt, deletes=deletes)
        shop.clock.forward(hours=dealt.randint(0, 40))
        if deletes:
            shop.clock.forward(seconds=CHECKED_EVERY.total_seconds())
        while dealt.random() < 0.4:
            with suppress(KilledError):
                await shop.reads(kill_after(dealt.randint(1, 5)))
                break
            shop.clock.forward(seconds=dealt.randint(0, 90))
            for _ in range(dealt.randint(0, 5)):
                happens(shop, dealt, deletes=False)
        await shop.reads()
        assert await shop.kept() == shop.true()


def happens(shop: Shop, dealt: random.Random, *, deletes: bool) -> None:
    """One thing happens in the shop."""
    people = [one["id"] for one in shop.store.shop.rows("SELECT id FROM customers")]
    orders = [one["id"] for one in shop.store.shop.rows("SELECT id FROM orders")]
    who = dealt.choice(people)
    acts: list[Callable[[], Any]] = [
        shop.registers,
        lambda: shop.orders(
            customer=dealt.choice([who, who, 0]),
            total=f"{dealt.randint(0, 10**6)}.{dealt.randint(0, 99):02}",
            rate=dealt.choice(["1", "0.5", "4"]),
            status_id=dealt.choice([0, 2, 4, 5, 10, 11]),
        ),
        lambda: shop.acts(
            "set_attribute", customer_id=who, name=dealt.choice(["Tier", "Size"]), value=dealt.choice("ab")
        ),
        lambda: shop.acts("change_customer", customer_id=who, group=dealt.choice(["", "Wholesale", "Staff"])),
        lambda: shop.acts("change_customer", customer_id=who, countries=dealt.choice([[], ["DE"], ["AT", "US"]])),
        lambda: shop.acts(
            "subscribe",
            email=f"shopper{dealt.choice([who, 10**6])}@example.com",
            consents=dealt.choice([["marketing_newsletter"], ["abandoned_cart"]]),
        ),
    ]
    if orders:
        which = dealt.choice(orders)
        acts.append(lambda: shop.acts("change_order", order_id=which, status_id=dealt.choice([2, 4, 10])))
        acts.append(lambda: shop.acts("change_order", order_id=which, refunded=str(dealt.randint(0, 9))))
    if deletes and orders:
        acts.append(lambda: shop.acts("change_order", order_id=which, is_deleted=True))
    if deletes and len(people) > 1:
        acts.append(lambda: shop.acts("delete_customer", customer_id=who))
        acts.append(lambda: shop.acts("subscribe", email=f"shopper{who}@example.com", consents=[]))
        acts.append(lambda: shop.acts("set_attribute", customer_id=who, name="Tier", value=None))
    dealt.choice(acts)()


def test_what_stands_for_an_address_is_another_with_another_salt_and_the_same_however_it_is_written() -> None:
    one, other = "00" * 16, "01" * 16
    assert email_key("ada@example.com", one) == email_key(" Ada@Example.com ", one)
    assert email_key("ada@example.com", one) != email_key("ada@example.com", other)
