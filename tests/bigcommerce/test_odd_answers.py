"""Answers that are no refusal and not what was asked for: nobody else's row is taken, and nothing is assumed done."""

import json
from typing import Any

import httpx
import pytest
from pydantic import ValidationError

from bot.bigcommerce import (
    Contradiction,
    Ignored,
    MalformedResponse,
    NewCustomer,
    NewSegment,
    NotFound,
    Segment,
    SegmentChange,
    ServerError,
    StoreError,
)
from bot.bigcommerce.failures import decode_failure
from bot.bigcommerce.models import Customer, Profile, Promotion
from bot.bigcommerce.received_text import load_json, sound
from bot.bigcommerce.responses import Response, decode_count, decode_one, decode_page
from bot.bigcommerce.wire_format import Request
from tests.bigcommerce.conftest import Clock, listed, profile, scripted, store_of, uuid
from tests.bigcommerce.test_client import PROMOTION, customer, segment
from tests.bigcommerce.test_sending_again import owners

GET, POST = Request("GET", "segments"), Request("POST", "segments", [])
DEEP = b"[" * 100_000 + b"]" * 100_000
NOTHING = httpx.Response(204)
ADA = NewCustomer(email="C1@example.com", first_name="Ada", last_name="Byron")


def created(*rows: object) -> httpx.Response:
    return httpx.Response(201, json={"data": rows})


def counted(total: object, *rows: object) -> Response:
    return Response(200, {}, listed(*rows, total=total).content)  # type: ignore[arg-type]  # the store's fault


def renamed(name: str) -> SegmentChange:
    return SegmentChange(id=uuid(1), name=name)


async def test_a_filter_that_a_store_ignores_lets_nobody_else_in(clock: Clock) -> None:
    async with store_of(lambda _: listed(*map(customer, range(1, 9))), clock) as (store, _):
        with pytest.raises(Contradiction, match="others than those it was asked for"):
            _ = [one async for one in store.customers(ids=[3])]
        emails = ["C3@example.com", "nobody@example.com"]
        assert [one.id async for one in store.customers(emails=emails)] == [3]
        assert len([one async for one in store.customers(name_like="c")]) == 8
    async with store_of(lambda _: listed(segment(1), segment(2)), clock) as (store, _):
        with pytest.raises(Contradiction):
            _ = [one async for one in store.segments([uuid(2)])]
        with pytest.raises(Contradiction) as caught:
            await store.update_segment(uuid(2), lambda _: renamed("Best"))
        assert not caught.value.maybe_done


async def test_ids_are_those_that_were_asked_for_in_any_case(clock: Clock) -> None:
    row = {**segment(0xA), "id": uuid(0xA).upper()}
    async with store_of(lambda _: listed(row), clock) as (store, _):
        for asked in (uuid(0xA), uuid(0xA).upper()):
            assert [one.id async for one in store.segments([asked])] == [uuid(0xA)]


async def test_another_promotion_is_not_the_one_that_was_asked_for(clock: Clock) -> None:
    other, same = ({"data": {**PROMOTION, "id": number}} for number in (8, 7))
    replies = [httpx.Response(200, json=body) for body in (other, other, same, other)]
    async with store_of(scripted(*replies), clock) as (store, vendor):
        for reading in (store.promotion(7), store.update_promotion(7, lambda one: one.with_status("DISABLED"))):
            with pytest.raises(Contradiction) as caught:
                await reading
            assert not caught.value.maybe_done
        assert len(vendor.asked) == 2
        with pytest.raises(Contradiction) as caught:
            await store.update_promotion(7, lambda one: one.with_status("DISABLED"))
        assert caught.value.maybe_done


@pytest.mark.parametrize("row", [segment(9), {**segment(1), "id": "x"}, {**segment(1), "id": ""}])
async def test_a_segment_that_an_answer_makes_up_is_not_the_one_created(row: object, clock: Clock) -> None:
    async with store_of(scripted(created(row), listed(segment(1))), clock) as (store, _):
        assert [one.id for one in await store.create_segments(NewSegment(name="S1"))] == [uuid(1)]
    async with store_of(scripted(created(row), *[listed(segment(9))] * 5), clock) as (store, _):
        with pytest.raises(Ignored) as caught:
            await store.create_segments(NewSegment(name="S1"))
        assert caught.value.maybe_done


async def test_a_segment_may_be_spelt_otherwise_than_it_was_created(clock: Clock) -> None:
    async with store_of(scripted(created({"id": uuid(1), "name": "gold members"})), clock) as (store, _):
        assert [one.id for one in await store.create_segments(NewSegment(name=" Gold  Members"))] == [uuid(1)]


