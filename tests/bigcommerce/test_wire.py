import string
from contextlib import suppress
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.bigcommerce import Invalid
from bot.bigcommerce.wire_format import PAGE_LIMIT, TARGET_ROOM, Listing, Request, batches, check_uuid, pack, quote_text
from tests.bigcommerce.conftest import uuid
from tests.laws.values import PURE

UUIDS = st.uuids().map(str)
TARGETS = st.one_of(
    st.text(max_size=40),
    st.builds(lambda rest: f"segments?id:in={rest}", st.text(alphabet=string.printable, max_size=40)),
    st.builds(lambda one, rest: f"segments?id:in={one}{rest}", UUIDS, st.text(alphabet=",&#/?=a\n", max_size=4)),
)


@PURE
@given(TARGETS)
def test_a_delete_that_exists_ends_in_a_list_of_ids(target: str) -> None:
    with suppress(ValueError):
        request = Request("DELETE", target)
        _, _, ids = request.target.partition("?id:in=")
        assert [check_uuid(each) for each in ids.split(",")]


@pytest.mark.parametrize(
    "target",
    ["segments", "segments?id:in=", "segments?id=1", f"segments?id:in={uuid(1)},", f"segments/{uuid(1)}", ""],
)
def test_a_delete_without_ids_cannot_be_made(target: str) -> None:
    with pytest.raises(ValueError, match="would wipe"):
        Request("DELETE", target)


def test_a_delete_with_ids_can_be_made() -> None:
    assert Request("DELETE", f"segments/{uuid(1)}/shopper-profiles?id:in={uuid(2)},{uuid(3)}").writes


def test_a_request_does_not_show_its_body() -> None:
    assert "ada" not in repr(Request("POST", "customers", [{"email": "ada@example.com"}]))


@PURE
@given(st.text(max_size=50))
def test_only_a_uuid_is_an_id(text: str) -> None:
    with pytest.raises(Invalid):
        check_uuid(text)


@pytest.mark.parametrize(
    "hostile",
    ["", "../segments", f"{uuid(1)}/..", f"{uuid(1)}\n", f"{uuid(1)}?id:in=", f"{uuid(1)},{uuid(2)}"],
)
def test_a_hostile_id_is_refused(hostile: str) -> None:
    with pytest.raises(Invalid):
        check_uuid(hostile)


@PURE
@given(UUIDS)
def test_a_uuid_is_given_back(text: str) -> None:
    assert check_uuid(text) == text


@PURE
@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=60))
def test_words_come_back_and_stay_in_their_place(text: str) -> None:
    assert unquote(quote_text(text)) == text
    assert not set(quote_text(text)) & set("&=?#, /")


@pytest.mark.parametrize("text", ["\ud800", "x" * TARGET_ROOM])
def test_words_that_no_url_can_carry_are_refused(text: str) -> None:
    with pytest.raises(Invalid):
        quote_text(text)


@PURE
@given(
    st.lists(st.text(alphabet=string.ascii_letters, min_size=1, max_size=30), max_size=200, unique=True),
    st.integers(30, 200),
    st.integers(1, 20),
)
def test_packing_sends_every_value_once_and_keeps_to_its_bounds(values: list[str], room: int, most: int) -> None:
    packed = list(pack(values, room, most))

    assert ",".join(packed).split(",") == (values or [""])
    assert all(len(each) <= room and each.count(",") < most for each in packed)


@pytest.mark.parametrize(("room", "packed"), [(9, ["aaaa", "bbbbb"]), (10, ["aaaa,bbbbb"]), (11, ["aaaa,bbbbb"])])
def test_values_share_a_request_as_soon_as_they_fit_with_their_comma(room: int, packed: list[str]) -> None:
    assert list(pack(["aaaa", "bbbbb"], room)) == packed


@PURE
@given(st.integers(0, 99))
def test_packing_wastes_no_request(count: int) -> None:
    values = [f"{number:030}" for number in range(count)]
    assert len(list(pack(values, room=309))) == -(-count // 10)


@PURE
@given(st.lists(st.integers()), st.integers(1, 9))
def test_batches_hold_everything_in_order(items: list[int], most: int) -> None:
    cut = list(batches(items, most))

    assert [item for batch in cut for item in batch] == items
    assert all(0 < len(batch) <= most for batch in cut)


def test_a_listing_asks_for_full_pages_with_its_filters() -> None:
    request = Listing("promotions").filtered("status", "ENABLED").page(3)

    assert request.target == f"promotions?page=3&limit={PAGE_LIMIT}&status=ENABLED"
    assert not request.writes
