"""What people should know of segments that follow rules, before they change members by hand or delete a segment."""

from collections.abc import Iterable

from bot.bigcommerce import Segment
from bot.core.context import Context
from bot.core.language.phrases import and_list
from bot.core.segment_rules.rule import segments_named


async def moved_back(segments: Iterable[Segment], ctx: Context) -> tuple[str, ...]:
    """Tell which of these segments follow rules, whose next run takes back what is done by hand."""
    ruled = [one for one in segments if await ctx.shop.rules.of(one.id)]
    return tuple(
        f"{one.name} follows a rule: its next run takes back what the rule does not say. To keep whoever is in it, "
        f"let its rule begin with `in {one.name} or …`."
        for one in ruled
    )


async def rules_lost(segments: Iterable[Segment], ctx: Context) -> tuple[str, ...]:
    """Tell which of these segments follow rules, and which rules of others name them."""
    deleted, names = {one.id: one.name for one in segments}, await ctx.shop.names()
    told = list[str]()
    for id_, rule in (await ctx.shop.rules.all()).items():
        if id_ in deleted:
            told.append(f"{deleted[id_]} follows a rule, which an undo does not bring back.")
        elif id_ in names and (named := [deleted[one] for one in segments_named(rule.followed.rule) if one in deleted]):
            told.append(f"The rule of {names[id_]} names {and_list(named)}, and can't be run without.")
    return tuple(told)
