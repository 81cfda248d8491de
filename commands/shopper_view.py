"""One shopper as people see them: their segments, the promotions that reach them, and what can be done next."""

from collections.abc import Sequence

from bot.bigcommerce import Customer, Promotion, Segment
from bot.core.answers import Answer, Fields, Offer, Offers, Part, Sentence, Table
from bot.core.context import Context
from bot.core.language.phrases import listing
from bot.core.language.tokenizer import quote
from bot.core.planning.steps.promotions import whom
from bot.core.store_view.cached_shop import LACKS_SCOPE, describe_status
from bot.core.store_view.people_meant import describe_customer

MOST_EXPLAINED = 5
"""Of how many segments each has a button that explains it: a menu of buttons holds no more."""


async def shown(customer: Customer, ctx: Context) -> Answer:
    """Show a customer."""
    inside = [one for one in await ctx.shop.segments() if one.id in customer.segment_ids]
    profile = customer.shopper_profile_id
    fields = Fields.of(
        ("Segments", ", ".join(one.name for one in inside) or "none"),
        ("Profile", "" if profile else "none yet; adding them to a segment creates one"),
    )
    ids = Sentence(f"Customer {customer.id}{f' · profile {profile}' if profile else ''}", quiet=True)
    promotions, next_steps = await _promotions(customer, ctx), _next_steps(customer, inside)
    return Answer(describe_customer(customer), (fields, *promotions, next_steps, ids))


async def _promotions(customer: Customer, ctx: Context) -> tuple[Part, ...]:
    """Show the promotions whose targeting reaches this customer, with the reason."""
    promotions = await ctx.shop.promotions()
    if promotions is None:
        return (Sentence(f"Which promotions reach them cannot be read: {LACKS_SCOPE}."),)
    names = await ctx.shop.names()
    meant = [one for one in promotions if one.reaches(customer.segment_ids) is not False]
    rows = tuple(_reach(one, customer, names) for one in meant if one.is_live)
    off = [f"{one.name} ({describe_status(one)})" for one in meant if not one.is_live]
    later = (Sentence(f"Once they are live, these reach them, too: {listing(off)}.", quiet=True),) if off else ()
    if not rows:
        return (Sentence("No live promotion reaches them."), *later)
    note = "Judged by segments alone; a promotion may ask for more, such as a full cart."
    return (Table("Promotions that reach them", ("Promotion", "For"), rows), *later, Sentence(note, quiet=True))


def _reach(promotion: Promotion, customer: Customer, names: dict[str, str]) -> tuple[str, ...]:
    maybe = "" if promotion.reaches(customer.segment_ids) else "perhaps: "
    return (promotion.name, f"{maybe}{whom(promotion.targeting, names)}")


def _next_steps(customer: Customer, inside: Sequence[Segment]) -> Offers:
    """Return what one would do next; in a menu, what explains why they are in each of these segments."""
    typed = quote(str(customer.id))
    add, remove = f"segment add shoppers:{typed}", f"segment remove shoppers:{typed}"
    if customer.shopper_profile_id is None:
        return Offers((Offer("Add to Segment", add), Offer("Create Profile", f"shopper create {typed}")))
    out = (Offer("Remove from Segment", remove),) if customer.segment_ids else ()
    steps = (Offer("Add to Segment", add), *out, Offer("Delete Profile", f"shopper delete {typed}"))
    return Offers(steps, more=_explained(f"shopper why #{customer.id}", inside))


def _explained(why: str, inside: Sequence[Segment]) -> tuple[Offer, ...]:
    """Return an offer for each segment; of many, one that asks which."""
    if len(inside) > MOST_EXPLAINED:
        return (Offer("Why in a Segment", why),)
    return tuple(Offer(f"Why in {one.name}", f"{why} {quote(one.id)}") for one in inside)
