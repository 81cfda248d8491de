from typing import TypeAlias

from hypothesis import given
from hypothesis import strategies as st

from bot.core.audit.hash_chain import GENESIS, SEAL, canonical, seal, verify
from tests.laws.values import LAW

Row: TypeAlias = tuple[int, str, str]

texts = st.fixed_dictionaries({"kind": st.text(max_size=5), "detail": st.text(max_size=5)}).map(canonical)


def chain(texts: list[str], *, after: int = 0, head: str = GENESIS) -> list[Row]:
    rows: list[Row] = []
    for number, text in enumerate(texts, after + 1):
        head = seal(head, text)
        rows.append((number, text, head))
    return rows


chains = st.lists(texts, min_size=1, max_size=6).map(chain)


def before(rows: list[Row], at: int) -> str:
    """The seal that stands before this place."""
    return rows[at - 1][2] if at else GENESIS


def without(rows: list[Row], at: int) -> list[Row]:
    return rows[:at] + rows[at + 1 :]


def is_found(tampered: list[Row], whole: list[Row]) -> bool:
    """Whether the check finds a fault, or ends in another head than the one that was witnessed."""
    verdict = verify(tampered)
    return not verdict.holds or verdict.head != whole[-1][2]


@LAW
@given(chains)
def test_an_untouched_chain_holds_and_ends_in_its_last_seal(rows: list[Row]) -> None:
    verdict = verify(rows)
    assert (verdict.holds, verdict.entries, verdict.head) == (True, len(rows), rows[-1][2])


def test_an_empty_chain_holds() -> None:
    assert verify([]).head == GENESIS


@LAW
@given(chains, st.data())
def test_any_changed_row_is_found_even_if_it_was_sealed_anew(rows: list[Row], data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(rows) - 1))
    number, text, own = rows[at]
    for changed in (
        (number, text + "x", own),
        (number, text + "x", seal(before(rows, at), text + "x")),
        (number, text, "f" * 64),
        (number + 1, text, own),
    ):
        assert is_found([*rows[:at], changed, *rows[at + 1 :]], rows)


@LAW
@given(chains, st.data())
def test_any_removed_row_is_found(rows: list[Row], data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(rows) - 1))
    assert is_found(without(rows, at), rows)


@LAW
@given(chains, st.data())
def test_a_removed_row_is_found_even_if_the_others_were_renumbered(rows: list[Row], data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(rows) - 1))
    renumbered = [(number, *row[1:]) for number, row in enumerate(without(rows, at), 1)]
    assert is_found(renumbered, rows)


@LAW
@given(chains, st.data())
def test_any_inserted_row_is_found(rows: list[Row], data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(rows)))
    forged = (at + 1, "forged", seal(before(rows, at), "forged"))
    assert is_found([*rows[:at], forged, *rows[at:]], rows)


@LAW
@given(st.lists(texts, min_size=2, max_size=6).map(chain), st.data())
def test_rows_in_another_order_are_found(rows: list[Row], data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(rows) - 2))
    swapped = [*rows[:at], rows[at + 1], rows[at], *rows[at + 2 :]]
    assert is_found(swapped, rows)


def test_the_fault_names_the_first_entry_that_is_wrong() -> None:
    rows = chain([str(at) for at in range(4)])
    forged = (2, "forged", rows[1][2])
    assert verify([rows[0], forged, *rows[2:]]).fault == "Entry 2 is not what was sealed after entry 1."
    assert verify(without(rows, 1)).fault == "Entry 2 is missing: entry 3 is in its place."


@LAW
@given(chains, st.data())
def test_a_seal_that_was_seen_is_found_or_was_cut_off(rows: list[Row], data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(rows) - 1))
    seen = rows[at][2][: data.draw(st.integers(16, 64))]
    assert verify(rows, against=seen).witness == at + 1
    assert verify(rows[:at], against=seen).witness is None


@LAW
@given(chains, st.lists(texts, max_size=4))
def test_a_chain_goes_on_behind_what_was_archived(rows: list[Row], later: list[str]) -> None:
    last, _, head = rows[-1]
    more = chain(later, after=last, head=head)
    verdict = verify(more, after=last, head=head, against=head)
    assert (verdict.fault, verdict.entries, verdict.archived, verdict.witness) == ("", len(more), last, last)
    assert not more or not verify(more, after=last).holds


def test_one_content_has_one_text() -> None:
    assert (
        canonical({"b": "ü", "a": [1, None]}) == canonical({"a": [1, None], "b": "ü"}) == '{"a":[1,null],"b":"\\u00fc"}'
    )


def test_a_fault_behind_what_was_archived_says_how_much_that_was() -> None:
    rows = chain(["{}", "{}", "{}"], after=5, head="a" * 64)
    verdict = verify(without(rows, 1), after=5, head="a" * 64)
    assert (verdict.holds, verdict.entries, verdict.archived, verdict.head) == (False, 1, 5, rows[0][2])


def test_the_first_entry_follows_a_seal_of_zeros() -> None:
    assert GENESIS == "0" * SEAL
