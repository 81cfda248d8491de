"""Home tabs: who opened theirs, and what it shows. See ``bot.ledger.ports.home_tabs``."""

from datetime import datetime

from bot.core.timestamps import timestamp
from bot.ledger.ports.home_tabs import HomeTab
from bot.ledger.sql.database import Connection, Database, statement
from bot.ledger.sql.leases import Releases, unheld

_RELEASE = """UPDATE homes SET painter = '' WHERE "user" = ? AND painter = ?"""


class SqlHomeTabs:
    """The Home tabs in SQL."""

    def __init__(self, database: Database, releases: Releases) -> None:
        self._database = database
        self._releases = releases

    async def mark_opened(self, user: str, *, at: datetime) -> None:
        """Record that this person opened their Home tab; it is outdated, whatever it shows."""
        query = """
            INSERT INTO homes ("user", opened) VALUES (?, ?)
            ON CONFLICT ("user") DO UPDATE SET opened = excluded.opened, revision = homes.revision + 1, shown = ''
        """
        await self._database.write(statement(query, (user, timestamp(at))))

    async def outdated(self, *, since: datetime, now: datetime) -> tuple[str, ...]:
        """Return whose Home tab, opened since then, is outdated and not claimed; the most recently opened first."""
        query = f"""
            SELECT "user" FROM homes WHERE drawn < revision AND opened >= ? AND {unheld("painter")} ORDER BY opened DESC
        """
        rows = await self._database.read(statement(query, (timestamp(since), timestamp(now))))
        return tuple(row["user"] for row in rows)

    async def claim(self, user: str, *, owner: str, now: datetime) -> HomeTab | None:
        """Claim this person's Home tab to publish it; None if it is claimed already or unknown."""
        query = f"""
            UPDATE homes SET painter = ? WHERE "user" = ? AND {unheld("painter")}
            RETURNING "user", revision, drawn, shown
        """

        def claim(db: Connection) -> HomeTab | None:
            row = db.execute(query, (owner, user, timestamp(now))).fetchone()
            if row:
                self._releases.cancel(_RELEASE, user, owner)
            return HomeTab(*row) if row else None

        return await self._database.write(claim)

    async def release(self, user: str, *, owner: str) -> None:
        """Release this Home tab."""
        await self._releases.write(_RELEASE, user, owner)

    async def save(self, tab: HomeTab) -> None:
        """Save what this Home tab shows, and its revision."""
        query = 'UPDATE homes SET drawn = ?, shown = ? WHERE "user" = ?'
        await self._database.write(statement(query, (tab.drawn, tab.shown, tab.user)))

    async def forget(self, user: str) -> None:
        """Delete this person, to whom nothing can be shown."""
        await self._database.write(statement('DELETE FROM homes WHERE "user" = ?', (user,)))
