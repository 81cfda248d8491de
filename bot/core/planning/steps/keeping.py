"""Keeping shoppers in a segment whom an earlier addition would take out at a time: only the log says so."""

from collections.abc import Collection
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from bot.bigcommerce import Reader, Store
from bot.bigcommerce.wire_format import batches
from bot.core.kept_lists import kept_list
from bot.core.language.phrases import people
from bot.core.planning.steps.key_lists import sorted_keys
from bot.core.planning.steps.membership import Membership
from bot.core.planning.steps.references import SegmentRef
from bot.core.planning.steps.results import Applied
from bot.core.planning.steps.step import BATCH

if TYPE_CHECKING:
    from bot.core.planning.steps import AnyStep


class KeepMembers(Membership):
    """Keep shopper profiles in a segment that they are in until a time: they were added again.

    There is nothing to carry out: they stay once this Step is on record as done.
    """

    kind: Literal["keep_members"] = "keep_members"
    does: ClassVar[str] = "keep shoppers in a segment whom an addition would take out again"
    to_each: ClassVar[str] = "stays in {segment}"
    several: ClassVar[str] = "Keep {shoppers} in {count} segments"
    conditions: ClassVar[frozenset[str]] = frozenset({"shoppers"})
    in_requests: ClassVar[bool] = False
    only_logged: ClassVar[bool] = True
    is_addition: ClassVar[bool] = True
    counts_as: ClassVar[str] = "add_members"

    @property
    def puts_in(self) -> Collection[str]:
        """All of them."""
        return self.profile_ids

    @property
    def batch_key(self) -> tuple[str, str]:
        """The kind and segment."""
        return (self.kind, self.segment.name)

    @property
    def stays(self) -> tuple[str, ...]:
        """That an undo takes nobody out who was in before."""
        were = "was" if self.shoppers == 1 else "were"
        return (f"{people(self.shoppers)} {were} in {self.segment.name} before: an undo does not take them out.",)

    def describe(self, shoppers: int) -> str:
        """Describe how many are kept."""
        return f"Keep {people(shoppers)} in {self.segment.name}"

    def before_and_after(self, applied: Applied, moved: int) -> tuple[Any, Any]:
        """Return how many of them were to stay in the segment."""
        return {"kept": 0}, {"kept": self.shoppers}

    async def inverse(self, reader: Reader) -> "tuple[AnyStep, ...]":
        """Return nothing: who is to leave is taken out by a removal."""
        return ()

    async def apply(self, store: Store) -> Applied:
        """Do nothing: what is recorded of its run is all."""
        return Applied(left=self.shoppers)


def kept(segment: SegmentRef, profile_ids: Collection[str]) -> "tuple[AnyStep, ...]":
    """Return the Steps that keep these profiles in a segment; none for nobody."""
    ordered = sorted_keys(profile_ids)
    return tuple(KeepMembers(segment=segment, profile_ids=kept_list(one)) for one in batches(ordered, BATCH))
