"""The table ``lists``: the long lists of shoppers that changes name, each once under the digest of its content.

A list is written before what names it or with it, and compared with its digest whenever it is read. Nothing is
removed from it but when entries are archived: then those go that no change names any more.
"""

import asyncio
import json
import re
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any, TypeVar

from bot.bigcommerce.wire_format import batches
from bot.core.errors import Impossible
from bot.core.kept_lists import ByDigest, digest_of
from bot.core.planning.plan import Plan
from bot.ledger.sql.database import Connection, Database

C = TypeVar("C")
AT_ONCE = 10
"""How many lists are written in one transaction, where a plan has more."""
RECENT = 12
"""How many of the lists that were read last stay in memory, for each change that was loaded: those of the steps that
run at once, with their undo.
"""
LONG = 100_000
"""Characters of a list that is decoded in a thread: those of a step have about 20,000, a whole import's 4 million."""
_NAMED = re.compile(r'\{"digest":"([0-9a-f]{64})","count":\d+\}')
"""What stands in JSON in place of a list; in a text within JSON its quotes would have backslashes."""
_WAITING = "UNION ALL SELECT body FROM asks WHERE body IS NOT NULL"
_TEXTS = f"SELECT plan FROM changes UNION ALL SELECT body FROM changes UNION ALL SELECT body FROM runs {_WAITING}"
_KNOWN = "SELECT 1 FROM lists WHERE digest = ?"
_MOVED = f"""
    SELECT plan FROM changes WHERE number IN (SELECT change FROM entries WHERE number > :since)
    UNION ALL SELECT body FROM changes WHERE number IN (SELECT change FROM entries WHERE number > :since)
    UNION ALL SELECT body FROM runs WHERE change IN (SELECT change FROM entries WHERE number > :since) {_WAITING}
"""
_CLOSED_WITHOUT = "SELECT json_extract(body, '$.detail.sealed.lists') FROM entries WHERE kind = 'contradict'"
LOST = (
    "A list of shoppers is not in the ledger as it was stored, so nothing is done with it. Whoever runs the bot should "
    "look at the ledger's file now (`audit verify`): someone may have edited it."
)


class KeptLists:
    """The lists of one ledger; the context in which changes are validated and serialized."""

    def __init__(self, db: Connection) -> None:
        self._db = db
        self._recent: dict[str, Any] = {}

    def load(self, digest: str, decode: Callable[[str], C]) -> C:
        """Return the content that has this digest, decoded. Raises Impossible if it is missing or was changed."""
        content: C = self._recent.pop(digest) if digest in self._recent else decode(_body(self._db.afterwards, digest))
        return self._noted(digest, content)

    async def fetch(self, digest: str, decode: Callable[[str], C]) -> None:
        """Have that content in memory for whoever loads it next; the event loop goes on meanwhile."""
        if digest not in self._recent:
            body = await self._db.later(partial(_body, digest=digest))
            self._noted(digest, await asyncio.to_thread(decode, body) if len(body) > LONG else decode(body))

    def keep(self, kept: ByDigest[Any]) -> None:
        """Keep the content of this list, once; what was read from the ledger is there."""
        if kept.is_at_hand and not self._db.execute(_KNOWN, (kept.digest,)).fetchone():
            self._db.execute("INSERT INTO lists VALUES (?, ?) ON CONFLICT DO NOTHING", (kept.digest, kept.body))

    def _noted(self, digest: str, content: C) -> C:
        self._recent[digest] = content
        if len(self._recent) > RECENT:
            del self._recent[next(iter(self._recent))]
        return content


class NewLists:
    """A context of serialization that collects the lists whose content is not in a ledger yet, each once."""

    def __init__(self) -> None:
        self.found: dict[str, ByDigest[Any]] = {}

    def keep(self, kept: ByDigest[Any]) -> None:
        """Collect this list."""
        if kept.is_at_hand:
            self.found[kept.digest] = kept


async def keep_beforehand(database: Database, plan: Plan) -> None:
    """Keep the lists of a long plan in small transactions of their own, so that everybody has a turn between them.

    What names them is written afterwards, and writes again what is missing then. If it never is, they go like any that
    no change names.
    """
    lists = NewLists()
    plan.model_dump_json(context=lists)
    for batch in batches(lists.found.values(), AT_ONCE) if len(lists.found) > AT_ONCE else ():
        await database.write(partial(_keep_all, batch=batch))
        await asyncio.sleep(0)


def _keep_all(db: Connection, batch: Iterable[ByDigest[Any]]) -> None:
    for one in batch:
        KeptLists(db).keep(one)


def named_in(texts: Iterable[str]) -> set[str]:
    """Return the digests of the lists that stored texts name."""
    return {digest for text in texts for digest in _NAMED.findall(text)}


def broken_among(db: Connection, texts: Iterable[str]) -> frozenset[str]:
    """Return the digests of the lists that these texts name and that are missing or were changed."""
    return frozenset(digest for digest in named_in(texts) if _whole_body(db, digest) is None)


def _body(db: Connection, digest: str) -> str:
    body = _whole_body(db, digest)
    if body is None:
        raise Impossible(LOST)
    return body


def _whole_body(db: Connection, digest: str) -> str | None:
    """Return the list that is kept under this digest; None if it is missing or was changed."""
    row = db.execute("SELECT body FROM lists WHERE digest = ?", (digest,)).fetchone()
    return str(row[0]) if row and digest_of(row[0]) == digest else None


def fault(db: Connection) -> str:
    """Return that a list is not what its digest says, as a sentence; empty if none is.

    Those with which a change was closed as contradicted are in the log as they are.
    """
    if not db.has_column("lists", "digest"):
        return ""  # a file of an earlier version, which is only read
    closed = {digest for (lists,) in db.execute(_CLOSED_WITHOUT) for digest in json.loads(lists or "[]")}
    changed = (digest for digest, body in db.stream("SELECT digest, body FROM lists") if digest_of(body) != digest)
    return "The table lists has a list that someone changed." if any(one not in closed for one in changed) else ""


def unnamed(db: Connection) -> set[str]:
    """Return the digests of the lists that no change names, and no request that waits."""
    return {digest for (digest,) in db.stream("SELECT digest FROM lists")} - named_in(_texts(db, _TEXTS))


def forget(db: Connection, digests: set[str], *, since: int) -> None:
    """Remove these lists, apart from those that changes name which moved after entry ``since``.

    The caller holds the transaction.
    """
    still = digests - named_in(_texts(db, _MOVED, since=since))
    db.executemany("DELETE FROM lists WHERE digest = ?", [(digest,) for digest in sorted(still)])


def _texts(db: Connection, query: str, **values: int) -> Iterator[str]:
    return (text for (text,) in db.stream(query, values))
