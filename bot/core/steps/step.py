"""What every Step can say and do."""

from abc import abstractmethod
from collections.abc import Mapping
from typing import TYPE_CHECKING, Self

from pydantic import BaseModel, ConfigDict

from bot.bigcommerce import Reader, Store
from bot.core.errors import Impossible
from bot.core.shop import Shop

if TYPE_CHECKING:
    from bot.core.steps import AnyStep


class Value(BaseModel):
    """A frozen value, stored as JSON."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class SegmentRef(Value):
    """A segment by name and id; no id yet where an earlier Step of the same Plan creates it."""

    name: str
    id: str | None = None

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


class Applied(Value):
    """What came of a Step: what it created, what people should hear, and its way back; None: the one saved before."""

    undo: "tuple[AnyStep, ...] | None" = None
    created: SegmentRef | None = None
    notes: tuple[str, ...] = ()


class Step(Value):
    """One thing done to a store. Frozen, stored as JSON, told apart by ``kind``."""

    @property
    def danger(self) -> str | None:
        """Why this hurts, as the end of "needs approval: it …"; None where it can simply be undone."""
        return None

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

    def bound(self, ids: Mapping[str, str]) -> Self:
        """This Step with the ids of the segments that earlier Steps created, by name."""
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

    async def happened(self, reader: Reader) -> Applied | None:
        """What came of it if a run that died had carried it out; None where applying it (again) is right."""
        return None


def people(count: int) -> str:
    """``count`` shoppers, in words."""
    return f"{count:,} shopper{'' if count == 1 else 's'}"


def gone(name: str) -> Impossible:
    """What to raise where a segment is not there any more."""
    return Impossible(f"The segment “{name}” is not in the store any more.")
