"""Where the ledger is, and what is told of it."""

from pathlib import Path

import pytest

from bot.core.ledger_address import ServerAddress, parse_address


def test_what_is_no_address_is_a_file() -> None:
    assert parse_address("postgresql.sqlite") == Path("postgresql.sqlite")
    assert parse_address("postgres://db/ledger") == ServerAddress("postgres://db/ledger")


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("postgresql://bot:secret@db:5432/ledger", "postgresql://db:5432/ledger"),
        ("postgresql://bot:sec@ret@one,two/ledger?target_session_attrs=read-write", "postgresql://one,two/ledger"),
        ("postgres:///ledger?host=/run&password=secret", "postgresql:///ledger"),
        ("postgresql://bot:sec?ret@db/ledger", "postgresql://…"),
        ("postgresql://db/ledger?password=sec@ret", "postgresql://…"),
    ],
)
def test_the_text_of_an_address_tells_no_password(url: str, told: str) -> None:
    assert str(parse_address(url)) == told
    assert "secret" not in repr(parse_address(url))
