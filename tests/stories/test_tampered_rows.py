"""Somebody edits the tables by hand: nothing runs that the sealed log does not authorise, and people hear of it."""

import json
import logging
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from bot.core.approval.decisions import Decision, Verdict
from bot.core.invocation import Clicked
from bot.core.people import Place
from bot.sandbox.workspace.people import APPROVALS, BEN
from tests.harness import World, said, world
from tests.stories.test_decisions import TWO

Json = dict[str, Any]


@pytest.fixture
async def slack(slack: World, caplog: pytest.LogCaptureFixture) -> AsyncIterator[World]:
    """A world in which it is logged as an error that somebody edited the ledger."""
    yield slack
    records = caplog.get_records("call")
    assert {one.name for one in records if one.levelno >= logging.ERROR} <= {
        "bot.engine.authorization",
        "bot.engine.answering",
    }
    records.clear()


def edit(path: Path, statement: str, *values: Any) -> None:
    """Run a statement as somebody with sqlite3 would."""
    with closing(sqlite3.connect(path)) as db:
        assert db.execute(statement, values).rowcount == 1
        db.commit()


def body(path: Path, number: int = 1) -> Json:
    """What is stored of a change beside its columns."""
    with closing(sqlite3.connect(path)) as db:
        read: Json = json.loads(db.execute("SELECT body FROM changes WHERE number = ?", (number,)).fetchone()[0])
        return read


async def refused(slack: World, why: str, *, number: int = 1) -> None:
    """Nothing ran; the card, the requester, an approver and the log say why."""
    assert not slack.writes()
    assert (await slack.change(number)).state == "cancelled"
    assert why in said(slack.card(number))
    assert (slack.heard(why, by="ana"), slack.heard(why, by="ben")) == (1, 1)
    assert slack.kinds().count("contradict") == 1


async def test_a_state_set_by_hand_starts_nothing(slack: World) -> None:
    await slack.type("/segment delete VIPs")
    edit(slack.database, "UPDATE changes SET state = 'approved'")
    await slack.sweep()
    await refused(slack, "Change 1 is “approved” in the table changes, and “waiting” in the log.")


async def test_a_change_put_into_the_table_starts_nothing(slack: World) -> None:
    await slack.type("/segment delete VIPs")
    columns = "state, revision, requester, expires_at, plan, body, card_channel, card_ts"
    copied = columns.replace("state", "'approved'", 1)
    edit(slack.database, f"INSERT INTO changes ({columns}) SELECT {copied} FROM changes")
    edit(slack.database, "INSERT INTO briefs SELECT 2, body FROM briefs")
    await slack.sweep()
    assert (await slack.change(2)).reason.startswith("The log does not say that anyone asked for change 2.")
    assert not slack.writes()


async def test_a_plan_swapped_by_hand_is_not_approved(slack: World) -> None:
    await slack.type("/segment delete Lapsed")
    await slack.type("/segment delete VIPs")
    other = body(slack.database, 1)["args"]
    swapped = {**body(slack.database, 2), "args": other}
    plan = "plan = (SELECT plan FROM changes WHERE number = 1)"
    edit(slack.database, f"UPDATE changes SET {plan}, body = ? WHERE number = 2", json.dumps(swapped))
    await slack.press("Delete Segment", by="ben", change=2)
    await refused(slack, "Change 2 has another plan in the table changes than in the log.", number=2)
    assert "someone may have edited it" in slack.whisper(by="ben", channel="#approvals")


async def test_a_long_list_changed_by_hand_removes_nobody(slack: World) -> None:
    await slack.type("/segment clear VIPs")
    edit(slack.database, "UPDATE lists SET body = json_remove(body, '$[0]')")
    await slack.press("Clear Segment", by="ben")
    await refused(slack, "A list of shoppers that change 1 names is not in the table lists as it was stored.")


async def test_a_plan_swapped_while_its_change_runs_is_not_gone_on_with(tmp_path: Path) -> None:
    # The judge would not have it: what stands in the table is not what people saw.
    async with world(tmp_path) as slack:
        await slack.type("/segment delete Lapsed")
        await slack.type("/segment delete VIPs")
        pressed = slack.client.press("ben", "#approvals", "Delete Segment", ts=slack.card(2)["ts"])
        async with slack.meanwhile(pressed, "DELETE", "/segments", drop=True):
            await slack.stop()
        before = slack.sizes()
        plan = "plan = (SELECT plan FROM changes WHERE number = 1)"
        edit(slack.database, f"UPDATE changes SET {plan} WHERE number = 2")
        await slack.start()
        await slack.sweep()
        assert (slack.sizes(), (await slack.change(2)).state) == (before, "cancelled")
        assert "has another plan in the table changes than in the log" in said(slack.card(2))


async def test_an_approval_added_by_hand_does_not_count(slack: World) -> None:
    await slack.under(TWO)
    await slack.type("/segment delete VIPs")
    approved = {"actor": "U0CLEO0001", "at": slack.clock.now.isoformat()}
    raised = {**body(slack.database), "approvals": [approved]}
    edit(slack.database, "UPDATE changes SET body = ?", json.dumps(raised))
    await slack.press("Delete Segment", by="ben")
    await refused(slack, "The row of change 1 in the tables changes and briefs is not the one that the log has.")


async def test_a_lowered_need_does_not_count(slack: World) -> None:
    await slack.under(TWO)
    await slack.type("/segment delete VIPs")
    needs = {**body(slack.database), "need": {"approvals": 1, "why": "needs 1 approval", "approvers": []}}
    edit(slack.database, "UPDATE changes SET body = ?", json.dumps(needs))
    await slack.press("Delete Segment", by="ben")
    await refused(slack, "The row of change 1 in the tables changes and briefs is not the one that the log has.")


def click(by: str, number: int = 1) -> Clicked:
    decision = Decision(number=number, verdict=Verdict.APPROVE, version=1)
    place = Place(channel=APPROVALS)
    return Clicked(id="1", actor=by, place=place, command="approve", said=decision.recorded_text, decision=decision)


async def test_a_click_put_into_the_table_decides_nothing(slack: World) -> None:
    await slack.type("/segment delete VIPs")
    row = ("1", slack.clock.now.isoformat(timespec="milliseconds"), click(BEN).model_dump_json(), "dead")
    edit(slack.database, "INSERT INTO asks (id, at, body, owner, schema) VALUES (?, ?, ?, ?, 11)", *row)
    await slack.sweep()
    assert (await slack.change(1)).state == "waiting"
    told = "the audit log does not say that it was asked"
    assert told in slack.whisper(by="ben", channel="#approvals")
    assert told in said(slack.messages(by="cleo", channel="#approvals")[-1])
    assert slack.kinds()[-1] == "refused"


async def test_an_answered_click_that_is_put_back_decides_nothing(slack: World) -> None:
    await slack.type("/segment delete VIPs")
    with closing(sqlite3.connect(slack.database)) as db:
        db.execute("CREATE TABLE kept (id TEXT, body TEXT)")
        db.execute("CREATE TRIGGER keep AFTER INSERT ON asks BEGIN INSERT INTO kept VALUES (new.id, new.body); END")
    await slack.type("/segment create Loyal", by="ana")
    edit(slack.database, "UPDATE asks SET body = kept.body FROM kept WHERE kept.id = asks.id")
    await slack.sweep()
    assert "the audit log does not say that it was asked" in slack.whisper(by="ana")
    assert slack.kinds().count("planned") == 2
