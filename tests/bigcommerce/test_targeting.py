import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from bot.bigcommerce import All, Any_, AnyOf, Not, Targeting, Unread, parse_targeting
from tests.bigcommerce.conftest import LAW

IDS = st.lists(st.sampled_from("abcdef"), min_size=1, max_size=4)
TREES = st.recursive(
    st.builds(lambda ids: {"id": ids}, IDS),
    lambda inner: st.one_of(
        st.builds(lambda part: {"not": part}, inner),
        st.builds(lambda parts: {"and": parts}, st.lists(inner, min_size=2, max_size=3)),
        st.builds(lambda parts: {"or": parts}, st.lists(inner, min_size=2, max_size=3)),
    ),
    max_leaves=8,
)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["id", "not", "and", "or", "new"]), inner, max_size=2)
    ),
    max_leaves=10,
)


class Stored(BaseModel):
    targeting: Targeting | None


@LAW
@given(TREES)
def test_the_vendors_json_comes_back_exactly(tree: object) -> None:
    parsed = parse_targeting(tree)

    assert parsed.to_json() == tree
    assert "Unread" not in repr(parsed)


@LAW
@given(TREES)
def test_a_model_stores_targeting_as_the_vendors_json(tree: object) -> None:
    stored = Stored(targeting=parse_targeting(tree))

    assert json.loads(stored.model_dump_json()) == {"targeting": tree}
    assert Stored.model_validate_json(stored.model_dump_json()) == stored


@LAW
@given(ANYTHING)
def test_no_shape_is_lost_or_breaks_the_reading(received: object) -> None:
    assert parse_targeting(received).to_json() == received


@LAW
@given(TREES)
def test_every_named_segment_is_used_and_a_not_around_it_turns_the_use(tree: object) -> None:
    targeting = parse_targeting(tree)

    assert set(targeting.segment_ids) == {each for each in "abcdef" if f'"{each}"' in json.dumps(tree)}
    assert all(targeting.uses(each) for each in targeting.segment_ids)
    assert Not(Not(targeting)).uses("a") == targeting.uses("a")


@pytest.mark.parametrize(
    ("targeting", "use"),
    [
        (AnyOf(("a", "b")), "included"),
        (AnyOf(("b",)), None),
        (Not(AnyOf(("a",))), "excluded"),
        (Not(Not(AnyOf(("a",)))), "included"),
        (All((AnyOf(("b",)), Not(AnyOf(("a",))))), "excluded"),
        (Not(Any_((AnyOf(("b",)), Not(AnyOf(("a",)))))), "included"),
        (Any_((Not(AnyOf(("a",))), AnyOf(("a",)))), "included"),
    ],
)
def test_use_follows_polarity_and_both_ways_is_included(targeting: Targeting, use: str | None) -> None:
    assert targeting.uses("a") == use


def test_ids_are_told_once_in_order_of_appearance() -> None:
    assert All((AnyOf(("c", "a")), Not(AnyOf(("a", "b"))))).segment_ids == ("c", "a", "b")


@pytest.mark.parametrize(
    "received",
    [
        {"within": {"id": ["a"]}},
        {"id": ["a"], "since": "2026-01-01"},
        {"id": [7, "a"]},
        {"not": [{"id": ["a"]}]},
        [["a"]],
    ],
)
def test_an_unknown_shape_counts_what_it_names_as_included(received: object) -> None:
    targeting = parse_targeting(received)

    assert isinstance(targeting, Unread)
    assert targeting.uses("a") == "included"
