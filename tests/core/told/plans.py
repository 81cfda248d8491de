"""What plans, their steps and changes say of themselves: every property of each, and what the policy asks for."""

import re
from collections.abc import Iterator, Mapping
from datetime import time
from functools import cached_property
from inspect import getmembers
from typing import Any

from pydantic import BaseModel, TypeAdapter

from bot.bigcommerce import Targeting
from bot.core.approval.policy import Policy
from bot.core.errors import Impossible
from bot.core.items import Item
from bot.core.planning.plan import Person, Plan
from bot.core.planning.steps import (
    AddMembers,
    AnyStep,
    CreateCustomer,
    CreateProfiles,
    CreateSegment,
    DeleteProfiles,
    DropRule,
    FollowRule,
    Naming,
    PromotionRef,
    RemoveMembers,
    RetargetPromotion,
    SegmentRef,
    SwitchPromotion,
    UpdateSegment,
)
from bot.core.planning.steps.lost_memberships import Memberships
from bot.core.planning.steps.profiles import OldProfile
from bot.core.planning.steps.references import Restored
from bot.core.segment_rules.followed import Followed
from bot.core.segment_rules.rule import NeverOrdered, Not
from bot.core.segment_rules.schedule import Daily, Hourly
from bot.core.store_view.reach import Reach
from tests.core.samples import add, delete, plan, uuid
from tests.core.told.changes import USES, every
from tests.kept_texts import Kinds

VIPS, LOYAL = SegmentRef(name="VIPs", id=uuid(1)), SegmentRef(name="Loyal", id=uuid(2))
NEW = SegmentRef(name="New")
SPRING, LIVE = PromotionRef(id=7, name="Spring <Sale>"), PromotionRef(id=8, name="Live", live=True)
IN_VIPS, NOT_IN_VIPS = (
    TypeAdapter(Targeting).validate_python(one) for one in ({"id": [uuid(1)]}, {"not": {"id": [uuid(1)]}})
)
MANY = 8
NOTHING = ("", "()", "{}", "None", "False", "0")
_ID = re.compile(r"0*([0-9a-f]+)-0000-4000-8000-0+")
REACH = Reach(gain=1, lose=2, keep=3)
PROFILES = tuple(map(uuid, range(30)))


def steps() -> Iterator[tuple[str, AnyStep]]:
    """Every kind of step, in its variants."""
    yield "register", CreateCustomer(email="ada@x.org", first_name="Ada", last_name="Byron")
    yield "create", CreateSegment(segment=Naming(name="New", description="Fresh"))
    yield "restore", CreateSegment(segment=Naming(name="VIPs"), restores=True, old_id=uuid(5), lost=USES)
    yield "restore, unread", CreateSegment(segment=Naming(name="VIPs"), restores=True, old_id=uuid(5), lost=None)
    for title, before, after, restores in (
        ("rename", Naming(name="A"), Naming(name="B"), False),
        ("describe", Naming(name="A"), Naming(name="A", description="D" * 300), False),
        ("do not describe", Naming(name="A", description="D"), Naming(name="A"), False),
        ("rename and describe", Naming(name="A", description="D"), Naming(name="B", description="E"), True),
    ):
        yield title, UpdateSegment(segment=VIPS, before=before, after=after, restores=restores)
    for uses in ((), USES, USES[1:], None):
        used = "unread" if uses is None else len(uses)
        yield f"delete, of {used} promotions", delete(members=1234, promotions=uses, description="D")
        yield f"delete unused, of {used} promotions", delete(promotions=uses, unused=True)
        yield f"add, of {used} promotions", AddMembers(segment=VIPS, profile_ids=PROFILES, promotions=uses, out_of=40)
        taken = RemoveMembers(segment=VIPS, profile_ids=PROFILES, promotions=uses, out_of=30)
        yield f"remove all, of {used} promotions", taken
        yield f"remove, of {used} promotions", taken.model_copy(update={"out_of": 300})
        inside = (Memberships(segment=VIPS, shoppers=2, promotions=uses), Memberships(segment=LOYAL, shoppers=1))
        yield f"delete profiles, of {used} promotions", DeleteProfiles(customer_ids=(7, 8, 9), memberships=inside)
    yield "add newcomers", AddMembers(segment=NEW, profile_ids=PROFILES[:2], newcomers=(7, "ada@x.org"))
    yield "add one", add(1)
    yield "create profiles", CreateProfiles(customers=(7, "ada@x.org"))
    yield "create profiles again", CreateProfiles(customers=(7,), old=(OldProfile(customer_id=7, id=uuid(3)),))
    yield "delete unused profiles", DeleteProfiles(customer_ids=(7,), unused=True)
    for promotion in (SPRING, LIVE):
        where = promotion.name
        yield f"switch on {where}", SwitchPromotion(promotion=promotion, enabled=True, was="DISABLED", whom="VIPs")
        yield (
            f"switch off {where}",
            SwitchPromotion(promotion=promotion, enabled=False, was="ENABLED", dates="until 4 May", reach=REACH),
        )
        for one, other in ((IN_VIPS, NOT_IN_VIPS), (None, IN_VIPS), (IN_VIPS, None)):
            yield (
                f"retarget {where} from {one} to {other}",
                RetargetPromotion(
                    promotion=promotion, before=one, after=other, was="in VIPs", becomes="not in VIPs", reach=REACH
                ),
            )
    gone = (Restored(name="VIPs", old_id=uuid(1)), Restored(name="Old", old_id=uuid(2), new_id=uuid(3)))
    yield "point", RetargetPromotion(promotion=SPRING, before=IN_VIPS, after=IN_VIPS, restored=gone)
    never = Followed(rule=NeverOrdered(), words="never ordered")
    ever = Followed(rule=Not(part=NeverOrdered()), words="not never ordered")
    yield "follow a rule", FollowRule(segment=VIPS, after=never)
    yield "follow another rule", FollowRule(segment=VIPS, before=ever, after=never)
    hourly = never.model_copy(update={"schedule": Hourly()})
    daily = ever.model_copy(update={"schedule": Daily(at=time(6))})
    yield "follow a rule each hour", FollowRule(segment=VIPS, after=hourly)
    yield "follow another rule each day", FollowRule(segment=VIPS, before=hourly, after=daily)
    yield (
        "follow another rule at the same time",
        FollowRule(segment=VIPS, before=hourly, after=hourly.model_copy(update={"rule": daily.rule})),
    )
    yield "follow a rule at other times", FollowRule(segment=VIPS, before=never, after=hourly)
    yield "follow a rule by hand again", FollowRule(segment=VIPS, before=hourly, after=never)
    yield (
        "follow a rule under another policy",
        FollowRule(segment=VIPS, before=hourly, after=hourly.model_copy(update={"policy": "x"})),
    )
    yield "be a list again", DropRule(segment=VIPS, before=never)
    yield "be the list that it is", DropRule(segment=VIPS)


