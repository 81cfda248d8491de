"""A shop for laws, steps made up for it, and what of it has to come back when they are undone."""

import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from hypothesis import strategies as st

from bot.bigcommerce import All, Any_, AnyOf, Not, Targeting
from bot.core.items import ItemKind
from bot.core.planning.plan import Plan
from bot.core.planning.steps import (
    AddMembers,
    AnyStep,
    CreateCustomer,
    CreateProfiles,
    CreateSegment,
    CustomerKey,
    DeleteProfiles,
    DeleteSegment,
    DropRule,
    FollowRule,
    KeepMembers,
    Naming,
    PromotionRef,
    RemoveMembers,
    RetargetPromotion,
    SegmentRef,
    Step,
    SwitchPromotion,
    UpdateSegment,
)
from bot.core.segment_rules.followed import Followed
from bot.core.segment_rules.rule import AcceptsMarketing, NeverOrdered
from bot.sandbox.store.database import Shop as StoreDatabase
from bot.sandbox.store.resources import customers as store_customers
from bot.sandbox.store.resources import promotions as store_promotions
from tests.engine.bench import Bench, bench

T = TypeVar("T")
Drawing = Callable[[st.DataObject, Bench], AnyStep]
Bundle = Callable[[st.DataObject, Bench], tuple[AnyStep, ...]]
NAMES = st.sampled_from(("Loyal", "loyal", "Big, “Spenders”", "<!channel>", "❤" * 100, "id:x"))
PEOPLE = st.sampled_from(("Ada", "<!channel>", "O'Neil", "`x` *y*", "❤" * 50))
NEWCOMERS = ("Ada+Shop@Example.com", "o'neil@example.com", "<!channel>@example.com")
"""Addresses of customers who have no profile."""
STRANGERS = st.sampled_from(("new+list@Example.COM", "*b*@example.com", "käthe@example.com"))
"""Addresses that nobody is registered with."""
RULED = "Newsletter"
"""The segment that follows a rule."""
NEVER = Followed(rule=NeverOrdered(), words="never ordered")
"""The rule that it follows."""
FOLLOWED = st.sampled_from(("accepts marketing", "ACCEPTS MARKETING")).map(
    lambda words: Followed(rule=AcceptsMarketing(), words=words)
)


@asynccontextmanager
async def a_shop() -> AsyncIterator[Bench]:
    """12 segments, 15 customers: nine with a profile in segments, three with one in none, three without one.

    One of the segments follows a rule.
    """
    async with bench(customers=12) as machine:
        drafts = [{"email": email, "first_name": "Ada", "last_name": "Byron"} for email in NEWCOMERS]
        store_customers.create(machine.store.shop, drafts)
        await machine.carry_out(Plan(steps=(FollowRule(segment=ruled(machine), after=NEVER),)))
        yield machine


def ruled(machine: Bench) -> SegmentRef:
    """The segment that follows a rule."""
    return SegmentRef(name=RULED, id=machine.segments()[RULED])


def snapshot(machine: Bench) -> dict[str, Any]:
    """What an undo brings back: segments by name with their members, who has a profile, and every promotion.

    Members are told by their customers, and segments in promotions by their names, since ids of restored ones are new.
    """
    rows = machine.store.shop.rows(
        "SELECT segments.name, profiles.customer_id FROM segments LEFT JOIN members ON segment = segments.position "
        "LEFT JOIN profiles ON profile = profiles.position ORDER BY profiles.customer_id"
    )
    return {
        "segments": {one["name"]: one["description"] for one in machine.store.overview()["segments"]},
        "members": [(row["name"], row["customer_id"]) for row in sorted(rows, key=lambda row: str(row["name"]))],
        "profiles": [row["customer_id"] for row in _people(machine) if row["profile"]],
        "promotions": promotions(machine.store.shop),
    }


def promotions(shop: StoreDatabase) -> list[Any]:
    """Every promotion, with segments' names in place of their ids."""
    names = {row["id"]: row["name"] for row in shop.rows("SELECT id, name FROM segments")}
    rows = shop.rows("SELECT document FROM promotions ORDER BY id")
    return [_named(json.loads(row["document"]), names) for row in rows]


def _named(document: Any, names: dict[str, str]) -> Any:
    if isinstance(document, dict):
        return {key: _named(value, names) for key, value in document.items()}
    if isinstance(document, list):
        return [_named(value, names) for value in document]
    return names.get(document, document) if isinstance(document, str) else document


def registered(machine: Bench) -> set[str]:
    """Every customer's address."""
    return {row["email"] for row in machine.store.shop.rows("SELECT email FROM customers")}


