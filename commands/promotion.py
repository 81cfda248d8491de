"""``/promotion``: promotions, the segments that they reach, and whether they are on."""

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from bot.bigcommerce import AnyOf, Not, Promotion, Targeting
from bot.core.answers import Answer, Fields, Sentence, Table
from bot.core.command import Group, Prefill, command
from bot.core.context import Context
from bot.core.language.args import Args, Choice, SegmentInput, Text
from bot.core.language.normal_form import one_line
from bot.core.language.tokenizer import quote
from bot.core.planning.plan import Plan
from bot.core.planning.plan_building import build_plan
from bot.core.planning.steps import PromotionRef, RetargetPromotion, SwitchPromotion
from bot.core.planning.steps.promotion_status import DISABLED
from bot.core.planning.steps.promotions import whom
from bot.core.store_view.cached_shop import describe_status
from bot.core.store_view.targeting import describe, read_rule
from commands import verbs
from commands.inputs import RULE, OnePromotion, PageNumber, RunAt, refuse_long_rule, search_words
from commands.paging import meant_elsewhere, offers, page_meant, page_of

ROWS = 50
ALSO = {
    **dict.fromkeys(("to", "at", "for", "=", "in", "is-in", "only"), "is"),
    **dict.fromkeys(
        ("not", "not-to", "not-for", "not-in", "isn't", "isn't-in", "except", "without", "≠", "!="), "is-not"
    ),
}
"""What people type between a promotion and its segments."""


class ListPromotions(Args):
    """Which promotions to list."""

    words: Annotated[
        str, Text(label="Words", hint="Only promotions with these words in their name", as_typed=True, private=True)
    ] = ""
    page: PageNumber = 1


class ShowPromotion(Args):
    """Which promotion."""

    promotion: OnePromotion


class TargetArgs(Args):
    """A promotion, and the segments whose shoppers it should, or should not, reach."""

    promotion: OnePromotion
    how: Annotated[
        Literal["is", "is-not"],
        Choice(
            label="Show it to", labels={"is": "Shoppers in any of them", "is-not": "Everyone not in them"}, also=ALSO
        ),
    ]
    segments: Annotated[tuple[str, ...], Field(min_length=1, max_length=50), SegmentInput(label="Segment", any_of=True)]
    at: RunAt = ""

    @model_validator(mode="before")
    @classmethod
    def _is_not_in_two_words(cls, values: Any) -> Any:
        """Read what earlier versions stored: they took “is not VIPs” for “is”, and “not” for a segment."""
        match values:
            case {"how": "is", "segments": [str(first), *rest] | (str(first), *rest)} if (
                rest and first.lower() == "not"
            ):
                return {**values, "how": "is-not", "segments": tuple(rest)}
        return values


class RuleArgs(Args):
    """A promotion, and whom it should reach, in words."""

    promotion: OnePromotion
    rule: Annotated[
        str,
        Text(
            label="Rule",
            hint="Segments with in, not, and, or, neither … nor, and parentheses",
            placeholder="in VIPs or Loyal, and not in Staff",
            max_length=RULE,
            multiline=True,
        ),
    ]
    at: RunAt = ""


class OnePromotionAt(ShowPromotion):
    """Which promotion, and when."""

    at: RunAt = ""


@command("promotion list", submit="List Promotions", aliases=("find", "search", "ls"))
async def list_promotions(args: ListPromotions, ctx: Context) -> Answer:
    """Show the promotions and the segments that they reach.

    /promotion list
    /promotion list shipping
    """
    wanted = search_words(args.words)
    promotions = await ctx.shop.readable_promotions()
    matching = [one for one in promotions if all(word in one.name.casefold() for word in wanted)]
    if not matching:
        meant = (*page_meant(args.words, "promotion list"), *await meant_elsewhere(args.words, "promotion", ctx))
        every = (offers(*meant, ("All Promotions", "promotion list")),) if wanted else ()
        return Answer(f"There are no promotions{f' with “{args.words}”' if wanted else ''}.", every)
    page = page_of(matching, args.page, ROWS, f"promotion list {args.words}".strip())
    names = await ctx.shop.names()
    rows = tuple((one.name, describe_status(one), whom(one.targeting, names), one.id) for one in page.items)
    table = Table("Promotions", ("Promotion", "Status", "Reaches", "Id"), rows)
    return Answer(page.title("promotion"), (table, offers(("Show a Promotion", "promotion show"), before=page.more)))


