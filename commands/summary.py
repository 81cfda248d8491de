"""``/summary``: the day's numbers, as posted each morning."""

from bot.core.answers import Answer
from bot.core.command import Group, Post, command
from bot.core.context import Context
from bot.core.language.args import Args
from bot.core.summary.gather import gather
from bot.core.summary.message import compose
from bot.core.summary.summary import Summary
from commands import verbs


class Nothing(Args):
    """No arguments."""


@command("summary show", submit="Show Summary", is_default=True, aliases=("today",))
async def show(args: Nothing, ctx: Context) -> Answer:
    """Show today's summary so far, only to you.

    /summary
    """
    return compose(await _today(ctx))


@command("summary post", submit="Post Summary", aliases=("send", "share", "publish"))
async def post(args: Nothing, ctx: Context) -> Post:
    """Post today's summary so far in the summary channel.

    /summary post
    """
    found = await _today(ctx)
    now = found.now
    return Post(compose(found, ctx.actor), {"day": now.day.isoformat(), "entry": now.entry, "head": found.head})


async def _today(ctx: Context) -> Summary:
    return await gather(ctx.shop, ctx.history, ctx.changes, ctx.audit, day=ctx.today, now=ctx.now, zone=ctx.zone)


GROUP = Group(
    "summary", "The summary: sizes, what changed and who changed it", commands=(show, post), meant=verbs.SUMMARY
)
