import asyncio
import logging
import sqlite3
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import pytest

from bot.bigcommerce import NewSegment, SegmentChange
from bot.core.answers import Answer, mention
from bot.core.approval.changes import Event, State
from bot.core.approval.decisions import Verdict
from bot.core.approval.rule import Rule
from bot.core.command import Call, Group, Outcome, Post, command
from bot.core.context import Context
from bot.core.errors import Misuse, NotAllowed, OldVersion, Question, Reading, SelfApproval, TooLate
from bot.core.invocation import Submitted
from bot.core.language.args import Args, Text
from bot.core.people import Place, Standing
from bot.core.planning.plan import Plan
from bot.core.planning.steps import CreateSegment, DeleteSegment, Naming, SegmentRef
from bot.core.understanding import understand
from bot.engine.housekeeper import FRESH
from bot.engine.ports import Undeliverable
from commands import GROUPS
from tests.core.samples import plan
from tests.disks import frozen
from tests.engine.bench import APPROVALS, HERE, Bench, bench
from tests.records import database_of, entries_of

MEMBERS = "/segments/{id}/shopper-profiles"
TWO = (Rule(steps=("delete_segment",), approvals=2),)
GONE = Undeliverable("channel_not_found", final=True)


def whispers(machine: Bench) -> list[str]:
    return [text for _, text in machine.board.whispered]


# Asking


async def test_the_same_delivery_twice_is_one_change(machine: Bench) -> None:
    ask = machine.ask("segment delete", segments=["VIPs"])
    for _ in range(2):
        assert await machine.engine.intake.take(ask) is None
    await machine.tasks.settled()
    assert len(await machine.ledger.changes.latest("all", "", 9)) == 1


async def test_the_log_holds_no_addresses_of_what_was_said(machine: Bench) -> None:
    ask = machine.ask("segment show", segment="ann@example.com")
    await machine.engine.intake.take(ask.model_copy(update={"said": "/segment show ann@example.com"}))
    await machine.tasks.settled()
    assert "ann@example.com" in whispers(machine)[-1]
    assert not [one for one in entries_of(machine.ledger) if "ann@example.com" in str(one)]


async def test_words_that_are_off_are_answered_with_the_usage_and_what_is_impossible_is_not(machine: Bench) -> None:
    await machine.asks("segment show", segment="VIP")
    assert whispers(machine)[-1] == (
        "No segment is called “VIP”. Did you mean “VIPs”? "
        "Type `/segment show <segment>`. For example: `/segment show VIPs`."
    )
    await machine.asks("segment create", name="vips")
    assert whispers(machine)[-1] == "There is already a segment named “VIPs”. Choose another name."


async def test_in_a_form_the_field_is_at_hand_and_no_usage_is_told(machine: Bench) -> None:
    refusal = await machine.engine.intake.take(machine.ask("segment show", segment="VIP"), patience=5)
    assert str(refusal) == "No segment is called “VIP”. Did you mean “VIPs”?"


async def test_a_refusal_within_patience_is_returned_and_not_whispered(machine: Bench) -> None:
    refusal = await machine.engine.intake.take(machine.ask("segment delete", segments=["Nope"]), patience=5)
    assert "No segment is called “Nope”" in str(refusal)
    await machine.tasks.settled()
    assert whispers(machine) == []


@pytest.mark.parametrize("patience", [0, 5])
async def test_what_makes_no_sense_is_told_once_in_the_form_or_privately(machine: Bench, patience: float) -> None:
    refusal = await machine.engine.intake.take(machine.ask("segment show"), patience=patience)
    await machine.tasks.settled()
    assert (bool(refusal), len(whispers(machine))) == ((True, 0) if patience else (False, 1))
    assert machine.kinds() == ["refused"]


async def test_no_refusal_within_patience_means_it_is_under_way(machine: Bench) -> None:
    assert await machine.engine.intake.take(machine.ask("segment delete", segments=["VIPs"]), patience=5) is None
    assert (await machine.latest()).state is State.WAITING


async def test_a_refusal_after_patience_is_whispered(machine: Bench) -> None:
    answering = asyncio.Event()
    machine.store.sleep = lambda _: answering.wait()
    machine.store.faults.add("GET", "/segments", delay=60)
    assert await machine.engine.intake.take(machine.ask("segment delete", segments=["Nope"]), patience=0.01) is None
    answering.set()
    await machine.tasks.settled()
    assert "No segment is called “Nope”" in whispers(machine)[-1]


async def test_an_answer_after_patience_needs_no_whisper_of_its_own(machine: Bench) -> None:
    answering = asyncio.Event()
    machine.store.sleep = lambda _: answering.wait()
    machine.store.faults.add("GET", "/segments", delay=60)
    assert await machine.engine.intake.take(machine.ask("segment show", segment="VIPs"), patience=0.01) is None
    answering.set()
    await machine.tasks.settled()
    (told,) = whispers(machine)
    assert told.startswith("VIPs: ")