async def test_a_customer_whom_an_answer_makes_up_is_not_the_one_registered(clock: Clock) -> None:
    async with store_of(scripted(created(customer(1))), clock) as (store, _):
        assert [one.id for one in await store.create_customers(ADA)] == [1]
    for answer in (created(customer(2)), created(), NOTHING):
        async with store_of(scripted(answer, listed(), listed(customer(1))), clock) as (store, _):
            assert [one.id for one in await store.create_customers(ADA)] == [1]
        async with store_of(scripted(answer, *[listed()] * 5), clock) as (store, _):
            with pytest.raises(Ignored) as caught:
                await store.create_customers(ADA)
            assert caught.value.maybe_done


@pytest.mark.parametrize("row", [profile(9), {"id": "x", "customer_id": 1}])
async def test_a_profile_that_an_answer_makes_up_is_nobodys(row: object, clock: Clock) -> None:
    found = {**customer(1), "shopper_profile_id": uuid(1)}
    async with store_of(scripted(created(row), listed(found)), clock) as (store, _):
        done = await store.create_profiles(1)
        assert owners(done) == ([1], [])
        assert [one.id for one in done.created] == [uuid(1)]


@pytest.mark.parametrize("answer", [NOTHING, httpx.Response(200, json=None), created(), created(segment(2))])
async def test_a_segment_that_an_answer_does_not_list_is_read(answer: httpx.Response, clock: Clock) -> None:
    best = listed({**segment(1), "name": "Best"})
    async with store_of(scripted(listed(segment(1)), answer, listed(segment(1)), best), clock) as (store, _):
        stored = await store.update_segment(uuid(1), lambda _: renamed("Best"))
        assert stored == Segment(id=uuid(1), name="Best")
    async with store_of(scripted(listed(segment(1)), answer, *[listed(segment(1))] * 5), clock) as (store, _):
        stored = await store.update_segment(uuid(1), lambda _: renamed("Best"))
        assert stored == Segment(id=uuid(1), name="S1")


async def test_a_segment_that_an_answer_lists_is_not_read_again(clock: Clock) -> None:
    answer = created({**segment(1), "name": "Best"})
    async with store_of(scripted(listed(segment(1)), answer), clock) as (store, _):
        assert await store.update_segment(uuid(1), lambda _: renamed("Best")) == Segment(id=uuid(1), name="Best")


@pytest.mark.parametrize(("then", "kind"), [(listed(), NotFound), (httpx.Response(403), StoreError)])
async def test_what_became_of_an_edit_may_stay_unknown(
    then: httpx.Response, kind: type[StoreError], clock: Clock
) -> None:
    async with store_of(scripted(listed(segment(1)), NOTHING, *[then] * 5), clock) as (store, _):
        with pytest.raises(kind) as caught:
            await store.update_segment(uuid(1), lambda _: renamed("Best"))
        assert caught.value.maybe_done


@pytest.mark.parametrize(("total", "rows"), [(0, 1), (200, 0)])
def test_a_count_that_contradicts_its_rows_is_none(total: int, rows: int) -> None:
    with pytest.raises(Contradiction, match=f"It counts {total} and lists {rows}"):
        decode_count(GET, counted(total, *map(profile, range(rows))))


@pytest.mark.parametrize("total", [True, -1, "40", 40.0])
def test_a_count_is_a_number(total: object) -> None:
    with pytest.raises(MalformedResponse):
        decode_count(GET, counted(total, profile(1)))


@pytest.mark.parametrize(
    "body", [{"meta": {"pagination": {"total": 7}}}, {"meta": {"pagination": {"total": 0}}, "data": []}]
)
def test_a_count_stands_where_no_rows_speak_against_it(body: dict[str, object]) -> None:
    assert decode_count(GET, Response(200, {}, httpx.Response(200, json=body).content)) in (7, 0)


async def test_a_count_that_was_wrong_once_is_not_noticed(clock: Clock) -> None:
    async with store_of(scripted(listed(total=9), listed(profile(1), total=9)), clock) as (store, _):
        assert await store.member_count(uuid(1)) == 9


def test_json_that_is_nested_too_deeply_is_no_json() -> None:
    with pytest.raises(ValueError, match="nested too deeply"):
        load_json(DEEP)
    with pytest.raises(MalformedResponse) as caught:
        decode_one(POST, Response(201, {}, DEEP), Segment)
    assert caught.value.maybe_done
    assert decode_failure(DEEP) == ("", {})


