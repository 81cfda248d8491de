"""The hash chain over the audit log. Pure.

Each entry is sealed with the SHA-256 of its content and of the seal before it, so that no entry can be changed,
removed, inserted or moved without every later seal telling.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

GENESIS = "0" * 64
"""What stands before the first entry."""


def canonical(content: dict[str, Any]) -> str:
    """One text for one content: sorted keys, no blanks, ASCII only."""
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def seal(previous: str, content: dict[str, Any]) -> str:
    """The seal (64 hex digits) of ``content`` after ``previous``."""
    return hashlib.sha256(f"{previous}\n{canonical(content)}".encode()).hexdigest()


@dataclass(frozen=True)
class Verdict:
    """What a check of the chain found: entries read, the head's seal, and the first fault as a sentence, if any."""

    entries: int
    head: str
    fault: str = ""

    @property
    def holds(self) -> bool:
        """Whether no fault was found."""
        return not self.fault


def verify(rows: Iterable[tuple[int, dict[str, Any], str, str]]) -> Verdict:
    """Check ``(number, content, previous seal, seal)`` rows, in their order, from the first entry on."""
    head, expected = GENESIS, 0
    for number, content, previous, own in rows:
        expected += 1
        if number != expected:
            return Verdict(expected - 1, head, f"Entry {expected} is missing: entry {number} stands in its place.")
        if previous != head:
            return Verdict(expected - 1, head, f"Entry {number} does not follow the entry before it.")
        if seal(previous, content) != own:
            return Verdict(expected - 1, head, f"Entry {number} is not what was sealed.")
        head = own
    return Verdict(expected, head)