async def test_a_store_that_fails_while_planning_is_told_in_a_sentence(machine: Bench) -> None:
    machine.store.faults.add("GET", "/segments", status=403)
    await machine.asks("segment delete", segments=["VIPs"])
    assert whispers(machine)[-1].startswith("BigCommerce forbids this")
    assert machine.kinds() == ["asked", "refused"]


async def test_a_guest_is_refused_and_nothing_is_planned(machine: Bench) -> None:
    machine.people.standings["UANA"] = Standing.GUEST
    await machine.asks("segment delete", segments=["VIPs"])
    assert whispers(machine) == ["Guests of this workspace cannot use this bot."]
    assert machine.store.requests() == []


async def test_who_may_not_read_the_log_is_refused_before_it_is_read(machine: Bench) -> None:
    with pytest.raises(NotAllowed):
        await machine.engine.planner.may_ask("UANA", "audit recent")
    await machine.engine.planner.may_ask("UBEN", "audit recent")
    await machine.engine.planner.may_ask("UANA", "segment list")


async def test_what_cannot_be_understood_is_on_record_and_whispered(machine: Bench) -> None:
    delivery = machine.ask("segment").model_copy(update={"said": "/segment xyzzy ann@example.com"})
    await machine.engine.intake.refused(delivery, Misuse("No such thing."))
    await machine.tasks.settled()
    assert whispers(machine) == ["No such thing."]
    (entry,) = entries_of(machine.ledger)
    assert (entry.kind, entry.detail) == (
        "refused",
        {"said": "/segment xyzzy [e-mail]", "reason": "The words could not be understood."},
    )


async def test_what_needs_no_planning_and_forms_are_on_record(machine: Bench) -> None:
    await machine.engine.intake.answered(machine.ask("segment"), Answer("Help"))
    await machine.engine.intake.asked_for_form(machine.ask("segment create"))
    await machine.tasks.settled()
    assert (whispers(machine), machine.kinds()) == (["Help"], ["answered", "form"])


async def test_an_answer_that_cannot_be_delivered_is_on_record(machine: Bench) -> None:
    machine.board.broken["whisper"] = GONE
    await machine.asks("segment list")
    assert machine.kinds() == ["asked", "answer not delivered", "answered"]


async def test_a_change_that_nobody_could_approve_is_refused_at_once(machine: Bench) -> None:
    machine.people.standings |= {"UBEN": Standing.GUEST, "UCLEO": Standing.DEACTIVATED}
    await machine.asks("segment delete", segments=["VIPs"])
    assert whispers(machine)[-1].startswith("This needs 1 approval, and no one other than you can give one")
    assert await machine.ledger.changes.latest("all", "", 1) == ()


async def test_a_group_of_approvers_that_cannot_be_read_is_not_taken_for_an_empty_one(machine: Bench) -> None:
    machine.people.approvers, machine.people.silent = frozenset(), True
    await machine.asks("segment delete", segments=["VIPs"])
    assert "could not be read from Slack just now" in whispers(machine)[-1]


async def test_an_approver_who_asks_does_not_count_as_their_own_second_person(path: Path) -> None:
    async with bench(path, customers=40, rules=TWO) as machine:
        await machine.asks("segment delete", "UBEN", segments=["VIPs"])
        assert "This needs 2 approvals, and only 1 person other than you" in whispers(machine)[-1]


planned_once: list[Plan] = []


@command("broken crash")
async def crash(args: Args, ctx: Context) -> Outcome:
    """Break."""
    raise ZeroDivisionError("a bug")


@command("broken once")
async def once(args: Args, ctx: Context) -> Outcome:
    """Plan as long as there is something to do, then answer."""
    found = await ctx.shop.by_name("VIPs")
    if found is None:
        return Answer("VIPs is gone.")
    return plan(DeleteSegment(segment=SegmentRef(name=found.name, id=found.id)))


@command("broken post")
async def post(args: Args, ctx: Context) -> Outcome:
    """Post."""
    return Post(Answer("12 segments."), {"day": "2027-05-04", "entry": 7, "head": "ab"})


class Answered(Args):
    answer: Annotated[str, Text(label="Answer")] = ""


@command("broken ask")
async def ask_back(args: Answered, ctx: Context) -> Outcome:
    """Ask back, and break when an answer is tried."""
    if args.answer:
        raise ZeroDivisionError("a bug")
    raise Question("Which one?", [Reading({"answer": "this"})], for_log="Which one?")


broken = Group("broken", "Commands that break", commands=(crash, once, post, ask_back))


