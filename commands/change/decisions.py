"""``/change``: deciding about waiting or running changes, and the policy."""

from dataclasses import dataclass
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field

from bot.core.answers import Answer, File, Sentence, Table, mention
from bot.core.approval.changes import Change, Decision, Verdict, refuse_late
from bot.core.approval.policy import Rule
from bot.core.command import Context, command
from bot.core.csv_lines import csv_lines
from bot.core.errors import Impossible
from bot.core.items import Item
from bot.core.language.args import Args, ShopperInput, Text
from bot.core.language.phrases import and_list, counted, remark
from bot.core.planning.item_names import describe_items, present_names
from bot.core.planning.steps import STEPS
from bot.core.store_view.cached_shop import find_named
from bot.core.store_view.shoppers import Shopper, resolve, split_words
from commands.change.requests import Number, OneChange
from commands.inputs import MOST_SHOPPERS, one_line

ROWS = 100
REASON = 500
"""The most characters of a reason, as in the form that asks for one."""

Reason = Annotated[str, AfterValidator(one_line), Field(min_length=1, max_length=REASON)]


class ExceptArgs(Args):
    """A change, and the items to take out of it."""

    number: Number
    items: Annotated[
        tuple[str, ...],
        BeforeValidator(split_words),
        Field(min_length=1, max_length=MOST_SHOPPERS),
        ShopperInput(label="Items", hint="Emails, ids, or names of segments and promotions; the rest still waits"),
    ]


class BreakArgs(Args):
    """A change, and why it cannot wait."""

    number: Number
    reason: Annotated[Reason, Text(label="Reason", hint="Everyone who can approve will see this", max_length=REASON)]


class NoArgs(Args):
    """No arguments."""


@command("change details", submit="Show Details")
async def details(args: OneChange, ctx: Context) -> Answer:
    """Show every shopper, segment or promotion that a change covers; many come as a file.

    /change details 42
    """
    change = await ctx.changes.load(args.number)
    rows = [(name, item.id) for item, name in (await describe_items(change.plan, ctx.shop)).items()]
    title = f"Change {change.number} covers {counted(len(rows), 'item')}"
    shown = (Table(f"What change {change.number} covers", ("What", "Id"), tuple(rows[:ROWS])),) if rows else ()
    if len(rows) <= ROWS:
        return Answer(title, shown)
    note = Sentence(f"The first {ROWS} are shown here.", quiet=True)
    return Answer(title, (*shown, note, File(f"change {change.number}.csv", "".join(csv_lines(("what", "id"), rows)))))


@command("change except", submit="Leave These Out")
async def except_(args: ExceptArgs, ctx: Context) -> Decision:
    """Leave shoppers, segments or promotions out of a waiting change; the rest then needs approval again.

    /change except 42 ada@example.com 17
    /change except 42 VIPs
    """
    change = await ctx.changes.load(args.number)
    refuse_late(change, None)
    items = await _resolve_items(args.items, change, ctx)
    return Decision(number=change.number, verdict=Verdict.NARROW, version=change.version, items=items)


@dataclass(frozen=True)
class _Named:
    """An item of a plan by name and id, as people may type either."""

    item: Item
    name: str

    @property
    def id(self) -> str:
        """The item's id."""
        return self.item.id


async def _resolve_items(words: tuple[str, ...], change: Change, ctx: Context) -> tuple[Item, ...]:
    """Return the items that these words name. Raises Impossible for unknown words: an item would stay unnoticed."""
    names = await present_names(change.plan, ctx.shop)
    named = {word: find_named(word, [_Named(*pair) for pair in names.items()]) for word in words}
    items = frozenset(change.plan.items)
    people = await resolve([word for word, thing in named.items() if thing is None], ctx.shop)
    shoppers_items = {one.label: items.intersection(_items(one)) for one in people.shoppers}
    absent = [label for label, hers in shoppers_items.items() if not hers]
    if absent or people.remarks:
        why = (*people.remarks, *remark(f"Not in change {change.number}", absent))
        raise Impossible(
            f"{' '.join(why)} `/change details {change.number}` shows what is in it.",
            field="items",
            for_log=f"Some of that is not in change {change.number}.",
        )
    meant = {thing.item for thing in named.values() if thing}.union(*shoppers_items.values())
    return tuple(item for item in change.plan.items if item in meant)


def _items(shopper: Shopper) -> list[Item]:
    """Return the items that may stand for this shopper in a plan."""
    customers = [Item.customer(shopper.customer.id)] if shopper.customer else []
    return [*customers, Item.profile(shopper.profile_id)] if shopper.profile_id else customers


@command("change stop", submit="Stop Change")
async def stop(args: OneChange, ctx: Context) -> Decision:
    """Stop a running change before its next batch; what was done can be undone.

    /change stop 42
    """
    return Decision(number=args.number, verdict=Verdict.STOP)


@command("change break-glass", submit="Break the Glass")
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
    return Decision(number=args.number, verdict=Verdict.REVIEW)


@command("change policy", submit="Show Policy")
async def policy(args: NoArgs, ctx: Context) -> Answer:
    """Show what needs approval, and by whom.

    /change policy
    """
    rows = tuple(map(_row, ctx.policy.rules))
    shown = (
        Table("Rules", ("Approvals", "By", "When", "To …"), rows),
        Sentence(f"Who may approve: {_who(ctx.policy.approvers)}. Never the requester, guests, bots or strangers."),
        Sentence(f"Who may ask: {_who(ctx.policy.requesters) if ctx.policy.requesters else 'every full member'}."),
        Sentence(f"Who may read the audit log: {_who(ctx.policy.auditors or ctx.policy.approvers)}."),
        Sentence(f"Who may break the glass: {_who(ctx.policy.breakers) if ctx.policy.breakers else 'no one'}."),
        Sentence(
            "Removing and deleting need at least one approval; undoing needs as many as what it undoes.", quiet=True
        ),
    )
    return Answer("What needs approval", shown)


def _row(rule: Rule) -> tuple[str | int, ...]:
    kinds = and_list([STEPS[kind].does for kind in rule.steps])
    asked = f"; asked for by {_who(rule.requesters)}" if rule.requesters else ""
    return (rule.approvals, f"{_who(rule.approvers)}{asked}", and_list(rule.conditions) or "always", kinds)


def _who(ids: frozenset[str]) -> str:
    groups = [f"the group {one}" for one in sorted(ids) if one.startswith("S")]
    return and_list([*(mention(one) for one in sorted(ids) if not one.startswith("S")), *groups]) or "any approver"
