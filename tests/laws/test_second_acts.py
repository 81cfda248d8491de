"""A law: what may be a second order behind a new name is never taken into the name unasked, and no honest name asks."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.command import Call, Command
from bot.core.errors import Misuse, Question
from bot.core.language.args import typed_fields
from bot.core.language.field_values import is_name
from bot.core.resolution import resolve
from bot.core.store_view.cached_shop import Shop
from bot.core.understanding import understand
from commands import GROUPS
from commands.segment import GROUP
from tests.laws.test_forms_and_words import NAMES, a_shop_with_loyal
from tests.laws.values import LAW

ORDERS = [
    example.removeprefix("/segment ")
    for command in GROUP.commands
    for example in command.examples
    if len(example.split()) > 2 and not example.endswith("loyal") and ":" not in example
]
"""The examples of all commands for segments without an option, but for what is only looked for."""
ALIKE = ("X to Silver", "Loyal as Silver", "X Y into Silver", "Loyal -> Silver")
JOINTS = (
    " and ", ", ", "; ", " & ", " + ", " then ", ", then ", " and then ", ", and ", "\u00a0and ", " also ", "; then ",
    ". Then ", " ; ", " , then ", " after that ", ", after that, ", " afterwards ", " next ", " dann ", " und dann ",
    " danach ",
)  # fmt: skip
HONEST = (
    "Salt and Pepper", "Back to School", "Road to Rome and Back", "Buy one, get one", "Hair and Make Up",
    "Show and Tell", "Search and Rescue", "Copy, Paste and more", "Gold & New Customers", "Rock 'n' Roll, then Jazz",
    "Bed, Bath and Beyond", "St. Clair", "Trick or Treat", "First and Last Names", "R&D", "Win-back; 2026",
    "Add-ons", "Delete me not", "Rename", "Gold plus", "Now and then", "Import and Export", "Families and People 40+",
    "Then and Now", "Now or Never", "And Then There Were None", "Also Known As", "Plus Size", "After That Night",
    "Dann und Wann", "Next Day Delivery", "Later, Gator", "Show VIPs", "New VIPs", "Copy Loyal", "Add It Up", "Move It",
    "What if", "Back once gone", "Everyone but not staff", "Bikes instead of cars",
)  # fmt: skip


async def outcome(command: Command, line: str, field: str, shop: Shop) -> tuple[Any, ...]:
    """The names that are taken, or asked about."""
    call = understand(GROUPS, f"{command.path.replace('edit', 'rename')} {line}")
    assert isinstance(call, Call)
    try:
        return (getattr((await resolve(call, shop)).args, field),)
    except Question as asked:
        return tuple(one.values.get(field, "") for one in asked.readings)


def typed(command: Command, name: str, lead: str) -> str:
    """A line of this command, with its new name at the end."""
    given = {"segment": "VIPs", "first": "VIPs", "second": "Lapsed", "how": "either"}
    words = [given[one] for one in typed_fields(command.args) if one in given]
    is_led = any(is_name(field.metadata[-1]) for field in typed_fields(command.args).values())
    return " ".join((*words, *((lead,) if lead and is_led else ()), name))


@pytest.mark.parametrize(("command", "field"), NAMES, ids=lambda one: getattr(one, "path", one))
@given(
    st.sampled_from(("Gold", "Summer Sale", "A and B", "Größe")), st.sampled_from(JOINTS),
    st.sampled_from((*ORDERS, *ALIKE)), st.sampled_from(("to", "as", "into", "->")), st.booleans(),
)  # fmt: skip
@LAW
async def test_a_second_order_is_never_taken_into_a_name(
    command: Command, field: str, name: str, joint: str, order: str, lead: str, is_capital: bool
) -> None:
    if order in ALIKE and command.name == "create":  # takes one name, and nothing that leads to it
        return
    second = order[0].upper() + order[1:] if is_capital else order
    async with a_shop_with_loyal() as shop:
        line = typed(command, f"{name}{joint}{second}", lead if command.name != "create" else "")
        found = await outcome(command, line, field, shop)
        assert len(found) > 1, (line, found)
        assert name in found or '"' in order, (line, found)  # in quotes, it may be a description as well


@pytest.mark.parametrize(("command", "field"), NAMES, ids=lambda one: getattr(one, "path", one))
@given(
    st.sampled_from(JOINTS), st.sampled_from((*ORDERS, "clear it", "show VIPs")), st.sampled_from(("", "to", "as")),
)  # fmt: skip
@LAW
async def test_an_order_where_a_name_belongs_is_never_taken_for_one(
    command: Command, field: str, joint: str, order: str, lead: str
) -> None:
    async with a_shop_with_loyal() as shop:
        line = typed(command, f"{joint.strip()} {order}", lead if command.name != "create" else "")
        call = understand(GROUPS, f"{command.path.replace('edit', 'rename')} {line}")
        assert isinstance(call, Call)
        with pytest.raises((Question, Misuse)):
            await resolve(call, shop)


@pytest.mark.parametrize(("command", "field"), NAMES, ids=lambda one: getattr(one, "path", one))
@pytest.mark.parametrize(
    "behind",
    [
        "if Loyal is gone",
        "unless VIPs has shoppers",
        "once it exists",
        "instead of Loyal",
        "but not VIPs",
        "rather than loyal",
    ],
)
async def test_a_condition_is_never_taken_into_a_name(command: Command, field: str, behind: str) -> None:
    async with a_shop_with_loyal() as shop:
        line = typed(command, f"Gold {behind}", "to" if command.name != "create" else "")
        found = await outcome(command, line, field, shop)
        assert {"Gold", f"Gold {behind}"} <= {*found}, (line, found)


@pytest.mark.parametrize(("command", "field"), NAMES, ids=lambda one: getattr(one, "path", one))
@pytest.mark.parametrize(
    "before", ["instead of Loyal", "rather than loyal", "but not VIPs", "not Loyal", "if Loyal is gone"]
)
async def test_what_stands_before_a_name_is_never_taken_into_it(command: Command, field: str, before: str) -> None:
    async with a_shop_with_loyal() as shop:
        line = typed(command, f"{before} to Gold", "")
        found = await outcome(command, line, field, shop)
        assert "Gold" in found, (line, found)
        assert len(found) > 1, (line, found)


@given(st.sampled_from(("Gold", "Summer Sale")), st.sampled_from(JOINTS), st.sampled_from(ORDERS))
@LAW
async def test_a_second_order_behind_a_name_in_quotes_is_never_taken_as_its_description(
    name: str, joint: str, order: str
) -> None:
    create = next(one for one in GROUP.commands if one.name == "create")
    async with a_shop_with_loyal() as shop:
        for line in (f'"{name}"{joint}{order}', f'"{name}" {joint.strip()} {order}'):
            found = await outcome(create, line, "description", shop)
            assert len(found) > 1, (line, found)
            assert found[0] == "", (line, found)


@pytest.mark.parametrize("name", HONEST)
async def test_no_one_is_asked_about_an_honest_name(name: str) -> None:
    async with a_shop_with_loyal() as shop:
        for command, field in NAMES:
            for lead in ("", "to"):
                line = typed(command, name, lead)
                assert await outcome(command, line, field, shop) == (name,), line
