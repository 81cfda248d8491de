import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.bigcommerce import (
    Conflict,
    Customer,
    DuplicateName,
    Forbidden,
    Invalid,
    MalformedResponse,
    NotFound,
    PartlyFailed,
    Profile,
    Promotion,
    RateLimited,
    Segment,
    ServerError,
    StoreError,
    TooLarge,
    Unauthorized,
    responses,
)
from bot.bigcommerce.responses import Response
from bot.bigcommerce.wire_format import Request
from tests.bigcommerce.conftest import profile, uuid
from tests.laws.values import PURE

GET = Request("GET", "segments")
POST = Request("POST", "segments", [], repeatable=False)
ADD = Request("POST", f"segments/{uuid(9)}/shopper-profiles", [])


def answer(status: int, content: object = None, *, repeated: bool = False) -> Response:
    return Response(status, {}, b"" if content is None else json.dumps(content).encode(), repeated)


def refused(request: Request, given: Response) -> StoreError:
    with pytest.raises(StoreError) as caught:
        responses.decode(request, given)
    return caught.value


def wrapped(title: str, messages: dict[str, str]) -> dict[str, object]:
    return {
        "data": [],
        "errors": [{"status": 409, "title": title, "errors": messages}],
        "meta": {"failed": 1},
    }


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (207, PartlyFailed),
        (302, MalformedResponse),
        (400, Invalid),
        (401, Unauthorized),
        (403, Forbidden),
        (404, NotFound),
        (405, Invalid),
        (409, Conflict),
        (413, TooLarge),
        (422, Invalid),
        (429, RateLimited),
        (499, Invalid),
        (500, ServerError),
        (504, ServerError),
        (599, ServerError),
    ],
)
def test_each_status_has_its_error(status: int, kind: type[StoreError]) -> None:
    assert type(refused(GET, answer(status))) is kind


def test_only_refusals_that_have_nothing_to_do_with_what_the_store_holds_leave_no_write_in_doubt() -> None:
    statuses = (207, *range(300, 600))
    surely_not_done = {one for one in statuses if not refused(POST, answer(one)).maybe_done}
    assert surely_not_done == {401, 403, 405, 413, 414, 415, 423, 429}
    assert not any(refused(GET, answer(one)).maybe_done for one in statuses)


def test_an_answer_to_a_repeat_leaves_a_write_in_doubt() -> None:
    assert refused(ADD, answer(403, repeated=True)).maybe_done


def test_messages_by_field_are_in_the_sentence_and_apart() -> None:
    error = refused(POST, answer(422, {"status": 422, "title": "Bad.", "errors": {"name": "is blank", "0": 7}}))

    assert "BigCommerce says: Bad.; name: is blank; 0: 7." in str(error)
    assert error.fields == {"name": "is blank", "0": "7"}


def test_the_log_gets_the_request_without_shoppers_in_it() -> None:
    asked = Request("GET", "customers?email:in=zeb%40example.com")

    assert refused(asked, answer(400)).for_log.endswith("It answered 400 to GET customers.")
    assert refused(ADD, answer(409)).for_log.endswith(f"It answered 409 to POST segments/{uuid(9)}/shopper-profiles.")


def test_a_flood_of_messages_is_cut() -> None:
    error = refused(POST, answer(400, {"title": "x" * 999, "errors": {str(n): "y" * 999 for n in range(99)}}))

    assert len(str(error)) < 3_000
    assert len(error.fields) == 99


@pytest.mark.parametrize(
    "body",
    [
        {"title": "Too bad", "errors": None},
        {"message": "Too bad"},
        {"status": "403", "error": "Too bad"},
        [{"status": 400, "message": "Too bad"}],
        {"errors": ["noise", {"title": "Too bad"}]},
        {"errors": [{"title": 7}, {"title": "Too bad"}]},
    ],
)
def test_the_title_is_found_in_every_shape(body: object) -> None:
    assert "BigCommerce says: Too bad." in str(refused(GET, answer(400, body)))


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"errors": ["name is blank", "name is long"]}, "name is blank; name is long"),
        (["name is blank"], "name is blank"),
        ({"title": "Bad", "errors": {"name": ["is blank", "is long"]}}, "Bad; name: is blank; is long"),
        ({"status": 400, "detail": "Bad request"}, "Bad request"),
        ({"title": "Bad", "errors": [{"status": 422}]}, "Bad"),
    ],
)
def test_lists_of_errors_are_told_in_the_stores_words(body: object, words: str) -> None:
    assert f"BigCommerce says: {words}." in str(refused(GET, answer(400, body)))


