"""The bot's secrets go to whom they are for, and nowhere else, whatever goes wrong."""

import asyncio
import json
import logging
import re
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import closing, contextmanager
from io import StringIO
from pathlib import Path

import pytest

from bot.health.log_lines import JsonLines, TextLines
from bot.sandbox.workspace import people
from bot.settings import WrongSettings, load
from tests.harness import World, environment_for, world
from tests.processes import UNSET
from tests.stories.judge import judge
from tests.written_log import written_log

STORE_TOKEN = "planted-store-token-4f1d"
PLANTED = {
    "SLACK_BOT_TOKEN": people.BOT_TOKEN,
    "SLACK_APP_TOKEN": people.APP_TOKEN,
    "SLACK_SIGNING_SECRET": people.SIGNING_SECRET,
    "BIGCOMMERCE_ACCESS_TOKEN": STORE_TOKEN,
}
STRANGE = {
    "SLACK_BOT_TOKEN": "xoxb-planted-bot-8a2c",
    "SLACK_APP_TOKEN": "xapp-planted-app-77e0",
    "SLACK_SIGNING_SECRET": "planted-signing-secret-c3b9",
    "BIGCOMMERCE_ACCESS_TOKEN": STORE_TOKEN,
}
"""Secrets that neither the emulated Slack nor any other one takes."""


@pytest.fixture(params=[False, True], ids=["socket", "http"])
async def slack(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    logged: dict[str, StringIO],
) -> AsyncIterator[World]:
    """A world with secrets of its own, of which all that the logs have is kept from the start on."""
    caplog.set_level(logging.INFO)
    caplog.set_level(logging.DEBUG, logger="bot")
    token = STORE_TOKEN
    async with world(tmp_path, running=False, signed_http=request.param, BIGCOMMERCE_ACCESS_TOKEN=token) as made:
        made.store.token = STORE_TOKEN
        await made.start()
        yield made
        await judge(made)


@pytest.fixture
def logged() -> Iterator[dict[str, StringIO]]:
    """All that the bot logs, from the start on, in each form of its lines."""
    with written_log(TextLines()) as text, written_log(JsonLines()) as as_json:
        yield {"text": text, "json": as_json}


def named(slack: World) -> set[str]:
    """Names and addresses of everybody and everything, in the store and in Slack."""
    with slack.store.shop.db as db:
        customers = db.execute("SELECT email, first_name || ' ' || last_name FROM customers").fetchall()
        segments = db.execute("SELECT name FROM segments").fetchall()
        promotions = db.execute("SELECT json_extract(document, '$.name') FROM promotions").fetchall()
    people_of_slack = [(one.name, one.real_name) for one in slack.workspace.directory.people.values()]
    return {name for row in (*customers, *segments, *promotions, *people_of_slack) for name in row}


def leaks(text: str, secrets: dict[str, str] = PLANTED) -> list[str]:
    """The names of the secrets that stand in it."""
    return [name for name, secret in secrets.items() if secret in text]


def seen(slack: World) -> str:
    """All that anybody sees, gets, or could read later."""
    told = [slack.workspace.state(person) for person in ("ana", "ben", "cleo", "dan")]
    files = [slack.files(by=person) for person in ("ana", "ben")]
    entries = [str(one) for one in slack.entries()]
    return json.dumps([told, files, entries, slack.sent], default=str)


def on_disk(slack: World) -> str:
    """The bytes of the database, with what SQLite keeps beside it."""
    return "".join(path.read_bytes().decode("latin-1") for path in slack.database.parent.glob("ledger.sqlite*"))


@contextmanager
def away(slack: World, table: str) -> Iterator[None]:
    """A table that a command reads is not there: nobody foresaw that."""
    with closing(sqlite3.connect(slack.database, isolation_level=None)) as db:
        db.execute(f"ALTER TABLE {table} RENAME TO elsewhere")
        yield
        db.execute(f"ALTER TABLE elsewhere RENAME TO {table}")


@contextmanager
def garbled(slack: World) -> Iterator[None]:
    """Lists of changes cannot be decoded, and the library's error repeats what they hold."""
    with closing(sqlite3.connect(slack.database, isolation_level=None)) as db:
        db.execute('UPDATE briefs SET body = replace(body, \'"headline":"\', \'"headline":["\') ')
        db.execute('UPDATE briefs SET body = replace(body, \'","need"\', \'"],"need"\') ')
        yield
        db.execute('UPDATE briefs SET body = replace(body, \'"headline":["\', \'"headline":"\') ')
        db.execute('UPDATE briefs SET body = replace(body, \'"],"need"\', \'","need"\') ')


async def trouble_with_the_store(slack: World) -> None:
    garbled = {"status": 200, "body": {"data": "?"}}
    for fault in ({"status": 401}, {"status": 403}, {"status": 500}, {"drop": True}, garbled):
        slack.store.faults.add("*", "*", times=None, **fault)
        for line in ("/segment list", "/segment delete VIPs", "/audit recent segment:VIPs"):
            await slack.type(line, by="ben")
        await slack.home(by="ben")
        slack.store.faults.clear()
    await slack.type("/segment delete Lapsed", by="ana")
    slack.store.faults.add("DELETE", "*", times=None, drop=True)
    await slack.press("Delete Segment", by="ben")
    slack.store.faults.clear()
    slack.store.token = "another"
    await slack.type("/segment list", by="ana")
    slack.store.token = STORE_TOKEN


