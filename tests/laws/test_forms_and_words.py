"""A law: what a field of a form takes, asks or refuses is what words do, for each text of every Command."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.bigcommerce import NewSegment
from bot.core.command import Call, Command
from bot.core.errors import Misuse, Question
from bot.core.language.args import DueInput, Text, input_of, typed_fields
from bot.core.language.checked_args import check
from bot.core.language.new_names import is_new_name
from bot.core.resolution import resolve
from bot.core.store_view.cached_shop import Shop
from bot.core.understanding import understand
from commands import GROUPS
from tests.engine.bench import bench
from tests.laws.test_labels import value
from tests.laws.values import LAW

COMMANDS = [one for group in GROUPS for one in group.commands]
FIELDS = [(one, name, field) for one in COMMANDS for name, field in typed_fields(one.args).items()]
NAMES = [(one, name) for one, name, field in FIELDS if is_new_name(input_of(field))]
TEXTS = [  # but for times to come, which are read when all else is: tests/laws/test_later.py
    (one, name)
    for one, name, field in FIELDS
    if isinstance(kind := input_of(field), Text)
    and not (is_new_name(kind) or isinstance(kind, DueInput))
    and field.annotation is not int
]
DRESSES = (
    "{}", '"{}"', "“{}”", "'{}'", '"{}', "Name: {}", "name = {}", "a new segment called {}", "{}\u200b", " {} ",
    "to {}", "{} of ada@example.com", "ada@example.com, b@example.com", "{} for ada at example dot com", "{}.",
    "VIPs {}", "{} and delete Loyal", "{}, X to Silver", "either {} or Silver",
)  # fmt: skip
WORDS = st.sampled_from(("Gold", "Gold members", "Größe", "2026", "Win-back"))


@asynccontextmanager
async def a_shop_with_loyal() -> AsyncIterator[Shop]:
    """The sandbox's segments, and one called Loyal."""
    async with bench(customers=1) as machine:
        await machine.client.create_segments(NewSegment(name="Loyal"))
        yield Shop(machine.client)


def others(command: Command, besides: str) -> dict[str, Any]:
    """Values for the other fields that have to be given."""
    fields = typed_fields(command.args)
    given = {name: value(name, field) for name, field in fields.items() if field.is_required() and name != besides}
    return given | {name: "ada@example.com" for name in command.args.one_of[:1] if name != besides}


async def outcome(call: Call, shop: Shop, field: str) -> tuple[str, frozenset[str]]:
    """What comes of a call: the texts that its field may be, and whether one is taken, asked about or refused."""
    try:
        resolved = await resolve(call, shop)
        return "taken", frozenset({str(getattr(resolved.args, field))})
    except Question as asked:
        taken = [check(call.command.args, dict(one.values)) for one in asked.readings if field in one.values]
        return "asked", frozenset(str(getattr(one, field)) for one in taken)
    except Misuse:
        return "refused", frozenset()


async def by_words(command: Command, line: str, field: str, shop: Shop) -> tuple[str, frozenset[str]]:
    """What comes of a typed line."""
    try:
        call = understand(GROUPS, f"{command.path} {line}")
    except Misuse:
        return "refused", frozenset()
    assert isinstance(call, Call)
    return await outcome(call, shop, field) if call.is_complete else ("refused", frozenset())


def keyed(values: dict[str, Any]) -> str:
    return " ".join(f"{name}:{one}" for name, one in values.items())


@pytest.mark.parametrize(("command", "field"), NAMES, ids=lambda one: getattr(one, "path", one))
@given(st.sampled_from(DRESSES), WORDS)
@LAW
async def test_a_new_name_is_judged_alike(command: Command, field: str, dress: str, word: str) -> None:
    text = dress.format(word)
    async with a_shop_with_loyal() as shop:
        form = await outcome(Call(command, others(command, field) | {field: text}), shop, field)
        given = keyed(others(command, field))
        words = await by_words(command, f"{given} {field}:{text}" if given else text, field, shop)
        # What a form takes unasked, words mean too; what words take or ask about, is no news to a form.
        assert form[0] != "taken" or words[0] == "refused" or form[1] <= words[1], (text, form, words)
        assert words[0] != "taken" or words[1] <= form[1], (text, form, words)


@pytest.mark.parametrize(("command", "field"), TEXTS, ids=lambda one: getattr(one, "path", one))
@given(st.sampled_from(("Gold", "Moss, Eve", "Ms.", "ada@example.com", " monday ", "asked", "x\u200by", "#7", "Eve;")))
@LAW
async def test_any_other_text_is_taken_or_refused_alike(command: Command, field: str, text: str) -> None:
    async with bench(customers=1) as machine:
        shop, given = Shop(machine.client), others(command, field)
        form = await outcome(Call(command, given | {field: text}), shop, field)
        assert form == await by_words(command, f'{keyed(given)} {field}:"{text}"', field, shop)
