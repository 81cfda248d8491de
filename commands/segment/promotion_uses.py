"""``/segment promotions``: the promotions that use a segment."""

from bot.core.answers import Answer, Table
from bot.core.command import command
from bot.core.context import Context
from bot.core.planning.steps.promotions import whom
from bot.core.store_view.cached_shop import describe_status
from commands.paging import offers
from commands.segment.segments import JustSegment


@command("segment promotions", submit="List Promotions", aliases=("uses",))
async def promotions(args: JustSegment, ctx: Context) -> Answer:
    """Show which promotions include or exclude a segment.

    /segment promotions VIPs
    """
    segment = await ctx.shop.segment(args.segment)
    names = await ctx.shop.names()
    using = [(one, one.uses(segment.id)) for one in await ctx.shop.readable_promotions() if one.uses(segment.id)]
    nexts = offers(("Show a Promotion", "promotion show"), ("Target a Promotion", "promotion target"))
    if not using:
        return Answer(f"No promotion uses {segment.name}.", (nexts,))
    live = sum(one.is_live for one, _ in using)
    rows = tuple((one.name, describe_status(one), use, whom(one.targeting, names)) for one, use in using)
    title = f"{len(using)} promotion{'s use' if len(using) > 1 else ' uses'} {segment.name}, {live} of them live"
    return Answer(title, (Table("Promotions", ("Promotion", "Status", segment.name, "Reaches"), rows), nexts))
