"""A law over every field of every Command: a label before a value is never taken into that value.

What is typed as ``Label: value`` is read as that field, or asked about, or refused.
"""

from collections.abc import AsyncIterator
from typing import Any

from pydantic.fields import FieldInfo

from bot.core.command import Call, Command
from bot.core.errors import Misuse
from bot.core.language.args import (
    Args,
    Choice,
    Input,
    NumberInput,
    PromotionInput,
    SegmentInput,
    ShopperInput,
    input_of,
    takes_many,
    typed_fields,
)
from bot.core.language.shopper_list import read_shoppers
from bot.core.resolution import resolve, resolve_for_form
from bot.core.store_view.cached_shop import Shop
from bot.core.understanding import understand
from commands import GROUPS
from tests.engine.bench import bench

COMMANDS = [one for group in GROUPS for one in group.commands if typed_fields(one.args)]
FIELDS = [(command, name) for command in COMMANDS for name in typed_fields(command.args)]
SIGNS = ("{}: {}", "{}:{}", "{}={}", "{} = {}", "{} - {}", "{} – {}", "{} -> {}")
CASES = (str, str.upper, str.title, str.lower)
TEXTS = {"email": "eve@example.com", "first_name": "Eve", "last_name": "Moss", "page": "1", "since": "monday"}


def labels(name: str, kind: Input) -> list[str]:
    return list(dict.fromkeys(filter(None, (name, kind.label, kind.word, *kind.called))))


def value(name: str, field: FieldInfo) -> str:
    match input_of(field):
        case Choice(labels=choices):
            return next(iter(choices))
        case PromotionInput():
            return "Win back"
        case SegmentInput(new=new):
            return "Platinum" if new else "VIPs"
        case ShopperInput():
            return "eve@example.com"
        case NumberInput():
            return "7"
    return TEXTS.get(name, "Platinum")


def lines(args: type[Args], name: str) -> list[tuple[dict[str, str], str]]:
    """The values, and each way in which the one of this field may be typed behind a label."""
    fields = typed_fields(args)
    kind = input_of(fields[name])
    given = {one: value(one, field) for one, field in fields.items() if field.is_required() or one == name}
    found = []
    for at, label in enumerate(labels(name, kind)):
        for sign in SIGNS:
            said = sign.format(CASES[at % len(CASES)](label), given[name])
            found.append((given, " ".join(said if one == name else given[one] for one in given)))
    return found


def shown(field: FieldInfo, read: Any) -> str:
    """A value as it was typed; of shoppers, whom it names."""
    text = " ".join(read) if takes_many(field) else str(read)
    return read_shoppers((text,)).line if isinstance(input_of(field), ShopperInput) else text


async def taken_in(command: Command, name: str, shop: Shop) -> AsyncIterator[str]:
    """The lines of a field that are read as something else than what was said."""
    fields = typed_fields(command.args)
    for given, words in lines(command.args, name):
        try:
            call = understand(GROUPS, f"{command.path} {words}")
            assert isinstance(call, Call)
            call = await resolve(call, shop) if call.is_complete else (await resolve_for_form(call, shop))[0]
            values = {one: getattr(call.args, one) for one in call.values} if call.is_complete else call.values
        except Misuse:
            continue
        if {one: shown(fields[one], read) for one, read in values.items()} != given:
            yield f"/{command.path} {words}: {call.values}"


async def test_a_label_is_never_part_of_a_value() -> None:
    async with bench(customers=1) as machine:
        shop = Shop(machine.client)
        wrong = [line for command, name in FIELDS async for line in taken_in(command, name, shop)]
    assert not wrong
