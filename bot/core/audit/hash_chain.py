"""The hash chain over the audit log. Pure.

Each entry is sealed with the SHA-256 of its text and of the seal before it, so that no entry can be changed, removed,
inserted or moved without every later seal telling.
"""

import hashlib
import json
from collections.abc import Iterable
from typing import Any

from bot.core.audit.entries import Proof

GENESIS = "0" * 64
"""What stands before the first entry."""


def canonical(content: dict[str, Any]) -> str:
    """One text for one content: sorted keys, no blanks, ASCII only."""
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def seal(previous: str, body: str) -> str:
    """The seal (64 hex digits) of an entry's text after the seal ``previous``."""
    return hashlib.sha256(f"{previous}\n{body}".encode()).hexdigest()


def verify(rows: Iterable[tuple[int, str, str]], *, after: int = 0, head: str = GENESIS, against: str = "") -> Proof:
    """Check ``(number, text, seal)`` rows, in their order, from the entry behind ``after``, whose seal is ``head``.

    ``against``: the beginning of a seal that was seen elsewhere; which entry has it is the verdict's ``witness``.
    """
    last, witness = after, _witness(against, head, after)
    for number, body, own in rows:
        fault = _fault(last, head, number, body, own)
        if fault:
            return Proof(last - after, head, fault, archived=after, witness=witness)
        last, head = number, own
        witness = witness or _witness(against, own, number)
    return Proof(last - after, head, archived=after, witness=witness)


def _fault(last: int, head: str, number: int, body: str, own: str) -> str:
    if number != last + 1:
        return f"Entry {last + 1} is missing: entry {number} stands in its place."
    return "" if seal(head, body) == own else f"Entry {number} is not what was sealed after entry {last}."


def _witness(against: str, own: str, number: int) -> int | None:
    return number if against and own.startswith(against) else None
