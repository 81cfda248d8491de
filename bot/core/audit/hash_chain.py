"""The hash chain over the audit log. Pure.

Each entry is sealed with the SHA-256 of its text and of the seal before it, so no entry can be changed, removed,
inserted or moved without breaking every later seal.
"""

import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

GENESIS = "0" * 64
"""The seal before the first entry."""
LEAST_SEAL, SEAL = 16, 64
"""Hex digits of a seal that are compared: fewer could match another entry by chance."""


@dataclass(frozen=True)
class Verification:
    """The result of verifying a chain: how many entries, the head's seal, and the first fault as a sentence, if any.

    ``archived`` entries were moved to archives before those that were verified. ``witness`` is the number of the entry
    that has the seal that was looked for, if any has.
    """

    entries: int
    head: str
    fault: str = ""
    archived: int = 0
    witness: int | None = None

    @property
    def holds(self) -> bool:
        """Whether no fault was found."""
        return not self.fault


def canonical(content: dict[str, Any]) -> str:
    """Return the one text for this content: sorted keys, no blanks, ASCII only."""
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def seal(previous: str, body: str) -> str:
    """Return the seal (64 hex digits) of an entry's text that follows the seal ``previous``."""
    return hashlib.sha256(f"{previous}\n{body}".encode()).hexdigest()


def parse_seal(text: str) -> str:
    """Parse a seal, or its beginning, however it was copied. Raises ValueError."""
    parsed = "".join(text.split()).lower()
    if not re.fullmatch(rf"[0-9a-f]{{{LEAST_SEAL},{SEAL}}}", parsed):
        raise ValueError(
            f"a seal is {LEAST_SEAL} to {SEAL} of the digits 0-9 and a-f, as `audit verify` shows the head"
        )
    return parsed


def verify(
    rows: Iterable[tuple[int, str, str]], *, after: int = 0, head: str = GENESIS, against: str = ""
) -> Verification:
    """Verify ``(number, text, seal)`` rows in their order, as those that follow entry ``after`` with the seal ``head``.

    ``against``: the beginning of a seal that was seen elsewhere; the entry that has it becomes the ``witness``.
    """
    last, witness = after, _witness(against, head, after)
    for number, body, own in rows:
        fault = _fault(last, head, number, body, own)
        if fault:
            return Verification(last - after, head, fault, archived=after, witness=witness)
        last, head = number, own
        witness = witness or _witness(against, own, number)
    return Verification(last - after, head, archived=after, witness=witness)


def _fault(last: int, head: str, number: int, body: str, own: str) -> str:
    if number != last + 1:
        return f"Entry {last + 1} is missing: entry {number} is in its place."
    return "" if seal(head, body) == own else f"Entry {number} is not what was sealed after entry {last}."


def _witness(against: str, own: str, number: int) -> int | None:
    return number if against and own.startswith(against) else None
