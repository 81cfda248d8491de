"""Home tabs: who looks at theirs, and what it shows."""

from dataclasses import dataclass
from datetime import datetime

from bot.ledger.sqlite.audit_log import stamp
from bot.ledger.sqlite.file import NOBODYS, File
from bot.ledger.sqlite.schema import FINISHED

_RELEASE = "UPDATE homes SET painter = '' WHERE user = ? AND painter = ?"


@dataclass(frozen=True)
class HomeTab:
    """Somebody's Home tab: its revision counts the moves, ``drawn`` is the one it shows, ``shown`` what is on it."""

    user: str
    revision: int
    drawn: int
    shown: str


class Homes(File):
    """The Home tabs of those who opened theirs."""

    async def opened(self, user: str, *, at: datetime) -> None:
        """This person looks at their Home tab: it is due, whatever it shows."""
        self._write(
            "INSERT INTO homes (user, opened) VALUES (?, ?) ON CONFLICT (user) DO "
            "UPDATE SET opened = excluded.opened, revision = revision + 1, shown = ''",
            (user, stamp(at)),
        )

    async def undrawn_homes(self, *, since: datetime, now: datetime) -> tuple[str, ...]:
        """Whose Home tab, opened since then, is due and drawn by nobody just now; those first who opened it last."""
        free = NOBODYS.format(role="painter")
        query = f"SELECT user FROM homes WHERE drawn < revision AND opened >= ? AND {free} ORDER BY opened DESC"
        return tuple(row["user"] for row in self._db.execute(query, (stamp(since), stamp(now))))

    async def claim_home(self, user: str, *, owner: str, now: datetime) -> HomeTab | None:
        """This person's Home tab, which is ``owner``'s to draw now; None where it is somebody's, or unknown."""
        free = NOBODYS.format(role="painter")
        query = f"UPDATE homes SET painter = ? WHERE user = ? AND {free} RETURNING user, revision, drawn, shown"
        for row in self._write(query, (owner, user, stamp(now))):
            self._keep(_RELEASE, user, owner)
            return HomeTab(**row)
        return None

    async def release_home(self, user: str, *, owner: str) -> None:
        """``owner`` is done with this Home tab."""
        self._give_back(_RELEASE, user, owner)

    async def drew_home(self, tab: HomeTab) -> None:
        """What this Home tab shows now, and up to which revision."""
        self._write("UPDATE homes SET drawn = ?, shown = ? WHERE user = ?", (tab.drawn, tab.shown, tab.user))

    async def forget_home(self, user: str) -> None:
        """Nothing can be shown to this person."""
        self._write("DELETE FROM homes WHERE user = ?", (user,))

    async def last_finish(self) -> int:
        """Number of the Entry with which a Change finished last, whatever came of it; 0 where none did."""
        row = self._db.execute(
            f"SELECT max(number) FROM entries INDEXED BY entries_finished WHERE {FINISHED}"
        ).fetchone()
        return row[0] or 0
