"""Shorthands: invocations and changes on record, and the kinds of all entries."""

from datetime import timedelta
from typing import Any

from bot.core.approval.changes import Change, Event, Run, StepState
from bot.core.approval.need import Approval
from bot.core.invocation import Invocation
from bot.core.people import Place
from bot.ledger.ledger import Ledger
from tests.core.samples import NOW, change, invocation

LATER = NOW + timedelta(seconds=6)


def ask(id_: str = "1", **fields: Any) -> Invocation:
    basis: dict[str, Any] = {"actor": "UANA", "place": Place(channel="C1"), "command": "segment delete"}
    values = {} if "decision" in fields else {"values": {"segments": ["VIPs"]}}
    return invocation(id_, **basis | values | fields)


async def asked(ledger: Ledger, id_: str = "1", *, owner: str = "one", **fields: Any) -> bool:
    await ledger.leases.renew(owner=owner, until=LATER, now=NOW)
    return await ledger.invocations.record(ask(id_, **fields), owner=owner, at=NOW, detail={"said": "x"})


async def planned(ledger: Ledger, id_: str = "1", *, owner: str = "one", **fields: Any) -> Change:
    await asked(ledger, id_)
    await ledger.leases.renew(owner=owner, until=LATER, now=NOW)
    return await ledger.changes.create(ask(id_), change(**fields), owner=owner, detail={"need": "1"})


async def moved(ledger: Ledger, found: Change, *events: Event) -> Change:
    """Move a change by these events; who approves is somebody else each time."""
    for event in events:
        signs = event in (Event.SIGN, Event.APPROVE)
        actor = ("UBEN", "UCLEO")[len(found.approvals)] if signs else ""
        update = {"approvals": (*found.approvals, Approval(actor=actor, at=NOW))} if signs else {}
        found = await ledger.changes.move(found, event, at=NOW, actor=actor, update=update)
    return found


async def kinds(ledger: Ledger) -> list[str]:
    return [entry.kind for entry in await ledger.audit.entries()]


async def running(ledger: Ledger, id_: str = "1", **fields: Any) -> Change:
    return await moved(ledger, await planned(ledger, id_, **fields), Event.POST, Event.APPROVE, Event.START)


async def carried_out(ledger: Ledger, found: Change, state: StepState = StepState.DONE) -> Change:
    """Run its steps, each of which is about one segment and ends like this; it is over then."""
    for position, step in enumerate(found.plan.steps):
        subjects = (f"segment:{step.segment_ids[0]}",)
        for one in (StepState.STARTED, state):
            run = Run(position=position, state=one)
            found = await ledger.changes.save_run(found, run, at=NOW, detail={"kind": step.kind}, subjects=subjects)
    return await moved(ledger, found, Event.FINISH)
