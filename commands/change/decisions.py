"""``/change``: deciding about changes that wait or run, and what the policy asks for."""

from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field

from bot.bigcommerce import Customer, is_uuid
from bot.core.answers import Answer, File, Sentence, Table, mention
from bot.core.approval.changes import Change, Decision, Verdict, refuse_late
from bot.core.approval.policy import KINDS, Rule
from bot.core.audit.exports import csv_lines
from bot.core.command import Context, command
from bot.core.errors import Impossible
from bot.core.language.args import Args, ShopperInput, Text
from bot.core.language.phrases import and_list, counted, remark
from bot.core.planning.steps import DeleteSegment, RemoveMembers, RetargetPromotion
from bot.core.store_view.shop import find_named
from bot.core.store_view.shoppers import describe_customer, fetch_owners, resolve, split_words
from commands.change.requests import Number, OneChange
from commands.inputs import MOST_SHOPPERS, one_line

ROWS = 100
REASON = 500
"""Characters of a reason: as many as a form that asks for one takes."""

Reason = Annotated[str, AfterValidator(one_line), Field(min_length=1, max_length=REASON)]


class ExceptArgs(Args):
    """A change, and what to take out of it."""

    number: Number
    items: Annotated[
        tuple[str, ...],
        BeforeValidator(split_words),
        Field(min_length=1, max_length=MOST_SHOPPERS),
        ShopperInput(label="Items", hint="E-mails, ids, or segments' names; the rest still waits"),
    ]


class BreakArgs(Args):
    """A change, and why it cannot wait."""

    number: Number
    reason: Annotated[Reason, Text(label="Reason", hint="Everybody who may approve reads it", max_length=REASON)]


class NoArgs(Args):
    """Nothing."""


@command("change details", submit="Show Details")
async def details(args: OneChange, ctx: Context) -> Answer:
    """Show every shopper, segment or promotion that a change is about; many come as a file.

    /change details 42
    """
    found = await ctx.changes.load(args.number)
    rows = await _rows(found, ctx)
    title = f"Change {found.number} is about {counted(len(rows), 'item')}"
    shown = (Table("What it is about", ("What", "Id"), tuple(rows[:ROWS])),) if rows else ()
    if len(rows) <= ROWS:
        return Answer(title, shown)
    note = Sentence(f"The first {ROWS} are shown here.", quiet=True)
    return Answer(title, (*shown, note, File(f"change {found.number}.csv", "".join(csv_lines(("what", "id"), rows)))))


@command("change except", submit="Take These Out")
async def except_(args: ExceptArgs, ctx: Context) -> Decision:
    """Take shoppers or segments out of a change that waits; the rest then needs approval anew.

    /change except 42 ada@example.com 17
    /change except 42 VIPs
    """
    found = await ctx.changes.load(args.number)
    refuse_late(found, None)
    items = await _meant(args.items, found, ctx)
    return Decision(number=found.number, verdict=Verdict.NARROW, version=found.version, items=items)


async def _meant(words: tuple[str, ...], found: Change, ctx: Context) -> tuple[str, ...]:
    """The items which these words name. Raises Impossible where any word names none: it would stay in unnoticed."""
    deleted = {step.segment.known_id for step in found.plan.steps if isinstance(step, DeleteSegment)}
    segments = {word: find_named(word, await ctx.shop.segments()) for word in words} if deleted else {}
    meant = {one.id for one in segments.values() if one and one.id in deleted}
    others = [word for word in words if (one := segments.get(word)) is None or one.id not in meant]
    people = await resolve(others, ctx.shop)
    keys = {
        one.label: {str(key) for key in (one.profile_id, one.customer and one.customer.id) if key}
        for one in people.shoppers
    }
    absent = [label for label, ids in keys.items() if not ids.intersection(found.plan.items)]
    if absent or people.remarks:
        told = (*people.remarks, *remark(f"Not in change {found.number}", absent))
        raise Impossible(
            f"{' '.join(told)} `/change details {found.number}` shows what is in it.",
            field="items",
            for_log=f"Some of that is not in change {found.number}.",
        )
    meant = meant.union(*keys.values())
    return tuple(item for item in found.plan.items if item in meant)


