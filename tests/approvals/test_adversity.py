"""Interleavings under worse conditions: stopped bots, restored backups, clocks that are set, answers that get lost.

Whatever happens: no write without the approvals that were asked for on what was shown, or by a bot that has lost the
change; store and log agree; each change ends, once; and everyone is told.
"""

import asyncio
import json
import logging
import sqlite3
from collections.abc import Callable
from contextlib import closing
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from bot.core.approval.changes import OPEN, Change, State
from bot.core.approval.decisions import Decision, Verdict
from bot.core.approval.policy import Policy
from bot.core.audit.entries import RecordedEntry
from bot.core.invocation import ClickedButton
from bot.engine import answering, authorization
from bot.ledger.sqlite.restoring import restore
from tests.approvals.choices import ASKS, DRIFTS, SETTLED, approvers, names, policies, process, some, turns, which
from tests.approvals.drawn import run_drawn
from tests.approvals.mortal import FileSite, on_server
from tests.approvals.team import ANA, BEA, BEN, CLEO, EVE
from tests.approvals.test_interleavings import Interleavings
from tests.core.samples import invocation
from tests.records import database_of, entries_of, read_ledger, verified

DEEP, QUICK, QUICK_ON_SERVER = 2000, 8, 2
"""Interleavings."""

signers = st.sampled_from(((CLEO,), (BEN,), (CLEO, BEN), (BEN, CLEO), (CLEO, EVE), (EVE, BEN)))
pauses = st.sampled_from((5, 20, 40, 100, 100))
"""Seconds: shorter than a lease, longer, and so long that a run has to look again."""
places = st.tuples(st.integers(1, 30), st.just("")) | st.tuples(
    st.sampled_from((1, 1, 2, 3)), st.sampled_from(("unsent", "write"))
)
refusals = st.sampled_from((429, 503, 0))
Row = dict[str, Any]
"""A change's row: its columns, with the body decoded."""


def _approve(row: Row, _others: list[str]) -> None:
    row["state"] = "approved"


def _sign_and_approve(row: Row, _others: list[str]) -> None:
    signed = {"actor": "UBEN", "at": "2026-01-01T00:00:00Z", "counts_for": [0]}
    row["state"], row["body"]["approvals"] = "approved", [signed]


def _need_less(row: Row, _others: list[str]) -> None:
    row["body"]["need"] |= {"approvals": 1, "requirements": []}


def _swap_plan(row: Row, others: list[str]) -> None:
    row["plan"] = (others or [row["plan"]])[0]


def _ask_as_another(row: Row, _others: list[str]) -> None:
    row["requester"] = "UCLEO"


BY_HAND = (_approve, _sign_and_approve, _need_less, _swap_plan, _ask_as_another)
"""What somebody who can write to the ledger may do to the row of a change; they may know plans of earlier ones."""


@dataclass(frozen=True)
class Meanwhile:
    """What happens while a bot is stopped: time passes, staff change the store, others go on with its work."""

    seconds: int
    drift: str | None
    some: int
    then: str


meanwhile = st.builds(
    Meanwhile,
    seconds=pauses,
    drift=st.none() | st.sampled_from(DRIFTS),
    some=some,
    then=st.sampled_from(("", "taken over", "taken over", "undone", "killed")),
)


