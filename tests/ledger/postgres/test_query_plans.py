"""What is found among very many rows is found by a plan that does not multiply them."""

from bot.ledger.postgres.database import PostgresDatabase
from bot.ledger.sql.database import statement
from bot.ledger.sql.facts import ORPHANS
from tests.postgres import BOT, ledger_database, url_of


async def test_orders_are_joined_with_customers_once() -> None:
    """A list of ids that does not fit in the server's work_mem is read through for each order."""
    with ledger_database() as name:
        database = PostgresDatabase.open(url_of(name, BOT))
        rows = await database.read(statement(f"EXPLAIN {ORPHANS}"))
        await database.aclose()
    plan = " ".join(row[0] for row in rows)
    assert "Anti Join" in plan
    assert "SubPlan" not in plan
