"""Writes that may meet what is so already, sent to the emulated store by the real client."""

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass

import pytest

from bot.bigcommerce import AddedMembers, Conflict, CreatedProfiles, Forbidden, NotFound, Store, StoreError, connect
from bot.sandbox import server
from bot.sandbox import store as emulated
from tests.bigcommerce.conftest import Clock, uuid
from tests.seeded import seed

NOBODY = 10**6
PROFILES, MEMBERS, CUSTOMERS = "/shopper-profiles", "/segments/{id}/shopper-profiles", "/customers"


@dataclass(frozen=True)
class Shop:
    """The emulated store, and the client that is tested."""

    store: emulated.Store
    client: Store

    def segment(self, name: str) -> str:
        return next(str(row["id"]) for row in self.store.overview()["segments"] if row["name"] == name)

    def ids(self, sql: str, *values: object) -> tuple[str, ...]:
        return tuple(row["id"] for row in self.store.shop.rows(sql, *values))

    def members(self, count: int) -> tuple[str, ...]:
        """Give profiles that are VIPs."""
        sql = "SELECT id FROM profiles JOIN members ON profile = position WHERE segment = ? LIMIT ?"
        return self.ids(sql, self._vips, count)

    def outsiders(self, count: int) -> tuple[str, ...]:
        """Give profiles that are no VIPs."""
        sql = "SELECT id FROM profiles WHERE position NOT IN (SELECT profile FROM members WHERE segment = ?) LIMIT ?"
        return self.ids(sql, self._vips, count)

    def without_profile(self, count: int) -> tuple[int, ...]:
        """Give customers."""
        sql = "SELECT id FROM customers WHERE id NOT IN (SELECT customer_id FROM profiles) LIMIT ?"
        return tuple(map(int, self.ids(sql, count)))

    def with_profile(self, count: int, *, in_segments: bool = True) -> dict[int, str]:
        """Give profiles by customer."""
        sql = "SELECT customer_id, id FROM profiles WHERE (position IN (SELECT profile FROM members)) = ? LIMIT ?"
        return {row["customer_id"]: row["id"] for row in self.store.shop.rows(sql, in_segments, count)}

    def lose(self, path: str, *, carried_out: bool, after: int = 0) -> None:
        """Lose the answer to a POST, once some others have passed."""
        if after:
            self.store.faults.add("POST", path, times=after)
        self.store.faults.add("POST", path, drop=True, carried_out=carried_out)

    @property
    def asked(self) -> Counter[str]:
        """How often each method and path was asked."""
        paths = ((each["method"], each["path"].partition("?")[0]) for each in self.store.requests())
        return Counter(f"{method} {path.removeprefix('/stores/sandbox/v3')}" for method, path in paths)

    @property
    def _vips(self) -> int:
        return self.store.shop.count("SELECT position FROM segments WHERE name = 'VIPs'")


@asynccontextmanager
async def opened(customers: int) -> AsyncIterator[Shop]:
    clock = Clock()
    with closing(emulated.Store(":memory:", clock=clock, sleep=clock.sleep)) as store:
        seed(store, customers=customers)
        async with (
            server.serve(port=0, store=store, workspace=None, log=None, page=False) as url,
            connect(url, "sandbox", "sandbox-token", clock=clock, sleep=clock.sleep) as client,
        ):
            yield Shop(store, client)


@pytest.fixture
async def shop() -> AsyncIterator[Shop]:
    async with opened(400) as shop:
        yield shop


@pytest.fixture
def vips(shop: Shop) -> str:
    return shop.segment("VIPs")


def owners(done: CreatedProfiles) -> tuple[list[int], list[int]]:
    return [each.customer_id for each in done.created], [each.customer_id for each in done.already]


async def test_a_thousand_customers_get_profiles_with_twenty_requests() -> None:
    async with opened(1_000) as shop:
        await shop.client.delete_profiles(*shop.ids("SELECT id FROM profiles"))
        before = shop.asked

        done = await shop.client.create_profiles(*range(1, 1_001), 1)

        assert owners(done) == (list(range(1, 1_001)), [])
        assert shop.asked - before == {"POST /shopper-profiles": 20}


async def test_customers_who_have_a_profile_keep_it_and_the_others_get_one(shop: Shop) -> None:
    having, lacking = shop.with_profile(60), shop.without_profile(40)

    done = await shop.client.create_profiles(*having, *lacking)

    assert [each.customer_id for each in done.created] == list(lacking)
    assert {each.customer_id: each.id for each in done.already} == having
    assert shop.without_profile(1) == ()
    # The first 50 have one each: refused, looked up. Of the others 10 have one: refused, looked up, 40 sent again.
    assert shop.asked == {"POST /shopper-profiles": 3, "GET /customers": 2}


async def test_asking_twice_creates_nothing_the_second_time(shop: Shop) -> None:
    lacking = shop.without_profile(3)
    first = await shop.client.create_profiles(*lacking)

    second = await shop.client.create_profiles(*lacking)

    assert second.created == ()
    assert [each.id for each in second.already] == [each.id for each in first.created]


async def test_a_422_for_taken_profiles_is_understood_like_a_409(shop: Shop) -> None:
    (having,), lacking = shop.with_profile(1), shop.without_profile(2)
    shop.store.faults.add("POST", PROFILES, status=422)

    done = await shop.client.create_profiles(having, *lacking)

    assert owners(done) == (list(lacking), [having])


async def test_an_unknown_customer_is_not_found_and_nobody_gets_a_profile(shop: Shop) -> None:
    lacking = shop.without_profile(2)

    with pytest.raises(NotFound, match="no such customer"):
        await shop.client.create_profiles(*lacking, NOBODY)

    assert shop.without_profile(2) == lacking


