"""Shorthands: invocations and changes on record, and the kinds of all entries."""

from datetime import timedelta
from typing import Any

from bot.core.approval.changes import Change, Event
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
    await ledger.leases.renew(owner=owner, until=LATER)
    return await ledger.invocations.record(ask(id_, **fields), owner=owner, at=NOW, detail={"said": "x"})


async def planned(ledger: Ledger, id_: str = "1", *, owner: str = "one", **fields: Any) -> Change:
    await asked(ledger, id_)
    await ledger.leases.renew(owner=owner, until=LATER)
    return await ledger.changes.create(ask(id_), change(**fields), owner=owner, detail={"need": "1"})


async def moved(ledger: Ledger, found: Change, *events: Event) -> Change:
    for event in events:
        found = await ledger.changes.move(found, event, at=NOW)
    return found


async def kinds(ledger: Ledger) -> list[str]:
    return [entry.kind for entry in await ledger.audit.entries()]


async def running(ledger: Ledger, id_: str = "1", **fields: Any) -> Change:
    return await moved(ledger, await planned(ledger, id_, **fields), Event.POST, Event.APPROVE, Event.START)
