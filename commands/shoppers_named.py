"""The customers whom a command's words name, where only shoppers belong."""

from bot.bigcommerce import Customer
from bot.core.context import Context
from bot.core.errors import Impossible, Instead, Misuse
from bot.core.language.phrases import listing
from bot.core.language.tokenizer import quote
from bot.core.store_view.people_meant import describe_customer, which_one
from bot.core.store_view.segments_meant import segments_among
from bot.core.store_view.shoppers import ResolvedShoppers, fetch_owners, resolve


async def one_customer(text: str, verb: str, path: str, ctx: Context) -> Customer:
    """Return the customer whom the text names. Raises Misuse, which asks whom of several.

    ``verb`` is the button of the command of this ``path``.
    """
    await refuse_segments((text,), verb, path, ctx)
    found = await resolve((text,), ctx.shop, field="shopper", is_one=True)
    first, *more = await customers_of(found, ctx)
    if more:
        raise which_one((first, *more), field="shopper")
    if found.others or found.unresolved:
        shown = Instead(f"Show {describe_customer(first)}", f"shopper show #{first.id}")
        what = listing([f"“{one}”" for one in found.others]) or " ".join(found.unresolved)
        raise Misuse(f"I didn't expect {what} here.", field="shopper", instead=(shown,))
    return first


async def refuse_segments(texts: tuple[str, ...], verb: str, path: str, ctx: Context) -> None:
    """Raise Misuse if segments are named, which the command does not take: they may belong to another one."""
    among = await segments_among(texts, ctx.shop)
    if not among.segments:
        return
    named, who = listing([f"“{one.name}”" for one in among.segments]), f"shoppers:{quote(among.rest)}"
    to = " ".join(f"segment:{one.id}" for one in among.segments)
    names = listing([one.name for one in among.segments])
    raise Misuse(
        f"{named} {'is a segment' if len(among.segments) == 1 else 'are segments'}, and only shoppers belong here. "
        "Nothing was done.",
        for_log="A segment is named where only shoppers belong.",
        instead=(
            Instead(f"Remove from {names}", f"segment remove {to} {who}"),
            Instead(f"Add to {names}", f"segment add {to} {who}"),
            Instead(f"{verb}, Not the Segment", f"{path} {among.rest}"),
        ),
    )


async def customers_of(shoppers: ResolvedShoppers, ctx: Context) -> list[Customer]:
    """Return the shoppers as customers. Raises Misuse if nobody is named."""
    if not shoppers.shoppers:
        raise shoppers.not_found
    of_profiles = await fetch_owners(
        [one.profile_id for one in shoppers.shoppers if one.profile_id and not one.customer], ctx.shop
    )
    for one in shoppers.shoppers:
        if not one.customer and one.profile_id not in of_profiles:
            raise Impossible(f"The profile {one.profile_id} no longer belongs to a customer.")
    return [one.customer or of_profiles[str(one.profile_id)] for one in shoppers.shoppers]
