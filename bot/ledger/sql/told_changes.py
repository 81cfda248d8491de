"""What people are shown and told of changes: cards, outcomes and notices. See ``bot.ledger.ports.told_changes``."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from bot.core.approval.beside import names_same
from bot.core.approval.changes import OPEN, Card, Change
from bot.core.audit.entries import EntryKind
from bot.core.timestamps import timestamp
from bot.ledger import entry_builders
from bot.ledger.sql import change_rows
from bot.ledger.sql import notices as queued
from bot.ledger.sql.audit_log import append
from bot.ledger.sql.changes_table import ChangesTable
from bot.ledger.sql.database import Connection, placeholders, statement
from bot.ledger.sql.related_changes import others_beside

OPEN_STATES = ",".join(f"'{state.value}'" for state in sorted(OPEN))
"""The states of changes that are not settled, as SQL lists them."""
_UNREMINDED = "state = 'waiting' AND NOT reminded AND expires_at <= ?"
_WAITS_SINCE = f"""
    SELECT number, expires_at,
        (SELECT max(at) FROM entries WHERE change = changes.number AND kind IN ('planned', 'replan', 'edit')) AS since
    FROM changes WHERE {_UNREMINDED} ORDER BY number
"""


class ToldChanges(ChangesTable):
    """The part of the changes that is about telling people."""

    # Notices: messages to people apart from cards and outcomes

    async def queue_reminders(self, *, expiring: datetime, at: datetime) -> None:
        """Queue a reminder, once per version, for each waiting change that expires by then, in its last quarter."""
        due = await self._database.read(lambda db: _to_remind_of(db, expiring=expiring, at=at))
        if not due:
            return

        def remind(db: Connection) -> None:
            query = f"UPDATE changes SET reminded = true WHERE number IN ({placeholders(due)}) AND {_UNREMINDED}"
            for row in db.execute(f"{query} RETURNING number", (*due, timestamp(expiring))).fetchall():
                queued.queue(db, row["number"], [("reminder", "")])
                append(db, entry_builders.moved(EntryKind.REMIND, change_rows.load(db, row["number"]), ""), at)

        await self._database.write(remind)

    async def notices(self) -> tuple[tuple[int, str, str], ...]:
        """Return the notices to deliver: change, kind and user (empty: everyone who sees the card)."""
        return await self._database.read(queued.due)

    async def remove_notice(self, number: int, kind: str, user: str) -> None:
        """Remove a notice that was delivered, or cannot be."""
        await self._database.write(lambda db: queued.remove(db, number, kind, user))

    async def resolve_notice(self, number: int, group: str, users: Iterable[str]) -> None:
        """Replace the notice of an emergency to a group by one to each of its members who was not told yet."""
        await self._database.write(lambda db: queued.resolve(db, number, group, users))

    async def untold(self) -> tuple[int, ...]:
        """Return the numbers of the changes of whose emergency not everyone was told."""
        return await self._database.read(queued.untold)

    # Cards and outcomes

    async def outdated_cards(self) -> tuple[int, ...]:
        """Return the numbers of the changes whose card does not show their latest revision, or is missing."""
        return await self._numbers(
            "drawn < revision AND (card_ts IS NOT NULL OR (covered_by IS NOT NULL AND state = 'waiting'))"
        )

    async def shown_by(self, channel: str, ts: str) -> int | None:
        """Return the number of the change whose card this message is; None if it is no card."""
        query = "SELECT number FROM changes WHERE card_ts = ? AND card_channel = ?"
        rows = await self._database.read(statement(query, (ts, channel)))
        return int(rows[0]["number"]) if rows else None

    async def outdate_card(self, number: int) -> None:
        """Have the card drawn again, whatever it shows."""
        await self._database.write(statement("UPDATE changes SET drawn = 0 WHERE number = ?", (number,)))

    async def save_card(self, change: Change, card: Card) -> None:
        """Save the card's message, and that it shows this revision; it is outdated if others came or went since."""

        def save(db: Connection) -> None:
            shows_others = names_same(change.beside, others_beside(db, change))
            query = "UPDATE changes SET drawn = ?, card_channel = ?, card_ts = ? WHERE number = ?"
            db.execute(query, (change.revision if shows_others else 0, card.channel, card.ts, change.number))

        await self._database.write(save)

    async def save_card_url(self, number: int, url: str) -> None:
        """Save the card's permalink."""
        await self._database.write(statement("UPDATE changes SET card_url = ? WHERE number = ?", (url, number)))

    async def unreported_outcomes(self) -> tuple[int, ...]:
        """Return the numbers of the settled changes whose requester has not been notified."""
        return await self._numbers(f"NOT informed AND state NOT IN ({OPEN_STATES})")

    async def mark_outcome_reported(self, number: int) -> None:
        """Record that the requester was notified of the outcome, or cannot be."""
        await self._database.write(statement("UPDATE changes SET informed = true WHERE number = ?", (number,)))


def _to_remind_of(db: Connection, *, expiring: datetime, at: datetime) -> tuple[int, ...]:
    """Return the changes that expire by then and have waited three quarters of their time, as far as entries tell."""
    rows = db.execute(_WAITS_SINCE, (timestamp(expiring),)).fetchall()
    return tuple(row["number"] for row in rows if row["since"] is None or _is_in_last_quarter(row, at))


def _is_in_last_quarter(row: Any, at: datetime) -> bool:
    since, expires_at = (datetime.fromisoformat(row[name]) for name in ("since", "expires_at"))
    return at >= expires_at - (expires_at - since) / 4