def _plans() -> Iterator[tuple[str, Plan]]:
    for title, step in steps():
        yield title, plan(step)
    clubs = tuple(delete(f"Club {at}", members=at) for at in range(40))
    adds = tuple(add(3, SegmentRef(name=f"Club {at}", id=uuid(50 + at))) for at in range(7))
    yield "several of a kind", plan(*clubs)
    yield "several kinds", plan(*clubs[:3], *adds, CreateSegment(segment=Naming(name="New")))
    yield "two", plan(clubs[0], adds[0])
    yield "of one long line", plan(delete("x" * 200), add(1))
    yield "batches", plan(add(500), add(500), add(7))
    yield "undoing", plan(add(2), undoes=41)
    named = {"size": 10, "named": "Ada Byron", "remarks": ("Ada", "Left out: 1.")}
    yield "about one", plan(add(1)).model_copy(update=named)
    known = (Person(item=Item.profile(uuid(0)), name="Ada"), Person(name="Ben"))
    yield "with a title", plan(add(1), TAKES).model_copy(update=named).titled("Run the rule of VIPs: 1 joins, 3 leave")
    yield "about people", plan(add(2), TAKES).model_copy(update={"size": 30, "people": known, "effects": ("Gain 2.",)})


TAKES = RemoveMembers(segment=VIPS, profile_ids=PROFILES[:3], out_of=4)


def _is_property(member: object) -> bool:
    return isinstance(member, property | cached_property)


def _told(value: BaseModel) -> list[str]:
    """Every property of a value that is not a field of it, as it reads, unless it says nothing."""
    names = [name for name, _ in getmembers(type(value), _is_property)]
    classwide = sorted(getattr(type(value), "__class_vars__", ()))
    wanted = [name for name in dict.fromkeys((*classwide, *names)) if not name.startswith(("_", "model_", "created_"))]
    told = {name: _read(value, name) for name in wanted}
    return [f"{name}: {text}" for name, text in told.items() if text not in NOTHING]


def _read(value: BaseModel, name: str) -> str:
    try:
        return _plain(getattr(value, name))
    except Impossible as error:
        return f"not possible: {error}"


def _plain(value: Any) -> str:
    """Write it without what differs from day to day; of many, the first and the last, and how many they are."""
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{_plain(key)}: {_plain(one)}' for key, one in value.items())}}}"
    if isinstance(value, frozenset | set):
        return _plain(tuple(sorted(map(str, value))))
    if isinstance(value, tuple) and len(value) > MANY:
        return f"{len(value)}, from {_plain(value[:2])} to {_plain(value[-1])}"
    return _ID.sub(r"#\1", f"({', '.join(map(_plain, value))})" if isinstance(value, tuple) else str(value))


def _needs(of: Plan) -> str:
    try:
        return str(Policy(approvers=frozenset({"UBEN"})).need(of))
    except Impossible as error:
        return str(error)


TOLD: Kinds = {
    "steps": lambda: {title: _told(step) for title, step in steps()},
    "plans": lambda: {title: [*_told(one), _needs(one)] for title, one in _plans()},
    "changes": lambda: {title: _told(one) for title, one in every()},
}
