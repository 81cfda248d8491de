"""The hash chain over the audit log. Pure.

Each entry's seal is the SHA-256 of its text and the seal before it, so no entry can be changed, removed, inserted or
moved without breaking every later seal.
"""

import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

GENESIS = "0" * 64
"""The seal before the first entry."""
_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=True)
LEAST_SEAL, SEAL = 16, 64
"""The fewest hex digits of a seal to compare (fewer could match another entry by chance), and a whole seal's."""


@dataclass(frozen=True)
class Verification:
    """The result of verifying a chain: the number of entries, the head's seal, and the first fault as a sentence.

    ``archived`` entries precede those that were verified. ``witness`` is the number of the entry whose seal was looked
    for, if there is one. ``signatures`` says how entries are signed, as a sentence; empty without SEAL_KEY.
    """

    entries: int
    head: str
    fault: str = ""
    archived: int = 0
    witness: int | None = None
    signatures: str = ""

    @property
    def holds(self) -> bool:
        """Whether no fault was found."""
        return not self.fault


def canonical(content: dict[str, Any]) -> str:
    """Encode this content as canonical JSON: sorted keys, no whitespace, ASCII only."""
    return _CANONICAL.encode(content)


def seal(previous: str, body: str) -> str:
    """Return the seal (64 hex digits) of an entry's text after the seal ``previous``."""
    return hashlib.sha256(f"{previous}\n{body}".encode()).hexdigest()


def parse_seal(text: str) -> str:
    """Parse a seal or a prefix of one, however it was copied. Raises ValueError."""
    parsed = "".join(text.split()).lower()
    if not re.fullmatch(rf"[0-9a-f]{{{LEAST_SEAL},{SEAL}}}", parsed):
        raise ValueError(
            f"a seal is {LEAST_SEAL} to {SEAL} of the digits 0-9 and a-f, as `audit verify` shows the head"
        )
    return parsed


def verify(
    rows: Iterable[tuple[int, str, str]], *, after: int = 0, head: str = GENESIS, against: str = ""
) -> Verification:
    """Verify ``(number, text, seal)`` rows, in order, that follow entry ``after`` with the seal ``head``.

    ``against`` is the prefix of a seal seen elsewhere; the entry that has it becomes the ``witness``.
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