def forget(machine: Bench, step: AnyStep) -> bool:
    """Take out of the shop what the step is about, behind the bot's back; whether there was something."""
    about = (step.target.item,) if step.target else step.items
    with machine.store.shop.db as db:
        for item in about:
            db.execute(_FORGET[item.kind], (item.id,))
    return bool(about)


_FORGET = {
    ItemKind.SEGMENT: "DELETE FROM segments WHERE id = ?",
    ItemKind.PROMOTION: "DELETE FROM promotions WHERE id = CAST(? AS INTEGER)",
    ItemKind.CUSTOMER: "DELETE FROM customers WHERE id = CAST(? AS INTEGER)",
    ItemKind.PROFILE: "DELETE FROM profiles WHERE id = ?",
}


def clash(one: AnyStep, other: AnyStep, machine: Bench) -> bool:
    """Whether both touch one thing, which no command plans: a name, an item, or somebody whose profile goes."""
    if _touched(one) & _touched(other):
        return True
    is_about_accounts = any(item.kind is ItemKind.CUSTOMER for item in (*one.items, *other.items))
    return is_about_accounts and bool(_concerned(one, machine) & _concerned(other, machine))


def _touched(step: AnyStep) -> set[str]:
    """What it names or is about; who is put into two segments, or taken out, is no clash."""
    return _names(step.model_dump()) | {str(item) for item in step.items if item.kind is not ItemKind.PROFILE}


def _names(value: Any) -> set[str]:
    """Every name and address in it, whatever its case."""
    if isinstance(value, dict):
        own = {value[key].casefold() for key in ("name", "email") if isinstance(value.get(key), str)}
        return own.union(*map(_names, value.values()))
    return set().union(*map(_names, value)) if isinstance(value, list | tuple) else set()


def _concerned(step: AnyStep, machine: Bench) -> set[int]:
    """The customers whose account, profile or membership it touches."""
    profiles = {item.id for item in step.items if item.kind is ItemKind.PROFILE}
    profiles |= machine.members(step.target.name) if step.deletes and step.target else set()
    rows = machine.store.shop.rows("SELECT id, customer_id FROM profiles")
    accounts = {int(item.id) for item in step.items if item.kind is ItemKind.CUSTOMER}
    return {row["customer_id"] for row in rows if row["id"] in profiles} | accounts


def _people(machine: Bench) -> list[dict[str, Any]]:
    return machine.store.shop.rows(
        "SELECT customers.id AS customer_id, profiles.id AS profile, count(segment) AS segments FROM customers "
        "LEFT JOIN profiles ON customer_id = customers.id LEFT JOIN members ON profile = position "
        "GROUP BY customers.id ORDER BY customers.id"
    )


def customers(machine: Bench, *, profile: bool, idle: bool = False) -> list[int]:
    """Ids of customers with a profile or without one; ``idle``: only those who are in no segment."""
    found = [row for row in _people(machine) if bool(row["profile"]) is profile]
    return [row["customer_id"] for row in found if not (idle and row["segments"])]


def some(data: st.DataObject, things: Sequence[T]) -> tuple[T, ...]:
    """One or more of these, in any order."""
    return tuple(data.draw(st.lists(st.sampled_from(things), min_size=1, max_size=len(things), unique=True)))


def a_segment(data: st.DataObject, machine: Bench) -> SegmentRef:
    name, id_ = data.draw(st.sampled_from(sorted(machine.segments().items())))
    return SegmentRef(name=name, id=id_)


def a_naming(data: st.DataObject, besides: str = "") -> Naming:
    names = NAMES.filter(lambda name: name.casefold() != besides.casefold())
    return Naming(name=data.draw(names), description=data.draw(st.sampled_from(("", "d", "<&>"))))


def profiles(data: st.DataObject, machine: Bench, *, inside: str = "", outside: str = "") -> tuple[str, ...]:
    everybody = {row["id"] for row in machine.store.shop.rows("SELECT id FROM profiles")}
    chosen = machine.members(inside) if inside else everybody - machine.members(outside)
    return some(data, sorted(chosen))


def a_rule(data: st.DataObject, machine: Bench, operators: int = 3) -> Targeting:
    """A rule that the store takes: up to three operators deep."""
    kind = data.draw(st.sampled_from((AnyOf, Not, All, Any_) if operators else (AnyOf,)))
    if kind is AnyOf:
        return AnyOf(some(data, sorted(machine.segments().values()))[:3])
    if kind is Not:
        return Not(a_rule(data, machine, operators - 1))
    several = All if kind is All else Any_
    return several((a_rule(data, machine, operators - 1), a_rule(data, machine, operators - 1)))


def draw_create(data: st.DataObject, machine: Bench) -> AnyStep:
    return CreateSegment(segment=a_naming(data))


