"""A ledger that a released version wrote is read, checked and gone on with by this one (see ``released/README.md``)."""

import asyncio
import json
import lzma
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from itertools import chain
from pathlib import Path
from typing import Any

import pytest

from bot.__main__ import main
from bot.ledger.sqlite.ledger import open_sqlite
from tests.harness import World, said, world
from tests.records import opened

RELEASED = sorted(path for path in (Path(__file__).parent / "released").iterdir() if path.is_dir())
Json = dict[str, Any]


@pytest.fixture(params=RELEASED, ids=lambda path: path.name)
def released(request: pytest.FixtureRequest) -> Path:
    folder: Path = request.param
    return folder


def content(released: Path, name: str) -> bytes:
    return lzma.decompress((released / f"{name}.xz").read_bytes())


def expected(released: Path) -> Json:
    read: Json = json.loads((released / "expected.json").read_text(encoding="utf-8"))
    return read


def unpacked(released: Path, name: str, folder: Path) -> Path:
    """One of the databases, as a file."""
    target = folder / name
    target.write_bytes(content(released, name))
    return target


def restore_store(slack: World, kept: Json) -> None:
    """Fill the store with what was in it when the ledger was kept, ids and all, in the place of all else."""
    slack.drop_promotions(*slack.promotions())
    for name in slack.sizes():
        slack.drop(name)
    for number, customer in enumerate(kept["customers"], start=1):
        assert slack.register(**customer) == number
    profiles, segments = kept["profiles"].values(), (one["id"] for one in kept["segments"])
    slack.store.shop.new_id = chain(profiles, segments, iter(slack.store.shop.new_id, "")).__next__
    slack.give_profiles(*kept["profiles"])
    for segment in kept["segments"]:
        slack.put(segment["name"], description=segment["description"])
        slack.join(segment["name"], *segment["members"])
    for promotion in kept["promotions"]:
        slack.put_promotions(promotion["name"], **promotion)


def restore_cards(slack: World, cards: list[Json]) -> None:
    """Post the messages of the changes again, each at its own time."""
    for card in sorted(cards, key=lambda one: str(one["ts"])):
        slack.clock.now = datetime.fromtimestamp(float(card["ts"]), UTC)
        assert slack.workspace.post(card["channel"], card["message"], {}).ts == card["ts"]


@asynccontextmanager
async def gone_on(released: Path, folder: Path) -> AsyncIterator[World]:
    """The world as it was when the bot was killed, two minutes later, with a bot of this version."""
    async with world(folder, customers=0, running=False, SUMMARY_CHANNEL="C0SEGMENT1") as slack:
        slack.database.write_bytes(content(released, "ledger.sqlite"))
        restore_store(slack, json.loads(content(released, "store.json")))
        restore_cards(slack, json.loads(content(released, "cards.json")))
        slack.clock.now = datetime.fromisoformat(expected(released)["kept_at"]) + timedelta(minutes=2)
        await slack.under((released / "policy.toml").read_text(encoding="utf-8"))
        await slack.sweep()
        await slack.settled()
        yield slack


async def test_changes_of_a_released_ledger_are_read(released: Path, tmp_path: Path) -> None:
    async with open_sqlite(unpacked(released, "ledger.sqlite", tmp_path)) as ledger:
        for number, facts in expected(released)["changes"].items():
            change = await ledger.changes.load(int(number))
            found = {
                "state": change.state,
                "version": change.version,
                "steps": [step.kind for step in change.plan.steps],
                "runs": [run.state for run in change.runs],
            }
            assert found == facts, number
            assert change.plan.headline


def test_the_chain_of_a_released_ledger_still_holds(
    released: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    facts = expected(released)
    ledger, archive, backup = (
        str(unpacked(released, f"{name}.sqlite", tmp_path)) for name in ("ledger", "archive", "backup")
    )
    assert main(["audit", "verify", "--database", backup]) == 0
    assert facts["backup_head"] in capsys.readouterr().out
    assert main(["audit", "verify", "--database", archive]) == 0
    assert f"{facts['archive']['last']} entries" in capsys.readouterr().out
    whole = ["audit", "verify", "--archive", archive, "--database", ledger, "--against", facts["backup_head"]]
    for _ in ("as it was", "migrated"):
        assert main(whole) == 0
        assert f"{facts['last']} entries, head {facts['head']}" in capsys.readouterr().out
        with opened(ledger):
            pass


async def test_a_released_ledger_is_gone_on_with(
    released: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    facts = expected(released)
    todo, known = facts["go_on"], len(facts["changes"])
    async with gone_on(released, tmp_path) as slack:
        for number in todo["running"]:
            assert (await slack.change(number)).state == "done"
            assert "Done" in said(slack.card(number))
        asked = await slack.change(known + 1)
        assert (asked.command, asked.state) == (todo["asked"], "done")
        writes = {what: times for what, times in slack.asked().items() if not what.startswith("GET")}
        assert writes == todo["writes"]
        for number in todo["approve"]:
            verb = (await slack.change(number)).verb
            await slack.press(verb, by=todo["by"], change=number)
            assert "An earlier version of me drew this button" in slack.whisper(by=todo["by"], channel="#approvals")
            assert (await slack.change(number)).state == "waiting"
            await slack.press(verb, by=todo["by"], change=number)
            assert (await slack.change(number)).state == "done"
            assert len(slack.cards(number)) == 1
        for undo, number in enumerate(todo["undo"], start=known + 2):
            await slack.type(f"/change undo {number}")
            for name in ("ben", "cleo"):
                if (change := await slack.change(undo)).state == "waiting":
                    await slack.press(change.verb, by=name, change=undo)
            assert (await slack.change(number)).undone_by == undo
        await slack.type(f"/change review {todo['review']}", by="ben")
        emergency = (await slack.change(todo["review"])).emergency
        assert emergency
        assert emergency.reviewed_by
        assert slack.sizes() == todo["sizes"]
        assert await slack.home(by="ben")
        slack.clock.now = slack.clock.now.replace(hour=9) + timedelta(days=1)
        await slack.sweep()
        await slack.settled()
        assert slack.kinds()[-1] == "summary posted"
    archive = str(unpacked(released, "archive.sqlite", tmp_path))
    database = str(slack.database)
    whole = ["audit", "verify", "--archive", archive, "--database", database, "--against", facts["head"]]
    assert await asyncio.to_thread(main, whole) == 0
    assert f"Entry {facts['last']} has the seal" in capsys.readouterr().out