@pytest.mark.parametrize(
    ("command", "fails", "last"),
    [
        ("broken post", "", "summary posted"),
        ("broken post", "whisper", "answer not delivered"),
        ("broken crash", "", "refused"),
    ],
)
async def test_all_that_is_on_record_of_a_request_says_whose_it_is(command: str, fails: str, last: str) -> None:
    async with bench(groups=(broken,)) as machine:
        machine.board.broken |= {fails: GONE} if fails else {}
        await machine.engine.intake.take(machine.ask(command).model_copy(update={"workspace": "T1"}))
        await machine.tasks.settled()
        entries = entries_of(machine.ledger)
        assert {(one.actor, one.channel, one.command, one.workspace) for one in entries} == {
            ("UANA", HERE.recorded_text, command, "T1")
        }
        assert machine.kinds()[-1] == last


async def test_a_post_is_shown_to_everybody_and_the_asker_hears_of_it() -> None:
    async with bench(groups=(broken,)) as machine:
        await machine.asks("broken post")
        assert machine.board.announced == [Answer("12 segments.")]
        assert whispers(machine) == ["Posted in the summary channel."]
        assert machine.kinds() == ["asked", "answered", "summary posted"]
        *_, entry = entries_of(machine.ledger)
        assert (entry.actor, entry.command, entry.outcome) == ("UANA", "broken post", "posted")
        assert entry.detail == {"day": "2027-05-04", "entry": 7, "head": "ab"}


async def test_a_post_that_cannot_be_posted_is_told_and_on_record() -> None:
    async with bench(groups=(broken,)) as machine:
        machine.board.broken["announce"] = GONE
        await machine.asks("broken post")
        told = "It could not be posted in the summary channel (channel_not_found)."
        assert whispers(machine) == [told]
        assert machine.kinds() == ["asked", "answered", "answer not delivered"]
        *_, entry = entries_of(machine.ledger)
        assert entry.detail["reason"] == told


@pytest.mark.parametrize("verb", ["announce", "whisper"])
async def test_a_post_whose_process_broke_off_is_not_posted_by_the_next(path: Path, verb: str) -> None:
    async with bench(path, groups=(broken,)) as machine:
        machine.board.broken[verb] = asyncio.CancelledError()
        await machine.asks("broken post")
        machine.board.broken.clear()
        await machine.dies()
        async with machine.another(path, groups=(broken,)) as other:
            await other.sweeps()
        assert len(machine.board.announced) == (verb == "whisper")


async def test_a_post_that_another_process_answered_meanwhile_is_not_posted_again(path: Path) -> None:
    async with bench(path, groups=(broken,)) as machine, machine.another(path, groups=(broken,)) as other:
        ask = machine.ask("broken post")
        await machine.ledger.invocations.record(ask, owner="", at=machine.clock(), detail={})
        for one in (machine, other):
            await one.engine.answering.resume(ask)
        assert len(machine.board.announced) == 1
        assert whispers(machine) == ["Posted in the summary channel."]


async def test_what_cannot_be_put_on_record_is_not_posted() -> None:
    async with bench(groups=(broken,)) as machine:
        ask = machine.ask("broken post")
        await machine.ledger.invocations.record(ask, owner="", at=machine.clock(), detail={})
        with frozen(machine.ledger):
            await machine.engine.answering.resume(ask)
        assert machine.board.announced == []
        assert "could not be put on record" in whispers(machine)[0]


@pytest.mark.parametrize("line", ["broken crash", "broken ask"])
async def test_a_bug_becomes_a_sentence_with_a_reference(line: str, caplog: pytest.LogCaptureFixture) -> None:
    async with bench(groups=(broken,)) as machine:
        with caplog.at_level(logging.ERROR):
            await machine.asks(line)
        reference = whispers(machine)[-1].split("reference ")[1][:4]
        assert f"Reference {reference}: {line} by UANA broke" in caplog.text
        assert "a bug" in caplog.text
        assert machine.kinds() == ["asked", "refused"]


async def test_a_click_that_cannot_be_judged_is_answered_and_can_be_made_again() -> None:
    async with bench() as machine:
        await machine.delete()
        connection = database_of(machine.ledger).connection
        connection.execute("ALTER TABLE touches RENAME TO hidden")
        await machine.decides("UBEN")
        assert "Something went wrong, reference" in whispers(machine)[-1]
        assert machine.kinds()[-2:] == ["asked", "refused"]
        connection.execute("ALTER TABLE hidden RENAME TO touches")
        await machine.decides("UBEN")
        assert (await machine.latest()).state is State.DONE