def test_a_403_tells_the_usual_causes_and_the_stores_own_words() -> None:
    page = b"<html><head><title>\n Attention Required! | Firewall &amp; Co </title></head><body>Sorry</body></html>"
    for response in (answer(403, {"status": 403, "title": "The store owner has changed"}), Response(403, {}, page)):
        sentence = str(refused(GET, response))
        assert "needs Enterprise" in sentence
        assert "store_v2_customers" in sentence
        assert "The store owner has changed." in sentence or "Attention Required! | Firewall & Co." in sentence
    assert "says" not in str(refused(GET, answer(403)))


@PURE
@given(st.binary(max_size=30) | st.recursive(st.none() | st.text(), st.lists).map(lambda x: json.dumps(x).encode()))
def test_no_error_body_breaks_the_deciphering(body: bytes) -> None:
    assert type(refused(GET, Response(400, {}, body))) is Invalid


def test_a_gateways_page_is_told_by_its_status() -> None:
    assert type(refused(GET, Response(502, {}, b"<html>Bad Gateway</html>"))) is ServerError


def test_a_duplicate_name_has_its_own_error_only_for_segments() -> None:
    body = wrapped("Cannot have multiple segments with the same name.", {})

    assert type(refused(POST, answer(409, body))) is DuplicateName
    assert type(refused(ADD, answer(409, body))) is Conflict
    assert type(refused(POST, answer(409, wrapped("Too many.", {})))) is Conflict


def test_the_vendors_own_409_for_segments_is_a_duplicate_name(segments_document: dict[str, Any]) -> None:
    conflict = segments_document["paths"]["/segments"]["post"]["responses"]["409"]
    sample = conflict["content"]["application/json"]["schema"]["x-examples"]["example-1"]

    assert type(refused(POST, answer(409, sample))) is DuplicateName


def test_the_vendors_own_409_for_members_names_the_member(segments_document: dict[str, Any]) -> None:
    path = segments_document["paths"]["/segments/{segmentId}/shopper-profiles"]
    content = path["post"]["responses"]["409"]["content"]["application/json"]
    sample = content["examples"]["shopper-profile-conflict"]["value"]
    member = "1465bb16-eb7d-4fba-8312-0ea9d88cd6e9"

    assert responses.already_members(answer(409, sample), [uuid(1), member.upper()]) == (member.upper(),)


@pytest.mark.parametrize("named", [uuid(0xA), uuid(0xA).upper()])
@pytest.mark.parametrize("asked", [uuid(0xA), uuid(0xA).upper()])
def test_a_member_is_named_in_any_case(named: str, asked: str) -> None:
    told = answer(409, wrapped("Conflict", {"0": f"Shopper profile `{named}` already exists for segment `x`."}))
    gone = answer(404, wrapped("Not found", {"0": f"Shopper profile `{named}` does not exist."}))
    assert responses.already_members(told, [asked, uuid(1)]) == (asked,)
    assert responses.missing_profiles(gone, [asked, uuid(1)]) == (asked,)


@pytest.mark.parametrize(
    ("status", "messages"),
    [
        (422, {"0": f"Shopper profile `{uuid(1)}` already exists"}),
        (409, {"0": f"Shopper profile `{uuid(1)}` is unknown"}),
        (409, {"0": f"Shopper profile `{uuid(2)}` already exists"}),
        (409, {}),
    ],
)
def test_nobody_is_taken_for_a_member_on_a_guess(status: int, messages: dict[str, str]) -> None:
    assert responses.already_members(answer(status, wrapped("Conflict", messages)), [uuid(1)]) == ()


@pytest.mark.parametrize("status", [404, 422])
@pytest.mark.parametrize(
    "message",
    [
        f"Shopper profile `{uuid(1)}` does not exist.",
        f"shopper profile {uuid(0xA).upper()} was not found for segment {uuid(9)}",
    ],
)
def test_profiles_that_are_said_not_to_exist_are_missing(status: int, message: str) -> None:
    asked = [uuid(1), uuid(0xA), uuid(9)]
    missing = responses.missing_profiles(answer(status, {"title": "Not found.", "errors": {"1": message}}), asked)

    assert len(missing) == 1
    assert missing[0] in asked[:2]


