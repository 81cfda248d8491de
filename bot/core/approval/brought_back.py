"""What the bot deleted and brought back: the same segments and profiles as before, under new ids."""

from collections.abc import Iterable

from bot.core.approval.changes import Change
from bot.core.approval.changes_reader import ChangesReader
from bot.core.joined_maps import JoinedMaps
from bot.core.kept_lists import fetch_lists
from bot.core.planning.steps import AnyStep, Applied, CreatedIds
from bot.core.summary.history import HistoryReader


async def renewed_profiles(changes: ChangesReader) -> dict[str, str]:
    """Return the ids that profiles have now which were deleted and created again, by each that they had before."""
    owners, now = dict[str, int](), dict[int, str]()
    for number in await changes.renewing():
        await _note(await changes.load(number), owners, now)
    return {profile: now[customer] for profile, customer in owners.items() if profile != now[customer]}


async def with_current_ids(
    steps: Iterable[AnyStep], changes: ChangesReader, history: HistoryReader
) -> tuple[AnyStep, ...]:
    """Return Steps that were put on record earlier, for the segments and profiles under the ids that they have now."""
    renewed, restored = await renewed_profiles(changes), await history.current_ids()
    known, current = CreatedIds(renewed=JoinedMaps((renewed,)), restored=restored), list[AnyStep]()
    for step in steps:
        await fetch_lists(step)
        current.append(step.resolved(known))
    return tuple(current)


async def _note(change: Change, owners: dict[str, int], now: dict[int, str]) -> None:
    """Note whose profiles a change created again: each customer has one at a time, and the latest counts."""
    for run in change.runs:
        step, applied = change.plan.steps[run.position], run.applied or Applied()
        for one in (step, applied):
            await fetch_lists(one)
        whose = {old: customer for customer, old in step.old_profiles.items()}
        for old, new in applied.renewed.items():
            owners |= {old: whose[old], new: whose[old]}
            now[whose[old]] = new
