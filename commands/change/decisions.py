"""``/change withdraw``, ``except``, ``stop``, ``break-glass`` and ``review``: what people decide about a change."""

from contextlib import suppress
from dataclasses import dataclass
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field

from bot.core.approval.changes import Change
from bot.core.approval.decisions import Decision, Verdict
from bot.core.approval.refusals import refuse_late
from bot.core.approval.ruled_changes import refuse_leaving_out
from bot.core.command import command
from bot.core.context import Context
from bot.core.errors import Impossible
from bot.core.items import Item
from bot.core.language.args import Args, ShopperInput, Text
from bot.core.language.normal_form import one_line
from bot.core.language.phrases import remark
from bot.core.language.shopper_list import read_shoppers
from bot.core.planning.item_names import present_names
from bot.core.store_view.names import Names
from bot.core.store_view.shoppers import Shopper, resolve
from commands.change.show import OneChange, OpenChange, OpenNumber
from commands.inputs import shopper_lists

REASON = 500
"""The most characters of a reason, as in the form that asks for one."""


Reason = Annotated[str, AfterValidator(one_line), Field(min_length=1, max_length=REASON)]


class ExceptArgs(Args):
    """A change, and the items to take out of it."""

    number: OpenNumber
    items: Annotated[
        tuple[str, ...],
        BeforeValidator(shopper_lists),
        Field(min_length=1),
        ShopperInput(
            label="Items",
            hint="Emails, ids, or names of segments and promotions; the rest still waits",
            of_change="number",
        ),
    ]


class BreakArgs(Args):
    """A change, and why it cannot wait."""

    number: OpenNumber
    reason: Annotated[Reason, Text(label="Reason", hint="Everyone who can approve will see this", max_length=REASON)]


@command("change withdraw", submit="Withdraw Change", aliases=("cancel", "revoke"))
async def withdraw(args: OpenChange, ctx: Context) -> Decision:
    """Take back a change of yours that waits for approval or its time.

    /change withdraw 42
    """
    change = await ctx.changes.load(args.number)
    return Decision(number=change.number, verdict=Verdict.WITHDRAW)


@command("change except", submit="Leave These Out", aliases=("without", "exclude"))
async def except_(args: ExceptArgs, ctx: Context) -> Decision:
    """Leave shoppers, segments or promotions out of a waiting change; the rest then needs approval again.

    /change except 42 ada@example.com #17
    /change except 42 VIPs
    """
    change = await ctx.changes.load(args.number)
    refuse_late(change, None)
    refuse_leaving_out(change)
    ticks = await change.plan.among(filter(None, map(_ticked, args.items)))
    typed = tuple(text for text in args.items if _ticked(text) not in ticks)
    items = await _resolve_items(typed, change, ctx) if read_shoppers(typed).words else ()
    items = tuple(dict.fromkeys((*ticks, *items)))
    return Decision(number=change.number, verdict=Verdict.NARROW, version=change.version, items=items)


def _ticked(text: str) -> Item | None:
    """Return the item whose text form this is, as a form's ticks have it."""
    with suppress(ValueError):
        return Item.parse(text)
    return None


@dataclass(frozen=True)
class _Named:
    """An item of a plan by name and id, as people may type either."""

    item: Item
    name: str

    @property
    def id(self) -> str:
        """The item's id."""
        return self.item.id


async def _resolve_items(texts: tuple[str, ...], change: Change, ctx: Context) -> tuple[Item, ...]:
    """Return the items that these texts name. Raises Impossible for unknown words: an item would stay unnoticed."""
    names = await present_names(change.plan, ctx.shop)
    index = Names([_Named(*pair) for pair in names.items()])
    named, others = [index.one(text) for text in texts], [text for text in texts if index.one(text) is None]
    for text in others[:]:
        found, rest = index.split_off(text)
        named += found
        others[others.index(text)] = rest
    people = await resolve(filter(None, others), ctx.shop, field="items")
    shoppers_items = {one.label: await change.plan.among(_items(one)) for one in people.shoppers}
    absent = [*(label for label, hers in shoppers_items.items() if not hers), *people.others]
    if absent or people.unresolved:
        why = (*people.unresolved, *remark(f"Not in change {change.number}", absent))
        raise Impossible(
            f"{' '.join(why)} `/change details {change.number}` shows what is in it.",
            field="items",
            for_log=f"Some of that is not in change {change.number}.",
        )
    meant = {thing.item for thing in named if thing}.union(*shoppers_items.values())
    return await change.plan.among(meant)


def _items(shopper: Shopper) -> list[Item]:
    """Return the items that may stand for this shopper in a plan."""
    customers = [Item.customer(shopper.customer.id)] if shopper.customer else []
    return [*customers, Item.profile(shopper.profile_id)] if shopper.profile_id else customers


@command("change stop", submit="Stop Change", aliases=("halt", "abort"))
async def stop(args: OpenChange, ctx: Context) -> Decision:
    """Stop a running change before its next batch, or one that is to run later; what was done can be undone.

    /change stop 42
    """
    change = await ctx.changes.load(args.number)
    return Decision(number=change.number, verdict=Verdict.STOP)


@command("change break-glass", submit="Break the Glass", is_grave=True)
async def break_glass(args: BreakArgs, ctx: Context) -> Decision:
    """Run a change without its approvals, in an emergency; everyone who can approve is told.

    /change break-glass 42 The shop sells at the wrong price
    """
    change = await ctx.changes.load(args.number)
    return Decision(number=change.number, verdict=Verdict.BREAK, version=change.version, reason=args.reason)


@command("change review", submit="Mark Reviewed")
async def review(args: OneChange, ctx: Context) -> Decision:
    """Confirm that you have looked at a change that someone else ran without approval.

    /change review 42
    """
    change = await ctx.changes.load(args.number)
    return Decision(number=change.number, verdict=Verdict.REVIEW)