async def test_what_a_dead_process_left_waits_until_it_can_be_looked_up_in_the_log(path: Path) -> None:
    async with bench(path) as machine:
        for name in ("VIPs", "Lapsed"):
            ask = machine.ask("segment delete", segments=[name])
            await machine.ledger.invocations.record(ask, owner="dead", at=machine.clock(), detail={"said": ask.said})
        connection = database_of(machine.ledger).connection
        connection.set_authorizer(lambda action, table, *_: int(action == sqlite3.SQLITE_READ and table == "entries"))
        with pytest.raises(sqlite3.DatabaseError, match="prohibited"):
            await machine.sweeps()
        connection.set_authorizer(None)
        await machine.sweeps()
        assert [one.state for one in await machine.ledger.changes.latest("all", "", 9)] == [State.WAITING] * 2


# Proposing


async def test_a_card_that_cannot_be_posted_cancels_the_change_and_says_so(machine: Bench) -> None:
    machine.board.broken["post"] = GONE
    change = await machine.delete()
    assert change.state is State.CANCELLED
    assert "(channel_not_found), so nothing was run" in change.reason
    assert whispers(machine) == ["Change 1 was cancelled."]
    assert await machine.ledger.leases.claim(1, owner="x", now=machine.clock())


async def test_what_needs_no_approval_does_not_run_either_without_its_card(machine: Bench) -> None:
    machine.board.broken["post"] = GONE
    await machine.asks("segment create", name="Loyal")
    assert ((await machine.latest()).state, machine.writes()) == (State.CANCELLED, [])


async def test_the_requester_is_shown_the_way_to_a_card_elsewhere(machine: Bench) -> None:
    await machine.delete()
    (told,) = whispers(machine)
    assert told.startswith("Change 1 is waiting for approval: Delete the segment VIPs")
    await machine.asks("segment create", name="Loyal")
    assert whispers(machine)[-1] == "Change 2 was started: Create the segment Loyal"


async def test_no_way_is_shown_to_a_card_that_is_in_sight(machine: Bench) -> None:
    await machine.asks("segment delete", place=Place(channel=APPROVALS), segments=["VIPs"])
    assert whispers(machine) == []


async def test_a_card_that_was_never_posted_is_not_looked_for(machine: Bench) -> None:
    await machine.delete()
    assert (len(machine.board.posted), machine.board.sought) == (1, [])


async def test_a_card_without_an_address_is_told_all_the_same(machine: Bench) -> None:
    machine.board.address = ""
    await machine.delete()
    assert whispers(machine)[0].startswith("Change 1 is waiting for approval")


# Deciding


async def test_may_decide_checks_state_version_and_person(machine: Bench) -> None:
    await machine.delete()
    assert (await machine.engine.decider.may_decide(1, 1, "UBEN")).number == 1
    with pytest.raises(SelfApproval):
        await machine.engine.decider.may_decide(1, 1, "UANA")
    with pytest.raises(OldVersion):
        await machine.engine.decider.may_decide(1, 2, "UBEN")
    await machine.decides("UBEN", verdict=Verdict.REJECT, reason="No.")
    with pytest.raises(TooLate):
        await machine.engine.decider.may_decide(1, 1, "UBEN")


async def test_two_approvals_come_from_two_people(path: Path) -> None:
    async with bench(path, rules=TWO) as machine:
        await machine.delete()
        await machine.decides("UBEN")
        await machine.decides("UBEN")
        assert whispers(machine)[-1] == "You have already approved change 1; someone else has to approve it too."
        assert ((await machine.latest()).state, machine.writes()) == (State.WAITING, [])
        await machine.decides("UCLEO")
        assert ((await machine.latest()).state, "VIPs" in machine.segments()) == (State.DONE, False)


async def test_only_the_requester_withdraws(machine: Bench) -> None:
    await machine.delete()
    await machine.decides("UBEN", verdict=Verdict.WITHDRAW)
    assert whispers(machine)[-1] == f"Only {mention('UANA')}, who asked, can withdraw change 1."
    await machine.decides("UANA", verdict=Verdict.WITHDRAW)
    assert (await machine.latest()).state is State.WITHDRAWN


async def test_a_command_withdraws_as_a_button_would(machine: Bench) -> None:
    await machine.delete()
    await machine.asks("change withdraw", number="1")
    assert (await machine.latest()).state is State.WITHDRAWN


async def test_the_reason_of_a_rejection_is_kept_and_its_addresses_are_not_logged(machine: Bench) -> None:
    await machine.delete()
    await machine.decides("UBEN", verdict=Verdict.REJECT, reason="Ask ann@example.com first.")
    rejected = await machine.latest()
    assert (rejected.settled_by, rejected.reason) == ("UBEN", "Ask ann@example.com first.")
    assert not [one for one in entries_of(machine.ledger) if "ann@example.com" in str(one)]