@command("promotion show", submit="Show Promotion", aliases=("info", "view", "get", "open"))
async def show(args: ShowPromotion, ctx: Context) -> Answer:
    """Show one promotion: its status, its dates, and whom it reaches.

    /promotion show "VIP early access"
    """
    promotion = await ctx.shop.promotion(args.promotion)
    names, typed = await ctx.shop.names(), quote(str(promotion.id))
    return Answer(
        f"{promotion.name} reaches {whom(promotion.targeting, names)}",
        (
            _details(promotion),
            Sentence("Only signed-in shoppers get it.", quiet=True),
            offers(
                ("Retarget", f"promotion target {typed}"),
                ("Edit Rule", f"promotion rule {typed}"),
                *((("Untarget", f"promotion untarget {typed}"),) if promotion.targeting else ()),
                *((("Enable", f"promotion enable {typed}"),) if promotion.status == DISABLED else ()),
                *((("Disable", f"promotion disable {typed}"),) if promotion.status != DISABLED else ()),
            ),
            Sentence(f"Promotion {promotion.id}", quiet=True),
        ),
    )


@command("promotion target", submit="Retarget Promotion", aliases=("retarget",), is_grave=True)
async def target(args: TargetArgs, ctx: Context) -> Plan:
    """Show a promotion to shoppers in any of these segments, or to everyone else. A second person has to approve.

    /promotion target "Win back" is Lapsed "Coffee lovers"
    /promotion target "Free shipping over 40" is-not Wholesale
    """
    promotion = await ctx.shop.promotion(args.promotion)
    ids = AnyOf(tuple(one.id for one in await ctx.shop.find(args.segments, field="segments")))
    return await _retargeted(promotion, ids if args.how == "is" else Not(ids), ctx)


async def _prefill_rule(values: dict[str, Any], ctx: Context) -> dict[str, Any]:
    promotion = await ctx.shop.promotion(str(values["promotion"]))
    rule = describe(promotion.targeting, await ctx.shop.names()) if promotion.targeting else ""
    refuse_long_rule(rule, promotion.name, f"promotion rule {promotion.id}")
    return {"rule": rule} | values | {"promotion": str(promotion.id)}


@command(
    "promotion rule", submit="Set Rule", title="Edit Rule", prefill=Prefill(("rule",), _prefill_rule), is_grave=True
)
async def rule(args: RuleArgs, ctx: Context) -> Plan:
    """Say in words who sees a promotion: in, not, and, or, parentheses. A second person has to approve.

    /promotion rule "Tasting week" in VIPs or Lapsed, and not in Wholesale
    """
    promotion = await ctx.shop.promotion(args.promotion)
    after = read_rule(one_line(args.rule), await ctx.shop.segments(), can_ask=ctx.shop.can_ask)
    return await _retargeted(promotion, after, ctx)


@command("promotion untarget", submit="Untarget Promotion", is_grave=True)
async def untarget(args: OnePromotionAt, ctx: Context) -> Plan:
    """Show a promotion to everyone, whatever their segments. A second person has to approve.

    /promotion untarget "Win back"
    """
    return await _retargeted(await ctx.shop.promotion(args.promotion), None, ctx)


@command("promotion enable", submit="Enable Promotion", aliases=("resume", "activate", "start"), is_grave=True)
async def enable(args: OnePromotionAt, ctx: Context) -> Plan:
    """Turn a promotion on: shoppers get it from then on. A second person has to approve.

    /promotion enable "Win back"
    """
    return await _switched(args, ctx, enabled=True)


@command("promotion disable", submit="Disable Promotion", aliases=("pause", "deactivate", "stop"), is_grave=True)
async def disable(args: OnePromotionAt, ctx: Context) -> Plan:
    """Turn a promotion off: shoppers get it no longer. A second person has to approve.

    /promotion disable "VIP early access"
    """
    return await _switched(args, ctx, enabled=False)


async def _switched(args: ShowPromotion, ctx: Context, *, enabled: bool) -> Plan:
    promotion = PromotionRef.of(await ctx.shop.promotion(args.promotion))
    return await build_plan((SwitchPromotion(promotion=promotion, enabled=enabled),), ctx.shop)


async def _retargeted(promotion: Promotion, after: Targeting | None, ctx: Context) -> Plan:
    return await build_plan((RetargetPromotion(promotion=PromotionRef.of(promotion), after=after),), ctx.shop)


def _details(promotion: Promotion) -> Fields:
    document = promotion.document
    return Fields.of(
        ("Status", describe_status(promotion)),
        ("Kind", str(document.get("redemption_type") or "").lower()),
        ("Starts", promotion.starts),
        ("Ends", promotion.ends),
        ("Used", _times(document.get("current_uses"), document.get("max_uses"))),
    )


def _times(used: object, most: object) -> str:
    if not isinstance(used, int):
        return ""
    return f"{used:,} of {most:,} times" if isinstance(most, int) else f"{used:,} times"


GROUP = Group(
    "promotion",
    "Promotions: whom they reach, and whether they are on",
    commands=(list_promotions, show, target, rule, untarget, enable, disable),
    meant=verbs.PROMOTION,
)