@command("change stop", submit="Stop Change")
async def stop(args: OneChange, ctx: Context) -> Decision:
    """Stop a change that runs, before its next step; what was done can be undone.

    /change stop 42
    """
    return Decision(number=args.number, verdict=Verdict.STOP)


@command("change break-glass", submit="Break the Glass")
async def break_glass(args: BreakArgs, ctx: Context) -> Decision:
    """Let a change run without its approvals, in an emergency; everybody who may approve is told.

    /change break-glass 42 The shop sells at the wrong price
    """
    found = await ctx.changes.load(args.number)
    return Decision(number=found.number, verdict=Verdict.BREAK, version=found.version, reason=args.reason)


@command("change review", submit="Mark Reviewed")
async def review(args: OneChange, ctx: Context) -> Decision:
    """Say that you have looked at a change for which somebody else broke the glass.

    /change review 42
    """
    return Decision(number=args.number, verdict=Verdict.REVIEW)


@command("change policy", submit="Show Policy")
async def policy(args: NoArgs, ctx: Context) -> Answer:
    """Show what needs whose approval, and why.

    /change policy
    """
    rows = tuple(map(_row, ctx.policy.rules))
    told_of = (
        Table("Rules", ("Approvals", "By", "When it is about", "To …"), rows),
        Sentence(f"Who may approve: {_who(ctx.policy.approvers)}. Never the one who asked, guests, bots or strangers."),
        Sentence(f"Who may ask: {_who(ctx.policy.requesters) if ctx.policy.requesters else 'every full member'}."),
        Sentence(f"Who may read the audit log: {_who(ctx.policy.auditors or ctx.policy.approvers)}."),
        Sentence(f"Who may break the glass: {_who(ctx.policy.breakers) if ctx.policy.breakers else 'nobody'}."),
        Sentence("What hurts needs at least one approval, and undoing as many as what it undoes.", quiet=True),
    )
    return Answer("What needs whose approval", told_of)


def _row(rule: Rule) -> tuple[str | int, ...]:
    kinds = and_list([KINDS[kind].does for kind in rule.steps])
    asked = f"; asked for by {_who(rule.requesters)}" if rule.requesters else ""
    return (rule.approvals, f"{_who(rule.approvers)}{asked}", and_list(rule.conditions) or "always", kinds)


def _who(ids: frozenset[str]) -> str:
    groups = [f"the group {one}" for one in sorted(ids) if one.startswith("S")]
    return and_list([*(mention(one) for one in sorted(ids) if not one.startswith("S")), *groups]) or "any approver"


async def _rows(found: Change, ctx: Context) -> list[tuple[str, str]]:
    """What each item is called, and its id."""
    names = {step.segment.known_id: step.segment.name for step in found.plan.steps if isinstance(step, DeleteSegment)}
    names |= {str(s.promotion.id): s.promotion.name for s in found.plan.steps if isinstance(s, RetargetPromotion)}
    items = [item for item in found.plan.items if item not in names]
    customers = await _by_item(items, found, ctx)
    rows = [(name, item) for item, name in names.items()]
    return rows + [
        (describe_customer(customers[item]) if item in customers else "not known any more", item) for item in items
    ]


async def _by_item(items: list[str], found: Change, ctx: Context) -> dict[str, Customer]:
    """The customers behind customer ids and profile ids; who is gone is absent."""
    by_id = await ctx.shop.customers(ids=[int(item) for item in items if item.isdecimal()])
    profiles = [item for item in items if is_uuid(item)]
    members = await _members_of(found, ctx) if profiles else {}
    known = {one: members[one] for one in profiles if one in members}
    others = await fetch_owners([one for one in profiles if one not in known], ctx.shop)
    customers = {one.id: one for one in await ctx.shop.customers(ids=tuple(known.values()))}
    return (
        {str(one.id): one for one in by_id}
        | {profile: customers[id_] for profile, id_ in known.items() if id_ in customers}
        | others
    )


async def _members_of(found: Change, ctx: Context) -> dict[str, int]:
    """Customer ids by profile id of all who are in the segments that it takes shoppers out of."""
    segments = {step.segment.known_id for step in found.plan.steps if isinstance(step, RemoveMembers)}
    present = segments & {one.id for one in await ctx.shop.segments()}
    return {
        profile.id: profile.customer_id for one in sorted(present) async for profile in ctx.shop.reader.members(one)
    }