async def trouble_with_slack(slack: World) -> None:
    for fault in ({"error": "invalid_auth"}, {"status": 500}, {"drop": True}, {"error": "channel_not_found"}):
        slack.workspace.faults.add("chat.postMessage", times=2, **fault)
        slack.workspace.faults.add("users.info", **fault)
        slack.clock.forward(minutes=1)
        await slack.type("/segment delete Newsletter", by="ana")
        slack.workspace.faults.clear()


async def trouble_with_the_code(slack: World) -> None:
    with away(slack, "briefs"):
        await slack.type("/change list all", by="ana")
    assert "Something went wrong, reference " in slack.whisper()
    with garbled(slack):
        await slack.type("/change list all", by="ana")
    assert "Something went wrong, reference " in slack.whisper()
    with closing(sqlite3.connect(slack.database, isolation_level=None)) as db:
        db.execute("BEGIN IMMEDIATE")
        await slack.type("/segment list", by="ana")


async def test_no_secret_is_told_logged_or_kept(
    slack: World, caplog: pytest.LogCaptureFixture, logged: dict[str, StringIO]
) -> None:
    everybody = named(slack)
    await slack.type("/segment delete VIPs", by="ana")
    await slack.press("Delete Segment", by="ben")
    await trouble_with_the_store(slack)
    await trouble_with_slack(slack)
    await trouble_with_the_code(slack)
    for line in ("/audit export", "/audit show 1", "/audit verify", "/segment export Newsletter"):
        await slack.type(line, by="ben")
    assert {"bot.engine.unforeseen", "bot.ledger.sql.error_log"} <= {record.name for record in caplog.records}
    assert "Traceback" in caplog.text
    for form, written in logged.items():
        lines = written.getvalue()
        assert "OperationalError: no such table" in lines, form
        assert leaks(lines) == []
        assert [name for name in everybody if re.search(rf"\b{re.escape(name)}\b", lines)] == []
    about = [json.loads(line) for line in logged["json"].getvalue().splitlines()]
    for what in ("invocation", "change", "slack_request", "store_request"):
        assert any(what in line for line in about), what
    assert leaks(caplog.text) == []
    assert leaks(seen(slack)) == []
    assert leaks(on_disk(slack)) == []
    await slack.stop()
    assert leaks(on_disk(slack)) == []


def test_what_is_looked_for_would_be_found() -> None:
    assert leaks(" ".join(PLANTED.values())) == list(PLANTED)
    assert leaks(" ".join(STRANGE.values()), STRANGE) == list(STRANGE)


# A bot that does not start


def failed_start(url: str, folder: Path, *, telling: str = "", **settings: str) -> str:
    """What a real process says that cannot start; these words are in it."""
    told = environment_for(url, folder / "ledger.sqlite") | STRANGE | settings
    environment = UNSET | told
    command, pipe = [sys.executable, "-m", "bot", "socket"], subprocess.PIPE
    ended = subprocess.run(
        command, cwd=folder, env=environment, stdout=pipe, stderr=subprocess.STDOUT, text=True, timeout=30, check=False
    )
    assert ended.returncode == 1, ended.stdout
    assert ended.stdout.strip()
    assert telling in ended.stdout
    return ended.stdout


NOWHERE = "http://127.0.0.1:1"


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"TIMEZONE": "Mars", "APPROVERS": "ben", "SLACK_API_URL": "slack"},
        {"SLACK_BOT_TOKEN": f"wrong-{STRANGE['SLACK_BOT_TOKEN']}"},
        {"SLACK_APP_TOKEN": f"wrong-{STRANGE['SLACK_APP_TOKEN']}"},
        {"SLACK_BOT_TOKEN": STRANGE["SLACK_APP_TOKEN"], "SLACK_APP_TOKEN": STRANGE["SLACK_BOT_TOKEN"]},
        {"POLICY": "/nowhere/policy.toml"},
    ],
    ids=range(6),
)
def test_no_secret_is_told_by_a_start_that_fails(tmp_path: Path, settings: dict[str, str]) -> None:
    assert leaks(failed_start(NOWHERE, tmp_path, **settings), STRANGE) == []


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"SLACK_BOT_TOKEN": people.BOT_TOKEN, "telling": "does not take SLACK_APP_TOKEN (invalid_auth)"},
        {"SLACK_BOT_TOKEN": people.BOT_TOKEN, "SLACK_APP_TOKEN": people.APP_TOKEN, "DATABASE": "."},
    ],
    ids=["no such bot", "no such app", "no database"],
)
async def test_no_secret_is_told_where_slack_or_the_disk_refuses(tmp_path: Path, settings: dict[str, str]) -> None:
    async with world(tmp_path, customers=1, running=False) as made:
        told = await in_thread(made.url, tmp_path, settings)
    assert leaks(told, STRANGE | PLANTED) == []


async def in_thread(url: str, folder: Path, settings: dict[str, str]) -> str:
    """The emulators answer in this process meanwhile."""
    return await asyncio.to_thread(failed_start, url, folder, **settings)


@pytest.mark.parametrize("wrong", PLANTED)
def test_settings_that_are_wrong_are_told_without_what_they_are(wrong: str, tmp_path: Path) -> None:
    environment = environment_for(NOWHERE, tmp_path / "x") | STRANGE | {wrong: f"\n{STRANGE[wrong]}", "PORT": "many"}
    with pytest.raises(WrongSettings) as caught:
        load(environment=environment, dotenv=None)
    assert leaks(f"{caught.value} {caught.value!r} {caught.value.__context__!r}", STRANGE) == []
    fine = load(environment=environment_for(NOWHERE, tmp_path / "x") | STRANGE, dotenv=None)
    assert leaks(repr(fine), STRANGE) == []
