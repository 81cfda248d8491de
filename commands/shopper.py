"""``/shopper``: customers, and the profiles that let them be in segments."""

from typing import Annotated

from pydantic import AfterValidator, Field

from bot.bigcommerce import Customer
from bot.core.answers import Answer, Sentence, Table
from bot.core.command import Group, command
from bot.core.context import Context
from bot.core.errors import Impossible, NothingToDo, Question, Reading
from bot.core.items import Item
from bot.core.language.addresses import with_addresses
from bot.core.language.args import Args, SegmentInput, ShopperInput, Text
from bot.core.language.normal_form import one_line
from bot.core.language.person_names import FirstName, LastName, no_title, one_name
from bot.core.language.phrases import listing, people, remark_on
from bot.core.language.readings import MOST_READINGS
from bot.core.language.shopper_list import read_shoppers
from bot.core.planning.plan import Person, Plan
from bot.core.planning.plan_building import build_plan
from bot.core.planning.steps import AnyStep, CreateCustomer, CustomerKey, SegmentRef, added, created, deleted, kept
from bot.core.store_view.people_meant import OFFERED, describe_customer, full_name, parts_called
from bot.core.store_view.shopper_search import customers_called, search_shoppers
from bot.core.store_view.shoppers import nobody_left, resolve
from commands import verbs
from commands.inputs import RunAt, Shoppers, Until
from commands.paging import meant_elsewhere, offers
from commands.rule_remarks import moved_back
from commands.shopper_view import shown
from commands.shopper_why import why
from commands.shoppers_named import customers_of, one_customer, refuse_segments
from commands.temporary import remarks_on_kept, taken_out_again

FOUND = 50
"""The most shoppers that a search shows."""
MAIL = ("e-mail", "mail", "email address", "e-mail address", "address")
"""What people write before an address."""


def _address(text: str) -> str:
    """Return the one address in a text, which the store can be searched for. Raises ValueError."""
    read = read_shoppers((text,))
    match read.emails:
        case (address,) if read.words == read.emails and "." in address.partition("@")[2] and '"' not in address:
            return address
    raise ValueError("it has to look like ada@example.com")


Address = Annotated[str, AfterValidator(_address), Field(max_length=250)]
PersonName = Annotated[str, AfterValidator(one_line), AfterValidator(one_name), Field(min_length=1, max_length=100)]


class ShowShopper(Args):
    """Which shopper to show."""

    shopper: Annotated[
        str,
        ShopperInput(label="Shopper", hint="An email, a customer id or a profile id", placeholder="ada@example.com"),
    ]


class SomeShoppers(Args):
    """Which shoppers."""

    shoppers: Shoppers
    at: RunAt = ""


class RegisterArgs(Args):
    """The customer to register, and the segments to add them to."""

    email: Annotated[Address, Text(label="Email", placeholder="ada@example.com", private=True, called=MAIL)]
    first_name: Annotated[
        PersonName,
        AfterValidator(no_title),
        FirstName(label="First name", max_length=100, private=True, called=("given name",)),
    ]
    last_name: Annotated[
        PersonName, LastName(label="Last name", max_length=100, private=True, called=("surname", "family name"))
    ]
    segments: Annotated[
        tuple[str, ...],
        Field(max_length=25),
        SegmentInput(label="Segments", private=True, leads=("to", "into", "in")),
    ] = ()
    at: RunAt = ""
    until: Until = ""


class FindArgs(Args):
    """Whom to look for."""

    words: Annotated[
        str,
        Field(min_length=1, max_length=255),
        Text(
            label="Who",
            called=("name", "shopper", "customer", "email", "company", "phone"),
            hint="Part of a name, or a whole email, company or phone number",
            placeholder="Moss",
            private=True,
            as_typed=True,
        ),
    ]


@command("shopper show", submit="Show Shopper", aliases=("info", "view", "get", "who"))
async def show(args: ShowShopper, ctx: Context) -> Answer:
    """Show a shopper: account, profile, segments, and which promotions reach them and why.

    /shopper show ada@example.com
    /shopper show 17
    """
    return await shown(await one_customer(args.shopper, "Show Shopper", "shopper show", ctx), ctx)


@command("shopper find", submit="Find Shoppers")
async def find(args: FindArgs, ctx: Context) -> Answer:
    """Find shoppers by part of a name, or by a whole email, company or phone number.

    /shopper find moss
    /shopper find ada byron
    /shopper find (202) 555-0143
    """
    found = await search_shoppers(args.words, ctx.shop.reader, FOUND)
    if not found:
        await _ask_about_parts(args.words, ctx)
        hint = "A part of a name is enough; an email, a company or a phone number has to be whole."
        help_ = "`/shopper help` shows what else there is."
        elsewhere = await meant_elsewhere(args.words, "shopper", ctx)
        told = (Sentence(f"{hint} {help_}", quiet=True), *((offers(*elsewhere),) if elsewhere else ()))
        return Answer(f"No shopper matches “{args.words}”.", told)
    if len(found) == 1:
        return await shown(found[0], ctx)
    rows = tuple((full_name(one), one.email, one.id, len(one.segment_ids)) for one in found)
    table = Table("Shoppers", ("Shopper", "Email", "Customer id", "Segments"), rows)
    more = (Sentence(f"Only {FOUND} are shown: type more of the name.", quiet=True),) if len(found) == FOUND else ()
    nexts = ((f"Show {full_name(one) or one.email}", f"shopper show #{one.id}") for one in found[:OFFERED])
    return Answer(f"{people(len(found))} found", (table, *more, offers(*nexts)))


