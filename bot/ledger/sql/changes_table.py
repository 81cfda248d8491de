"""The table of changes, as each part of the port to the changes queries it."""

from bot.core.approval.brief import Brief
from bot.ledger.sql.database import Database, statement


class ChangesTable:
    """The table of changes in a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def _numbers(self, where: str, *values: str) -> tuple[int, ...]:
        """Return the numbers of the changes for which this condition holds, oldest first."""
        rows = await self._database.read(statement(f"SELECT number FROM changes WHERE {where} ORDER BY number", values))
        return tuple(row["number"] for row in rows)

    async def _briefs(self, which: str, **values: str | int) -> tuple[Brief, ...]:
        """Return the changes that this says, as lists show them: a condition, and what may stand behind one."""
        query = f"SELECT briefs.body FROM changes JOIN briefs ON briefs.change = number WHERE {which}"
        rows = await self._database.read(statement(query, values))
        return tuple(Brief.model_validate_json(row["body"]) for row in rows)
