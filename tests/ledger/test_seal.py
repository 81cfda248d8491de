from typing import Any, TypeAlias

from hypothesis import given
from hypothesis import strategies as st

from bot.ledger.seal import GENESIS, canonical, seal, verify
from tests.laws.values import LAW

Row: TypeAlias = tuple[int, dict[str, Any], str, str]

contents = st.fixed_dictionaries({"kind": st.text(max_size=5), "detail": st.text(max_size=5)})


def chain(contents: list[dict[str, Any]]) -> list[Row]:
    rows: list[Row] = []
    for number, content in enumerate(contents, 1):
        previous = rows[-1][3] if rows else GENESIS
        sealed = {"number": number, **content}
        rows.append((number, sealed, previous, seal(previous, sealed)))
    return rows


chains = st.lists(contents, min_size=1, max_size=6).map(chain)


def without(rows: list[Row], at: int) -> list[Row]:
    return rows[:at] + rows[at + 1 :]


def is_found(tampered: list[Row], whole: list[Row]) -> bool:
    """Whether the check finds a fault, or ends in another head than the one that was witnessed."""
    verdict = verify(tampered)
    return not verdict.holds or verdict.head != whole[-1][3]


@LAW
@given(chains)
def test_an_untouched_chain_holds_and_ends_in_its_last_seal(rows: list[Row]) -> None:
    verdict = verify(rows)
    assert (verdict.holds, verdict.entries, verdict.head) == (True, len(rows), rows[-1][3])


def test_an_empty_chain_holds() -> None:
    assert verify([]).head == GENESIS


@LAW
@given(chains, st.data())
def test_any_changed_row_is_found_even_if_it_was_sealed_anew(rows: list[Row], data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(rows) - 1))
    number, content, previous, own = rows[at]
    other = content | {"kind": content["kind"] + "x"}
    for changed in (
        (number, other, previous, own),
        (number, other, previous, seal(previous, other)),
        (number, content, "f" * 64, own),
        (number, content, previous, "f" * 64),
        (number + 1, content, previous, own),
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
    previous = rows[at - 1][3] if at else GENESIS
    content = {"number": at + 1, "kind": "forged", "detail": ""}
    forged = (at + 1, content, previous, seal(previous, content))
    assert is_found([*rows[:at], forged, *rows[at:]], rows)


@LAW
@given(st.lists(contents, min_size=2, max_size=6).map(chain), st.data())
def test_rows_in_another_order_are_found(rows: list[Row], data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(rows) - 2))
    swapped = [*rows[:at], rows[at + 1], rows[at], *rows[at + 2 :]]
    assert is_found(swapped, rows)


def test_the_fault_names_the_first_entry_that_is_wrong() -> None:
    rows = chain([{"kind": str(at)} for at in range(4)])
    forged = (2, {"number": 2, "kind": "forged"}, *rows[1][2:])
    assert verify([rows[0], forged, *rows[2:]]).fault == "Entry 2 is not what was sealed."
    assert verify(without(rows, 1)).fault == "Entry 2 is missing: entry 3 stands in its place."
    moved = (2, rows[1][1], rows[2][2], rows[1][3])
    assert verify([rows[0], moved]).fault == "Entry 2 does not follow the entry before it."


def test_one_content_has_one_text() -> None:
    assert (
        canonical({"b": "ü", "a": [1, None]}) == canonical({"a": [1, None], "b": "ü"}) == '{"a":[1,null],"b":"\\u00fc"}'
    )