async def test_a_store_that_changed_meanwhile_asks_for_approval_of_the_new_plan(machine: Bench) -> None:
    before = await machine.delete()
    leaver = min(machine.members("VIPs"))
    await machine.client.remove_members(machine.segments()["VIPs"], leaver)
    await machine.decides("UBEN", version=1)
    after = await machine.latest()
    assert (after.state, after.version, after.approvals) == (State.WAITING, 2, ())
    assert after.plan.shoppers == before.plan.shoppers - 1
    assert after.drift[0].startswith("Was: ")
    assert "Read its card, then decide" in whispers(machine)[-1]
    await machine.decides("UCLEO", version=1)
    assert "VIPs" in machine.segments()
    await machine.decides("UCLEO", version=2)
    assert "VIPs" not in machine.segments()


async def test_a_first_approval_does_not_count_for_a_new_plan(path: Path) -> None:
    async with bench(path, rules=TWO) as machine:
        await machine.delete()
        await machine.decides("UBEN")
        await machine.client.remove_members(machine.segments()["VIPs"], *machine.members("VIPs"))
        await machine.decides("UCLEO")
        assert (await machine.latest()).approvals == ()


async def test_a_change_that_can_no_longer_be_done_is_stale(machine: Bench) -> None:
    await machine.delete()
    machine.forget("VIPs")
    await machine.decides("UBEN")
    stale = await machine.latest()
    assert stale.state is State.STALE
    assert whispers(machine)[-1] == f"Change 1 is no longer possible: {stale.reason}"


async def test_a_plan_that_has_become_an_answer_is_stale() -> None:
    async with bench(groups=(broken,)) as machine:
        await machine.asks("broken once")
        machine.forget("VIPs")
        await machine.decides("UBEN")
        stale = await machine.latest()
        assert (stale.state, stale.reason) == (State.STALE, "There is nothing to do any more.")


async def test_a_store_that_cannot_be_asked_at_the_click_leaves_the_change_waiting(machine: Bench) -> None:
    await machine.delete()
    machine.store.faults.add("GET", "*", status=500, times=None)
    await machine.decides("UBEN")
    assert (await machine.latest()).state is State.WAITING
    assert whispers(machine)[-1].startswith("BigCommerce has a problem on its side.")


# Expiring


async def test_a_click_after_the_time_expires_the_change(machine: Bench) -> None:
    await machine.delete()
    machine.clock.forward(hours=24)
    await machine.decides("UBEN")
    assert ((await machine.latest()).state, machine.writes()) == (State.EXPIRED, [])
    assert whispers(machine)[-1] == "Too late: change 1 has expired."


async def test_a_sweep_expires_what_nobody_decided(machine: Bench) -> None:
    await machine.delete()
    machine.clock.forward(hours=24)
    await machine.sweeps()
    expired = await machine.latest()
    assert (expired.state, expired.reason) == (State.EXPIRED, "No one decided in time. Nothing was changed.")
    assert machine.board.heard[-1].number == 1


async def test_a_change_expires_once_although_two_processes_sweep(machine: Bench, path: Path) -> None:
    await machine.delete()
    machine.clock.forward(hours=24)
    async with machine.another(path) as other:
        await asyncio.gather(machine.engine.housekeeper.run_due(), other.engine.housekeeper.run_due())
        await machine.tasks.settled()
        await other.tasks.settled()
    assert machine.kinds().count("expire") == 1