class Adversity(Interleavings):
    """Two bots that may be stopped, on a ledger that may be restored, by clocks that are set, and with hands in it."""

    backup: Path | None = None
    again = has_forged = False

    @property
    def is_file(self) -> bool:
        """Whether the bot restores its backups; those of a server are PostgreSQL's own matter."""
        return hasattr(self, "processes") and isinstance(self.site, FileSite)

    @property
    def all_act(self) -> bool:
        """Whether no bot is stopped or dead."""
        return hasattr(self, "processes") and all(one.acts for one in self.processes)

    # Bots that are stopped

    @rule(process=process, seconds=pauses, turns=turns)
    def a_bot_is_stopped(self, process: int, seconds: int, turns: int) -> None:
        self.processes[process].pauses.stop()
        self._forward(seconds=seconds)
        self._run(self.processes[1 - process].sweep(), turns)

    @rule(process=process, turns=turns)
    def it_goes_on(self, process: int, turns: int) -> None:
        self._excuse()
        self.processes[process].pauses.go_on()
        self._run(asyncio.sleep(0), turns)

    @precondition(lambda self: self.all_act)
    @rule(
        process=process, which=which, signers=signers, place=places, status=refusals, meanwhile=meanwhile, turns=turns
    )
    def a_bot_is_stopped_on_its_way(
        self,
        process: int,
        which: int,
        signers: tuple[str, ...],
        place: tuple[int, str],
        status: int,
        meanwhile: Meanwhile,
        turns: int,
    ) -> None:
        """It runs what these approve, is stopped somewhere, and goes on after others have: a bot, people, the staff."""
        if card := self._open_card(which):
            self._each_write_fails_once(status)
            for signer in signers[:-1]:
                self._click(process, signer, card, Verdict.APPROVE, SETTLED)
            self.processes[process].pauses.stop(*place)
            self._click(process, signers[-1], card, Verdict.APPROVE, SETTLED)
            self._meanwhile(process, card, meanwhile, turns)

    @precondition(lambda self: self.all_act)
    @rule(
        process=process,
        what=st.sampled_from(("segment copy", "segment copy", "segment add", "segment edit")),
        name=names,
        some=some,
        place=places,
        meanwhile=meanwhile,
        turns=turns,
    )
    def a_bot_is_stopped_while_it_answers(
        self, process: int, what: str, name: str, some: int, place: tuple[int, str], meanwhile: Meanwhile, turns: int
    ) -> None:
        """Where nobody has to approve, it runs at once."""
        self.processes[process].pauses.stop(*place)
        self._tell(process, ANA, what, SETTLED, values=self._values(what, name, some))
        self._meanwhile(process, self._card(0) or self._card(0, over=True), meanwhile, turns)

    def _meanwhile(self, process: int, card: Change | None, meanwhile: Meanwhile, turns: int) -> None:
        if card and self.processes[process].pauses.is_stopped:
            self._happens(process, card, meanwhile)
        self._excuse()
        self.processes[process].pauses.go_on()
        self._run(asyncio.sleep(0), turns)

    def _happens(self, process: int, card: Change, meanwhile: Meanwhile) -> None:
        other = 1 - process
        self._forward(seconds=meanwhile.seconds)
        if meanwhile.drift:
            self._change_what_it_is_about(card, meanwhile.drift, meanwhile.some)
        if meanwhile.then == "killed":
            self._restart(process, self.processes[process].policy, SETTLED)
        elif meanwhile.then:
            self._run(self.processes[other].sweep(), SETTLED)
        if meanwhile.then == "undone" and self._stands(card.number) is State.DONE:
            self._tell(other, ANA, "change undo", SETTLED, values={"number": card.number})
            self._sign((BEN, CLEO), SETTLED)

    def _each_write_fails_once(self, status: int) -> None:
        for method in ("POST", "PUT", "DELETE") if status else ():
            self.store.faults.add(method, status=status)

    # People who leave

    @rule(process=process, which=which, two=st.permutations((BEN, CLEO, EVE)), group=st.booleans(), turns=turns)
    def somebody_signs_and_leaves(self, process: int, which: int, two: list[str], group: bool, turns: int) -> None:
        """Before the next one signs."""
        if card := self._open_card(which):
            self._click(process, two[0], card, Verdict.APPROVE, SETTLED)
            where = next((id_ for id_, users in self.slack.groups.items() if two[0] in users), "")
            self.somebody_joins_or_leaves(where if group and where else "guests", two[0])
            self._click(1 - process, two[1], card, Verdict.APPROVE, turns)

    # People who decide about their own

    @rule(process=process, by=approvers, what=st.sampled_from(ASKS), name=names, some=some, turns=turns)
    def somebody_asks_and_signs(self, process: int, by: str, what: str, name: str, some: int, turns: int) -> None:
        """What they see of it, by either process."""
        self._tell(process, by, what, SETTLED, values=self._values(what, name, some))
        self._sign((by, by), turns)

    # Clocks that are set, decisions that come too late, and answers that get lost

    @rule(process=process, which=which, signers=signers, minutes=st.sampled_from((24 * 60, 26 * 60)), turns=turns)
    def some_sign_what_expired_unnoticed(
        self, process: int, which: int, signers: tuple[str, ...], minutes: int, turns: int
    ) -> None:
        """Before a sweep could see to it."""
        if card := self._open_card(which):
            self._forward(minutes=minutes)
            for signer in signers:
                self._click(process, signer, card, Verdict.APPROVE, turns)

    @rule(hours=st.sampled_from((-30, -2, -0.01, 0.01, 2, 30)), turns=turns)
    def clocks_are_set(self, hours: float, turns: int) -> None:
        self._excuse()
        self.clock.set_by(hours=hours)
        self._run(self._live(), turns)

    @rule(loses=st.booleans(), again=st.booleans())
    def slack_loses_answers_and_delivers_twice(self, loses: bool, again: bool) -> None:
        self.slack.loses, self.again = loses, again

    def _click(self, process: int, by: str, card: Change, verdict: Verdict, turns: int) -> None:
        super()._click(process, by, card, verdict, 0 if self.again else turns)
        if self.again:
            click, other = self.clicks[-1], self.processes[1 - process]
            click.policies.append(other.policy)
            decision = Decision(number=card.number, verdict=verdict, version=card.version)
            button = ClickedButton(shown=card.shown)
            twice = invocation(click.id, by, verdict.value, decision=decision, button=button)
            self._run(other.ask(twice), turns)

    # Backups, and hands in the ledger

    @precondition(lambda self: self.is_file)
    @rule()
    def a_backup_is_made(self) -> None:
        made = self.folder / "made.sqlite"
        made.unlink(missing_ok=True)
        with closing(sqlite3.connect(made)) as copy:
            database_of(self.ledger).connection.backup(copy)
        with read_ledger(made) as copied:
            holds = verified(copied).holds
        assert holds or self.tampered or self.has_forged
        if holds:  # what does not verify is neither kept as a backup nor restored
            self.backup = made.replace(self.folder / "backup.sqlite")
        # What is asked for next is in no backup, and its card stays on the screens.
        self._ask_for_something()

    @precondition(lambda self: self.is_file)
    @rule(
        policy=policies,
        what=st.sampled_from(ASKS),
        name=names,
        some=some,
        by=approvers,
        verdict=st.booleans(),
        turns=turns,
    )
    def the_backup_is_restored(
        self, policy: Policy, what: str, name: str, some: int, by: str, verdict: bool, turns: int
    ) -> None:
        """What people saw since stays on their screens; and a change that is asked for now may have the same number."""
        if not self.backup:
            self.a_backup_is_made()
        if not self.backup:
            return
        screens = {number: shown[-1] for number, shown in self.slack.shown.items() if shown}
        for one in self.processes:
            self._run(one.kill())
        self._restore(self.backup)
        self.processes = [self._run(self.started(policy)) for _ in range(2)]
        self.policies.append(policy)
        self._excuse()
        self._run(self.processes[0].sweep(), SETTLED)
        self._tell(0, ANA, what, SETTLED, values=self._values(what, name, some))
        asked = self._card(0)
        if asked and asked.number in screens:
            for signer in (by, BEN, CLEO):
                click = Verdict.APPROVE if verdict else Verdict.REJECT
                self._click(1, signer, screens[asked.number], click, turns)

    def _restore(self, backup: Path) -> None:
        assert isinstance(self.site, FileSite)
        path = self.site.path
        self.reading.close()
        for ending in ("", "-wal", "-shm"):
            path.with_name(f"{path.name}{ending}").unlink(missing_ok=True)
        self.loop.run_until_complete(restore(backup, path, at=self.clock()))
        self.open_to_judge()
        left = self.rows("SELECT number, state FROM changes")
        assert not [(number, state) for number, state in left if state in OPEN], "restoring closes what was open"
        # The record begins again where the backup was made; what was done since is on no record.
        self.judged = 0
        for known in (self.replayed, self.undone_by, self.revisions, self.final, self.created, self.carried_out):
            known.clear()
        self.tampered.clear()

    @precondition(lambda self: self.all_act)
    @rule(which=which, edit=st.sampled_from(BY_HAND), by=approvers, process=process, turns=turns)
    def somebody_edits_a_row(
        self, which: int, edit: Callable[[Row, list[str]], None], by: str, process: int, turns: int
    ) -> None:
        """While nobody works on that change."""
        self._run(asyncio.sleep(0), SETTLED)
        card = self._open_card(which)
        if not card or self._stands(card.number) is not State.WAITING:
            return
        if self._edit(card.number, edit):
            self.tampered.add(card.number)
        self._click(process, by, card, Verdict.APPROVE, turns)

    def _edit(self, number: int, edit: Callable[[Row, list[str]], None]) -> bool:
        """Edit a change's row; return whether that changed anything."""
        others = [row[0] for row in self.rows("SELECT plan FROM changes WHERE number < :number", number=number)]
        (stored,) = self.rows("SELECT state, requester, plan, body FROM changes WHERE number = :number", number=number)
        row = dict(zip(("state", "requester", "plan", "body"), stored, strict=True))
        row["body"] = json.loads(row["body"])
        before = deepcopy(row)
        edit(row, others)
        if row == before:  # the same in other words would be found, too
            return False
        new = {**row, "body": json.dumps(row["body"]), "number": number}
        query = "UPDATE changes SET state = :state, requester = :requester, plan = :plan, body = :body"
        self.site.edit(f"{query} WHERE number = :number", new)
        return True

    @precondition(lambda self: self.all_act)
    @rule(which=which, by=approvers, verdict=st.sampled_from((Verdict.APPROVE, Verdict.REJECT)), process=process)
    def somebody_inserts_a_click(self, which: int, by: str, verdict: Verdict, process: int) -> None:
        """As if a bot had died before it answered it."""
        if card := self._open_card(which):
            decision = Decision(number=card.number, verdict=verdict, version=card.version)
            button = ClickedButton(shown=card.shown)  # whoever can write to the file can read its nonces
            self._insert(process, by, verdict.value, decision=decision, button=button)

    @precondition(lambda self: self.all_act)
    @rule(which=which, process=process)
    def somebody_inserts_an_emergency(self, which: int, process: int) -> None:
        """As if someone who may break the glass had typed it."""
        if card := self._open_card(which):
            self._insert(process, BEA, "change break-glass", values={"number": card.number, "reason": "Now."})

    def _insert(self, process: int, by: str, command: str, **fields: Any) -> None:
        forged = invocation(f"forged-{next(self.asks)}", by, command, **fields)
        self.has_forged = True
        row = {"id": forged.id, "at": self.clock().isoformat(), "body": forged.model_dump_json()}
        self.site.edit("INSERT INTO asks (id, at, body, owner) VALUES (:id, :at, :body, 'nobody')", row)
        self._run(self.processes[process].sweep(), SETTLED)

    def is_found_out(self, record: logging.LogRecord) -> bool:
        """Whether it is about a row or a click that was."""
        if record.name == authorization.__name__:
            return any(record.getMessage().startswith(f"Change {number} ") for number in self.tampered)
        return record.name == answering.__name__ and self.has_forged and "audit log" in record.getMessage()

    def _judge_told(self, change: Change) -> None:
        if any(entry.kind == "contradict" for entry in self._entries_of(change)):
            assert any(what.startswith("contradict") for nonce, what in self.slack.told if nonce == change.nonce)
            return
        super()._judge_told(change)
        if any(entry.kind == "late write" for entry in self._entries_of(change)):
            assert self.slack.told[change.nonce, "late "]
        if change.state is State.CLOSED:
            assert self.slack.told[change.nonce, "outcome"]

    def _entries_of(self, change: Change) -> list[RecordedEntry]:
        return [entry for entry in entries_of(self.ledger) if entry.change == change.number]

    def everything_comes_to_an_end(self) -> None:
        """Bots go on, clocks stay as they are, and Slack's answers arrive."""
        self.slack.loses = self.again = False
        for one in self.processes:
            one.pauses.go_on()
        self._run(asyncio.sleep(0), SETTLED)
        ((last,),) = self.rows("SELECT max(expires_at) FROM changes")
        left = datetime.fromisoformat(last) - self.clock() if last else timedelta()  # clocks may have been set back
        self.clock.forward(hours=60 + max(0.0, left.total_seconds() / 3600))
        super().everything_comes_to_an_end()


class AdversityOnServer(Adversity):
    """The same on PostgreSQL."""

    new_site = staticmethod(on_server)


ADVERSITIES = {"sqlite": (Adversity, QUICK), "postgres": (AdversityOnServer, QUICK_ON_SERVER)}


@pytest.mark.parametrize("engine", ADVERSITIES)
def test_under_adversity_only_what_was_approved_is_written_and_everything_ends(engine: str, deep: bool) -> None:
    machine, quick = ADVERSITIES[engine]
    run_drawn(machine, DEEP if deep else quick, number=0)