async def test_an_unknown_customer_raises_the_stores_error(shop: Shop) -> None:
    (having,), lacking = shop.with_profile(1), shop.without_profile(1)
    body = {"status": 409, "title": "Customer 1000000 is unknown.", "errors": {}}
    shop.store.faults.add("POST", PROFILES, status=409, body=body)

    with pytest.raises(Conflict, match="Customer 1000000 is unknown"):
        await shop.client.create_profiles(having, *lacking, NOBODY)

    assert shop.asked == {"POST /shopper-profiles": 1, "GET /customers": 1}


async def test_endless_refusals_end_the_retries(shop: Shop) -> None:
    (having,), lacking = shop.with_profile(1), shop.without_profile(2)
    shop.store.faults.add("POST", PROFILES, status=409, times=None)

    with pytest.raises(Conflict) as caught:
        await shop.client.create_profiles(having, *lacking)

    assert caught.value.is_refusal
    assert shop.asked == {"POST /shopper-profiles": 2, "GET /customers": 2}


async def test_profiles_created_by_an_attempt_with_a_lost_response_count(shop: Shop) -> None:
    lacking = shop.without_profile(3)
    shop.lose(PROFILES, carried_out=True)

    done = await shop.client.create_profiles(*lacking)

    assert owners(done) == (list(lacking), [])
    assert {each.customer_id: each.id for each in done.created}.items() <= shop.with_profile(
        99, in_segments=False
    ).items()


async def test_an_older_profile_does_not_count_as_created_after_a_lost_response(shop: Shop) -> None:
    (having,), lacking = shop.with_profile(1), shop.without_profile(3)
    shop.lose(PROFILES, carried_out=True, after=1)

    done = await shop.client.create_profiles(having, *lacking)

    assert owners(done) == (list(lacking), [having])


async def test_a_lost_refusal_does_not_turn_profiles_into_created_ones(shop: Shop) -> None:
    (having,), lacking = shop.with_profile(1), shop.without_profile(1)
    shop.lose(PROFILES, carried_out=False)

    done = await shop.client.create_profiles(having, *lacking)

    assert owners(done) == (list(lacking), [having])


async def test_a_profile_with_memberships_is_never_taken_for_one_just_created(shop: Shop) -> None:
    having = shop.with_profile(3)
    shop.lose(PROFILES, carried_out=False)

    assert owners(await shop.client.create_profiles(*having)) == ([], list(having))


@pytest.mark.parametrize("lost", [True, False])
async def test_a_failed_look_up_says_whether_profiles_may_exist(shop: Shop, lost: bool) -> None:
    (having,) = shop.with_profile(1)
    shop.store.faults.add("GET", CUSTOMERS, status=403)
    if lost:
        shop.lose(PROFILES, carried_out=False)

    with pytest.raises(Forbidden) as caught:
        await shop.client.create_profiles(having)

    assert caught.value.maybe_done is lost


async def test_profiles_that_are_gone_are_missing_the_others_added(shop: Shop, vips: str) -> None:
    (old,), new, (gone, also) = shop.members(1), shop.outsiders(70)[:68], shop.outsiders(70)[68:]
    await shop.client.delete_profiles(gone, also)

    done = await shop.client.add_members(vips, gone, old, *new, also)

    assert done == AddedMembers(new, (old,), (gone, also))
    assert await shop.client.member_count(vips) == 40 + 68


async def test_where_all_are_gone_nobody_is_added(shop: Shop, vips: str) -> None:
    assert await shop.client.add_members(vips, uuid(1), uuid(2)) == AddedMembers(missing=(uuid(1), uuid(2)))
    assert shop.asked.total() == 1


async def test_an_unknown_segment_is_no_missing_profile(shop: Shop) -> None:
    with pytest.raises(NotFound, match="no such segment"):
        await shop.client.add_members(uuid(7), uuid(1), *shop.outsiders(1))


async def test_a_refusal_for_a_missing_profile_added_no_earlier_members(shop: Shop, vips: str) -> None:
    old = shop.members(2)
    shop.lose(MEMBERS, carried_out=False)

    assert await shop.client.add_members(vips, *old, uuid(1)) == AddedMembers(already=old, missing=(uuid(1),))


async def test_earlier_members_stay_already_after_a_lost_response(shop: Shop, vips: str) -> None:
    old, new = shop.members(2), shop.outsiders(3)
    shop.lose(MEMBERS, carried_out=True, after=1)

    assert await shop.client.add_members(vips, *old, *new) == AddedMembers(new, old)


async def test_a_refusal_after_a_lost_response_leaves_the_adding_in_doubt(shop: Shop, vips: str) -> None:
    (old,), new = shop.members(1), shop.outsiders(1)
    shop.lose(MEMBERS, carried_out=False)
    shop.store.faults.add("POST", MEMBERS, times=1)
    shop.store.faults.add("POST", MEMBERS, status=403)

    with pytest.raises(StoreError) as caught:
        await shop.client.add_members(vips, old, *new)

    assert caught.value.maybe_done


async def test_a_page_of_members_is_one_request_with_the_total(shop: Shop, vips: str) -> None:
    page = await shop.client.members_page(vips, 3, limit=15)

    assert [each.id for each in page.items] == list(shop.members(40)[30:])
    assert (page.total, page.pages) == (40, 3)
    assert shop.asked.total() == 1


async def test_a_page_beyond_the_last_is_empty_and_has_the_total(shop: Shop, vips: str) -> None:
    page = await shop.client.members_page(vips, 9, limit=100)

    assert (page.items, page.total, page.pages) == ((), 40, 1)


async def test_the_stores_customers_are_counted_with_one_request(shop: Shop) -> None:
    assert await shop.client.customer_count() == 400
    assert shop.asked == {"GET /customers": 1}
