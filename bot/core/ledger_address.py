"""Where the ledger is: in a file, or in a database of PostgreSQL. Pure."""

from dataclasses import dataclass, field
from pathlib import Path

SCHEMES = ("postgresql://", "postgres://")


@dataclass(frozen=True)
class ServerAddress:
    """The address of a database of PostgreSQL. Its text tells no user, password or option: it is printed and logged."""

    url: str = field(repr=False)

    def __str__(self) -> str:
        where, _, options = self.url.partition("://")[2].partition("?")
        # Where a password holds a ? that is not written as %3F, nothing can be told apart.
        return f"{SCHEMES[0]}{'…' if '@' in options else where.rpartition('@')[2]}"


LedgerAddress = Path | ServerAddress


def parse_address(text: str) -> LedgerAddress:
    """Parse the path of a file, or the address of a database."""
    return ServerAddress(text) if text.startswith(SCHEMES) else Path(text)
