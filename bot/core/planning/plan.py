"""A Plan: exactly what will be done to the store."""

import hashlib
import json
from collections import Counter
from collections.abc import AsyncIterator, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

from pydantic import Field, SerializerFunctionWrapHandler, model_serializer

from bot.core.errors import Impossible
from bot.core.frozen_value import Value
from bot.core.items import Item, ItemKey
from bot.core.kept_lists import BY_DIGEST, fetch_lists, lists_of
from bot.core.language.due_times import describe_due
from bot.core.language.hidden_addresses import told_apart
from bot.core.language.phrases import NAMED, listing
from bot.core.planning.plan_lines import batched, in_one_line, lines_of
from bot.core.planning.promotion_effects import told_by
from bot.core.planning.steps import AnyStep

THINGS = 100
"""The most shoppers by whom changes that touch the same are found; more of them are in segments, too."""
KNOWN = 100
"""The most shoppers whose names a plan keeps, for when some are left out."""
REMOVAL = "remove_members"
"""The kind of Step that ends what additions did until a time."""
ENDS = "takes out again whom it adds"
"""Why an addition until a time needs approval."""
_ENDS = "Until {when}: whoever of them is still in it then, and was not added again, is taken out without asking again."
_BESIDE = ("title", "remarks", "named", "people", "effects", "size")
_BESIDE_IN_STEPS = ("out_of", "reach")
_EXCLUDED: dict[str, Any] = {"steps": {"__all__": set(_BESIDE_IN_STEPS)}} | dict.fromkeys(_BESIDE, True)


class Person(Value):
    """A shopper whom a plan is about: which of its items that is, if that is known, and the name."""

    item: Item | None = None
    name: str


