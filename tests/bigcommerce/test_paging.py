"""Pages are not trusted: what is read is what the store counts, or the reading is refused."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from urllib.parse import parse_qs

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.bigcommerce import Contradiction, Page, Profile
from bot.bigcommerce.paging import READINGS, SAMPLED, Reading, check_alone, spread
from tests.bigcommerce.conftest import Clock, Reply, listed, profile, scripted, store_of, uuid
from tests.laws.values import PURE

SEGMENT = uuid(0x5E6)


def page(first: int, rows: int, total: int | None) -> Page[Profile]:
    profiles = tuple(Profile(id=uuid(number), customer_id=number) for number in range(first, first + rows))
    return Page(profiles, total, 1)


def read(*pages: Page[Profile], limit: int = 10, most: int | None = None) -> list[int]:
    """Read these pages one after the other; return the numbers of those that would be next."""
    reading = Reading[Profile](limit, most)
    for one in pages:
        assert reading.following
        reading.add(one)
    return list(reading.following)


def test_the_first_page_is_first() -> None:
    assert list(Reading[Profile](10).following) == [1]


@pytest.mark.parametrize(
    ("total", "rows", "following"),
    [
        (0, 0, []),
        (3, 3, []),
        (10, 10, [2]),
        (11, 10, [2]),
        (30, 10, [2, 3, 4]),
        (31, 10, [2, 3, 4]),
        (39, 10, [2, 3, 4]),
    ],
)
def test_the_count_says_which_pages_follow_and_a_full_one_is_followed(
    total: int, rows: int, following: list[int]
) -> None:
    assert read(page(0, rows, total)) == following


def test_a_full_last_page_is_followed_by_one_that_is_empty() -> None:
    assert read(page(0, 10, 20), page(10, 10, 20)) == [3]
    assert read(page(0, 10, 20), page(10, 10, 20), page(20, 0, 20)) == []


def test_a_store_that_gives_shorter_pages_is_read_to_its_end() -> None:
    assert read(page(0, 4, 9)) == [2, 3]
    assert read(page(0, 1, 3)) == [2, 3, 4]
    assert read(page(0, 4, 9), page(4, 4, 9), page(8, 1, 9)) == []


def test_a_store_that_counts_nothing_is_read_until_a_page_is_not_full() -> None:
    assert read(page(0, 10, None)) == [2]
    assert read(page(0, 10, None), page(10, 3, None)) == []


def test_when_all_that_were_asked_for_are_there_nothing_follows() -> None:
    assert read(page(0, 10, 10), most=10) == []
    assert read(page(0, 10, 4_000), most=10) == []


@pytest.mark.parametrize(
    ("pages", "reason"),
    [
        ([page(0, 0, 200)], "counts 200 and lists 0"),
        ([page(0, 10, 10), page(10, 3, 10)], "counts 10 and lists 13"),
        ([page(0, 10, 25), page(10, 10, 24)], "counted 25 at first, and 24 later"),
        ([page(0, 10, 25), page(10, 10, None)], "counted 25 at first, and nothing later"),
        ([page(0, 10, 25), page(10, 10, 25), page(20, 4, 25), page(24, 0, 25)], "counts 25 and lists 24"),
        ([page(0, 10, 25), page(9, 10, 25)], "the same one twice"),
        ([page(0, 11, 3)], "counts 3 and lists 11"),
    ],
)
def test_pages_that_do_not_fit_together_are_a_contradiction(pages: Sequence[Page[Profile]], reason: str) -> None:
    with pytest.raises(Contradiction, match=reason):
        read(*pages)


@pytest.mark.parametrize(
    ("number", "rows", "fits"), [(1, 10, True), (3, 5, True), (4, 0, True), (1, 0, False), (3, 6, False)]
)
def test_a_page_by_itself_has_as_many_rows_as_the_count_leaves(number: int, rows: int, fits: bool) -> None:
    alone = page(0, rows, 25)
    if fits:
        check_alone(alone, number, 10)
    else:
        with pytest.raises(Contradiction, match="counts 25"):
            check_alone(alone, number, 10)


def test_a_page_of_a_store_that_counts_nothing_says_nothing() -> None:
    check_alone(page(0, 7, None), 1, 10)


@dataclass
class Shifting:
    """A segment as pages; what happens to it after a request is a matter of `after`."""

    rows: list[dict[str, object]]
    after: Callable[["Shifting"], None] = lambda _: None
    lies: Callable[[int], int | None] = lambda total: total
    asked: int = 0

    def __call__(self, request: httpx.Request) -> Reply:
        query = {name: int(value[0]) for name, value in parse_qs(request.url.query.decode()).items()}
        first = (query["page"] - 1) * query["limit"]
        chosen, total = self.rows[first : first + query["limit"]], self.lies(len(self.rows))
        self.asked += 1
        self.after(self)
        return httpx.Response(200, json={"data": chosen, "meta": {"pagination": {"total": total, "total_pages": 1}}})


def members(count: int) -> list[dict[str, object]]:
    return [profile(number) for number in range(count)]


async def test_a_full_page_that_claims_to_be_the_only_one_is_not_believed(clock: Clock) -> None:
    store_says = Shifting(members(310), lies=lambda _: 250)
    async with store_of(store_says, clock) as (store, _):
        with pytest.raises(Contradiction, match="It counts 250 and lists 310"):
            _ = [each async for each in store.members(SEGMENT)]
        with pytest.raises(Contradiction):
            await store.checked_member_count(SEGMENT)


async def test_no_rows_beside_a_count_are_not_an_empty_list(clock: Clock) -> None:
    async with store_of(lambda _: listed(total=200), clock) as (store, vendor):
        with pytest.raises(Contradiction, match="It counts 200 and lists 0"):
            _ = [each async for each in store.members(SEGMENT)]
        assert len(vendor.asked) == READINGS
        for reading in (store.members_page(SEGMENT, 1, limit=100), store.checked_member_count(SEGMENT)):
            with pytest.raises(Contradiction):
                await reading


async def test_where_the_count_moves_the_reading_starts_again(clock: Clock) -> None:
    def leave(segment: Shifting) -> None:
        if segment.asked == 1:
            segment.rows.pop(0)

    async with store_of(Shifting(members(600), leave), clock) as (store, vendor):
        read = [each.customer_id async for each in store.members(SEGMENT)]

        assert read == list(range(1, 600))
        assert [target.partition("page=")[2][:1] for target in vendor.targets] == ["1", "2", "3", "1", "2", "3"]


async def test_a_list_that_never_stands_still_is_refused(clock: Clock) -> None:
    async with store_of(
        Shifting(members(600), lambda segment: segment.rows.append(profile(1_000 + segment.asked))), clock
    ) as (
        store,
        _,
    ):
        with pytest.raises(Contradiction, match="later"):
            _ = [each async for each in store.members(SEGMENT)]


async def test_one_who_left_and_one_who_joined_between_two_pages_are_seen_by_a_second_reading(clock: Clock) -> None:
    def swap(segment: Shifting) -> None:
        if segment.asked == 1:
            segment.rows = [*segment.rows[1:], profile(5_000)]

    async with store_of(Shifting(members(310), swap), clock) as (store, _):
        read = await store.steady_members(SEGMENT, 310)

        assert [each.customer_id for each in read] == [*range(1, 310), 5_000]


async def test_members_who_change_with_each_reading_are_refused(clock: Clock) -> None:
    def swap(segment: Shifting) -> None:
        if segment.asked % 2 == 0:
            segment.rows = [*segment.rows[1:], profile(5_000 + segment.asked)]

    async with store_of(Shifting(members(310), swap), clock) as (store, _):
        with pytest.raises(Contradiction, match="others each time"):
            await store.steady_members(SEGMENT, 310)


async def test_one_page_of_those_expected_is_read_once(clock: Clock) -> None:
    async with store_of(Shifting(members(40)), clock) as (store, vendor):
        assert len(await store.steady_members(SEGMENT, 40)) == 40
        assert len(vendor.asked) == 1
        assert len(await store.steady_members(SEGMENT, 41)) == 40
        assert len(vendor.asked) == 3


@pytest.mark.parametrize(("count", "requests"), [(0, 1), (249, 1), (250, 2), (310, 2), (1_000, 2)])
async def test_a_checked_count_costs_two_requests_at_most(count: int, requests: int, clock: Clock) -> None:
    async with store_of(Shifting(members(count)), clock) as (store, vendor):
        assert await store.checked_member_count(SEGMENT) == count
        assert len(vendor.asked) == requests


async def test_a_store_that_counts_nothing_is_counted_by_reading(clock: Clock) -> None:
    async with store_of(Shifting(members(310), lies=lambda _: None), clock) as (store, _):
        assert await store.checked_member_count(SEGMENT) == 310


async def test_a_page_that_was_wrong_once_is_not_noticed(clock: Clock) -> None:
    replies = iter([listed(total=2), listed(profile(1), profile(2))])
    async with store_of(lambda _: next(replies), clock) as (store, _):
        assert len((await store.members_page(SEGMENT, 1, limit=100)).items) == 2


@PURE
@given(seed=st.integers(0, 10**9), count=st.integers(0, 900), harm=st.floats(0, 0.5))
async def test_what_is_read_was_so_at_one_moment_or_is_refused(seed: int, count: int, harm: float) -> None:
    """Wrong counts, members who leave or join, and rows that are missing or twice, at random between any two pages."""
    dice = random.Random(seed)
    segment = Shifting(members(count))
    moments = [frozenset(range(count))]

    def after(_: Shifting) -> None:
        if dice.random() < harm and segment.rows:
            segment.rows.pop(dice.randrange(len(segment.rows)))
        if dice.random() < harm / 2:
            segment.rows.insert(dice.randrange(len(segment.rows) + 1), profile(10_000 + segment.asked))
        moments.append(frozenset(int(str(row["customer_id"])) for row in segment.rows))

    def garbled(request: httpx.Request) -> Reply:
        reply = segment(request)
        assert isinstance(reply, httpx.Response)
        body = reply.json()
        rows, total = body["data"], body["meta"]["pagination"]["total"]
        if dice.random() < harm:
            way = dice.choice(("total", "empty", "twice"))
            rows = {"empty": [], "twice": [*rows[:-1], *rows[:1]]}.get(way, rows)
            total = dice.choice((total - 1, total + 1, 250)) if way == "total" else total
        return listed(*rows, total=total)

    segment.after = after
    async with store_of(garbled, Clock()) as (store, _):
        try:
            read = await store.steady_members(SEGMENT, dice.choice((count, count + 1)))
        except Contradiction:
            return
    assert frozenset(each.customer_id for each in read) in moments


@PURE
@given(st.integers(1, 10**30))
def test_pages_that_are_enough_are_spread_over_all(pages: int) -> None:
    found = sorted(spread(pages))
    assert len(found) == min(pages, SAMPLED)
    assert (found[0], found[-1]) == (1, pages)
    gaps = [later - earlier for earlier, later in pairwise(found)]
    assert not gaps or max(gaps) - min(gaps) <= 1


async def test_members_of_whom_people_were_told_are_not_gone_all_at_once(clock: Clock) -> None:
    async with store_of(lambda _: listed(), clock) as (store, _):
        with pytest.raises(Contradiction, match="It listed 310 a moment ago, and lists no one now"):
            await store.steady_members(SEGMENT, 310)
        assert await store.steady_members(SEGMENT, 0) == ()


@pytest.mark.parametrize("members", [httpx.Response(404, json={"status": 404}), listed()])
async def test_a_segment_is_gone_if_nobody_is_in_it_either(members: httpx.Response, clock: Clock) -> None:
    async with store_of(scripted(listed(), members), clock) as (store, _):
        assert await store.segment(SEGMENT) is None
    async with store_of(scripted(listed(), listed(profile(1))), clock) as (store, _):
        with pytest.raises(Contradiction, match="It does not list a segment, and counts members of it"):
            await store.segment(SEGMENT)
    async with store_of(scripted(listed({"id": SEGMENT, "name": "VIPs"})), clock) as (store, _):
        assert (found := await store.segment(SEGMENT))
        assert found.name == "VIPs"


async def test_some_customers_tell_the_segments_that_they_are_in(clock: Clock) -> None:
    def answer(request: httpx.Request) -> Reply:
        number = int(parse_qs(request.url.query.decode())["page"][0])
        row = {"email": "a@b.c", "shopper_profile_id": None, "segment_ids": [uuid(number)] * 2}
        return listed(*[{**row, "id": at} for at in range(250)], total=250 * 91)

    async with store_of(answer, clock) as (store, vendor):
        assert await store.segments_of_some() == {uuid(number) for number in range(1, 92, 10)}
        assert len(vendor.asked) == SAMPLED


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"company": "acme  Inc"}, [1]),
        ({"company": "Acme"}, []),
        ({"phone": "2025550143"}, [1]),
        ({"phone": "(202) 555-0143"}, [1]),
        ({"phone": "555-0143"}, []),
        ({"emails": ["A@b.c"]}, [1]),
        ({"name_like": "a"}, [1, 2, 3]),
    ],
)
async def test_who_was_not_looked_for_is_not_found(asked: dict[str, str], found: list[int], clock: Clock) -> None:
    rows = [
        {"id": 1, "email": "a@B.c", "company": "ACME Inc", "phone": "202 555 0143"},
        {"id": 2, "email": "b@b.c", "company": "", "phone": None},
        {"id": 3, "email": "c@b.c"},
    ]
    body = listed(*[{**row, "shopper_profile_id": None, "segment_ids": []} for row in rows])
    async with store_of(lambda _: body, clock) as (store, _):
        assert [one.id async for one in store.customers(**asked)] == found  # type: ignore[arg-type]  # one of several
