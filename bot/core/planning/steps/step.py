"""What every Step can say and do."""

from abc import abstractmethod
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Self, TypeAlias, TypeVar

from pydantic import BaseModel, ConfigDict

from bot.bigcommerce import Promotion, Reader, Segment, Store, Targeting
from bot.core.audit.entries import segment_subject, shopper_subject
from bot.core.errors import Impossible
from bot.core.store_view.shop import Shop

if TYPE_CHECKING:
    from bot.core.planning.steps import AnyStep

T = TypeVar("T")
BATCH = 500
"""Shoppers in one Step: ten requests of 50, the most that the store takes at once."""


def batches(items: tuple[T, ...]) -> tuple[tuple[T, ...], ...]:
    """``items`` in their order, ``BATCH`` at a time."""
    return tuple(items[start : start + BATCH] for start in range(0, len(items), BATCH))


class Value(BaseModel):
    """A frozen value, stored as JSON."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class SegmentRef(Value):
    """A segment by name and id; no id yet where an earlier Step of the same Plan creates it."""

    name: str
    id: str | None = None

    @classmethod
    def of(cls, segment: Segment) -> Self:
        """A segment of the store."""
        return cls(name=segment.name, id=segment.id)

    @property
    def known_id(self) -> str:
        """The id. Raises Impossible where the segment was not created before."""
        if self.id is None:
            raise Impossible(f"The segment “{self.name}” does not exist yet.")
        return self.id


class Naming(Value):
    """What a person writes about a segment."""

    name: str
    description: str = ""

    @classmethod
    def of(cls, segment: Segment) -> Self:
        """How a segment of the store is named and described."""
        return cls(name=segment.name, description=segment.description)


class PromotionRef(Value):
    """A promotion by name and id, and whether shoppers get it."""

    id: int
    name: str
    live: bool = False

    @classmethod
    def of(cls, promotion: Promotion) -> Self:
        """A promotion of the store."""
        return cls(id=promotion.id, name=promotion.name, live=promotion.is_live)


CustomerKey: TypeAlias = int | str
"""A customer by id; by e-mail where an earlier Step of the same Plan registers them."""


class Stored(Value):
    """Whom a promotion reaches, as the store set it; None is everybody."""

    targeting: Targeting | None = None


class Applied(Value):
    """What came of a Step: what it created, what people should hear, and its way back; None: the one saved before.

    ``profiles`` are profile ids by customer id, ``customers`` customer ids by e-mail, ``renewed`` new profile ids by
    the old ones in whose place they stand. ``left``: how many of its shoppers are in the segment, or have a profile,
    afterwards. ``stored``: what the store set, where that is not what was asked for. ``notes`` name no shopper.
    """

    undo: "tuple[AnyStep, ...] | None" = None
    created: SegmentRef | None = None
    profiles: dict[int, str] = {}
    customers: dict[str, int] = {}
    renewed: dict[str, str] = {}
    left: int = 0
    stored: Stored | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Made:
    """What earlier Steps of a Plan created: ids by the names under which later Steps know them."""

    segments: dict[str, str] = field(default_factory=dict)
    profiles: dict[int, str] = field(default_factory=dict)
    customers: dict[str, int] = field(default_factory=dict)
    renewed: dict[str, str] = field(default_factory=dict)

    @classmethod
    def by(cls, applied: Collection[Applied]) -> Self:
        """All that these Steps created."""
        return cls(
            {one.created.name: one.created.known_id for one in applied if one.created},
            {id_: profile for one in applied for id_, profile in one.profiles.items()},
            {email: id_ for one in applied for email, id_ in one.customers.items()},
            {old: new for one in applied for old, new in one.renewed.items()},
        )

    def customer(self, key: CustomerKey) -> CustomerKey:
        """The customer's id, as far as it is known by now."""
        return self.customers.get(key, key) if isinstance(key, str) else key

    def profile(self, key: CustomerKey) -> str | None:
        """The customer's profile, if an earlier Step created it."""
        id_ = self.customer(key)
        return self.profiles.get(id_) if isinstance(id_, int) else None


