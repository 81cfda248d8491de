"""Forms of every kind of field: empty, filled, overfull, carrying what they do not show."""

from typing import Annotated

from bot.core.answers import Answer
from bot.core.command import Call, command
from bot.core.context import Context
from bot.core.invocation import ClickedButton
from bot.core.items import Item
from bot.core.language.args import Args, Kept, ShopperInput, Text, UploadInput
from bot.core.uploads import Upload
from bot.slack import forms, inputs
from bot.slack.blocks import Block
from bot.slack.ticks import render_ticks
from tests.core.samples import change, uuid
from tests.kept_texts import Things
from tests.slack.test_forms import combine, edit

BUTTON = ClickedButton(shown=change().shown, channel="C1", ts="1.2", text="Delete &lt;VIPs&gt;")
LIST = Upload(id="F1", name="list of <VIPs>.csv", size=3)


class BringArgs(Args):
    file: Annotated[Upload | None, UploadInput(label="List")] = None
    note: Annotated[str, Text(label="Note", hint="Why")] = ""
    rows: Annotated[tuple[int, ...], Kept(label="Rows", hint="Stay as they are.", of=("file",))] = ()


@command("segment bring", submit="Bring List", title="Bring a List with a Very Long Title")
async def bring(args: BringArgs, ctx: Context) -> Answer:
    """Bring."""
    return Answer(f"{args}")


class ExceptArgs(Args):
    change: Annotated[str, Text(label="Change")]
    items: Annotated[tuple[str, ...], ShopperInput(label="Items", of_change="change", hint="Paste")]


@command("change except", submit="Leave Out")
async def leave_out(args: ExceptArgs, ctx: Context) -> Answer:
    """Leave out."""
    return Answer(f"{args}")


FULL = {
    "segments": ("VIPs", uuid(1), "VIPs", ""),
    "target": "New",
    "into": "x" * 200,
    "promotion": "7",
    "shoppers": ("#7\u202e", "ada@x.org, #8", "9, 10"),
    "shopper": "ada@x.org\n",
    "number": "7",
    "scope": "mine",
    "note": "a\nb" + "x" * 12,
}
LABELS = {uuid(1): ("Loyal <ones>", uuid(1)), "7": ("Spring", "7")}


def _ticked(count: int, known: int) -> Block:
    names = {Item.profile(uuid(at)): f"Shopper {at}" for at in range(known)}
    return render_ticks(forms.render_form(Call(leave_out, {"change": "7"}), "C1"), "items", names, count)


def _counted(text: str | None) -> Block:
    view = forms.render_form(Call(combine, FULL), "C1")
    return forms.count_recognised(view | {"state": {"values": {"shoppers": {"shoppers": {"value": text}}}}})


def filled_forms() -> Things:
    """Draw every form."""
    return {
        "empty": forms.render_form(Call(combine, {}), None),
        "filled": forms.render_form(Call(combine, FULL), "C1", LABELS),
        "one list that is a number": forms.render_form(Call(combine, {"shoppers": ("12",)}), "C1"),
        "two lists that are numbers": forms.render_form(Call(combine, {"shoppers": ("12", "13 14")}), "C1"),
        "of two views, the first": forms.render_form(Call(edit, {"name": "Gold"}), "C1", edits=42, button=BUTTON),
        "of two views, the second": forms.render_form(
            Call(edit, {"segment": uuid(1), "name": "Gold"}), "C1", LABELS, edits=42
        ),
        "with a file": forms.render_form(Call(bring, {"file": LIST.model_dump(), "rows": (1, 2)}), "C1"),
        "without a file": forms.render_form(Call(bring, {}), "C1"),
        "with more than it can carry": forms.render_form(
            Call(bring, {"file": LIST.model_copy(update={"name": "x" * 2600}).model_dump()}), "C1"
        ),
        "nothing to tick": _ticked(0, 0),
        "all to tick": _ticked(2, 2),
        "some to tick": _ticked(1200, 3),
        "counted": _counted("#7 #8"),
        "counted none": _counted(None),
        "loading": forms.render_loading(Call(edit, {})),
        "a notice": forms.render_notice("A title that is much too long", "Nobody `may` do that."),
        "why not": forms.render_reject_form(BUTTON, "Delete <VIPs>", "UANA", "C1"),
        "why not, in no channel": forms.render_reject_form(BUTTON, "Delete VIPs", "UANA", None),
        "counts": {"none": inputs.render_count("shoppers", ""), "two": inputs.render_count("shoppers", "#7 #8 <x>")},
    }
