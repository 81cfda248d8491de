"""A law: what is pasted into a form means what it means behind a command, up to what is planned, asked or refused."""

from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from bot.core.command import Call, find
from bot.core.errors import Question
from bot.core.language.args import Input
from bot.core.language.field_values import Run
from bot.core.language.readings import readings
from bot.core.language.shopper_list import read_shoppers
from bot.core.planning.plan import Plan
from bot.core.store_view.cached_shop import Shop
from bot.slack import forms
from commands import GROUPS
from tests.core.samples import uuid
from tests.engine.bench import Bench, bench
from tests.laws.values import LAW

ADD = find(GROUPS, "segment add")
PIECES = (
    "alma.ahmed@example.com", "Felix <felix.evans@example.com>", '"Moss, Eve" <eve@example.com>', "#3", "4", "'x'",
    "Sato, Fatima <fatima.sato@example.com>", "<mailto:eli.lopez@example.com|eli.lopez@example.com>", "Alma Ahmed",
    "1,024", "(202) 555-0143", "555 7946", uuid(2), "“quoted”", 'an "open', "it's", "and", "name,email", "\u200b", "•",
    "email:alma.ahmed@example.com", "Loyal",
)  # fmt: skip
PASTES = st.lists(
    st.tuples(st.sampled_from(PIECES), st.sampled_from((" ", ", ", "; ", "\n", "\t"))), min_size=1, max_size=6
).map(lambda pieces: "".join(piece + between for piece, between in pieces).strip())


async def outcome(machine: Bench, values: dict[str, Any]) -> tuple[object, ...]:
    """What comes of these values, as people would see it."""
    planned = (await machine.engine.planner.plan(Call(ADD, values), "UANA")).outcome
    if isinstance(planned, Plan):
        return (planned.fingerprint, planned.named, planned.remarks)
    if isinstance(planned, Question):
        return (str(planned), [(one.label, one.values["shoppers"]) for one in planned.readings])
    return (type(planned), str(planned))


async def typed(machine: Bench, line: str) -> list[tuple[object, ...]]:
    """What comes of each way in which the line can be read."""
    names = await Shop(machine.client).segment_names()

    def beginning(kind: Input, run: Run) -> Any:
        return names.beginning(run)

    return [await outcome(machine, values) for values in readings(ADD.args, line, beginning)]


@given(PASTES)
@example("alma.ahmed@example.com 4")
@example('Sato, Fatima <fatima.sato@example.com>; "Moss, Eve" <eve@example.com>\n#3')
@LAW
async def test_a_form_and_a_command_do_the_same_with_a_paste(paste: str) -> None:
    element = {"type": "plain_text_input", "value": paste}
    decoded = forms.decode_values({"state": {"values": {"shoppers": {"shoppers": element}}}}, ADD)
    shoppers = decoded.get("shoppers") or ()
    if read_shoppers(map(str, shoppers)).words:
        async with bench(customers=20) as machine:
            submitted = await outcome(machine, {"segment": ("VIPs",), "shoppers": shoppers})
            assert submitted in await typed(machine, f"VIPs {paste}"), paste
