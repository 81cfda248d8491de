"""The questions that every Step answers. Nobody outside asks of which class a Step is."""

from abc import abstractmethod
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, Self

from bot.bigcommerce import Reader, Segment, Store
from bot.core.errors import Impossible
from bot.core.items import Item, ItemKind
from bot.core.planning.steps.applied import Applied, Made
from bot.core.planning.steps.references import SegmentRef
from bot.core.store_view.shop import Shop
from bot.core.value import Value

if TYPE_CHECKING:
    from bot.core.planning.steps import AnyStep

BATCH = 500
"""Shoppers in one Step: ten requests of 50, the most that the store takes at once."""


class Moves(NamedTuple):
    """How many shoppers a Step puts into its target, and how many it takes out."""

    added: int = 0
    removed: int = 0


class Step(Value):
    """One thing done to a store. Frozen, stored as JSON, told apart by ``kind``."""

    does: ClassVar[str]
    """What it does, as the end of "needs approval to …"."""
    several: ClassVar[str] = ""
    """What ``count`` of them do, in one line, where a plan may have more of them than a line holds."""
    destructive: ClassVar[bool] = False
    """Whether it needs a second person whatever the policy says: it takes something away that people see or pay by."""
    in_requests: ClassVar[bool] = False
    """Whether it takes several requests, of which some may be carried out and others not."""
    undone_last: ClassVar[bool] = False
    """Whether it goes behind the other Steps of an undo."""

    # What it is about

    @property
    def items(self) -> tuple[Item, ...]:
        """What it is about, and what can be taken out of it one by one."""
        return ()

    @property
    def names(self) -> Mapping[Item, str]:
        """What its items are called, apart from shoppers whom the store knows: those are looked up there."""
        return {item: item.id for item in self.items if item.kind is ItemKind.EMAIL}

    def without(self, items: Collection[Item]) -> Self | None:
        """Return what is left of it without these; None where nothing is."""
        own = self.items
        kept = tuple(item for item in own if item not in items)
        if len(kept) == len(own):
            return self
        return self._keeping(kept) if kept else None

    def _keeping(self, kept: tuple[Item, ...]) -> Self:
        """Return it with only these of its items."""
        raise NotImplementedError(f"{type(self).__name__} has several items and does not say how some are taken out")

    @property
    def target(self) -> SegmentRef | None:
        """The one segment that it changes."""
        return None

    @property
    def segment_ids(self) -> tuple[str, ...]:
        """The segments that it touches, as far as they have ids."""
        return (self.target.id,) if self.target and self.target.id else ()

    @property
    def subjects(self) -> tuple[Item, ...]:
        """The segments and shoppers that it touches, as the log names them."""
        return (*map(Item.segment, self.segment_ids), *(item for item in self.items if item.is_known_shopper))

    @property
    def listed_in(self) -> tuple[str, ...]:
        """Ids of segments that list all profiles that it is about: the quickest way to find out whose they are."""
        return ()

    @property
    def shoppers(self) -> int:
        """How many shoppers it moves."""
        return 0

    @property
    def moves(self) -> Moves:
        """How many shoppers it puts into its target and takes out."""
        return Moves()

    # What people read before they approve it

    @property
    @abstractmethod
    def batch_key(self) -> tuple[str, str]:
        """What neighbours share that are batches of one thing, and are described together in one line."""

    @abstractmethod
    def describe(self, shoppers: int) -> str:
        """Return one line in plain words, for ``shoppers`` in all its batches."""

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a person should know before they approve it."""
        return ()

    def merged(self, others: "Sequence[Step]") -> Self:
        """Return a Step with the warnings of this and ``others``, which share its batch key."""
        return self

    @property
    def risk(self) -> str | None:
        """Why it is destructive, as the end of "needs approval: it …"; None where it is not."""
        return None

    @property
    def live(self) -> bool:
        """Whether shoppers get another price by it at once: a live promotion uses the segment, or is what changes."""
        return False

    @property
    def segment_size(self) -> int:
        """How many shoppers were in the segment that it takes some from; 0 where it takes none."""
        return 0

    # How it relates to the other Steps of an undo, and to promotions

    @property
    def stays(self) -> tuple[str, ...]:
        """What of it stays when it is undone, in sentences."""
        return ()

    @property
    def deletes(self) -> tuple[Item, ...]:
        """What is not in the store any more when it has run."""
        return ()

    @property
    def moot_without(self) -> Item | None:
        """What, when it is deleted anyway, makes this Step needless."""
        return None

    @property
    def replaces(self) -> Item | None:
        """The deleted segment that it creates anew, under another id."""
        return None

    @property
    def strands_promotions(self) -> bool:
        """Whether promotions name what it replaces by the old id, or may."""
        return False

    # How it is planned, run and undone

    @abstractmethod
    async def refreshed(self, shop: Shop) -> Self:
        """Return it as it would be now. Raises Impossible."""

    async def departed(self, shop: Shop) -> frozenset[Item]:
        """Return which of its items left its target meanwhile, so that an undo or a retry is not about them."""
        return frozenset()

    def resolved(self, made: Made) -> Self:
        """Return it with the ids of what earlier Steps created."""
        return self

    @abstractmethod
    async def inverse(self, reader: Reader) -> "tuple[AnyStep, ...]":
        """Return what would undo it, as far as it can be known before; read from the store as it is."""

    @abstractmethod
    async def apply(self, store: Store) -> Applied:
        """Do it. Raises StoreError."""

    async def already_applied(self, reader: Reader) -> Applied | None:
        """Return what came of it if a run that died had carried it out; None where applying it (again) is right."""
        return None

    async def unapplied(self, shop: Shop) -> frozenset[Item]:
        """Return which of its items the store shows as they were before it. Raises StoreError.

        Asked of a Step in several requests of which nobody knows any more which were carried out. That its items were
        otherwise before is taken from the plan, which names only those whom the Step changes.
        """
        return frozenset()

    @abstractmethod
    def before_and_after(self, applied: Applied, moved: int) -> tuple[Any, Any]:
        """Return what was so before it ran and what was so afterwards, as JSON without a shopper's name, for the log.

        ``applied`` has the way back that stands; ``moved``: how many shoppers it really put into segments or took out.
        """


class Gone(Impossible):
    """A segment, or ``what`` else, that is not there any more."""

    def __init__(self, name: str, *, what: str = "segment") -> None:
        super().__init__(f"The {what} “{name}” is no longer in the store.")


async def present(ref: SegmentRef, shop: Shop) -> Segment:
    """Return the segment as it is now. Raises Gone."""
    segment = await shop.by_id(ref.known_id)
    if segment is None:
        raise Gone(ref.name)
    return segment
