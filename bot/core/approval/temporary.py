"""Who is in a segment until a time, and by which addition: told by what changes did there, one after the other."""

from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

from bot.core.approval.brought_back import renewed_profiles
from bot.core.approval.changes import Change, Run, StepState
from bot.core.approval.changes_reader import ChangesReader
from bot.core.approval.due import End
from bot.core.approval.step_effects import movers
from bot.core.items import ItemKind
from bot.core.joined_maps import JoinedMaps
from bot.core.kept_lists import fetch_lists
from bot.core.long_lists import made_of
from bot.core.planning.steps import CreatedIds
from bot.core.summary.history import HistoryReader


class Act(NamedTuple):
    """What a change did in a segment, by profile ids.

    ``ends``: whom it adds is to be taken out again. ``named`` are those whom it put in or found in, ``new`` those of
    them whom it put in or kept, ``out`` those whom it took out, ``unsure`` those whom it perhaps took out. ``undoes``:
    the change that it undoes.
    """

    change: int
    ends: bool = False
    undoes: int | None = None
    named: frozenset[str] = frozenset()
    new: frozenset[str] = frozenset()
    out: frozenset[str] = frozenset()
    unsure: frozenset[str] = frozenset()


def owners_after(acts: Iterable[Act]) -> dict[str, int]:
    """Return by which addition each profile is in the segment whom it will take out again, once these are done.

    Whoever was added again by a later change is not among them, though that one may have found them in; if it ends,
    too, they are in by that one. An undo adds nobody anew: it restores what was before.
    """
    owners = dict[str, int]()
    before = dict[tuple[int | None, str], int]()
    for act in acts:
        for one in act.out.intersection(owners):
            before[act.change, one] = owners.pop(one)
        for one in act.unsure.intersection(owners):
            before[act.change, one] = owners[one]
        for one in act.named:
            was = before.get((act.undoes, one))
            if act.undoes and one not in act.new:
                continue
            if act.ends and (one in act.new or one in owners):
                owners[one] = act.change
            elif was is not None:
                owners[one] = was
            else:
                owners.pop(one, None)
    return owners


async def ends_in(segment_id: str, changes: ChangesReader, history: HistoryReader) -> dict[str, End]:
    """Return when each profile is taken out of this segment again that is in it by an addition until a time.

    A segment that was deleted and restored is the same one, under its new id; so is a profile.
    """
    acts, ends = list[Act](), dict[int, End]()
    segment_ids = await history.ids_of(segment_id)
    numbers = await changes.since_first_to_end(segment_ids)
    renewed = await renewed_profiles(changes) if numbers else {}
    for number in numbers:
        change = await changes.load(number)
        acts.append(await act_of(change, segment_ids, renewed))
        ends |= {number: End(number=number, at=change.ends_at)} if change.ends_at else {}
    longest = max((act.named for act in acts), key=len, default=frozenset())
    owners = await made_of(longest, lambda: owners_after(acts))
    return await made_of(owners, lambda: {profile: ends[number] for profile, number in owners.items()})


async def in_by(number: int, segment_id: str, changes: ChangesReader, history: HistoryReader) -> frozenset[str]:
    """Return who is in this segment by the addition of this number, at whose end they are taken out again."""
    ends = await ends_in(segment_id, changes, history)
    return await made_of(ends, lambda: frozenset(profile for profile, end in ends.items() if end.number == number))


async def act_of(change: Change, segment_ids: Collection[str], renewed: Mapping[str, str]) -> Act:
    """Return what a change did in a segment, which has had these ids, as far as it ran.

    ``renewed``: the ids that profiles have now, by those that they had before they were deleted.
    """
    created = change.created_ids
    await created.fetch()
    named, new, out, unsure = set[str](), set[str](), set[str](), set[str]()
    for run in change.done:
        step, gone = change.plan.steps[run.position], unsure if run.state is StepState.UNSURE else out
        await fetch_lists(step)
        ran = step.resolved(created)
        if ran.target and ran.target.id in segment_ids:
            named.update(ran.puts_in)
            new.update(ran.puts_in if ran.only_logged else ())
        before = await _before(run)
        for id_, undo in movers(ran, run):
            if id_ in segment_ids:
                await fetch_lists(undo)
                new.update(_ran(undo.takes_out, run))
                gone.update(_ran(undo.resolved(before).puts_in, run))
    sets = await made_of(named | out, lambda: [_current(one, renewed) for one in (named | new, new, out, unsure)])
    return Act(change.number, change.ends_at is not None, change.plan.undoes, *sets)


async def _before(run: Run) -> CreatedIds:
    """Return the profiles that a Step deleted: its undo adds their owners, whoever they are by then."""
    deleted = dict[int, str]()
    for one in run.undo:
        if not any(one.moves):
            await fetch_lists(one)
            deleted |= one.old_profiles
    return CreatedIds(profiles=JoinedMaps((deleted,)))


def _current(profile_ids: Iterable[str], renewed: Mapping[str, str]) -> frozenset[str]:
    return frozenset(renewed.get(one, one) for one in profile_ids)


def _ran(profile_ids: Iterable[str], run: Run) -> set[str]:
    """Return these profiles without those of whom the store says that nothing was done."""
    return set(profile_ids) - {item.id for item in run.left if item.kind is ItemKind.PROFILE}
