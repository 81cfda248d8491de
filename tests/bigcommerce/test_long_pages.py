"""Pages of customers and profiles, decoded from their bytes: nothing is read otherwise than by way of JSON."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from bot.bigcommerce import Customer, MalformedResponse, Profile, Segment, long_pages, responses
from bot.bigcommerce.responses import Response
from bot.bigcommerce.wire_format import Request
from tests.bigcommerce.conftest import uuid
from tests.laws.values import PURE

GET = Request("GET", "customers?page=1", about="customer")
ADA = {
    "id": 1,
    "email": "ada@example.com",
    "first_name": "Ada",
    "last_name": None,
    "shopper_profile_id": uuid(1).upper(),
    "segment_ids": [uuid(2).upper()],
    "notes": "not read",
}
PROFILE = {"id": uuid(1), "customer_id": 1, "created_at": "2026-01-01T00:00:00Z", "updated_at": "nonsense"}
ODD = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=9)
    | st.sampled_from(["", "1", "1.0", uuid(3).upper(), "2026-01-01T00:00:00Z", "\ud800", "\0", "é"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(list(ADA)), inner, max_size=3),
    max_leaves=4,
)


def by_way_of_json(body: bytes, kind: type[BaseModel]) -> tuple[BaseModel, ...] | None:
    """Decode what is listed, as a page of any other kind is; None if that is refused."""
    try:
        rows = json.loads(body)["data"]
        items = tuple(kind.model_validate(row) for row in rows) if isinstance(rows, list) else None
    except (ValueError, KeyError, TypeError, ValidationError):
        return None
    needed = set(getattr(kind, "LISTED_WITH", ()))
    return items if items is not None and all(needed <= row.keys() for row in rows) else None


def checked(body: bytes, kind: type[BaseModel]) -> long_pages.LongPage[Any] | None:
    """Decode a page; whatever comes of it at once is what comes of it by way of JSON."""
    page = long_pages.decode(body, kind)
    assert page is None or page.items == by_way_of_json(body, kind)
    return page


@pytest.mark.parametrize(("row", "kind"), [(ADA, Customer), (PROFILE, Profile)])
def test_many_are_decoded_at_once(row: dict[str, Any], kind: type[BaseModel]) -> None:
    meta = {"pagination": {"total": 2}}
    page = checked(json.dumps({"data": [row, row], "meta": meta}).encode(), kind)
    assert page is not None
    assert (len(page.items), page.meta) == (2, meta)


@given(st.sampled_from([(ADA, Customer), (PROFILE, Profile)]), st.sampled_from(list(ADA | PROFILE)), ODD)
@PURE
def test_odd_values_mean_what_they_do_in_any_page(case: tuple[dict[str, Any], type[Any]], name: str, odd: Any) -> None:
    row, kind = case
    checked(json.dumps({"data": [row, row | {name: odd}]}).encode(), kind)
    checked(json.dumps({"data": [row], "meta": odd}, ensure_ascii=False).encode(errors="replace"), kind)
    checked(json.dumps({"data": odd}).encode(), kind)


@pytest.mark.parametrize("name", ["shopper_profile_id", "segment_ids"])
def test_what_is_asked_for_beside_customers_has_to_be_there(name: str) -> None:
    body = json.dumps({"data": [ADA, {key: value for key, value in ADA.items() if key != name}]}).encode()
    assert long_pages.decode(body, Customer) is None
    with pytest.raises(MalformedResponse, match=f"customers without {name}"):
        responses.decode_page(GET, Response(200, {}, body), Customer, 1)


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b"<html>", b'{"data": [{"id": "x"}]}', b'{"data": {}}'])
def test_anything_wrong_is_left_to_whoever_tells_it(body: bytes) -> None:
    assert checked(body, Customer) is None


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_other_encodings_of_json_are_read_as_before(encoding: str) -> None:
    body = json.dumps({"data": [ADA]}).encode(encoding)
    page = responses.decode_page(GET, Response(200, {}, body), Customer, 1)
    assert page.items == by_way_of_json(body, Customer)


def test_short_lists_go_by_way_of_json() -> None:
    body = json.dumps({"data": [{"id": uuid(1), "name": "VIPs"}]}).encode()
    assert long_pages.decode(body, Segment) is None
    assert responses.decode_page(GET, Response(200, {}, body), Segment, 1).total is None
