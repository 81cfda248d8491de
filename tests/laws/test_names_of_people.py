"""A law: whoever is registered has the names in the order that was said, or people are asked which it is."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bot.core.command import Call
from bot.core.errors import Misuse, Question
from bot.core.resolution import resolve
from bot.core.store_view.cached_shop import Shop
from bot.core.understanding import understand
from commands import GROUPS
from tests.engine.bench import bench
from tests.laws.values import LAW

FIRST = st.sampled_from(("Eve", "José", "Jean-Luc", "李"))
LAST = st.sampled_from(("Moss", "O'Brien", "van der Moss", "de la Cruz", "Smith-Jones", "Núñez", "MOSS"))
PLAIN = ('{email} "{first}" "{last}"', "email:{email} first_name:{first} last_name:{last}")
DRESSED = (
    "{last}, {first} <{email}>", "'{last}, {first}' <{email}>", '"{last}, {first}" <{email}>', "{last},{first} {email}",
    "{last}, {first} (Sales) <{email}>", "{email} {last}, {first}", "{email}, {last}, {first}",
    "{last}; {first}; {email}", "{first} {last} <{email}>", '"{first} {last}" <{email}>', "{first} {last}: {email}",
    "Dr. {first} {last} <{email}>", "{email} Ms. {first} {last}", "Name: {first} {last} Email: {email}",
    "{first} {last} [{email}]", "{email} {first} {last}",
)  # fmt: skip
ENDS = ("", " to VIPs", " VIPs")


async def outcome(shop: Shop, line: str) -> list[dict[str, Any]]:
    """Who is registered by a line, or whom a question offers; nobody if it is refused."""
    try:
        call = understand(GROUPS, f"shopper register {line}")
        assert isinstance(call, Call)
        return [(await resolve(call, shop)).args.model_dump()] if call.is_complete else []
    except Question as asked:
        return [dict(one.values) for one in asked.readings]
    except Misuse:
        return []


@given(FIRST, LAST, st.sampled_from(PLAIN + DRESSED), st.sampled_from(ENDS))
@LAW
async def test_names_are_never_swapped_unasked(first: str, last: str, dress: str, end: str) -> None:
    async with bench(customers=1) as machine:
        shop = Shop(machine.client)
        line = dress.format(first=first, last=last, email="eve@example.com") + end
        found = await outcome(shop, line)
        named = [(one.get("first_name"), one.get("last_name")) for one in found]
        assert (first, last) in named or not found, (line, named)
        is_plain = dress in PLAIN and not (end == " VIPs" and dress.endswith("last_name:{last}"))
        assert not is_plain or named == [(first, last)], (line, named)
