"""A law: what is pasted into a form means what it means behind a command."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bot.bigcommerce import Segment
from bot.core.command import Call, find
from bot.core.language.args import Input
from bot.core.language.field_values import Run
from bot.core.language.readings import readings
from bot.core.language.shopper_list import ShopperWords, read_shoppers
from bot.core.store_view.names import Names
from bot.slack import forms
from commands import GROUPS
from tests.core.samples import uuid
from tests.laws.values import LAW

ADD = find(GROUPS, "segment add")
VIPS = Names((Segment(id=uuid(1), name="VIPs"),))
PIECES = (
    "ada@example.com", "Bo <bo@example.com>", '"Moss, Eve" <eve@example.com>', "Moss, Eve <eve@example.com>", "'x'",
    "<mailto:cy@example.com|cy@example.com>", "#17", "42", "1,024", "(202) 555-0143", "555 7946", uuid(2), "Ada Byron",
    "“quoted”", 'an "open', "it's", "and", "email:ada@example.com", "name,email", "\u200b", "•",
)  # fmt: skip
PASTES = st.lists(
    st.tuples(st.sampled_from(PIECES), st.sampled_from((" ", ", ", "; ", "\n", "\t"))), min_size=1, max_size=6
).map(lambda pieces: "".join(piece + between for piece, between in pieces).strip())


def read(value: Any) -> tuple[ShopperWords, tuple[str, ...]]:
    """What is read of a value: shoppers, and what may be names."""
    words = read_shoppers(value if isinstance(value, list | tuple) else [value or ""])
    return words, words.phrases


@given(PASTES)
@LAW
def test_a_form_and_a_command_read_a_paste_alike(paste: str) -> None:
    def names(kind: Input, run: Run) -> Any:
        return VIPS.beginning(run)

    typed = readings(ADD.args, f"VIPs {paste}", names)
    element = {"type": "plain_text_input", "value": paste}
    submitted = forms.decode_values({"state": {"values": {"shoppers": {"shoppers": element}}}}, ADD)
    form = read(Call(ADD, submitted).values.get("shoppers"))
    if any(word for word in form[0].words):
        assert form in [read(one.get("shoppers")) for one in typed], paste
