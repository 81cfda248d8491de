"""A law over every Command that takes shoppers: nobody is taken whom words leave out, or leave open."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.bigcommerce import NewSegment
from bot.core.command import Call, Command
from bot.core.errors import Question
from bot.core.language.args import ShopperInput, input_of, takes_many, typed_fields
from bot.core.language.left_out_words import EXCEPT, OPEN, SPARE
from bot.core.language.second_acts import ACTS
from bot.core.language.shopper_list import read_shoppers
from bot.core.store_view.telling_words import ask_about_words
from bot.core.understanding import understand
from bot.sandbox.store.resources import customers as store_customers
from commands import GROUPS
from tests.engine.bench import bench
from tests.laws.test_labels import value
from tests.laws.values import LAW

PEOPLE = ("ada@x.org", "bo@x.org", "cy@x.org")
LISTS = [
    (command, name)
    for group in GROUPS
    for command in group.commands
    for name, field in typed_fields(command.args).items()
    if (isinstance(input_of(field), ShopperInput) and takes_many(field) and command.group != "change")
    or (command.name == "import" and name == "text")
]
CASES: tuple[Callable[[str], str], ...] = (str, str.upper, str.title)
EACH = pytest.mark.parametrize(("command", "field"), LISTS, ids=lambda one: getattr(one, "path", one))


async def outcome(command: Command, field: str, text: str) -> Any:
    """What comes of a list that is typed at the end of a line."""
    async with bench(seeded=False) as machine:
        store_customers.create(
            machine.store.shop, [{"email": one, "first_name": "Ada", "last_name": "Byron"} for one in PEOPLE]
        )
        await machine.client.create_segments(NewSegment(name="VIPs"))
        others = (value(name, one) for name, one in typed_fields(command.args).items() if one.is_required())
        given = [one for one in others if one != "eve@example.com"]
        call = understand(GROUPS, " ".join((command.path, *given, text)))
        assert isinstance(call, Call)
        return (await machine.engine.planner.plan(call, "UBEN")).outcome


@EACH
@given(
    st.sampled_from(sorted(EXCEPT | ACTS | SPARE)), st.sampled_from(CASES),
    st.sampled_from((" ", ", ", " and ", "; ")),
    st.integers(1, 2),
)  # fmt: skip
@LAW
async def test_nobody_behind_a_word_that_leaves_out_is_offered(
    command: Command, field: str, word: str, dress: Callable[[str], str], between: str, at: int
) -> None:
    text = f"{', '.join(PEOPLE[:at])}{between}{dress(word)} {' '.join(PEOPLE[at:])}"
    asked = await outcome(command, field, text)
    assert isinstance(asked, Question), (text, asked)
    offered = [read_shoppers((str(one.values[field]),)).words for one in asked.readings]
    assert offered == [PEOPLE[:at]], text


@st.composite
def left_open(draw: st.DrawFn) -> tuple[str, tuple[str, ...]]:
    """A list with a word that leaves open who of it is meant, and all who are named."""
    people = PEOPLE[: draw(st.integers(1, 3))]
    slash: st.SearchStrategy[str] = st.just("/") if people[1:] else st.nothing()  # which is one between two
    word = draw(slash | st.sampled_from((*sorted(OPEN), "one of", "any of")))
    at = draw(st.integers(1, len(people) - 1) if word == "/" else st.integers(0, len(people) - 1))
    return " ".join((*people[:at], draw(st.sampled_from(CASES))(word), *people[at:])), people


@EACH
@given(left_open())
@LAW
async def test_whoever_is_left_open_is_asked_about(
    command: Command, field: str, typed: tuple[str, tuple[str, ...]]
) -> None:
    text, people = typed
    asked = await outcome(command, field, text)
    assert isinstance(asked, Question), (text, asked)
    offered = {read_shoppers((str(one.values[field]),)).words for one in asked.readings}
    assert offered == {people} | ({(one,) for one in people} if people[1:] else set()), (text, asked)


NAMED = [f"{name} Doe {name.lower()}@y.org" for name in ("Ada", "Bo", "Cy", "Di", "Ed", "Flo")]
SHAPES: tuple[Callable[[str], str], ...] = (
    lambda end: f"Email:\n{PEOPLE[0]}\n{end}",
    lambda end: f"Name,Email\nAda Or,{PEOPLE[0]}\nBut,{end}",
    lambda end: f"{', '.join(NAMED)}, {end}",
    lambda end: f"{'; '.join(NAMED)} {end}",
    lambda end: "\n".join((*NAMED, end)),
    lambda end: "\n".join((*(f"{one}\tnot subscribed\tor {one[0]}" for one in NAMED), end)),
)
"""Lists that need not have been typed, with something at their end."""


@given(
    st.sampled_from(SHAPES), st.sampled_from(sorted(EXCEPT | ACTS | SPARE)), st.sampled_from(CASES),
    st.sampled_from(("", "and ", "please ")), st.sampled_from(("", "Bo Diddley ", "#17 ")),
)  # fmt: skip
@LAW
def test_nobody_is_taken_behind_such_a_word_at_the_end_of_a_pasted_list(
    shape: Callable[[str], str], word: str, dress: Callable[[str], str], lead: str, name: str
) -> None:
    text = shape(f"{lead}{dress(word)} {name}{PEOPLE[1]}")
    with pytest.raises(Question) as asked:
        ask_about_words((text,), named := read_shoppers((text,)), "shoppers")
    (offered,) = [read_shoppers((str(one.values["shoppers"]),)) for one in asked.value.readings]
    assert offered.emails == named.emails[:-1], text
    assert not offered.customer_ids, text


lengths = st.one_of(
    st.builds("{} {}".format, st.sampled_from(("until", "till", "'til", "’til")), st.sampled_from(("friday", "5pm"))),
    st.just("through friday"),
    st.builds("for {} {}".format, st.sampled_from(("a", "one", "the next", 3)), st.sampled_from(("day", "weeks"))),
    st.sampled_from(("for now", "for a while", "temporarily", "until further notice")),
)


@EACH
@given(lengths, st.sampled_from(CASES), st.integers(1, 2))
@LAW
async def test_nobody_is_taken_for_good_of_whom_an_end_is_said(
    command: Command, field: str, length: str, dress: Callable[[str], str], count: int
) -> None:
    asked = await outcome(command, field, f"{', '.join(PEOPLE[:count])} {dress(length)}")
    assert isinstance(asked, Question), (length, asked)
    assert "until:" in str(asked)
    now, *ends = [one.values for one in asked.readings]
    assert "until" not in now
    assert all(one["until"] for one in ends)
    if "until" not in command.args.model_fields:
        assert not ends
    elif field == "shoppers" and "friday" in length:
        assert len(ends) == 1
