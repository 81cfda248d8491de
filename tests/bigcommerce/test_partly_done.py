"""Of a write in several batches, one may be refused when another was carried out: whoever asked hears that."""

from collections.abc import Awaitable, Callable

import pytest

from bot.bigcommerce import Forbidden, NewCustomer, NewSegment
from tests.engine.bench import Bench, bench

WRITES: dict[str, tuple[str, str, Callable[[Bench], Awaitable[object]]]] = {
    "segments created": ("POST", "/segments", lambda machine: machine.client.create_segments(*segments(60))),
    "members added": (
        "POST",
        "/segments/{id}/shopper-profiles",
        lambda machine: machine.client.add_members(machine.segments()["Wholesale"], *profiles(machine, 70)),
    ),
    "members removed": (
        "DELETE",
        "/segments/{id}/shopper-profiles",
        lambda machine: machine.client.remove_members(machine.segments()["Wholesale"], *profiles(machine, 300)),
    ),
    "profiles created": (
        "POST",
        "/shopper-profiles",
        lambda machine: machine.client.create_profiles(*range(1, 101)),
    ),
    "customers created": ("POST", "/customers", lambda machine: machine.client.create_customers(*customers(30))),
}


def segments(count: int) -> list[NewSegment]:
    return [NewSegment(name=f"New {at}") for at in range(count)]


def customers(count: int) -> list[NewCustomer]:
    return [NewCustomer(email=f"new{at}@example.com", first_name="Ada", last_name="Byron") for at in range(count)]


def profiles(machine: Bench, count: int) -> list[str]:
    return [row["id"] for row in machine.store.shop.rows("SELECT id FROM profiles LIMIT ?", count)]


@pytest.mark.parametrize("what", WRITES)
async def test_a_write_of_which_one_batch_is_refused_may_be_done_in_part(what: str) -> None:
    method, path, write = WRITES[what]
    async with bench(customers=320) as machine:
        if what == "profiles created":
            await machine.client.delete_profiles(*profiles(machine, 300))
        done = len(machine.writes())
        machine.store.faults.add(method, path, status=403)
        with pytest.raises(Forbidden) as caught:
            await write(machine)
        assert len(machine.writes()) > done + 1
    assert caught.value.maybe_done
