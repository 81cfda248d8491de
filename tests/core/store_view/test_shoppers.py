from typing import Any

import pytest

from bot.bigcommerce import Customer
from bot.core.errors import Misuse, Question
from bot.core.store_view.cached_shop import Shop
from bot.core.store_view.people_meant import describe_customer
from bot.core.store_view.shoppers import (
    ResolvedShoppers,
    Shopper,
    fetch_owners,
    nobody_left,
    resolve,
)
from bot.sandbox.store.resources import customers as store_customers
from tests.core.samples import uuid
from tests.engine.bench import Bench, bench

YES = "It Is a Customer"
ADA = Customer(id=17, email="ada@example.com", first_name="Ada", last_name="Byron")


def put(machine: Bench, *emails: str) -> None:
    """Register customers behind the bot's back, without a profile."""
    drafts = [{"email": email, "first_name": "Ada", "last_name": "Byron"} for email in emails]
    store_customers.create(machine.store.shop, drafts)


def somebody(machine: Bench) -> dict[str, Any]:
    """A customer with a profile in segments."""
    sql = "SELECT email, customer_id, profiles.id AS profile FROM profiles JOIN customers ON customer_id = customers.id"
    return machine.store.shop.rows(sql)[0]


async def found(machine: Bench, *words: str) -> ResolvedShoppers:
    return await resolve(words, Shop(machine.client))


@pytest.mark.parametrize(
    ("customer", "words"),
    [
        (ADA, "Ada Byron (ada@example.com)"),
        (ADA.model_copy(update={"last_name": ""}), "Ada (ada@example.com)"),
        (ADA.model_copy(update={"first_name": "", "last_name": ""}), "ada@example.com"),
    ],
)
def test_a_customer_is_told_by_name_and_address(customer: Customer, words: str) -> None:
    assert describe_customer(customer) == words
    assert Shopper("17", customer, None, frozenset()).label == words
    assert Shopper("17", None, uuid(1), frozenset()).label == "17"


async def test_the_same_shopper_named_three_ways_is_one() -> None:
    async with bench(customers=20) as machine:
        who = somebody(machine)
        named = await found(machine, who["profile"], who["email"].upper(), f"#{who['customer_id']}")
        (one,) = named.shoppers
        assert one.customer
        assert (one.customer.id, one.profile_id, named.remarks) == (who["customer_id"], who["profile"], ())
        inside = {id_ for name, id_ in machine.segments().items() if who["profile"] in machine.members(name)}
        assert one.segment_ids == inside


async def test_a_profile_id_names_a_shopper_without_customer() -> None:
    async with bench(customers=20) as machine:
        who = somebody(machine)
        (one,) = (await found(machine, who["profile"].upper())).shoppers
        assert (one.customer, one.profile_id, one.word) == (None, who["profile"], who["profile"])
        assert one.segment_ids


async def test_a_customer_without_a_profile_is_one_shopper_however_named() -> None:
    async with bench(customers=20) as machine:
        put(machine, "Ada+Shop@Example.com")
        (one,) = (await found(machine, "ada+shop@example.COM", "21")).shoppers
        assert (one.profile_id, one.segment_ids, one.label) == (None, frozenset(), "Ada Byron (Ada+Shop@Example.com)")


async def test_who_is_not_found_is_told_by_name() -> None:
    async with bench(customers=20) as machine:
        named = await found(machine, "guest@example.com", "#99", uuid(1), '"doe, jane"@example.com', "Ada")
        assert named.shoppers == ()
        assert named.remarks == (
            f"Not in the store: guest@example.com, 99 and {uuid(1)}. Guests have no profile until `/shopper register`.",
            'The store cannot look up an email with a comma: "doe, jane"@example.com. Use the customer id.',
            "1 other word was left out: Ada.",
        )
        assert str(named.not_found).endswith("Ada. A shopper is an email, a customer id or a profile id.")
        assert named.not_found.field == "shoppers"
        assert named.not_found.for_log == "No shopper was recognised."


async def test_nobody_named_asks_nothing() -> None:
    async with bench(customers=20) as machine:
        named = await found(machine)
        assert (named, machine.store.requests()) == (ResolvedShoppers((), ()), [])
        assert isinstance(named.not_found, Misuse)
        assert str(named.not_found).startswith("Which shoppers?")


async def test_several_accounts_of_one_address_have_to_be_told_apart() -> None:
    async with bench(customers=20) as machine:
        # A store with accounts by channel has such; the emulator, where letters beyond ASCII differ in case.
        put(machine, "käthe@example.com")
        put(machine, "KÄTHE@example.com")
        named = await found(machine, "käthe@example.com", "22")
        assert [(one.word, one.label) for one in named.shoppers] == [("22", "Ada Byron (KÄTHE@example.com)")]
        assert named.remarks == ("“käthe@example.com” has several accounts: name one by its customer id (22, 21).",)


@pytest.mark.parametrize(("count", "requests"), [(1, 1), (50, 1), (51, 1), (1000, 18)])
async def test_shoppers_are_looked_up_many_at_once(count: int, requests: int) -> None:
    async with bench(customers=20) as machine:
        emails = tuple(f"shopper.number.{at:04}@example.com" for at in range(count))
        for start in range(0, count, 10):
            put(machine, *emails[start : min(start + 10, count)])
        named = await found(machine, *emails)
        assert [one.word for one in named.shoppers] == list(emails)
        assert len(machine.store.requests()) == requests