@pytest.mark.parametrize(
    ("status", "message"),
    [
        (409, f"Shopper profile `{uuid(1)}` does not exist."),
        (503, f"Shopper profile `{uuid(1)}` does not exist."),
        (404, f"Shopper profile `{uuid(2)}` does not exist."),
        (404, f"Shopper profile `{uuid(1)}` already exists for segment `{uuid(9)}`."),
        (404, f"Segment `{uuid(1)}` does not exist."),
        (404, f"Segment `{uuid(9)}` does not exist for shopper profile `{uuid(1)}`."),
        (404, "Shopper profile not found."),
    ],
)
def test_nobody_is_taken_for_missing_on_a_guess(status: int, message: str) -> None:
    assert responses.missing_profiles(answer(status, {"title": "No.", "errors": {"0": message}}), [uuid(1)]) == ()


def test_a_page_tells_items_total_and_last_page() -> None:
    body = {"data": [profile(1)], "meta": {"pagination": {"total": 501, "total_pages": 3, "links": {}}}}

    page = responses.decode_page(GET, answer(200, body), Profile, 1)

    assert page.items == (Profile(id=uuid(1), customer_id=1),)
    assert (page.total, page.pages) == (501, 3)


def test_without_a_count_only_a_full_page_may_be_followed() -> None:
    body = {"data": [profile(1), profile(2)], "meta": {}}

    assert responses.decode_page(GET, answer(200, body), Profile, 4, limit=2).pages == 5
    assert responses.decode_page(GET, answer(200, body), Profile, 4, limit=3).pages == 4


@pytest.mark.parametrize("told", [9, 1, None])
def test_the_last_page_follows_from_the_count_whatever_else_is_told(told: int | None) -> None:
    body = {"data": [], "meta": {"pagination": {"total": 501, "total_pages": told}}}

    assert responses.decode_page(GET, answer(200, body), Profile, 7).pages == 3


def test_a_count_needs_the_stores_total() -> None:
    with pytest.raises(MalformedResponse):
        responses.decode_count(GET, answer(200, {"data": [profile(1)], "meta": {}}))


@pytest.mark.parametrize("body", [b"<html>", b"\xff", b'{"data": ', b"[]", b"null", b'{"data": {}}', b'{"data": [{}]}'])
def test_a_success_that_makes_no_sense_is_garbled(body: bytes) -> None:
    with pytest.raises(MalformedResponse) as caught:
        responses.decode_one(POST, Response(201, {}, body), Segment)
    assert caught.value.maybe_done


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"data": []}', b'{"data": null}'])
def test_a_single_thing_that_makes_no_sense_is_garbled(body: bytes) -> None:
    with pytest.raises(MalformedResponse):
        responses.decode_one(GET, Response(200, {}, body), Promotion)


def test_a_garbled_answer_shows_no_email() -> None:
    with pytest.raises(MalformedResponse) as caught:
        responses.decode_page(GET, answer(200, {"data": [{"id": "x", "email": ["ada@example.com"]}]}), Customer, 1)
    assert "ada" not in f"{caught.value} {caught.value.cause} {caught.value.__context__}"
    assert "email" in caught.value.cause


def test_an_answer_does_not_show_its_body() -> None:
    assert "ada" not in repr(answer(200, "ada@example.com"))


@pytest.mark.parametrize("content", ["down", 7, None])
def test_a_failure_in_no_known_shape_is_told_by_its_status(content: object) -> None:
    assert str(refused(GET, answer(500, content)))


@pytest.mark.parametrize("absent", ["shopper_profile_id", "segment_ids"])
def test_a_field_that_is_absent_is_not_null(absent: str) -> None:
    row = {"id": 1, "email": "a@example.com", "shopper_profile_id": None, "segment_ids": None}
    (found,) = responses.decode_page(GET, answer(200, {"data": [row]}), Customer, 1).items
    assert (found.shopper_profile_id, found.segment_ids) == (None, ())
    del row[absent]
    with pytest.raises(MalformedResponse, match=f"lists customers without {absent}"):
        responses.decode_page(GET, answer(200, {"data": [row]}), Customer, 1)


