"""What this process was told of its own writes a moment ago: a read that does not show it is older than they are.

Whether the store's lists lag behind its writes is not documented. Whatever is read is compared with these writes, and
read again if it lacks one; a store that is up to date is asked nothing more. Where several processes write, what a read
lacks may be another one's work: then it is believed.
"""

from collections import deque
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from typing import Generic, TypeVar

from bot.bigcommerce.models import Customer, Listed, Profile, Promotion, Received, Segment
from bot.bigcommerce.wire_format import Listing

K = TypeVar("K")
V = TypeVar("V")
T = TypeVar("T")

REMEMBERED = 30.0
"""Seconds for which a write is remembered."""
MOST = 5_000
"""The most rows that are remembered of each kind, the latest ones: of a long run, its last second."""
READ_AGAIN_AFTER = (0.5, 1.0, 2.0, 4.0)
"""Seconds to wait before each further reading; what the last one shows is believed."""


class Notes(Generic[K, V]):
    """What became of rows of one kind, by their keys, and when the store said so. Of no use if others write, too."""

    def __init__(self, clock: Callable[[], float], is_alone: Callable[[], bool]) -> None:
        self._clock, self._is_alone = clock, is_alone
        self._writes: deque[tuple[float, Mapping[K, V]]] = deque()
        self._size = 0

    def add(self, rows: Mapping[K, V]) -> None:
        """Note what became of these rows."""
        self._writes.append((self._clock(), rows))
        self._size += len(rows)
        while self._size > MOST and len(self._writes) > 1:
            self._drop_oldest()

    def before(self, moment: float) -> dict[K, V]:
        """Return what was noted before a moment, and is not too long ago."""
        while self._writes and self._writes[0][0] < self._clock() - REMEMBERED:
            self._drop_oldest()
        if not self._is_alone():
            return {}
        return {key: value for at, rows in self._writes if at <= moment for key, value in rows.items()}

    def forget(self, moment: float) -> None:
        """Forget what was noted before a moment."""
        while self._writes and self._writes[0][0] <= moment:
            self._drop_oldest()

    def _drop_oldest(self) -> None:
        _, rows = self._writes.popleft()
        self._size -= len(rows)


class RecentWrites:
    """The writes of one connection that the store said it carried out: rows as they are now, None for those gone.

    ``is_alone``: whether nobody else writes. ``members``: by segment and profile, whether it is in the segment.
    ``profiles``: their customers' ids.
    """

    def __init__(
        self,
        clock: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]],
        is_alone: Callable[[], bool] = lambda: True,
    ) -> None:
        self._clock, self._sleep = clock, sleep
        self.members = Notes[tuple[str, str], bool](clock, is_alone)
        self.segments = Notes[str, Segment | None](clock, is_alone)
        self.profiles = Notes[str, int | None](clock, is_alone)
        self.promotions = Notes[int, Promotion](clock, is_alone)

    def note_members(self, segment_id: str, profile_ids: Iterable[str], *, inside: bool) -> None:
        """Note who is in a segment by now, or not any more."""
        self.members.add({(segment_id.lower(), each.lower()): inside for each in profile_ids})

    def note_gone(self, *, segments: Iterable[str] = (), profiles: Iterable[str] = ()) -> None:
        """Note what is deleted."""
        self.segments.add({each.lower(): None for each in segments})
        self.profiles.add({each.lower(): None for each in profiles})

    async def shown_by(self, read: Callable[[], Awaitable[T]], lacks_write: Callable[[T, float], bool]) -> T:
        """Return what is read as soon as it lacks no write, else as the last of several readings has it.

        ``lacks_write`` is given what was read, and when that began.
        """
        waits = iter(READ_AGAIN_AFTER)
        while True:
            began = self._clock()
            found = await read()
            if not lacks_write(found, began):
                return found
            if (wait := next(waits, None)) is None:  # somebody else was here, or the store did not do what it said
                self._forget(began)
                return found
            await self._sleep(wait)

    def are_lacking(self, kind: type[Received], listing: Listing, rows: Sequence[Listed], moment: float) -> bool:
        """Return whether what was listed whole, which began at this moment, lacks a write of before."""
        if issubclass(kind, Customer):
            return self._lacks_of_customers([one for one in rows if isinstance(one, Customer)], moment)
        if kind is Promotion:
            return any(self.is_older(one, moment) for one in rows if isinstance(one, Promotion))
        found = {one.id: one for one in rows if isinstance(one, Segment | Profile)}
        if kind is Profile:
            return differs(found, self._inside(listing.path.split("/")[1], moment))
        if listing.path == "segments":
            asked = listing.asked("id:in")
            noted = self.segments.before(moment)
            return any(
                _naming(found.get(id_)) != _naming(one) for id_, one in noted.items() if asked is None or id_ in asked
            )
        return differs(found, self._segments_of(listing.path.split("/")[1], moment))

    def members_now(self, segment_id: str) -> dict[str, bool]:
        """Return who was put into a segment, or taken out, by profile."""
        return self._inside(segment_id, self._clock())

    def are_too_few(self, path: str, count: int, moment: float) -> bool:
        """Return whether a list counts fewer than were put on it before this moment."""
        parts = path.split("/")
        return len(parts) == 3 and count < sum(self._inside(parts[1], moment).values())

    def is_older(self, promotion: Promotion, moment: float) -> bool:
        """Return whether a promotion, which was asked for at this moment, is as it was before a write."""
        noted = self.promotions.before(moment).get(promotion.id)
        return noted is not None and (noted.targeting, noted.status) != (promotion.targeting, promotion.status)

    def _lacks_of_customers(self, rows: Sequence[Customer], moment: float) -> bool:
        owners = self.profiles.before(moment)
        profiles = {customer: id_ for id_, customer in owners.items() if customer is not None}
        gone = {id_ for id_, customer in owners.items() if customer is None}
        noted = self._memberships(moment)
        return bool(owners or noted) and any(
            one.shopper_profile_id in gone
            or profiles.get(one.id, one.shopper_profile_id) != one.shopper_profile_id
            or differs(one.segment_ids, noted.get(one.shopper_profile_id or "", {}))
            for one in rows
        )

    def _inside(self, segment_id: str, moment: float) -> dict[str, bool]:
        gone = {id_ for id_, customer in self.profiles.before(moment).items() if customer is None}
        noted = self.members.before(moment)
        at = segment_id.lower()
        return {one: inside for (segment, one), inside in noted.items() if segment == at and one not in gone}

    def _segments_of(self, profile_id: str, moment: float) -> dict[str, bool]:
        return self._memberships(moment).get(profile_id.lower(), {})

    def _memberships(self, moment: float) -> dict[str, dict[str, bool]]:
        """Return the segments that profiles are in by now, or not any more, by profile."""
        gone = {id_ for id_, segment in self.segments.before(moment).items() if segment is None}
        found: dict[str, dict[str, bool]] = {}
        for (segment, profile), inside in self.members.before(moment).items():
            found.setdefault(profile, {})[segment] = inside and segment not in gone
        return found

    def _forget(self, moment: float) -> None:
        for notes in (self.members, self.segments, self.profiles, self.promotions):
            notes.forget(moment)


def differs(found: Collection[str], noted: Mapping[str, bool]) -> bool:
    """Return whether a list lacks any of these keys that should be there, or has any that should not."""
    return any((key in found) is not is_there for key, is_there in noted.items())


def _naming(segment: Segment | Profile | None) -> object:
    return (segment.name, segment.description) if isinstance(segment, Segment) else None