async def _ask_about_parts(words: str, ctx: Context) -> None:
    """Raise Question if some of the words are a shopper's name, or an address that stands there in words."""
    meant = [with_addresses(words)]
    if meant == [words]:
        parts = await parts_called(words, lambda part: customers_called(part, ctx.shop.reader, 1))
        meant = list(parts)[:MOST_READINGS]
    if meant:
        named = listing([f"“{one}”" for one in meant])
        raise Question(
            f"No shopper matches “{words}”. Did you mean {named}?",
            [Reading({"words": one}) for one in meant],
            field="words",
            for_log="No one is called so, and some words may be meant.",
        )


@command("shopper create", submit="Create Profiles")
async def create(args: SomeShoppers, ctx: Context) -> Plan:
    """Create profiles for registered customers, so that they can be in segments.

    /shopper create 17
    /shopper create ada@example.com, #42
    """
    await refuse_segments(args.shoppers, "Create Profiles", "shopper create", ctx)
    shoppers = await resolve(args.shoppers, ctx.shop)
    if not shoppers.shoppers:
        raise shoppers.not_found
    lacking = [one.customer for one in shoppers.shoppers if one.customer and not one.profile_id]
    having = [one.label for one in shoppers.shoppers if one.profile_id]
    remarks = (*shoppers.remarks, *remark_on("Already with a profile", having))
    if not lacking:
        raise nobody_left(remarks)
    who = tuple(map(_person, lacking))
    return await build_plan(created(tuple(one.id for one in lacking)), ctx.shop, remarks=remarks, who=who)


@command("shopper register", submit="Register Shopper", aliases=("new", "signup"))
async def register(args: RegisterArgs, ctx: Context) -> Plan:
    """Register a customer, create their profile, and put them into segments; done again, it does only what is left.

    /shopper register ada@example.com Ada Byron
    /shopper register ada@example.com Ada Byron VIPs "Coffee lovers"
    """
    segments = await ctx.shop.find(args.segments, field="segments") if args.segments else ()
    known = await _find_account(args.email, ctx)
    steps, told = list[AnyStep](), list[str]()
    key: CustomerKey = known.id if known else args.email
    if known is None:
        steps.append(CreateCustomer(email=args.email, first_name=args.first_name, last_name=args.last_name))
    profile = known.shopper_profile_id if known else None
    if profile is None:
        steps += created((key,))
    for one in segments:
        if known is None or one.id not in known.segment_ids:
            ref = SegmentRef.of(one)
            steps += added(ref, (profile,)) if profile else added(ref, (), (key,))
        elif profile and (end := (await taken_out_again(one.id, ctx)).get(profile)):
            steps += kept(SegmentRef.of(one), (profile,))
            told += remarks_on_kept(one.name, (end,))
    if not steps:
        raise NothingToDo(f"{args.email} is already registered and has everything this asks for.")
    who = _person(known) if known else Person(name=f"{args.first_name} {args.last_name} ({args.email})")
    remarks = (*_registered(args, known), *told, *await moved_back(segments, ctx))
    return await build_plan(tuple(steps), ctx.shop, remarks=remarks, who=(who,))


@command("shopper delete", submit="Delete Profiles", aliases=("drop", "erase", "forget"), is_grave=True)
async def delete(args: SomeShoppers, ctx: Context) -> Plan:
    """Delete shoppers' profiles with all memberships; the customers stay. A second person has to approve.

    /shopper delete ada@example.com
    /shopper delete 17, 42
    """
    await refuse_segments(args.shoppers, "Delete Profiles", "shopper delete", ctx)
    shoppers = await resolve(args.shoppers, ctx.shop)
    customers = await customers_of(shoppers, ctx)
    having = [one for one in customers if one.shopper_profile_id]
    lacking = [describe_customer(one) for one in customers if not one.shopper_profile_id]
    remarks = (*shoppers.remarks, *remark_on("Without a profile", lacking))
    if not having:
        raise nobody_left(remarks)
    who = tuple(map(_person, having))
    return await build_plan(deleted(tuple(one.id for one in having)), ctx.shop, remarks=remarks, who=who)


def _person(customer: Customer) -> Person:
    return Person(item=Item.customer(customer.id), name=describe_customer(customer))


def _registered(args: RegisterArgs, known: Customer | None) -> tuple[str, ...]:
    if known is None:
        return ()
    is_called_so = (args.first_name, args.last_name) == (known.first_name, known.last_name)
    return (f"They are registered already.{'' if is_called_so else ' That name stays.'}",)


async def _find_account(email: str, ctx: Context) -> Customer | None:
    """Find the customer with this address, or None. Raises Impossible if there are several."""
    accounts = await ctx.shop.customers(emails=(email,))
    if len(accounts) > 1:
        ids = ", ".join(str(one.id) for one in accounts)
        several = f"{email} has several accounts ({ids}). Use `/segment add` with a customer id."
        raise Impossible(several, field="email")
    return next(iter(accounts), None)


GROUP = Group(
    "shopper",
    "Shoppers: find and see them, register them, and delete their profiles",
    commands=(show, find, why, create, register, delete),
    elsewhere=dict.fromkeys(("add", "put", "enroll"), "segment add")
    | dict.fromkeys(("remove", "take", "kick"), "segment remove"),
    meant=verbs.SHOPPER,
)
