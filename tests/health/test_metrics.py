"""What a process counts, and what is read from its ledger when somebody asks."""

import re
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from datetime import UTC, datetime
from functools import partial
from math import isnan
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession
from prometheus_client.parser import text_string_to_metric_families

from bot.core.meters import NO_METERS
from bot.health.metrics import metrics_if_installed
from bot.health.prometheus import Metrics
from bot.health.readiness import Readiness
from bot.health.readings import Readings, read
from bot.health.server import NO_METRICS, probes, serving
from bot.sandbox.workspace import people
from bot.slack.deliveries import kind_of
from tests.harness import World, world
from tests.records import database_of, opened

WORDS = ("ok", "refused", "limited", "failed", "unanswered")
Samples = dict[str, float]


def samples(text: str) -> Samples:
    """Each sample as it stands in the text, by its name and the values of its labels."""
    found = [one for family in text_string_to_metric_families(text) for one in family.samples]
    return {" ".join((one.name.removeprefix("segment_bot_"), *sorted(one.labels.values()))): one.value for one in found}


@asynccontextmanager
async def watched(folder: Path, **overrides: Any) -> AsyncIterator[tuple[World, Metrics]]:
    """A world whose bot counts."""
    metrics = Metrics()
    async with world(folder, customers=40, meters=metrics, **overrides) as made:
        yield made, metrics
        await made.settled()


async def told(world: World, metrics: Metrics) -> Samples:
    assert world.bot
    return samples(metrics.render(await read(world.bot.engine, world.bot.store)).decode())


async def outcomes(world: World, metrics: Metrics, service: str) -> Samples:
    """How often each word was counted."""
    counted = await told(world, metrics)
    names = {one: " ".join(("requests_total", *sorted((one, service)))) for one in WORDS}
    return {one: counted[name] for one, name in names.items() if name in counted}


async def test_each_kind_of_delivery_is_counted_with_its_time(tmp_path: Path) -> None:
    async with watched(tmp_path) as (slack, metrics):
        await slack.type("/segment delete VIPs", by="ana")
        await slack.press("Delete Segment", by="ben")
        await slack.home(by="ana")
        await slack.type("/segment create", by="ana")
        await slack.submit({"name": "New"}, by="ana")
        counted = await told(slack, metrics)
    kinds = {"command": 2, "click": 1, "event": 1, "form": 1}
    assert {kind: counted[f"ack_seconds_count {kind}"] for kind in kinds} == kinds
    assert all(counted[f"ack_seconds_sum {kind}"] > 0 for kind in kinds)


def test_a_delivery_of_no_known_kind_is_another() -> None:
    bodies: tuple[dict[str, str], ...] = (
        {},
        {"type": "shortcut"},
        {"type": "block_suggestion"},
        {"command": "/segment"},
    )
    assert [kind_of(body) for body in bodies] == ["other", "other", "suggestion", "command"]


async def test_requests_to_the_store_are_counted_by_their_outcome(tmp_path: Path) -> None:
    async with watched(tmp_path) as (slack, metrics):
        for fault in ({"status": 429}, {"status": 500}, {"drop": True}, {"status": 403}):
            slack.store.faults.add("GET", "*", **fault)
        await slack.type("/segment show VIPs")
        refused = await outcomes(slack, metrics, "store")
        await slack.type("/segment show VIPs")
        answered = await outcomes(slack, metrics, "store")
    assert {word: refused[word] for word in WORDS[1:]} == dict.fromkeys(WORDS[1:], 1)
    assert answered["ok"] > refused.get("ok", 0)


async def test_requests_to_slack_are_counted_by_their_outcome(tmp_path: Path) -> None:
    async with watched(tmp_path) as (slack, metrics):
        begun = await outcomes(slack, metrics, "slack")
        await slack.type("/segment list")
        answered = await outcomes(slack, metrics, "slack")
    assert set(begun) == set(answered) == {"ok"}
    assert answered["ok"] > begun["ok"]


async def test_the_ledger_is_read_when_somebody_asks(tmp_path: Path) -> None:
    async with watched(tmp_path) as (slack, metrics):
        empty = await told(slack, metrics)
        assert (empty["chain_height"], empty["undelivered_messages"]) == (0, 0)
        assert all(isnan(empty[name]) for name in ("chain_head_age_seconds", "summary_age_seconds", "store_quota_left"))
        await slack.type("/segment delete VIPs", by="ana")
        await slack.press("Delete Segment", by="ben")
        await slack.type("/segment delete Lapsed", by="ana")
        slack.clock.forward(minutes=2)
        counted = await told(slack, metrics)
        states = ("planned", "waiting", "approved", "running", "settled")
        assert [counted[f"changes {state}"] for state in states] == [0, 1, 0, 0, 1]
        assert counted["chain_height"] == slack.entries()[-1].number
        assert 119 < counted["chain_head_age_seconds"] < 121
        slack.workspace.faults.add("*", times=None, status=500)
        await slack.type("/segment delete Newsletter", by="ana")
        assert (await told(slack, metrics))["undelivered_messages"] > 0
        slack.workspace.faults.clear()