@pytest.mark.parametrize("status", [201, 206, 207, 208, 403, 404, 405, 408, 409, 410, 421, 422, 423, 500])
def test_profiles_are_named_by_some_answers_only(status: int) -> None:
    there, gone = uuid(1), uuid(2)
    texts = [f"Shopper profile `{there}` already exists for segment `x`.", f"Shopper profile `{gone}` does not exist."]
    told = answer(status, {"title": "x", "errors": dict(enumerate(texts))})
    assert responses.already_members(told, (there, gone)) == ((there,) if status in (207, 409) else ())
    assert responses.missing_profiles(told, (there, gone)) == ((gone,) if status in (207, 404, 422) else ())


@pytest.mark.parametrize("status", [202, 206, 207, 208, 400, 403, 404, 408, 409, 410, 422, 500])
def test_profiles_are_listed_by_a_success_and_some_refusals(status: int) -> None:
    row = {"id": uuid(1), "customer_id": 7}
    listed = responses.listed_profiles(POST, answer(status, {"data": [row], "errors": []}))
    assert [one.customer_id for one in listed] == ([7] if status in (206, 207, 208, 409) else [])
    if status in (207, 409):
        assert responses.listed_profiles(POST, answer(status, {"data": "none"})) == ()
        assert responses.listed_profiles(POST, Response(status, {}, b"{")) == ()


CARRIED: list[tuple[int, object, tuple[int, ...] | None]] = [
    (200, None, None),
    (200, {"data": {}}, None),
    (422, {"meta": {"success": 0}}, ()),
    (200, {"meta": {"success": 0}}, None),
    (200, {"data": [{"id": uuid(2).upper()}]}, (2,)),
    (204, {"data": [uuid(1)]}, (1,)),
    (207, None, None),
    (207, {"data": [{"id": uuid(1)}]}, (1,)),
    (409, {"data": [{"id": uuid(1)}], "meta": {"success": 1}}, (1,)),
    (409, {"data": [{"id": uuid(1)}], "meta": {"success": 2}}, None),
    (409, {"data": [{}, 7], "meta": {"success": 0}}, ()),
    (409, {"data": [], "meta": "none"}, ()),
    (409, {"meta": {"success": 0}}, ()),
    (409, {"meta": {"success": 1}}, None),
    (404, {"title": "x"}, ()),
    (422, None, ()),
    (403, None, None),
    (421, ["odd"], None),
    (423, None, None),
    (500, None, None),
]


@pytest.mark.parametrize(("status", "content", "done"), CARRIED)
def test_who_was_added_is_told_by_the_answer_or_left_open(
    status: int, content: object, done: tuple[int, ...] | None
) -> None:
    told = responses.carried_out(answer(status, content), (uuid(1), uuid(2)))
    assert told == (None if done is None else tuple(map(uuid, done)))


@pytest.mark.parametrize(
    ("status", "is_success"),
    [
        (199, False),
        (200, True),
        (201, True),
        (202, False),
        (203, True),
        (204, True),
        (206, True),
        (207, False),
        (299, True),
        (300, False),
    ],
)
def test_a_promise_and_a_part_are_no_success(status: int, is_success: bool) -> None:
    assert Response(status).is_success is is_success


@pytest.mark.parametrize(
    ("total", "rows", "pages"),
    [(None, 0, 1), (None, 1, 1), (None, 2, 2), (0, 0, 1), (1, 1, 1), (2, 2, 1), (3, 2, 2), (4, 2, 2)],
)
def test_pages_are_counted_from_the_whole_or_by_a_full_one(total: int | None, rows: int, pages: int) -> None:
    body = {"data": [{"id": uuid(at), "name": "x"} for at in range(rows)]}
    meta = {} if total is None else {"meta": {"pagination": {"total": total}}}
    page = responses.decode_page(GET, answer(200, body | meta), Segment, 1, limit=2)
    assert (len(page.items), page.total, page.pages) == (rows, total, pages)


def test_what_is_read_is_there_even_if_the_store_only_promises() -> None:
    assert responses.decode(GET, answer(202, {"data": []})) == {"data": []}
    with pytest.raises(StoreError):
        responses.decode(POST, answer(202, {"data": []}))
