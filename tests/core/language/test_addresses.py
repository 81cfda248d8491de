"""Addresses that stand there in words: they are found, and nothing else is taken for one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.language.addresses import address_in, with_addresses
from tests.laws.values import LAW


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("ada at example dot com", "ada@example.com"),
        ("ada.byron AT shop.example DOT co DOT uk", "ada.byron@shop.example.co.uk"),
        ("ada dot byron at example dot com", "ada.byron@example.com"),
        ("ada(at)example.com", "ada@example.com"),
        ("ada [at] example [dot] com", "ada@example.com"),
        ("ada @ example.com", "ada@example.com"),
        ("ada@ example.com", "ada@example.com"),
        ("VIPs, ada at example dot com, bo@x.org", "VIPs, ada@example.com, bo@x.org"),
        ("ada at example.com and bo at x.org", "ada@example.com and bo@x.org"),
    ],
)
def test_an_address_in_words_is_found(text: str, address: str) -> None:
    assert with_addresses(text) == address


@pytest.mark.parametrize(
    "text",
    [
        "ada@example.com",
        "Moss at Example",
        "ada@example.com at shop",
        "we met at noon. Thanks",
        "dot com",
        "look at 3.50",
        "ada@example.com, bo@example.com",
        "Ada <ada@example.com> at home",
        "bo @ 5",
    ],
)
def test_what_is_no_address_stays(text: str) -> None:
    assert with_addresses(text) == text


NAMES = st.from_regex(r"[a-z]{1,8}([.+-][a-z0-9]{1,5})?", fullmatch=True)
DOMAINS = st.lists(st.from_regex(r"[a-z]{2,8}", fullmatch=True), min_size=2, max_size=3)
AT, DOT = (st.sampled_from((f" {word} ", f"({word})", f" [{word}] ", f" {word.upper()} ")) for word in ("at", "dot"))


@given(NAMES, DOMAINS, AT, DOT)
@LAW
def test_however_an_address_is_spelled_out_it_is_the_same(name: str, domain: list[str], at: str, dot: str) -> None:
    assert with_addresses(f"{name}{at}{dot.join(domain)}") == f"{name}@{'.'.join(domain)}"


@pytest.mark.parametrize(
    ("word", "address"),
    [
        ("mailto: - ada@example.com", "ada@example.com"),
        ("• ada@example.com", "ada@example.com"),
        ("Ada ada@example.com", None),
        ("Mrs. ada@example.com", None),
        ("1) ada@example.com", None),
    ],
)
def test_a_mark_before_an_address_is_no_part_of_it_and_a_word_is(word: str, address: str | None) -> None:
    assert address_in(word) == address