def draw_update(data: st.DataObject, machine: Bench) -> AnyStep:
    segment = a_segment(data, machine)
    return UpdateSegment(segment=segment, before=Naming(name=segment.name), after=a_naming(data, segment.name))


def draw_delete(data: st.DataObject, machine: Bench) -> AnyStep:
    return DeleteSegment(segment=a_segment(data, machine))


def draw_add(data: st.DataObject, machine: Bench) -> AnyStep:
    segment = a_segment(data, machine)
    return AddMembers(segment=segment, profile_ids=profiles(data, machine, outside=segment.name))


def draw_remove(data: st.DataObject, machine: Bench) -> AnyStep:
    segment = data.draw(st.sampled_from([name for name in sorted(machine.segments()) if machine.members(name)]))
    ref = SegmentRef(name=segment, id=machine.segments()[segment])
    return RemoveMembers(segment=ref, profile_ids=profiles(data, machine, inside=segment))


def draw_keep(data: st.DataObject, machine: Bench) -> AnyStep:
    segment = data.draw(st.sampled_from([name for name in sorted(machine.segments()) if machine.members(name)]))
    ref = SegmentRef(name=segment, id=machine.segments()[segment])
    return KeepMembers(segment=ref, profile_ids=profiles(data, machine, inside=segment))


def draw_register(data: st.DataObject, machine: Bench) -> AnyStep:
    return CreateCustomer(email=data.draw(STRANGERS), first_name=data.draw(PEOPLE), last_name=data.draw(PEOPLE))


def draw_profiles(data: st.DataObject, machine: Bench) -> AnyStep:
    return CreateProfiles(customers=some(data, tuple(customers(machine, profile=False))))


def draw_delete_profiles(data: st.DataObject, machine: Bench) -> AnyStep:
    unused = data.draw(st.booleans())
    return DeleteProfiles(customer_ids=some(data, customers(machine, profile=True, idle=unused)), unused=unused)


def draw_retarget(data: st.DataObject, machine: Bench) -> AnyStep:
    row = data.draw(st.sampled_from(machine.store.shop.rows("SELECT id FROM promotions ORDER BY id")))
    document = store_promotions.one(machine.store.shop, row["id"])
    is_new = a_rule(data, machine) if data.draw(st.booleans()) else None
    after = is_new if is_new is None or is_new.to_json() != document["customer"]["segments"] else Not(is_new)
    return RetargetPromotion(promotion=PromotionRef(id=document["id"], name=document["name"]), after=after)


def draw_switch(data: st.DataObject, machine: Bench) -> AnyStep:
    row = data.draw(st.sampled_from(machine.store.shop.rows("SELECT id FROM promotions ORDER BY id")))
    document = store_promotions.one(machine.store.shop, row["id"])
    promotion = PromotionRef(id=document["id"], name=document["name"])
    return SwitchPromotion(promotion=promotion, enabled=document["status"] == "DISABLED")


def draw_follow(data: st.DataObject, machine: Bench) -> AnyStep:
    return FollowRule(segment=a_segment(data, machine), after=data.draw(FOLLOWED))


def draw_drop(data: st.DataObject, machine: Bench) -> AnyStep:
    return DropRule(segment=ruled(machine))


DRAWN: dict[type[Step], Drawing] = {
    CreateSegment: draw_create,
    UpdateSegment: draw_update,
    DeleteSegment: draw_delete,
    AddMembers: draw_add,
    RemoveMembers: draw_remove,
    KeepMembers: draw_keep,
    CreateCustomer: draw_register,
    CreateProfiles: draw_profiles,
    DeleteProfiles: draw_delete_profiles,
    RetargetPromotion: draw_retarget,
    SwitchPromotion: draw_switch,
    FollowRule: draw_follow,
    DropRule: draw_drop,
}
"""How each kind of Step is made up for a shop that it can be done to."""


def draw_registration(data: st.DataObject, machine: Bench) -> tuple[AnyStep, ...]:
    """A customer to be and some without a profile, their profiles, and what they are put into: also a new segment."""
    register = CreateCustomer(email=data.draw(STRANGERS), first_name=data.draw(PEOPLE), last_name=data.draw(PEOPLE))
    keys: tuple[CustomerKey, ...] = (register.email, *some(data, customers(machine, profile=False)))
    old, new = a_segment(data, machine), CreateSegment(segment=Naming(name=data.draw(NAMES)))
    known = profiles(data, machine, outside=old.name)
    made: list[AnyStep] = data.draw(st.permutations([CreateProfiles(customers=keys), new]))
    into_old = AddMembers(segment=old, profile_ids=known, newcomers=keys)
    return (register, *made, into_old, AddMembers(segment=SegmentRef(name=new.segment.name), newcomers=keys))