async def test_a_store_that_answers_too_deeply_is_told_about(clock: Clock) -> None:
    async with store_of(lambda _: httpx.Response(500, content=DEEP), clock) as (store, _):
        with pytest.raises(ServerError):
            await store.delete_segments(uuid(1))


@pytest.mark.parametrize(
    ("text", "stored"),
    [("VIPs", "VIPs"), ("Zoë 😀", "Zoë 😀"), ("a\ud800b", "a\ufffdb"), ("é\udc00\udfff", "é\ufffd\ufffd")],
)
def test_what_nothing_can_store_is_replaced(text: str, stored: str) -> None:
    assert sound(text) == stored
    assert Segment(id=uuid(1), name=text, description=text) == Segment(id=uuid(1), name=stored, description=stored)
    assert Customer(id=1, email=text).email == stored
    body = json.dumps({"title": text, "errors": {"name": text}}).encode()
    assert decode_failure(body) == (stored, {"name": stored})


@pytest.mark.parametrize(
    ("errors", "message"),
    [
        ({"name": ["too long", "too odd"]}, {"name": "too long; too odd"}),
        ({"0": {"code": 17, "message": "Already there", "why": [{"x": 1}]}}, {"0": "Already there"}),
        ({"0": {"code": 17, "field": "name"}}, {"0": "17; name"}),
        ({"0": [{"message": "One"}, {"reason": "Two"}, None]}, {"0": "One; Two"}),
        ({"0": None, "1": 7}, {"0": "", "1": "7"}),
    ],
)
def test_what_a_message_is_wrapped_in_is_not_shown(errors: dict[str, object], message: dict[str, str]) -> None:
    body = httpx.Response(422, json={"title": "Bad.", "errors": errors}).content
    assert decode_failure(body) == ("Bad.", message)


@pytest.mark.parametrize("status", ["enabled", "Enabled", "ENABLED"])
def test_a_promotion_is_live_however_its_status_is_written(status: str) -> None:
    assert Promotion.model_validate({**PROMOTION, "status": status}).is_live


def test_rows_beside_a_count_that_is_no_number_are_read() -> None:
    page = decode_page(GET, counted(True, segment(1)), Segment, 1)
    assert (len(page.items), page.total) == (1, None)


def test_a_field_that_a_store_adds_is_not_taken_for_the_whole_promotion() -> None:
    document = {**PROMOTION, "document": {"id": 1}, "targeting": {"id": ["x"]}}
    read = Promotion.model_validate(document)
    assert (read.document, read.targeting) == (document, Promotion.model_validate(PROMOTION).targeting)


@pytest.mark.parametrize("number", [-5, 10**30, None, "x"])
def test_an_id_is_a_number_that_can_be_kept(number: object) -> None:
    for row, kind in ((customer(1), Customer), (PROMOTION, Promotion)):
        with pytest.raises(MalformedResponse):
            decode_page(GET, counted(1, {**row, "id": number}), kind, 1)
    with pytest.raises(MalformedResponse):
        decode_page(GET, counted(1, {**profile(1), "customer_id": number}), Profile, 1)


@pytest.mark.parametrize(("levels", "is_read"), [(96, True), (97, False), (5_000, False)])
def test_a_promotion_that_is_nested_too_deeply_is_not_read(levels: int, is_read: bool) -> None:
    segments: dict[str, Any] = {"id": [uuid(1)]}
    for _ in range(levels):
        segments = {"not": segments}
    row = {**PROMOTION, "customer": {"segments": segments}}
    if is_read:
        read = Promotion.model_validate(row)
        assert Promotion.model_validate_json(read.model_dump_json()) == read
    else:
        with pytest.raises(ValidationError, match="nested too deeply"):
            Promotion.model_validate(row)


@pytest.mark.parametrize("name", [None, ""])
def test_a_promotion_without_a_name_is_called_by_its_id(name: str | None) -> None:
    read = Promotion.model_validate({**PROMOTION, "name": name})
    assert (read.name, read.with_status("DISABLED")["name"]) == ("Promotion 7", name)


def test_a_profile_without_an_id_is_not_read() -> None:
    with pytest.raises(MalformedResponse):
        decode_page(GET, counted(1, {**customer(1), "shopper_profile_id": ""}), Customer, 1)


def test_nobody_is_in_a_segment_twice() -> None:
    row = {**customer(1), "segment_ids": [uuid(3), uuid(2), uuid(3)]}
    (one,) = decode_page(GET, counted(1, row), Customer, 1).items
    assert one.segment_ids == (uuid(3), uuid(2))
    with pytest.raises(MalformedResponse):
        decode_page(GET, counted(1, {**customer(1), "segment_ids": [{}, {}]}), Customer, 1)