def test_where_nothing_is_left_to_do_the_log_hears_no_names() -> None:
    error = nobody_left(("In VIPs already: Ada.", "Not in the store: Ben."))
    assert str(error) == "In VIPs already: Ada. Not in the store: Ben."
    assert (error.field, error.for_log) == ("shoppers", "There is nothing to do for those who are named.")


async def test_owners_are_found_among_all_profiles() -> None:
    async with bench(customers=20) as machine:
        who = somebody(machine)
        for ids in ((who["profile"],), (who["profile"], uuid(1))):
            found = await fetch_owners(ids, Shop(machine.client))
            assert {profile: one.id for profile, one in found.items()} == {who["profile"]: who["customer_id"]}


async def test_profiles_are_read_until_all_owners_are_found() -> None:
    async with bench(customers=600) as machine:
        profiles = [one async for one in Shop(machine.client).reader.profiles()]
        for profile, pages in ((profiles[0], 1), (profiles[-1], 3)):
            before = len(machine.store.requests())
            assert [*(await fetch_owners((profile.id,), Shop(machine.client)))] == [profile.id]
            assert len(machine.store.requests()) - before == pages + 1


async def test_the_profiles_of_a_whole_store_are_not_read_for_nobody() -> None:
    async with bench(customers=20) as machine:
        assert await fetch_owners((), Shop(machine.client)) == {}
        assert machine.store.requests() == []


async def test_numbers_beside_other_words_are_asked_about() -> None:
    async with bench(customers=20) as machine:
        with pytest.raises(Question) as asked:
            await resolve(("ada@example.com 17",), Shop(machine.client), field="items")
        assert str(asked.value) == (
            "Is 17 a customer? Beside other words, a number counts as a customer id only as #17. Nothing was done yet."
        )
        readings = [({"items": "ada@example.com"}, "Leave the Numbers Out"), ({"items": "ada@example.com, #17"}, YES)]
        assert [(one.values, one.label) for one in asked.value.readings] == readings
        assert asked.value.for_log == "A number may be a customer's id or not."
        with pytest.raises(Question) as asked:
            await resolve(("rooms 17 18 19 20",), Shop(machine.client), field="items")
        assert str(asked.value).startswith("Are 17, 18, 19 and 1 more customers? Beside other words, a number")
        assert asked.value.field == "items"
        assert [one.label for one in asked.value.readings] == ["Leave the Numbers Out", "They Are Customers"]
        assert machine.store.requests() == []


async def test_a_name_is_asked_about_if_somebody_is_called_so() -> None:
    async with bench(customers=20) as machine:
        put(machine, "ada@example.com")
        with pytest.raises(Question) as asked:
            await found(machine, "byron, ADA")
        assert str(asked.value).startswith("Whom did you mean by “byron ADA”: Ada Byron (ada@example.com) #21?")
        assert (await found(machine, "one two three four five Ada")).shoppers == ()


async def test_of_up_to_five_names_each_may_be_somebody() -> None:
    for names, asked in (
        ("xyzzy, plugh, quux, frob, ada byron", True),
        ("xyzzy, plugh, quux, frob, qux, ada byron", False),
    ):
        async with bench(customers=20) as machine:
            put(machine, "ada@example.com")
            if asked:
                with pytest.raises(Question, match="Whom did you mean by “ada byron”"):
                    await found(machine, names)
            else:
                assert (await found(machine, names)).shoppers == ()


def test_where_more_than_three_words_are_left_out_details_list_them() -> None:
    told = [ResolvedShoppers((), (), tuple("abcd"[:count])).remarks for count in (3, 4)]
    assert told == [
        ("3 other words were left out: a, b and c.",),
        ("4 other words were left out: a, b, c and 1 more. Details lists them.",),
    ]


async def test_a_name_of_somebody_in_the_list_is_no_question() -> None:
    for beside, asked in (("bob@example.com", True), ("ADA@example.com", False), ("#21", False), ("#22", False)):
        async with bench(customers=20) as machine:
            put(machine, "ada@example.com", "other@example.com")
            if asked:
                with pytest.raises(Question, match="Whom did you mean by “Ada Byron”"):
                    await found(machine, f"{beside} Ada Byron")
            else:
                assert len((await found(machine, f"{beside} Ada Byron")).shoppers) == 1


async def test_beside_addresses_a_part_of_a_name_is_no_name() -> None:
    async with bench(customers=20) as machine:
        put(machine, "ada@example.com")
        with pytest.raises(Question, match="Whom did you mean by “Byro”"):
            await found(machine, "Byro")
        assert (await found(machine, "ADA@example.com Byro")).others == ("Byro",)
        assert (await found(machine, "bob@example.com Byro")).others == ("Byro",)
        with pytest.raises(Question, match="Whom did you mean by “Byron”"):
            await found(machine, "bob@example.com Byron")


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("Zora please", "Zora"),
        ("show me Zora Quill thanks", "Zora Quill"),
        ("the customer Quill", "Quill"),
        ("Zora, please", "Zora"),
        ("show me please", ""),
        ("please", ""),
        ("one two three four five Zora", ""),
    ],
)
async def test_the_most_words_that_are_one_shoppers_name_are_asked_about(words: str, name: str) -> None:
    async with bench(customers=20) as machine:
        drafts = [{"email": "zora@example.com", "first_name": "Zora", "last_name": "Quill"}]
        store_customers.create(machine.store.shop, drafts)
        if not name:
            assert not (await found(machine, words)).shoppers
            return
        with pytest.raises(Question, match=f"Whom did you mean by “{name}”: Zora Quill"):
            await found(machine, words)
        named = await found(machine, f"zora@example.com {words}")
        assert [one.word for one in named.shoppers] == ["zora@example.com"]