class Step(Value):
    """One thing done to a store. Frozen, stored as JSON, told apart by ``kind``."""

    does: ClassVar[str]
    """What it does, as the end of "needs approval to …"."""
    hurts: ClassVar[bool] = False
    """Whether it needs a second person whatever the policy says: it takes something away that people see or pay by."""
    in_requests: ClassVar[bool] = False
    """Whether it takes several requests, of which some may be carried out and others not."""

    @property
    def danger(self) -> str | None:
        """Why this hurts, as the end of "needs approval: it …"; None where it does not."""
        return None

    @property
    def live(self) -> bool:
        """Whether shoppers get another price by it at once: a live promotion uses the segment, or is what changes."""
        return False

    @property
    def of(self) -> int:
        """How many shoppers were in the segment that it takes some from; 0 where it takes none."""
        return 0

    @property
    def shoppers(self) -> int:
        """How many shoppers it moves."""
        return 0

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a person should know before they approve it."""
        return ()

    @property
    @abstractmethod
    def topic(self) -> tuple[str, str]:
        """Kind and segment: neighbours that share it are told in one line."""

    @abstractmethod
    def told(self, shoppers: int) -> str:
        """One line in plain words, for ``shoppers`` in all."""

    @property
    def segment_ids(self) -> tuple[str, ...]:
        """The segments that it touches, as far as they have ids."""
        return ()

    @property
    def shopper_ids(self) -> tuple[CustomerKey, ...]:
        """The shoppers that it touches: customers by number, profiles by UUID, as far as they have ids."""
        return ()

    @property
    def subjects(self) -> tuple[str, ...]:
        """The segments and shoppers that it touches, as the log knows them."""
        return (*map(segment_subject, self.segment_ids), *map(shopper_subject, self.shopper_ids))

    @property
    def items(self) -> tuple[str, ...]:
        """What can be taken out of it one by one: ids of profiles, customers or segments."""
        return ()

    def without(self, items: Collection[str]) -> Self | None:
        """What is left of it without these; None where nothing is."""
        return None if self.items and not set(self.items) - set(items) else self

    def joined(self, others: "Sequence[Step]") -> Self:
        """A Step that warns of what this and ``others``, batches of one topic, do together."""
        return self

    def bound(self, made: Made) -> Self:
        """This Step with the ids of what earlier Steps created."""
        return self

    @abstractmethod
    async def observed(self, shop: Shop) -> Self:
        """This Step as it would be now. Raises Impossible."""

    @abstractmethod
    async def inverse(self, reader: Reader) -> "tuple[AnyStep, ...]":
        """What would undo it, as far as it can be known before; read from the store as it is."""

    @abstractmethod
    async def apply(self, store: Store) -> Applied:
        """Do it. Raises StoreError."""

    @abstractmethod
    def before_and_after(self, applied: Applied, moved: int) -> tuple[Any, Any]:
        """What was so before it ran and what was so afterwards, as JSON without a shopper's name, for the log.

        ``applied`` has the way back that stands; ``moved``: how many shoppers it really put into segments or took out.
        """

    async def happened(self, reader: Reader) -> Applied | None:
        """What came of it if a run that died had carried it out; None where applying it (again) is right."""
        return None

    async def untouched(self, shop: Shop) -> frozenset[str]:
        """Which of its items the store shows as they were before it. Raises StoreError.

        Asked of a Step in several requests of which nobody knows any more which were carried out. That its items were
        otherwise before is taken from the plan, which names only those whom the Step changes.
        """
        return frozenset()


class Gone(Impossible):
    """A segment, or ``what`` else, that is not there any more."""

    def __init__(self, name: str, *, what: str = "segment") -> None:
        super().__init__(f"The {what} “{name}” is not in the store any more.")


async def present(ref: SegmentRef, shop: Shop) -> Segment:
    """The segment as it is now. Raises Gone."""
    segment = await shop.by_id(ref.known_id)
    if segment is None:
        raise Gone(ref.name)
    return segment
