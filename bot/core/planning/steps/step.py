"""The interface of every Step. Code outside this room never asks for a Step's class."""

from abc import abstractmethod
from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, Self

from bot.bigcommerce import Reader, Segment, Store
from bot.core.errors import Impossible, NothingToDo
from bot.core.frozen_value import Value
from bot.core.items import Item, ItemKey, item_key, item_keys
from bot.core.planning.steps.references import SegmentRef
from bot.core.planning.steps.results import Applied, CreatedIds
from bot.core.store_view.cached_shop import PromotionUse, Shop

if TYPE_CHECKING:
    from bot.core.planning.steps import AnyStep

BATCH = 500
"""Shoppers in one Step: ten requests of 50, the store's maximum per request."""


class Moves(NamedTuple):
    """How many shoppers a Step adds to its target, and how many it removes."""

    added: int = 0
    removed: int = 0


class Step(Value):
    """One thing to do to a store. Frozen, stored as JSON, discriminated by ``kind``."""

    does: ClassVar[str]
    """What it does, to complete "needs approval to …"."""
    several: ClassVar[str] = ""
    """What ``count`` of them do to ``shoppers``, in one line, where a plan may have more than a headline holds."""
    to_each: ClassVar[str] = ""
    """What it does to each of its items, to complete "Ada …"; ``{segment}`` is its target."""
    destructive: ClassVar[bool] = False
    """Whether it always needs a second person, whatever the policy: it takes away what people see or pay by."""
    conditions: ClassVar[frozenset[str]] = frozenset()
    """The conditions of approval rules that it can meet: ``shoppers``, ``per``, ``share``, ``live``."""
    in_requests: ClassVar[bool] = False
    """Whether it takes several requests, some of which may be carried out and others not."""
    only_logged: ClassVar[bool] = False
    """Whether it changes nothing in the store, and only what the log keeps."""
    is_addition: ClassVar[bool] = False
    """Whether those whom it is about are in its segment from then on: a plan may say until when."""
    counts_as: ClassVar[str] = ""
    """Another kind of Step whose approval rules it falls under as well."""
    undone_last: ClassVar[bool] = False
    """Whether it comes after the other Steps of an undo."""

    # What it is about

    @property
    def items(self) -> tuple[Item, ...]:
        """What it is about: the items that can be taken out one by one."""
        return ()

    @property
    def item_keys(self) -> Collection[ItemKey]:
        """What tells its items from others, in their order: cheaper than the items, of which there may be many."""
        return tuple(map(item_key, self.items))

    @property
    def about_promotion(self) -> Item | None:
        """The promotion that it changes."""
        return None

    @property
    def names(self) -> Mapping[Item, str]:
        """The names of its items, apart from shoppers that the store knows: those are looked up there."""
        return {}

    def among(self, items: Iterable[Item]) -> tuple[Item, ...]:
        """Return those of these items that it is about, in its order."""
        wanted = item_keys(items)
        return tuple(wanted[key] for key in self.item_keys if key in wanted)

    def without(self, items: Iterable[Item]) -> Self | None:
        """Return it without these items; None if nothing is left."""
        own, out = self.item_keys, item_keys(items).keys()
        if out.isdisjoint(own):
            return self
        return None if out >= set(own) else self._dropping(out)

    def _dropping(self, out: Set[ItemKey]) -> Self:
        """Return it without the items of these keys; some are left."""
        raise NotImplementedError(f"{type(self).__name__} has several items and does not say how some are taken out")

    @property
    def target(self) -> SegmentRef | None:
        """The one segment that it changes."""
        return None

    @property
    def segment_ids(self) -> tuple[str, ...]:
        """The segments that it touches and that have ids."""
        return (self.target.id,) if self.target and self.target.id else ()

    @property
    def subjects(self) -> tuple[Item, ...]:
        """The segments and shoppers that it touches, as the log names them."""
        return (*map(Item.segment, self.segment_ids), *(item for item in self.items if item.is_known_shopper))

    @property
    def listed_in(self) -> tuple[str, ...]:
        """Ids of segments that list all profiles that it is about: the fastest way to find their owners."""
        return ()

    @property
    def whole_segment(self) -> SegmentRef | None:
        """The segment that it takes away from all its members, whom it does not name."""
        return None

    @property
    def shoppers(self) -> int:
        """How many shoppers it moves."""
        return 0

    @property
    def moves(self) -> Moves:
        """How many shoppers it adds to its target and removes from it."""
        return Moves()

    @property
    def puts_in(self) -> Collection[str]:
        """The profiles that are in its target once it has run."""
        return ()

    @property
    def takes_out(self) -> Collection[str]:
        """The profiles that are out of its target once it has run."""
        return ()

    # What people read before they approve it

    @property
    @abstractmethod
    def batch_key(self) -> tuple[str, str]:
        """A key shared by consecutive Steps that are batches of one effect and share one line."""

    @abstractmethod
    def describe(self, shoppers: int) -> str:
        """Describe it in one plain line, for ``shoppers`` in all its batches."""

    @property
    def warnings(self) -> tuple[str, ...]:
        """What people should know before they approve it."""
        return ()

    def merged(self, others: "Sequence[Step]") -> Self:
        """Return a Step with the combined warnings of this and ``others``, which share its batch key."""
        return self

    @property
    def risk(self) -> str | None:
        """Why it is destructive, to complete "needs approval: it …"; None if it is not."""
        return None

    @property
    def live(self) -> bool:
        """Whether it changes prices at once: a live promotion uses the segment, or is what changes."""
        return False

    @property
    def segment_size(self) -> int | None:
        """The size of the segment whose shoppers it moves, without those whom it adds; None if it is not known."""
        return None

    # How it relates to the other Steps of an undo, and to promotions

    @property
    def stays(self) -> tuple[str, ...]:
        """What an undo does not take back, in sentences."""
        return ()

    @property
    def deletes(self) -> tuple[Item, ...]:
        """What no longer exists in the store once it has run."""
        return ()

    @property
    def moot_without(self) -> Item | None:
        """The item whose deletion makes this Step unnecessary."""
        return None

    @property
    def replaces(self) -> Item | None:
        """The deleted segment that it creates again, under a new id."""
        return None

    @property
    def old_profiles(self) -> Mapping[int, str]:
        """The deleted profiles that it replaces by new ones, by customer."""
        return {}

    @property
    def creates(self) -> str:
        """The name of the segment that it creates; empty if it creates none."""
        return ""

    @property
    def orphans(self) -> tuple[PromotionUse, ...] | None:
        """The promotions that name a deleted segment once it has run, unless they are pointed elsewhere.

        None: they cannot be read.
        """
        return ()

    @property
    def takes_back(self) -> Item | None:
        """A segment that it deletes only while nobody would miss it, so that whoever made it needs no approval."""
        return None

    # How it is planned, run and undone

    @abstractmethod
    async def refreshed(self, shop: Shop) -> Self:
        """Return it for the store's current state. Raises Impossible."""

    async def sparing(self, shop: Shop) -> tuple[Self, tuple[str, ...]]:
        """Return this undo without what others set anew since what it undoes, and that in sentences.

        Raises Gone, and ChangedSince where nothing is left of it.
        """
        return self, ()

    async def departed(self, shop: Shop) -> frozenset[Item]:
        """Return the items that have left its target since, so that an undo or a retry skips them."""
        return frozenset()

    async def settled(self, shop: Shop) -> frozenset[Item]:
        """Return the items that are already as it would have them, though it has not run: someone else saw to them."""
        return frozenset()

    def resolved(self, created_ids: CreatedIds) -> Self:
        """Return it with the ids of what earlier Steps created."""
        return self

    @abstractmethod
    async def inverse(self, reader: Reader) -> "tuple[AnyStep, ...]":
        """Return the Steps that would undo it, from the store's current state, before it runs."""

    @abstractmethod
    async def apply(self, store: Store) -> Applied:
        """Carry it out. Raises StoreError."""

    async def already_applied(self, reader: Reader) -> Applied | None:
        """Return its result if a run that crashed had already carried it out; None if it should be applied (again).

        Raises Unclear.
        """
        return None

    async def unapplied(self, shop: Shop) -> frozenset[Item]:
        """Return the items that the store shows unchanged by it. Raises StoreError.

        Called for a Step in several requests when it is unknown which were carried out. That its items differed before
        is known from the plan, which names only items that the Step changes.
        """
        return frozenset()

    @abstractmethod
    def before_and_after(self, applied: Applied, moved: int) -> tuple[Any, Any]:
        """Return the values before and after it ran, for the log, as JSON without shoppers' names.

        ``applied`` holds the undo that counts; ``moved`` is how many shoppers it really added or removed.
        """


class Gone(Impossible):
    """A segment, or another ``what``, no longer exists."""

    def __init__(self, name: str, *, what: str = "segment") -> None:
        super().__init__(f"The {what} “{name}” is no longer in the store.")


class ChangedSince(NothingToDo):
    """What an undo would set was set anew by others since, so it stays as it is."""


class Unclear(Impossible):
    """The store is as a Step would have it, and nobody can tell whether that Step did it."""


async def present(ref: SegmentRef, shop: Shop) -> Segment:
    """Return the segment in its current state. Raises Gone."""
    segment = await shop.by_id(ref.known_id)
    if segment is None:
        raise Gone(ref.name)
    return segment
