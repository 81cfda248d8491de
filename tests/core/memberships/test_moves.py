"""What the log knows of a shopper, however much else it holds."""

from bot.core.approval.changes import State
from bot.core.audit.entries import Entry, EntryKind
from bot.core.items import Item
from bot.core.memberships.moves import LIVES, PAGE, MoveReader, items_of
from bot.core.planning.plan_building import build_plan
from bot.core.planning.steps import AnyStep, CreateProfiles
from bot.core.store_view.cached_shop import Shop
from bot.ledger.sql.database import statement
from tests.core.planning.test_steps import renaming
from tests.engine.bench import Bench
from tests.laws.shops import a_shop, customers
from tests.records import database_of


async def test_a_profile_that_a_shopper_got_is_known_however_much_went_on_with_others() -> None:
    async with a_shop() as machine:
        customer = customers(machine, profile=False)[0]
        await carried_out(machine, CreateProfiles(customers=(customer,)))
        await carried_out(machine, renaming(machine, "Best"))
        for _ in range(LIVES):
            other = Entry(EntryKind.STEP_DONE, change=2, detail={"step": 0})
            await machine.ledger.audit.append(other, at=machine.clock())
        known = await items_of(customer, None, machine.ledger.audit, machine.ledger.changes)
        (profile,) = [one.id async for one in machine.client.profiles() if one.customer_id == customer]
        assert known == {Item.customer(customer), Item.profile(profile)}


async def test_what_somebody_edited_of_a_step_says_nothing_of_a_shopper() -> None:
    async with a_shop() as machine:
        customer = customers(machine, profile=False)[0]
        await carried_out(machine, CreateProfiles(customers=(customer,)))
        edit = statement("UPDATE runs SET body = json_set(body, '$.applied.left', 1)", ())
        await database_of(machine.ledger).write(edit)
        known = await items_of(customer, None, machine.ledger.audit, machine.ledger.changes)
        assert known == {Item.customer(customer)}


async def test_moves_are_read_to_their_end_whatever_numbers_a_hand_wrote() -> None:
    async with a_shop() as machine:
        audit, database = machine.ledger.audit, database_of(machine.ledger)
        about, detail = ("segment:a", "customer:1"), {"step": 0, "sealed": {"run": "of which the tables know nothing"}}
        for _ in range(2 * PAGE):
            await audit.append(Entry(EntryKind.STEP_DONE, change=1, detail=detail, subjects=about), at=machine.clock())
        last, _ = await audit.head()
        await database.write(statement("DROP TRIGGER entries_are_never_changed"))
        await database.write(statement("UPDATE entries SET body = json_set(body, '$.number', ?)", (last,)))
        reader = MoveReader(audit, machine.ledger.changes, frozenset({Item.customer(1)}), ("a",))
        assert (await reader.latest(1), reader.doubted) == ((), {1})


async def carried_out(machine: Bench, step: AnyStep) -> None:
    plan = await build_plan((step,), Shop(machine.client))
    assert (await machine.carry_out(plan)).state is State.DONE