async def test_the_quota_is_what_the_store_said_last(tmp_path: Path) -> None:
    async with watched(tmp_path) as (slack, metrics):
        slack.store.quota = 100
        await slack.type("/segment show VIPs")
        counted = await told(slack, metrics)
        assert 80 < counted["store_quota_left"] < 100
        assert (counted["store_places"], counted["living_processes"]) == (8, 1)


async def test_the_age_of_the_summary_is_that_of_the_last_posted(tmp_path: Path) -> None:
    due = f"{datetime.now(UTC):%H:%M}"  # a summary that is six hours late is skipped
    async with watched(tmp_path, SUMMARY_CHANNEL=people.SEGMENTS, SUMMARY_TIME=due) as (slack, metrics):
        await slack.sweep()
        for _ in range(2):
            slack.clock.forward(days=1)
            await slack.sweep()
        posted = (await told(slack, metrics))["summary_age_seconds"]
        slack.workspace.faults.add("chat.postMessage", times=None, error="is_archived")
        slack.clock.forward(days=1)
        await slack.sweep()
        later = (await told(slack, metrics))["summary_age_seconds"]
        slack.workspace.faults.clear()
    assert (round(posted), round(later)) == (0, 24 * 60 * 60)


async def test_a_run_that_another_process_took_is_counted(tmp_path: Path) -> None:
    async with watched(tmp_path) as (slack, metrics):
        await slack.type("/segment delete VIPs", by="ana")
        async with slack.meanwhile(slack.client.press("ben", "#approvals", "Delete Segment"), "DELETE", "*"):
            with closing(sqlite3.connect(slack.database, isolation_level=None)) as db:
                db.execute("UPDATE changes SET owner = 'another'")
        await slack.settled()
        assert (await told(slack, metrics))["lost_runs_total"] == 1


async def test_what_waits_for_its_turn_is_counted(tmp_path: Path) -> None:
    async with watched(tmp_path) as (slack, metrics):
        async with slack.meanwhile(slack.client.type("ana", "#segments", "/segment list"), "GET", "*"):
            assert (await told(slack, metrics))["invocations_waiting"] == 1
        await slack.settled()
        assert (await told(slack, metrics))["invocations_waiting"] == 0


async def test_no_metric_names_anybody(tmp_path: Path) -> None:
    async with watched(tmp_path) as (slack, metrics):
        await slack.type("/shopper show nobody@example.com", by="ana")
        await slack.type("/segment delete VIPs", by="ana")
        assert slack.bot
        text = metrics.render(await read(slack.bot.engine, slack.bot.store)).decode()
    values = set(re.findall(r'="([^"]*)"', text))
    assert [one for one in values if not re.fullmatch(r"[a-z]+|[0-9.]+|\+Inf", one)] == []


async def test_metrics_are_served_in_the_format_of_prometheus(slack: World) -> None:
    assert slack.bot
    scrape = Metrics().scrape(partial(read, slack.bot.engine, slack.bot.store))
    async with (
        serving(probes(Readiness(slack.bot.engine.process), scrape), "127.0.0.1", 0) as port,
        ClientSession() as session,
        session.get(f"http://127.0.0.1:{port}/metrics") as answer,
    ):
        assert (answer.status, answer.headers["Content-Type"]) == (200, "text/plain; version=0.0.4; charset=utf-8")
        assert samples(await answer.text())["chain_height"] == 0


async def test_without_the_extra_it_is_said_how_to_get_metrics(slack: World) -> None:
    assert slack.bot
    assert metrics_if_installed("no_such_library") is None
    assert isinstance(metrics_if_installed(), Metrics)
    async with (
        serving(probes(Readiness(slack.bot.engine.process), None), "127.0.0.1", 0) as port,
        ClientSession() as session,
        session.get(f"http://127.0.0.1:{port}/metrics") as answer,
    ):
        assert (answer.status, await answer.text()) == (501, NO_METRICS)


async def test_while_the_ledger_cannot_be_read_the_process_still_tells_what_it_knows(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with watched(tmp_path) as (slack, metrics):
        await slack.type("/segment delete VIPs", by="ana")
        before = await told(slack, metrics)
        with opened(slack.database) as ledger:
            connection = database_of(ledger).connection
            connection.execute("ALTER TABLE notices RENAME TO hidden")
            broken = await told(slack, metrics)
            connection.execute("ALTER TABLE hidden RENAME TO notices")
    assert "cannot be read for the metrics" in caplog.text
    unknown = {"undelivered_messages", "chain_height", "chain_head_age_seconds", "summary_age_seconds"}
    assert all(isnan(broken[one]) for one in unknown)
    assert before["changes waiting"] == 1
    assert "changes waiting" not in broken
    assert broken["ack_seconds_count command"] == 1
    assert broken["living_processes"] == 1


def test_what_nobody_watches_is_not_counted() -> None:
    metrics = Metrics()
    for meters in (metrics, NO_METERS):
        meters.lost_run()
        meters.requested("slack", "ok")
        meters.acknowledged("click", 0.002)
    counted = samples(metrics.render(Readings(0, None, None, 0, 1)).decode())
    assert (counted["lost_runs_total"], counted["ack_seconds_count click"]) == (1, 1)
