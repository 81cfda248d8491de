"""Signatures beside the hash chain: who has no key cannot make one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.audit.seal_keys import NO_KEYS, SealKeys, Signatures, key_id

OLD, NEW = "o" * 32, "n" * 32
SEAL = "a" * 64


def keys(*given: str) -> SealKeys:
    return SealKeys.parse(",".join(given))


def test_the_first_key_signs_and_all_verify() -> None:
    signed, rolled = keys(OLD).sign(SEAL), keys(NEW, OLD)
    assert (rolled.fault(signed, SEAL), rolled.fault(rolled.sign(SEAL), SEAL)) == ("", "")
    assert key_id(rolled.sign(SEAL)) == rolled.current == keys(NEW).current != keys(OLD).current
    assert keys(NEW).fault(signed, SEAL) == f"is signed with the key {key_id(signed)}, which SEAL_KEY does not hold"


@given(st.text("0123456789abcdef", min_size=64, max_size=64).filter(lambda one: one != SEAL))
def test_a_signature_is_of_one_seal_only(other: str) -> None:
    assert keys(OLD).fault(keys(OLD).sign(SEAL), other) == "has a wrong signature"


def test_without_a_key_nothing_is_signed() -> None:
    assert (NO_KEYS.sign(SEAL), NO_KEYS.current, SealKeys.parse(" , ")) == ("", "", NO_KEYS)
    assert keys(OLD).fault("", SEAL) == "is not signed"


def test_a_short_key_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 32 characters"):
        keys(OLD, "short")


def test_a_key_stands_in_no_repr() -> None:
    assert OLD not in repr(keys(OLD))


def seen(found: SealKeys, since: int | None, *macs: str) -> Signatures:
    made = Signatures(found, since)
    rows = [(number, "", SEAL, mac) for number, mac in enumerate(macs, 1)]
    assert list(made.watch(rows)) == [row[:3] for row in rows]
    return made


def test_what_was_signed_and_where_it_changed_over_is_told() -> None:
    old, new = keys(OLD), keys(NEW, OLD)
    made = seen(new, 2, "", old.sign(SEAL), old.sign(SEAL), new.sign(SEAL))
    assert made.fault == ""
    assert made.description == (
        "Entries from 2 on have to be signed; they are: "
        f"from 2 on with the key {old.current}, from 4 on with the key {new.current}."
    )
    assert seen(NO_KEYS, 2, "", old.sign(SEAL)).description.endswith(
        "The signatures were not checked, since SEAL_KEY is not set."
    )
    assert seen(NO_KEYS, None, "").description == ""


def test_the_first_entry_without_a_right_signature_is_told() -> None:
    old = keys(OLD)
    assert seen(old, 2, "", "", old.sign(SEAL)).fault == "Entry 2 is not signed."
    assert seen(old, 1, old.sign(SEAL), old.sign("b" * 64), "").fault == "Entry 2 has a wrong signature."
    assert seen(NO_KEYS, 1, old.sign("b" * 64)).fault == ""
    assert seen(NO_KEYS, 1, "").fault == "Entry 1 is not signed."
