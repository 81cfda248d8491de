"""``/summary``: the day's numbers, as they are posted each morning."""

from bot.core.answers import Answer
from bot.core.args import Args
from bot.core.command import Context, Group, Post
from bot.core.summary import gather, told

summary = Group("summary", "The summary: sizes, what changed and who changed it", default="show")


class Nothing(Args):
    """Nothing is needed."""


@summary.command("show", submit="Show Summary")
async def show(args: Nothing, ctx: Context) -> Answer:
    """Show today's summary so far, only to you.

    /summary
    """
    return await _today(ctx)


@summary.command("post", submit="Post Summary")
async def post(args: Nothing, ctx: Context) -> Post:
    """Post today's summary so far in the summary channel.

    /summary post
    """
    return Post(await _today(ctx))


async def _today(ctx: Context) -> Answer:
    _, found = await gather(ctx.shop, ctx.history, ctx.changes, ctx.log, day=ctx.today, now=ctx.now)
    return told(found)
