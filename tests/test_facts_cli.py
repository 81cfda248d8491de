"""``segment-bot facts``: what it says, and with which status it ends, while the store answers or does not."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.__main__ import main
from bot.core.errors import Refusal
from bot.facts_mode import EVERY, Progress, rebuild
from bot.ledger.opening import open_ledger
from bot.ledger.ports.facts import FactList
from bot.sandbox.store import Store
from bot.sandbox.store.resources import customers as store_customers
from tests.engines import ENGINES, Engine
from tests.harness import environment_for, settings_for
from tests.ledger.planned import LATER
from tests.records import create_ledger
from tests.sandbox.served_store import serving_stores

DONE = "Customers and orders are read anew: 3 orders, 1 subscriber and 2 customers.\n"


@dataclass
class Served:
    """An emulated store at a URL, and the ledger of a bot."""

    store: Store
    url: str
    database: Path
    overrides: dict[str, str]

    async def rebuild(self) -> int:
        return await rebuild(settings_for(self.url, self.database, **self.overrides))

    async def customers(self) -> int:
        async with open_ledger(settings_for(self.url, self.database, **self.overrides).DATABASE) as ledger:
            return sum([len(piece) async for piece in ledger.facts.customers()])


@pytest.fixture(params=ENGINES)
async def served(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Served]:
    engine: Engine = request.param
    with engine() as overrides:
        async with shop(tmp_path / "ledger.sqlite", overrides) as made:
            yield made


@asynccontextmanager
async def shop(database: Path, overrides: dict[str, str]) -> AsyncIterator[Served]:
    store = Store(":memory:")
    drafts = [{"email": f"{one}@example.com", "first_name": "", "last_name": ""} for one in range(2)]
    store_customers.create(store.shop, drafts)
    for customer_id in (1, 2, 0):
        store.act("place_order", customer_id=customer_id, total="9.99")
    store.act("subscribe", email="1@example.com")
    create_ledger(database)
    async with serving_stores(store) as url:
        yield Served(store, url, database, overrides)
    store.close()


async def test_it_reads_anew_and_says_what(served: Served, capsys: pytest.CaptureFixture[str]) -> None:
    for _ in range(2):
        assert await served.rebuild() == 0
        assert capsys.readouterr().out == DONE
        assert await served.customers() == 2


async def test_a_missing_scope_is_named(served: Served) -> None:
    served.store.scopes = {"store_v2_customers"}
    with pytest.raises(Refusal, match=r"lacks the scope Orders read-only, `store_v2_orders_read_only`\."):
        await served.rebuild()


async def test_where_the_store_does_not_answer_nothing_is_thrown_away(served: Served) -> None:
    await served.rebuild()
    served.store.faults.add("GET", "*", status=401, times=None)
    with pytest.raises(Refusal, match="does not accept the bot's access token"):
        await served.rebuild()
    assert await served.customers() == 2


async def test_a_store_that_breaks_off_is_read_on_by_the_same_command(
    served: Served, capsys: pytest.CaptureFixture[str]
) -> None:
    served.store.faults.add("GET", "/customers", status=401)
    with pytest.raises(Refusal, match="is kept: the same command goes on from there"):
        await served.rebuild()
    served.store.faults.clear()
    assert await served.rebuild() == 0
    asked = [one["path"].partition("/v2/")[2] for one in served.store.requests() if "/v2/orders?" in one["path"]]
    assert len([one for one in asked if "min_date_modified" not in one]) == 1
    assert "Customers and orders are read anew" in capsys.readouterr().out


async def test_while_another_bot_reads_it_is_refused(served: Served) -> None:
    async with open_ledger(settings_for(served.url, served.database, **served.overrides).DATABASE) as ledger:
        await ledger.leases.renew(owner="one", until=LATER.replace(year=9998), now=LATER)
        await ledger.facts.claim(owner="one", now=LATER)
        with pytest.raises(Refusal, match="Another bot reads customers and orders, or was"):
            await served.rebuild()


async def test_a_missing_ledger_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match=r"There is no ledger .*none\.sqlite\. Start the bot first"):
        await rebuild(settings_for("http://127.0.0.1:1", tmp_path / "none.sqlite"))
    assert not (tmp_path / "none.sqlite").exists()


async def test_it_is_typed_in_the_shell(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with shop(tmp_path / "ledger.sqlite", {}) as made:
        for name, value in environment_for(made.url, made.database).items():
            monkeypatch.setenv(name, value)
        assert await asyncio.to_thread(main, ["facts", "rebuild"]) == 0
    assert capsys.readouterr().out == DONE


def test_a_line_says_how_far_it_is_now_and_then(capsys: pytest.CaptureFixture[str]) -> None:
    progress = Progress()
    for read in range(0, 2 * EVERY + 1, 250):
        progress(FactList.ORDERS, read, 500_000)
    progress(FactList.SUBSCRIBERS, EVERY, None)
    progress(FactList.SUBSCRIBERS, 250, None)
    assert capsys.readouterr().out == "Orders: 10,000 of 500,000\nOrders: 20,000 of 500,000\nSubscribers: 10,000\n"
    assert progress.total == "20,000 orders and 10,000 subscribers"
