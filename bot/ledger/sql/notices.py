"""Notices to people, apart from cards and outcomes. Callers hold the transaction.

``user`` is a user id, or a user group's until it is known who is in it. Who was told of an emergency is kept until all
were, so that nobody is told twice: they may be in several groups.
"""

from collections.abc import Iterable

from bot.ledger.sql.database import Connection

GLASS, TOLD = "glass", "told"
_KEY = 'change = ? AND kind = ? AND "user" = ?'


def queue(db: Connection, number: int, notices: Iterable[tuple[str, str]]) -> None:
    """Queue these notices, as pairs of a kind and a user."""
    db.executemany("INSERT INTO notices VALUES (?, ?, ?) ON CONFLICT DO NOTHING", [(number, *one) for one in notices])


def remove(db: Connection, number: int, kind: str, user: str) -> None:
    """Remove a notice that was delivered, or cannot be."""
    key = (number, kind, user)
    if kind == GLASS:
        told = f"INSERT INTO notices SELECT change, '{TOLD}', \"user\" FROM notices WHERE {_KEY}"
        db.execute(f"{told} ON CONFLICT DO NOTHING", key)
    db.execute(f"DELETE FROM notices WHERE {_KEY}", key)
    _forget_told(db, number)


def resolve(db: Connection, number: int, group: str, users: Iterable[str]) -> None:
    """Replace the notice of an emergency to a group by one to each of its members who was not told yet."""
    db.execute(f"DELETE FROM notices WHERE {_KEY}", (number, GLASS, group))
    query = 'SELECT "user" FROM notices WHERE change = ? AND kind = ?'
    told = {user for (user,) in db.execute(query, (number, TOLD))}
    queue(db, number, [(GLASS, user) for user in users if user not in told])
    _forget_told(db, number)


def due(db: Connection) -> tuple[tuple[int, str, str], ...]:
    """Return the notices to deliver: change, kind and user."""
    query = 'SELECT change, kind, "user" FROM notices WHERE kind <> ? ORDER BY change, kind, "user"'
    return tuple(map(tuple, db.execute(query, (TOLD,))))


def untold(db: Connection) -> tuple[int, ...]:
    """Return the numbers of the changes of whose emergency not everyone was told."""
    rows = db.execute("SELECT DISTINCT change FROM notices WHERE kind = ? ORDER BY change", (GLASS,))
    return tuple(row[0] for row in rows)


def _forget_told(db: Connection, number: int) -> None:
    """Once all were told of the emergency, forget who was; Home tabs that said so are outdated."""
    left = db.execute("SELECT 1 FROM notices WHERE change = ? AND kind = ?", (number, GLASS)).fetchone()
    if not left and db.execute("DELETE FROM notices WHERE change = ? AND kind = ?", (number, TOLD)).rowcount:
        db.execute("UPDATE homes SET revision = revision + 1")