async def test_a_decision_just_before_the_sweep_gets_there_stands(
    machine: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    change = await machine.delete()
    machine.clock.forward(hours=24)
    await machine.engine.housekeeper.run_due()  # its tasks have not begun yet
    await machine.ledger.changes.move(change, Event.REJECT, at=machine.clock())
    with caplog.at_level(logging.INFO):
        await machine.tasks.settled()
    assert (await machine.latest()).state is State.REJECTED
    assert "was moved just before this process did" in caplog.text


# Going on


async def left_behind(machine: Bench) -> None:
    """An ask on record whose process died before it answered."""
    now = machine.clock()
    ask = machine.ask("segment delete", segments=["VIPs"])
    await machine.ledger.invocations.record(ask, owner="dead", at=now, detail={})


async def test_a_fresh_ask_of_a_dead_process_is_answered(machine: Bench) -> None:
    await left_behind(machine)
    machine.clock.forward(seconds=1)
    await machine.sweeps()
    assert (await machine.latest()).state is State.WAITING
    await machine.sweeps()
    assert len(await machine.ledger.changes.latest("all", "", 9)) == 1


async def test_a_fresh_ask_of_a_dead_process_may_be_refused(machine: Bench) -> None:
    await left_behind(machine)
    machine.forget("VIPs")
    machine.clock.forward(seconds=1)
    await machine.sweeps()
    assert "No segment is called “VIPs”" in whispers(machine)[-1]


async def test_an_old_ask_of_a_dead_process_is_refused_with_a_reason(machine: Bench) -> None:
    await left_behind(machine)
    machine.clock.forward(seconds=FRESH.total_seconds() + 1)
    await machine.sweeps()
    assert whispers(machine)[-1].startswith("I was offline when you asked for this")
    assert (machine.kinds(), machine.store.requests()) == (["asked", "refused"], [])


async def test_an_ask_that_was_answered_by_another_process_is_not_answered_twice(machine: Bench, path: Path) -> None:
    async with machine.another(path) as other:

        async def oversleep(_seconds: float) -> None:
            machine.clock.forward(seconds=30)
            await other.sweeps()

        machine.store.sleep = oversleep
        machine.store.faults.add("GET", MEMBERS, delay=60)
        await machine.asks("segment delete", segments=["VIPs"])
    assert len(await machine.ledger.changes.latest("all", "", 9)) == 1


async def test_a_change_whose_process_died_before_its_card_is_posted_by_the_next(machine: Bench, path: Path) -> None:
    await machine.delete()
    ask, now = machine.ask("segment delete"), machine.clock()
    await machine.ledger.invocations.record(ask, owner="dead", at=now, detail={})
    draft = (await machine.latest()).model_copy(update={"state": State.PLANNED, "card": None})
    await machine.ledger.changes.create(ask, draft, owner="dead", detail={})
    machine.clock.forward(seconds=1)
    await machine.engine.housekeeper.run_due()  # its tasks have not begun yet
    async with machine.another(path) as other:
        assert await other.engine.process.claim(2)
        await machine.tasks.settled()
        assert [one.number for one in machine.board.posted] == [1]
        await other.dies()
    await machine.sweeps()
    assert [one.number for one in machine.board.posted] == [1, 2]
    assert machine.board.sought == [2]
    assert (await machine.ledger.changes.load(2)).state is State.WAITING


async def test_a_card_that_another_process_posted_meanwhile_is_not_posted_again(machine: Bench, path: Path) -> None:
    ask, now = machine.ask("segment delete"), machine.clock()
    draft = (await machine.delete()).model_copy(update={"state": State.PLANNED, "card": None})
    await machine.ledger.invocations.record(ask, owner="dead", at=now, detail={})
    await machine.ledger.changes.create(ask, draft, owner="dead", detail={})
    await machine.engine.housekeeper.run_due()  # its tasks have not begun yet
    async with machine.another(path) as other:
        await other.sweeps()
        await machine.tasks.settled()
    assert [one.number for one in machine.board.posted] == [1, 2]
    assert (await machine.ledger.changes.load(2)).state is State.WAITING
    assert await machine.ledger.leases.claim(2, owner="x", now=now)


async def test_a_card_that_was_posted_before_the_crash_is_not_posted_again(machine: Bench) -> None:
    change = await machine.delete()
    ask, now = machine.ask("segment delete"), machine.clock()
    await machine.ledger.invocations.record(ask, owner="dead", at=now, detail={})
    draft = change.model_copy(update={"state": State.PLANNED, "card": None})
    planned = await machine.ledger.changes.create(ask, draft, owner="dead", detail={})
    assert change.card
    await machine.ledger.changes.save_card(planned, change.card)
    machine.clock.forward(seconds=1)
    await machine.sweeps()
    assert [one.number for one in machine.board.posted] == [1]
    assert (await machine.ledger.changes.load(2)).state is State.WAITING


async def test_who_asked_hears_of_what_expired_before_its_card_could_be_posted(machine: Bench) -> None:
    ask, now = machine.ask("segment delete"), machine.clock()
    draft = (await machine.delete()).model_copy(update={"state": State.PLANNED, "card": None})
    await machine.ledger.invocations.record(ask, owner="dead", at=now, detail={})
    await machine.ledger.changes.create(ask, draft, owner="dead", detail={})
    machine.board.broken["post"] = Undeliverable("internal_error")
    machine.clock.forward(hours=25)
    for _ in range(3):
        await machine.sweeps()
    assert sorted((one.number, one.state) for one in machine.board.heard) == [(1, State.EXPIRED), (2, State.EXPIRED)]


async def approved_and_orphaned(machine: Bench) -> None:
    """A change that was approved by a process that died before it started."""
    change = await machine.delete()
    await machine.approves(change, "UBEN")
    machine.clock.forward(seconds=1)


async def test_an_approved_change_of_a_dead_process_runs_as_it_was_approved(machine: Bench) -> None:
    await approved_and_orphaned(machine)
    await machine.sweeps()
    assert ((await machine.latest()).state, machine.writes()) == (State.DONE, ["DELETE"])


async def test_an_approved_change_of_a_dead_process_waits_again_where_the_store_changed(machine: Bench) -> None:
    await approved_and_orphaned(machine)
    await machine.client.remove_members(machine.segments()["VIPs"], *machine.members("VIPs"))
    await machine.sweeps()
    again = await machine.latest()
    assert (again.state, again.version, "VIPs" in machine.segments()) == (State.WAITING, 2, True)


async def test_a_change_whose_segment_was_renamed_says_what_it_is_called_now() -> None:
    async with bench() as machine:
        await machine.delete()
        vips = machine.segments()["VIPs"]
        await machine.client.update_segment(vips, lambda now: SegmentChange(id=now.id, name="Best"))
        await machine.decides("UBEN")
        stale = await machine.latest()
        told = "No segment is called “VIPs”. “VIPs” is called “Best” now. Ask for this again by the new name."
        assert (stale.state, stale.reason, "Best" in machine.segments()) == (State.STALE, told, True)


async def test_a_change_that_names_by_id_a_segment_which_is_gone_says_what_it_was_called() -> None:
    async with bench() as machine:
        await machine.delete(machine.segments()["VIPs"])
        machine.forget("VIPs")
        await machine.decides("UBEN")
        stale = await machine.latest()
        assert (stale.state, stale.reason) == (State.STALE, "The segment “VIPs” is no longer in the store.")


async def test_an_approved_change_of_a_dead_process_is_stale_where_it_cannot_be_done(machine: Bench) -> None:
    await approved_and_orphaned(machine)
    machine.forget("VIPs")
    await machine.sweeps()
    assert (await machine.latest()).state is State.STALE


async def test_an_approved_change_stays_approved_while_the_store_cannot_be_asked(machine: Bench) -> None:
    await approved_and_orphaned(machine)
    machine.store.faults.add("GET", "*", status=500, times=None)
    await machine.sweeps()
    assert (await machine.latest()).state is State.APPROVED
    machine.store.faults.clear()
    machine.clock.forward(seconds=1)
    await machine.sweeps()
    assert (await machine.latest()).state is State.DONE


async def test_an_approved_change_is_planned_again_ever_more_rarely_while_the_store_cannot_be_asked(
    machine: Bench,
) -> None:
    await approved_and_orphaned(machine)
    machine.store.faults.add("GET", "*", status=500, times=None)
    asked = []
    for _ in range(2):
        before = len(machine.store.requests())
        for _ in range(60):
            machine.clock.forward(seconds=1)
            await machine.sweeps()
        asked.append(len(machine.store.requests()) - before)
    assert 0 < asked[1] < asked[0] < 60


async def test_what_needed_no_approval_runs_after_a_crash_where_it_still_holds(machine: Bench) -> None:
    loyal = plan(CreateSegment(segment=Naming(name="Loyal")))
    await machine.approved(loyal, command="segment create", args={"name": "Loyal"})
    machine.clock.forward(seconds=1)
    await machine.sweeps()
    assert "Loyal" in machine.segments()


async def test_what_needed_no_approval_is_stale_after_a_crash_where_the_store_changed(machine: Bench) -> None:
    loyal = plan(CreateSegment(segment=Naming(name="Loyal")))
    await machine.approved(loyal, command="segment create", args={"name": "Loyal", "description": "since then"})
    machine.clock.forward(seconds=1)
    await machine.sweeps()
    found = await machine.latest()
    assert (found.state, "Loyal" in machine.segments()) == (State.STALE, False)
    assert "Ask again." in found.reason


async def test_an_orphan_that_another_process_runs_is_left_to_it(machine: Bench, path: Path) -> None:
    await approved_and_orphaned(machine)
    await machine.engine.housekeeper.run_due()  # its tasks have not begun yet
    async with machine.another(path) as other:
        assert await other.engine.process.claim(1)
        await machine.tasks.settled()
        assert (await machine.latest()).state is State.APPROVED


async def test_what_needs_nobody_and_was_left_behind_before_its_card_is_posted_and_run(machine: Bench) -> None:
    ask, now = machine.ask("segment create", name="Loyal"), machine.clock()
    await machine.asks("segment create", name="Gold")
    draft = (await machine.latest()).model_copy(
        update={"state": State.PLANNED, "card": None, "args": ask.values, "runs": ()}
    )
    await machine.ledger.invocations.record(ask, owner="dead", at=now, detail={})
    loyal = plan(CreateSegment(segment=Naming(name="Loyal")))
    await machine.ledger.changes.create(ask, draft.model_copy(update={"plan": loyal}), owner="dead", detail={})
    await machine.sweeps()
    assert (await machine.ledger.changes.load(2)).state is State.DONE
    assert "Loyal" in machine.segments()


async def test_a_card_that_another_process_paints_is_left_to_it(machine: Bench) -> None:
    change = await machine.delete()
    await machine.ledger.leases.renew(owner="other", until=machine.clock() + timedelta(seconds=6), now=machine.clock())
    assert await machine.ledger.leases.claim(change.number, owner="other", now=machine.clock(), role="renderer")
    await machine.decides("UBEN", change.number, Verdict.REJECT)
    assert State.REJECTED not in [one.state for one in machine.board.drawn]
    machine.clock.forward(seconds=16)
    await machine.sweeps()
    assert machine.board.drawn[-1].state is State.REJECTED


async def test_one_card_that_cannot_be_drawn_holds_up_no_other(machine: Bench) -> None:
    await machine.delete()
    await machine.delete("Lapsed")
    machine.board.poisoned = 1
    await machine.decides("UBEN", 1, Verdict.REJECT)
    await machine.decides("UBEN", 2, Verdict.REJECT)
    assert machine.board.drawn[-1].number == 2


async def test_a_process_that_dies_while_it_plans_loses_nothing(machine: Bench, path: Path) -> None:
    stuck = asyncio.Event()
    machine.store.sleep = lambda _: stuck.wait()
    machine.store.faults.add("GET", "/segments", delay=60)
    await machine.engine.intake.take(machine.ask("segment delete", segments=["VIPs"]))
    await machine.dies()
    stuck.set()
    async with machine.another(path) as other:
        await other.sweeps()
        assert (await other.latest()).state is State.WAITING


async def test_a_sweep_keeps_what_is_under_way(machine: Bench, path: Path) -> None:
    stuck = asyncio.Event()
    machine.store.sleep = lambda _: stuck.wait()
    machine.store.faults.add("GET", "/segments", delay=60)
    await machine.engine.intake.take(machine.ask("segment delete", segments=["VIPs"]))
    async with machine.another(path) as other:
        for _ in range(3):
            machine.clock.forward(seconds=4)
            await machine.engine.housekeeper.run_due()
            await other.sweeps()
        stuck.set()
        await machine.tasks.settled()
    assert machine.kinds().count("planned") == 1


async def test_a_line_that_this_version_reads_as_another_command_runs_as_it_was_recorded(machine: Bench) -> None:
    typed = machine.ask("segment show", segment="VIPs").model_copy(update={"line": "segment list"})
    request = machine.engine.planner.request(typed)
    assert isinstance(request, Call)
    assert (request.command.path, request.values) == ("segment show", {"segment": "VIPs"})


async def test_what_a_question_offers_is_tried_as_long_as_there_is_time(machine: Bench) -> None:
    await machine.client.create_segments(NewSegment(name="VIPs Gold"))
    planner = machine.engine.planner

    async def faults(line: str, patience: float = 30) -> list[str]:
        call = understand(GROUPS, line)
        assert isinstance(call, Call)
        asked = (await replace(planner, patience=patience).plan(call, "UANA")).outcome
        assert isinstance(asked, Question)
        return [one.fault for one in asked.readings]

    assert await faults("segment clear VIPs Gold, VIPs") == ["VIPs Gold is already empty.", ""]
    assert await faults("segment clear VIPs Gold, VIPs", patience=0) == ["", ""]
    machine.store.faults.add("GET", "/customers", status=403, times=99)
    assert await faults("segment copy VIPs Gold") == ["", ""]
    assert await faults("segment add VIPs Gold a@b.c") == ["", ""]
    assert await faults("segment add VIPs 17 a@b.c") == ["", ""]


@pytest.mark.parametrize("patience", [5.0, 0.0001])
async def test_a_form_that_leaves_something_open_is_answered_with_buttons(machine: Bench, patience: float) -> None:
    asked = machine.ask("segment add", segment=["VIPs"], shoppers=["a@b.c 17"])
    form = Submitted(**asked.model_dump(exclude={"kind", "line"}))
    assert await machine.engine.intake.take(form, patience=patience) is None
    await machine.tasks.settled()
    assert [title.split(" Beside")[0] for _, title in machine.board.whispered] == ["Is 17 a customer?"]
    guests = " ".join(f"guest.{number}@example.com" for number in range(100))
    long = form.model_copy(update={"id": "2", "values": {"segment": ["VIPs"], "shoppers": [f"{guests} 17"]}})
    refusal = await machine.engine.intake.take(long, patience=patience)
    await machine.tasks.settled()
    assert bool(refusal) is (patience > 1)
    assert len(machine.board.whispered) == (1 if refusal else 2)


async def test_a_question_about_an_edit_is_told_without_buttons(machine: Bench) -> None:
    await machine.delete()
    await machine.edits("segment add", segment=["VIPs"], shoppers=["a@b.c 17"])
    assert machine.board.whispered[-1][1].startswith("Is 17 a customer?")
