import json
from collections.abc import Collection, Iterator
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from bot.bigcommerce import All, Any_, AnyOf, Not, Targeting, Unread, parse_targeting
from tests.laws.values import PURE

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
UNREADABLE: st.SearchStrategy[Any] = st.sampled_from([{"within": ["a", {"b": "c"}]}, {"id": ["a", 7]}, "a", None])
HALF_READ = st.recursive(
    st.builds(lambda ids: {"id": ids}, IDS) | st.builds(lambda shape: {"new": shape}, UNREADABLE),
    lambda inner: st.one_of(
        st.builds(lambda part: {"not": part}, inner),
        st.builds(lambda parts: {"and": parts}, st.lists(inner, max_size=3)),
        st.builds(lambda parts: {"or": parts}, st.lists(inner, max_size=3)),
    ),
    max_leaves=6,
)
SHOPPERS = st.sets(st.sampled_from("abcdef"))
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["id", "not", "and", "or", "new"]), inner, max_size=2)
    ),
    max_leaves=10,
)


def settled(tree: Any, segment_ids: Collection[str]) -> Iterator[bool]:
    """Yield what the tree can say of a shopper, for every truth that its unknown leaves may have."""
    ((kind, inside),) = tree.items()
    match kind:
        case "id":
            yield bool(set(inside) & set(segment_ids))
        case "not":
            yield from (not one for one in settled(inside, segment_ids))
        case "and":
            yield from map(all, product(*(settled(part, segment_ids) for part in inside)))
        case "or":
            yield from map(any, product(*(settled(part, segment_ids) for part in inside)))
        case _:
            yield from (True, False)


def levels(tree: Any) -> int:
    ((kind, inside),) = tree.items()
    parts = {"not": [inside], "and": inside, "or": inside}.get(kind, [])
    return 1 + max(map(levels, parts), default=0)


class Stored(BaseModel):
    targeting: Targeting | None


@PURE
@given(TREES)
def test_the_vendors_json_comes_back_exactly(tree: object) -> None:
    parsed = parse_targeting(tree)

    assert parsed.to_json() == tree
    assert "Unread" not in repr(parsed)


@PURE
@given(TREES)
def test_a_model_stores_targeting_as_the_vendors_json(tree: object) -> None:
    stored = Stored(targeting=parse_targeting(tree))

    assert json.loads(stored.model_dump_json()) == {"targeting": tree}
    assert Stored.model_validate_json(stored.model_dump_json()) == stored


@PURE
@given(ANYTHING)
def test_no_shape_is_lost_or_breaks_the_reading(received: object) -> None:
    assert parse_targeting(received).to_json() == received


@PURE
@given(TREES)
def test_each_not_turns_included_into_excluded(tree: object) -> None:
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


@PURE
@given(HALF_READ, SHOPPERS)
def test_a_shopper_is_reached_where_every_reading_of_the_unknown_agrees(tree: object, segment_ids: set[str]) -> None:
    truths = set(settled(tree, segment_ids))

    assert parse_targeting(tree).reaches(segment_ids) is (truths.pop() if len(truths) == 1 else None)


UNKNOWN = Unread({"within": ["a"]})
IN_A, IN_B = AnyOf(("a",)), AnyOf(("b",))


@pytest.mark.parametrize(
    ("targeting", "reached"),
    [
        (AnyOf(("b", "a")), True),
        (IN_B, False),
        (Not(IN_A), False),
        (Not(AnyOf(("b", "c"))), True),
        (UNKNOWN, None),
        (Not(UNKNOWN), None),
        (All((IN_A, UNKNOWN)), None),
        (All((UNKNOWN, IN_B)), False),
        (Any_((UNKNOWN, IN_A)), True),
        (Any_((IN_B, UNKNOWN)), None),
    ],
)
def test_an_unknown_part_matters_only_where_it_decides(targeting: Targeting, reached: bool | None) -> None:
    assert targeting.reaches(("a",)) is reached


@PURE
@given(HALF_READ, SHOPPERS, st.sampled_from("abcdef"), st.sampled_from("abcdefg"))
def test_replacing_an_id_reaches_whom_the_old_one_reached(
    tree: object, segment_ids: set[str], old: str, new: str
) -> None:
    before = parse_targeting(tree)
    as_before = (segment_ids - {old}) | ({old} if new in segment_ids else set())

    assert before.replaced(old, new).reaches(segment_ids) is before.reaches(as_before)


@PURE
@given(HALF_READ, st.sampled_from("abcdef"), st.sampled_from("abcdefg"))
def test_replacing_an_id_leaves_no_mention_and_the_same_shape(tree: object, old: str, new: str) -> None:
    before = parse_targeting(tree)
    after = before.replaced(old, new)

    assert set(after.segment_ids) == {new if each == old else each for each in before.segment_ids}
    assert after.depth == before.depth
    assert parse_targeting(after.to_json()) == after


def test_an_id_that_is_not_named_changes_nothing() -> None:
    targeting = All((AnyOf(("a", "a")), Not(UNKNOWN)))

    assert targeting.replaced("x", "b") == targeting


def test_an_id_that_is_named_already_is_named_once() -> None:
    assert Not(AnyOf(("a", "b", "c"))).replaced("c", "a") == Not(AnyOf(("a", "b")))


def test_in_an_unknown_shape_only_the_equal_string_is_replaced() -> None:
    before = Unread({"a": ["a", "ab", {"b": "a"}, 7]})

    assert before.replaced("a", "x") == Unread({"a": ["x", "ab", {"b": "x"}, 7]})


@PURE
@given(HALF_READ)
def test_depth_counts_the_levels(tree: object) -> None:
    assert parse_targeting(tree).depth == levels(tree)


def test_the_vendor_takes_four_levels(promotions_document: dict[str, Any]) -> None:
    schemas = promotions_document["components"]["schemas"]

    def deepest(schema: Any) -> int:
        if "$ref" in schema:
            return deepest(schemas[schema["$ref"].rpartition("/")[2]])
        if "oneOf" in schema:
            return max(map(deepest, schema["oneOf"]))
        ((kind, inside),) = schema["properties"].items()
        return 1 if kind == "id" else 1 + deepest(inside.get("items", inside))

    assert deepest(schemas["CustomerSegmentLimitation"]) == 4


def test_an_unknown_shape_is_one_level_deep_whatever_is_inside() -> None:
    assert Not(Unread({"a": [{"b": {}}]})).depth == 2
