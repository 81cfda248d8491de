"""The listeners: what cannot be read or breaks them gets a sentence where the person looks."""

import re
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from bot.sandbox.workspace import people
from bot.sandbox.workspace.delivery import payloads
from bot.sandbox.workspace.delivery.transport import Ack
from bot.slack.app import UNREADABLE
from tests.harness import Json, World, said, world
from tests.stories.judge import read

BROKE = re.compile(r"Something went wrong, reference ([0-9A-F]{4})\. Nothing was done; please try again\.")


@pytest.fixture
async def slack(tmp_path: Path) -> AsyncIterator[World]:
    """A world whose bot is expected to log what it cannot read."""
    async with world(tmp_path, customers=40) as made:
        yield made


@contextmanager
def broken(slack: World, table: str = "asks") -> Iterator[None]:
    """The ledger has no table of invocations, or not this one, for a while: nobody foresaw that."""
    with closing(sqlite3.connect(slack.database, isolation_level=None)) as db:
        db.execute(f"ALTER TABLE {table} RENAME TO elsewhere")
        yield
        db.execute(f"ALTER TABLE elsewhere RENAME TO {table}")


async def submit(slack: World, view: Json) -> Ack:
    """Submit a form that the bot did not open like this."""
    ana = slack.workspace.directory.human("ana")
    trigger = slack.workspace.triggers.issue(ana.id)
    (ack,) = await slack.deliver(payloads.view_submission(ana, view, trigger_id=trigger))
    return ack


async def open_tab(slack: World, tab: str) -> None:
    """Open a tab of the bot's."""
    direct = slack.workspace.directory.direct(people.ANA).id
    event = {"type": "app_home_opened", "user": people.ANA, "channel": direct, "tab": tab, "event_ts": "1.0"}
    await slack.workspace.send("events_api", payloads.event(event, now=slack.clock.timestamp()))
    await slack.settled()


async def test_a_button_that_cannot_be_read_is_reported_beside_it(slack: World) -> None:
    await slack.type("/segment delete VIPs")
    click = slack.click("Delete Segment", by="ben")
    click["actions"][0]["value"] = "of another version"
    await slack.deliver(click)
    assert slack.whisper(by="ben", channel="#approvals") == UNREADABLE
    assert slack.kinds()[-1] == "post"


async def test_a_form_that_cannot_be_read_is_reported_in_the_form(slack: World) -> None:
    await slack.type("/segment create")
    form = slack.form()
    assert form
    ack = await submit(slack, {**form, "private_metadata": "of another version"})
    assert ack.body == {"response_action": "errors", "errors": {"name": UNREADABLE}}
    ack = await submit(slack, {**form, "private_metadata": "of another version", "blocks": []})
    assert UNREADABLE in str(ack.body["view"])
    assert "asked" not in slack.kinds()


async def test_what_breaks_a_listener_gets_a_reference_that_the_log_has(
    slack: World, caplog: pytest.LogCaptureFixture
) -> None:
    with broken(slack):
        await slack.type("/segment list")
    reported = BROKE.fullmatch(slack.messages()[-1]["text"])
    assert reported
    assert f"Reference {reported[1]}: a listener broke" in caplog.text
    assert "no such table" in caplog.text


async def test_what_breaks_a_form_that_is_being_filled_is_told_in_it(
    slack: World, caplog: pytest.LogCaptureFixture
) -> None:
    await slack.type("/segment delete VIPs")
    with broken(slack, "changes"):
        await slack.type("/change except 1", by="ben")
    reported = BROKE.search(read(slack.form(by="ben")))
    assert reported
    assert f"Reference {reported[1]}: the form of change except for U0BEN00001 broke" in caplog.text


async def test_what_breaks_before_a_form_is_open_is_told_beside_the_button(slack: World) -> None:
    await slack.type("/segment delete VIPs")
    with broken(slack, "changes"):
        await slack.press("Reject", by="ben")
    assert BROKE.fullmatch(slack.whisper(by="ben", channel="#approvals"))
    assert slack.form(by="ben") is None


async def test_only_the_home_tab_is_published(slack: World) -> None:
    await open_tab(slack, "messages")
    assert slack.workspace.state("ana")["home"] is None
    await open_tab(slack, "home")
    assert slack.workspace.state("ana")["home"]


async def test_what_breaks_while_a_message_is_read_is_told_to_its_writer(slack: World) -> None:
    ts = await slack.upload("spring.csv", "ada@example.com", channel="#segments")
    with broken(slack):
        await slack.upload("spring.csv", "ada@example.com")
        await slack.use(ts)
    assert BROKE.fullmatch(said(slack.messages(channel="dm")[-1]))
    assert BROKE.fullmatch(slack.whisper())


async def test_errors_about_what_nobody_wrote_are_told_to_nobody(slack: World) -> None:
    message = {"type": "message", "bot_id": "B1", "files": [{"no": "id"}]}
    for event in (message, {"type": "message", "files": {}}, {"type": "app_home_opened", "user": people.ANA}):
        await slack.workspace.send("events_api", payloads.event(event, now=1.0))
    await slack.settled()
    assert slack.messages(channel="dm") == []