class Plan(Value):
    """Steps in order. ``undoes`` is the number of the change that this plan undoes.

    ``title`` is what its headline says instead of its lines. ``remarks`` are what people should know apart from the
    steps: whom they are about, and what was left out. ``named`` is the one shopper that it is about, if it is about
    one, and ``people`` the first of those that were named by whoever asked. All of these may name shoppers, so they are
    shown and never logged. ``effects`` are the promotions that shoppers gain and lose by it, if that was counted.
    ``size`` is how many are in its one segment before, if that is to be told. ``until``: those whom it
    adds to segments are taken out again then; None: they stay.
    """

    steps: tuple[AnyStep, ...] = Field(min_length=1)
    undoes: int | None = None
    title: str = ""
    remarks: tuple[str, ...] = ()
    named: str = ""
    people: tuple[Person, ...] = ()
    effects: tuple[str, ...] = ()
    size: int | None = None
    until: datetime | None = None

    @model_serializer(mode="wrap")
    def _as_before(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Leave out an end that there is none of: fingerprints of plans from before stay as they were sealed."""
        fields: dict[str, Any] = handler(self)
        return {name: value for name, value in fields.items() if name != "until" or value is not None}

    @property
    def fingerprint(self) -> str:
        """SHA-256 (hex) of what the plan does: plans with equal fingerprints do the same to the same shoppers.

        Names, remarks, how many others are in a segment and whom a promotion reaches are shown but not included: they
        do not change what is done.
        """
        return hashlib.sha256(self.model_dump_json(exclude=_EXCLUDED).encode()).hexdigest()

    def does_as(self, other: "Plan") -> bool:
        """Return whether both do the same to the same shoppers, whichever version stored them.

        An earlier one wrote out every list: then the fingerprints differ though nothing else does.
        """
        return self.fingerprint == other.fingerprint or self._named_by_digest == other._named_by_digest

    @property
    def _named_by_digest(self) -> str:
        return self.model_dump_json(exclude=_EXCLUDED, context=BY_DIGEST)

    @property
    def lines(self) -> tuple[str, ...]:
        """What it does, one line per effect: batches of one effect share a line."""
        return lines_of(self.steps)

    @property
    def warnings(self) -> tuple[str, ...]:
        """What people should know before they approve it, each once; batches of one effect share their warnings.

        The effects on people come first: of a promotion whose shoppers are counted, nothing else needs to be told.
        """
        of_steps = [warning for first, *more in batched(self.steps) for warning in first.merged(more).warnings]
        counted = told_by(self.effects)
        ends = [_ENDS.format(when=describe_due(self.until))] if self.until else []
        warnings = [*ends, *self.effects, *(warning for warning in of_steps if not warning.startswith(counted))]
        return tuple(warning for place, warning in enumerate(warnings) if warning not in warnings[place + 1 :])

    @property
    def risks(self) -> tuple[str, ...]:
        """Why it is destructive, without duplicates and without reasons that another one includes."""
        ends = (ENDS,) if self.until and any(step.is_addition for step in self.steps) else ()
        every = dict.fromkeys((*(first.merged(more).risk for first, *more in batched(self.steps)), *ends))
        risks = tuple(filter(None, every))
        return tuple(one for one in risks if not any(other != one and other.startswith(one) for other in risks))

    @property
    def headline(self) -> str:
        """The plan in one line, however long it is; it names the shopper, if it is about one."""
        if self.title:
            return self.title + self._growth
        named = f": {self.named}" if self.named else ""
        text = f"{in_one_line(self.steps)}{self._growth}{self._end}{named}"
        return f"Undo change {self.undoes}: {text}" if self.undoes else text

    @property
    def _end(self) -> str:
        """Until when; of a plan that also removes others, who do not come back then, of what."""
        if self.until is None:
            return ""
        when = describe_due(self.until)
        return f" (additions end {when})" if any(step.moves.removed for step in self.steps) else f" until {when}"

    @property
    def _growth(self) -> str:
        moves = [step.moves for step in self.steps]
        after = (self.size or 0) + sum(one.added - one.removed for one in moves)
        return f" ({self.size:,} → {after:,})" if self.size is not None else ""

    @property
    def who(self) -> tuple[Person, ...]:
        """The one shopper that it is about, for a plan that is made of it; none if it is about several."""
        return (Person(name=self.named),) if self.named else ()

    def titled(self, title: str) -> "Plan":
        """Return the plan with this title; the one shopper that it is about is told in a remark instead."""
        named = (f"{self.named}.",) if self.named else ()
        return self.model_copy(update={"title": title, "named": "", "remarks": (*self.remarks, *named)})

    @property
    def shoppers(self) -> int:
        """The number of shoppers moved in all."""
        return sum(step.shoppers for step in self.steps)

    @property
    def destructive(self) -> bool:
        """Whether any of its Steps is destructive, or its end."""
        return self.until is not None or any(step.destructive for step in self.steps)

    def steps_of(self, kinds: Collection[str]) -> tuple[AnyStep, ...]:
        """Return its Steps that rules about these kinds are about: what is added until a time is removed, too."""
        ends = self.until is not None and REMOVAL in kinds
        return tuple(
            step for step in self.steps if step.kind in kinds or step.counts_as in kinds or (ends and step.is_addition)
        )

    def ending(self, until: datetime | None) -> "Plan":
        """Return it with those whom it adds taken out again then; None: they stay. What adds nobody has no end."""
        ends = until is not None and any(step.is_addition for step in self.steps)
        return self.model_copy(update={"until": until if ends else None})

    def largest_share(self, kinds: Collection[str]) -> float:
        """Return the largest share of a segment (0 to 1) that Steps of these kinds remove from it, or add to it.

        What is added is compared with the segment as it will be then, so that an empty one gets all of its shoppers.
        """
        moved: Counter[tuple[str, bool]] = Counter()
        whole: dict[tuple[str, bool], int] = {}
        for step in self.steps_of(kinds):
            if step.segment_size is not None and step.target:
                key = (step.target.name, bool(step.moves.added))
                moved[key] += step.shoppers
                whole[key] = step.segment_size
        sizes = {key: of + (moved[key] if key[1] else 0) for key, of in whole.items()}
        return max((moved[key] / of for key, of in sizes.items() if of), default=0.0)

    @property
    def items(self) -> tuple[Item, ...]:
        """What it is about: the items that can be taken out one by one, without duplicates."""
        return self.first_items(None)

    @property
    def things(self) -> tuple[Item, ...]:
        """What other changes may touch, too: segments, promotions, and a limited number of shoppers' profiles.

        The promotions that name a segment which it deletes are among them: they reach others from then on.
        """
        shoppers = (item for step in self.steps if step.target is None for item in step.items if item.is_known_shopper)
        promotions = filter(None, (step.about_promotion for step in self.steps))
        orphans = (Item.promotion(use.id) for step in self.steps for use in step.orphans or ())
        things = (*map(Item.segment, self.segment_ids), *promotions, *orphans, *islice(shoppers, THINGS))
        return tuple(dict.fromkeys(things))

    @property
    def has_several_items(self) -> bool:
        """Whether an item can be taken out with something left. Fast, however many there are."""
        return any(map(lists_of, self.steps)) or len(self.first_items(2)) > 1

    def first_items(self, most: int | None) -> tuple[Item, ...]:
        """Return the first of its items, at most so many; None: all."""
        return tuple(islice(_each_once(item for step in self.steps for item in step.items), most))

    async def each_step(self) -> AsyncIterator[AnyStep]:
        """Yield its Steps, each when others had a turn and its lists were read."""
        for step in self.steps:
            await fetch_lists(step)
            yield step

    async def item_keys(self) -> set[ItemKey]:
        """Return the keys of its items: in less time than the items, of which there may be 100,000."""
        keys: set[ItemKey] = set()
        async for step in self.each_step():
            keys.update(step.item_keys)
        return keys

    async def among(self, items: Iterable[Item]) -> tuple[Item, ...]:
        """Return those of these items that it is about, in its order."""
        wanted = tuple(items)
        return tuple(dict.fromkeys([item async for step in self.each_step() for item in step.among(wanted)]))

    @property
    def names(self) -> Mapping[Item, str]:
        """The names of its items, apart from shoppers that the store knows."""
        return {item: name for step in self.steps for item, name in step.names.items()}

    async def without(self, items: Collection[Item]) -> "Plan":
        """Return the plan without these items. Raises Impossible if nothing is left."""
        if not items:
            return self
        out = frozenset(items)
        left = tuple([reduced async for step in self.each_step() if (reduced := step.without(out))])
        if not left:
            raise Impossible("Nothing would be left to do. Reject the change instead.")
        people = tuple(one for one in self.people if one.item not in out)
        # What was remarked at first is not about those who are left.
        plan = self.model_copy(update={"steps": left, "title": "", "remarks": (), "people": people, "size": None})
        count = len(await plan.item_keys())
        named = naming(people, count, ("Some were left out. Details lists them.",))
        return plan.model_copy(update=named).ending(self.until)

    @property
    def segment_ids(self) -> tuple[str, ...]:
        """The segments that it touches and that have ids."""
        return tuple(dict.fromkeys(id_ for step in self.steps for id_ in step.segment_ids))


def fingerprint_of_json(stored: str) -> str:
    """Return the fingerprint that a stored Plan had when it was written, whatever fields Steps have gained since."""
    plan = json.loads(stored)
    for beside in _BESIDE:
        plan.pop(beside, None)
    for step in plan["steps"]:
        for beside in _BESIDE_IN_STEPS:
            step.pop(beside, None)
    return hashlib.sha256(json.dumps(plan, separators=(",", ":"), ensure_ascii=False).encode()).hexdigest()


def _each_once(items: Iterable[Item]) -> Iterator[Item]:
    seen: set[Item] = set()
    for item in items:
        if item not in seen:
            seen.add(item)
            yield item


def naming(people: Sequence[Person], total: int, remarks: tuple[str, ...]) -> dict[str, Any]:
    """Return the fields that name these shoppers of ``total``: one by itself, of several the first in a remark."""
    names = [one.name for one in people]
    if total == len(names) == 1:
        return {"named": names[0], "remarks": remarks}
    several = (f"{listing(told_apart(names), NAMED, total=total)}.",) if names else ()
    return {"named": "", "remarks": (*several, *remarks)}


def inverse_of(done: tuple[tuple[AnyStep, ...], ...]) -> tuple[AnyStep, ...]:
    """Return the Steps that undo what ran, in reverse. ``done`` holds the undo of each Step that ran, in order.

    Nobody is removed from a segment that the same undo deletes. Profiles are deleted last, once no such segment holds
    them.
    """
    steps = [step for undo in reversed(done) for step in undo]
    deleted = {item for step in steps for item in step.deletes}
    needed = [step for step in steps if step.moot_without not in deleted]
    return tuple(sorted(needed, key=lambda step: step.undone_last))
