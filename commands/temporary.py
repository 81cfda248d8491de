"""Shoppers who are in a segment until a time, by an earlier addition: whoever adds them again keeps them in it."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import TypeVar

from bot.core.approval.changes import Change
from bot.core.approval.due import END, End
from bot.core.approval.temporary import ends_in
from bot.core.context import Context
from bot.core.language.due_times import describe_due
from bot.core.language.phrases import people
from bot.core.planning.steps import AnyStep

T = TypeVar("T")


async def taken_out_again(segment_id: str, ctx: Context) -> Mapping[str, End]:
    """Return the profiles in a segment that are taken out again, but for those that this, too, adds until then."""
    found = await ends_in(segment_id, ctx.changes, ctx.history)
    return {profile: end for profile, end in found.items() if end.at != ctx.until}


async def remarks_on_missed(undo: Iterable[AnyStep], since: datetime, ctx: Context) -> tuple[str, ...]:
    """Tell whom an undo brings back who would have been taken out of their segment since, had it not been gone."""
    told, steps = list[str](), tuple(undo)
    are_new = any(one.old_profiles for one in steps)
    back = [(one.replaces.id, one.creates, False) for one in steps if one.replaces]
    back += [(one.target.id, one.target.name, True) for one in steps if are_new and one.target and one.target.id]
    for id_, name, in_part in dict.fromkeys(back):
        for end in await ctx.changes.missed_ends(await ctx.history.ids_of(id_), since, in_part=in_part):
            told.append(
                f"Change {end.number} was to take out of {name} on {describe_due(end.at)} again whom it added: "
                "whoever of them comes back is taken out at once."
            )
    return tuple(told)


async def remarks_on_ended(change: Change, ctx: Context) -> tuple[str, ...]:
    """Tell that whom the undo of an end puts back stay, if nothing ends any more of what put them in."""
    if change.command != END:
        return ()
    added = await ctx.changes.load(int(change.args["number"]))
    return () if added.ends_at else (f"Whom this puts back stay: change {added.number} has ended.",)


def remarks_on_kept(name: str, ends: Collection[End]) -> tuple[str, ...]:
    """Tell when those in the segment of this name would have been taken out who are kept: an end for each of them."""
    each = sorted({(end.at, end.number) for end in ends})
    return tuple(
        f"Change {number} would have taken {people(sum(end.number == number for end in ends))} out of {name} again on "
        f"{describe_due(at)}."
        for at, number in each
    )
