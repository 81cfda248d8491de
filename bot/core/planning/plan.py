"""A Plan: what is going to be done to the store, exactly."""

import hashlib
from collections import Counter
from collections.abc import Collection, Iterable
from itertools import groupby
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from bot.core.errors import Impossible, NothingToDo
from bot.core.language.phrases import people
from bot.core.planning.steps import AnyStep, DeleteProfiles, DeleteSegment, Gone, RemoveMembers, SegmentRef
from bot.core.store_view.shop import Shop

MAX_HEADLINE_LINES = 2
HEADLINE = 110
"""Characters of two lines that fit into one headline, beside what is said around them."""


_BESIDE: dict[str, Any] = {"steps": {"__all__": {"out_of"}}, "remarks": True}


class Plan(BaseModel):
    """Steps in their order. ``undoes``: the number of the change that this one undoes.

    ``remarks`` are what people should know beside the steps: whom they are about, and what is left out. They may
    name shoppers, so they are shown and never logged.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    steps: tuple[AnyStep, ...] = Field(min_length=1)
    undoes: int | None = None
    remarks: tuple[str, ...] = ()

    @property
    def fingerprint(self) -> str:
        """SHA-256 (hex) of what the plan does: two plans with one fingerprint do the same to the same shoppers.

        How many others are in a segment, and what the remarks say, is shown and changes nothing of what is done.
        """
        return hashlib.sha256(self.model_dump_json(exclude=_BESIDE).encode()).hexdigest()

    @property
    def lines(self) -> tuple[str, ...]:
        """What it does, a line for each thing: batches of one membership are told together."""
        return lines_of(self.steps)

    @property
    def warnings(self) -> tuple[str, ...]:
        """What people should know before they approve it, each once; batches of one topic are told together."""
        every = [warning for first, *more in _topics(self.steps) for warning in first.joined(more).warnings]
        return tuple(warning for place, warning in enumerate(every) if warning not in every[place + 1 :])

    @property
    def dangers(self) -> tuple[str, ...]:
        """Why it hurts, each once; batches of one topic are told together, and less is not told beside more."""
        every = dict.fromkeys(first.joined(more).danger for first, *more in _topics(self.steps))
        told = tuple(filter(None, every))
        return tuple(one for one in told if not any(other != one and other.startswith(one) for other in told))

    @property
    def headline(self) -> str:
        """The plan in one line, whatever its length."""
        lines = self.lines
        count = MAX_HEADLINE_LINES if sum(map(len, lines[:MAX_HEADLINE_LINES])) <= HEADLINE else 1
        shown, more = lines[:count], len(lines) - count
        text = " · ".join(shown) + (f" · and {more} more" if more > 0 else "")
        return f"Undo change {self.undoes}: {text}" if self.undoes else text

    @property
    def shoppers(self) -> int:
        """Shoppers moved in all."""
        return sum(step.shoppers for step in self.steps)

    @property
    def destructive(self) -> bool:
        """Whether any Step of it hurts."""
        return any(step.danger for step in self.steps)

    def largest_share(self, kinds: Collection[str]) -> float:
        """The largest part of a segment (0 to 1) that Steps of these kinds take away."""
        taken: Counter[str] = Counter()
        whole: dict[str, int] = {}
        for step in self.steps:
            if step.kind in kinds and step.of:
                taken[step.topic[1]] += step.shoppers
                whole[step.topic[1]] = step.of
        return max((taken[segment] / of for segment, of in whole.items()), default=0.0)

    @property
    def items(self) -> tuple[str, ...]:
        """What can be taken out of it one by one, each once."""
        return tuple(dict.fromkeys(item for step in self.steps for item in step.items))

    def without(self, items: Collection[str]) -> "Plan":
        """The plan without these items. Raises Impossible where nothing is left."""
        if not items:
            return self
        left = tuple(one for step in self.steps if (one := step.without(items)))
        if not left:
            raise Impossible("Nothing would be left to do. Reject the change instead.")
        # Who was named at first is not who it is about now.
        return self.model_copy(update={"steps": left, "remarks": ("Some were taken out. Details shows who is left.",)})

    @property
    def segment_ids(self) -> tuple[str, ...]:
        """The segments that it touches, as far as they have ids."""
        return tuple(dict.fromkeys(id_ for step in self.steps for id_ in step.segment_ids))


def lines_of(steps: Iterable[AnyStep]) -> tuple[str, ...]:
    """What these steps do, a line for each thing."""
    return tuple(group[0].told(sum(step.shoppers for step in group)) for group in _topics(steps))


def _topics(steps: Iterable[AnyStep]) -> list[list[AnyStep]]:
    return [list(group) for _, group in groupby(steps, key=lambda step: step.topic)]


async def observed(
    steps: tuple[AnyStep, ...],
    shop: Shop,
    *,
    undoes: int | None = None,
    remarks: tuple[str, ...] = (),
    is_retry: bool = False,
) -> Plan:
    """The Plan of these Steps as the store is now, without those that have nothing to do any more.

    An undo brings back what it can: what it cannot, since something is gone, becomes a remark. ``is_retry``: some of it
    may be done already. Raises Impossible.
    """
    left: list[Impossible] = []
    here: list[AnyStep] = []
    for step in steps:
        try:
            here.append(await step.observed(shop))
        except NothingToDo as error:
            left.append(error)
        except Gone as error:
            if undoes is None:
                raise
            left.append(error)
    if undoes is not None or is_retry:
        here, away = await _still(here, shop)
        left += away
    if not here:
        raise left[0]
    missed = dict.fromkeys(map(str, left)) if undoes else ()
    return Plan(steps=tuple(here), undoes=undoes, remarks=(*remarks, *missed))


async def _still(steps: Iterable[AnyStep], shop: Shop) -> tuple[list[AnyStep], list[NothingToDo]]:
    """The steps of an undo or a retry for those whom they still concern, and how many left each segment meanwhile.

    Whoever left it past the bot is not taken out of it by this, nor brought back when this is undone itself.
    """
    here: list[AnyStep] = []
    away: Counter[str] = Counter()
    for step in steps:
        still: AnyStep | None = step
        if isinstance(step, RemoveMembers):
            inside = await shop.among(step.segment.known_id, step.profile_ids)
            gone = [one for one in step.profile_ids if one not in inside]
            away[step.segment.name] += len(gone)
            still = step.without(gone)
        here += [still] if still else []
    return here, [NothingToDo(f"{people(count)} left {name} meanwhile.") for name, count in away.items() if count]


def inverse_of(done: tuple[tuple[AnyStep, ...], ...]) -> tuple[AnyStep, ...]:
    """The Steps that undo what ran, last thing first. ``done``: the way back of each Step that ran, in its order.

    Nobody is taken out of a segment that the same undo deletes. Profiles go last, when no such segment holds them.
    """
    steps = [step for undo in reversed(done) for step in undo]
    deleted = {step.segment.id for step in steps if isinstance(step, DeleteSegment)}
    needed = [step for step in steps if not (isinstance(step, RemoveMembers) and step.segment.id in deleted)]
    return tuple(sorted(needed, key=lambda step: isinstance(step, DeleteProfiles)))


def _ids(plan: Plan) -> dict[str, str]:
    """Ids of the segments that a plan touches, by name."""
    refs = [getattr(step, "segment", None) for step in plan.steps]
    return {ref.name: ref.id for ref in refs if isinstance(ref, SegmentRef) and ref.id}


def drift(before: Plan, after: Plan) -> tuple[str, ...]:
    """What differs between two plans, in lines for people."""
    ids = _ids(after)
    others = [name for name, id_ in _ids(before).items() if ids.get(name, id_) != id_]
    if others:
        return tuple(
            f"Another segment is called “{name}” now. It is not the one that this was asked for." for name in others
        )
    told = _was_and_now(before.lines, after.lines)
    if told:
        return (*_came_and_went(before, after), *told, *_was_and_now(before.remarks, after.remarks))
    unseen = "What the plan touches has changed: descriptions, shoppers or promotions."
    beside = _was_and_now(before.warnings, after.warnings) + _was_and_now(before.remarks, after.remarks)
    return (*_came_and_went(before, after), unseen, *beside)


def _came_and_went(before: Plan, after: Plan) -> tuple[str, ...]:
    """``+3 −1 since the request.``: how many of the plan's items are new and how many are gone."""
    was, now = set(before.items), set(after.items)
    return (f"+{len(now - was):,} −{len(was - now):,} since the request.",) if was != now else ()


def _was_and_now(before: tuple[str, ...], after: tuple[str, ...]) -> tuple[str, ...]:
    was = tuple(f"Was: {line}" for line in before if line not in after)
    return was + tuple(f"Now: {line}" for line in after if line not in before)
