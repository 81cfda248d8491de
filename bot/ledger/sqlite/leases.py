"""Leases: which process works on what."""

from datetime import datetime

from bot.core.approval.changes import State
from bot.ledger.sqlite.audit_log import stamp
from bot.ledger.sqlite.file import NOBODYS, File, Role

_RELEASE: dict[Role, str] = {
    "owner": "UPDATE changes SET owner = '' WHERE number = ? AND owner = ?",
    "painter": "UPDATE changes SET painter = '' WHERE number = ? AND painter = ?",
}


class Leases(File):
    """What living processes have in hand."""

    async def claim(self, number: int, *, owner: str, now: datetime, role: Role = "owner") -> bool:
        """Whether this Change was free, and is ``owner``'s now, to run it or to paint its card (``role``).

        Not even its own holder gets it twice.
        """
        free = NOBODYS.format(role=role)
        query = f"UPDATE changes SET {role} = ? WHERE number = ? AND {free} RETURNING number"
        claimed = bool(self._write(query, (owner, number, stamp(now))))
        if claimed:
            self._keep(_RELEASE[role], number, owner)
        return claimed

    async def holds(self, number: int, *, owner: str) -> bool:
        """Whether ``owner`` still has this Change: one that slept too long has lost it to another process."""
        return bool(self._numbers("number = ? AND owner = ?", str(number), owner))

    async def release(self, number: int, *, owner: str, role: Role = "owner") -> None:
        """``owner`` is done with this Change."""
        self._give_back(_RELEASE[role], number, owner)

    async def renew(self, *, owner: str, until: datetime) -> None:
        """``owner`` is a process that lives, and keeps what it has until ``until``; what it owes is given back."""
        with self._paying() as db:
            db.execute("INSERT OR REPLACE INTO processes VALUES (?, ?)", (owner, stamp(until)))

    async def resign(self, *, owner: str) -> None:
        """``owner`` stops: what it has is free at once."""
        self._write("DELETE FROM processes WHERE owner = ?", (owner,))

    async def unattended(self, state: State, *, now: datetime) -> tuple[int, ...]:
        """Numbers of the Changes in this state that no living process works on, oldest first."""
        return self._numbers(f"state = ? AND {NOBODYS.format(role='owner')}", state, stamp(now))
