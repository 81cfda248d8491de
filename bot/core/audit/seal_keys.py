"""Keys with which entries are signed beside the hash chain (SEAL_KEY). Pure.

Whoever can write to the ledger's file can also seal an entry; without the key they cannot sign it. A signature (MAC) is
the HMAC-SHA-256 of an entry's seal, after the id of the key: ``1a2b3c4d:9f…``. It is computed in the process, and the
key is never stored.
"""

import hashlib
import hmac
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

LEAST = 32
"""The fewest characters of a key."""


@dataclass(frozen=True)
class SealKeys:
    """The keys that this process has, by id: the first signs, all verify. There may be none."""

    by_id: dict[str, bytes] = field(default_factory=dict, repr=False, hash=False)

    @classmethod
    def parse(cls, text: str) -> "SealKeys":
        """Parse keys that are separated by commas. Raises ValueError."""
        keys = [one.strip().encode() for one in text.split(",") if one.strip()]
        if any(len(key) < LEAST for key in keys):
            raise ValueError(f"a key has at least {LEAST} characters; `openssl rand -hex 32` makes one")
        return cls({_id(key): key for key in keys})

    def __bool__(self) -> bool:
        """Whether there is a key."""
        return bool(self.by_id)

    @property
    def current(self) -> str:
        """The id of the key that signs; empty if there is none."""
        return next(iter(self.by_id), "")

    def sign(self, seal: str) -> str:
        """Return the MAC of an entry's seal; empty without a key."""
        return self._mac(self.current, seal) if self else ""

    def fault(self, mac: str, seal: str) -> str:
        """Return the middle of a sentence about what is wrong with a MAC; empty if it is right."""
        if not mac:
            return "is not signed"
        if key_id(mac) not in self.by_id:
            return f"is signed with the key {key_id(mac)}, which SEAL_KEY does not hold"
        return "" if hmac.compare_digest(mac, self._mac(key_id(mac), seal)) else "has a wrong signature"

    def _mac(self, id_: str, seal: str) -> str:
        return f"{id_}:{hmac.new(self.by_id[id_], seal.encode(), hashlib.sha256).hexdigest()}"


NO_KEYS = SealKeys()


def key_id(mac: str) -> str:
    """Return the id of the key of a MAC."""
    return mac.partition(":")[0]


def _id(key: bytes) -> str:
    return hashlib.sha256(b"segment-bot seal key\n" + key).hexdigest()[:8]


class Signatures:
    """Checks the MACs of entries that pass by, from entry ``since`` on (None: the ledger never had a key)."""

    def __init__(self, keys: SealKeys, since: int | None) -> None:
        self._keys = keys
        self._since = since
        self._changes: list[tuple[int, str]] = []
        self.fault = ""

    def watch(self, rows: Iterable[tuple[int, str, str, str]]) -> Iterator[tuple[int, str, str]]:
        """Yield ``(number, text, seal)`` of these rows, whose last column is the MAC."""
        last = ""
        for number, body, seal, mac in rows:
            if key_id(mac) != last:
                last = key_id(mac)
                self._changes.append((number, last))
            if self._since is not None and number >= self._since and not self.fault:
                why = self._keys.fault(mac, seal) if self._keys or not mac else ""
                self.fault = why and f"Entry {number} {why}."
            yield number, body, seal

    @property
    def description(self) -> str:
        """What was seen, as a sentence; empty for a ledger that never had a key."""
        if self._since is None:
            return ""
        checked = "" if self._keys else " The signatures were not checked, since SEAL_KEY is not set."
        spans = [f"from {number} on {f'with the key {key}' if key else 'with none'}" for number, key in self._changes]
        return f"Entries from {self._since} on have to be signed; they are: {', '.join(spans)}.{checked}"
