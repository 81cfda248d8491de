"""What the store holds, as frozen values. Unknown fields are ignored: the vendor adds some without notice.

Vendor: https://developer.bigcommerce.com/docs/rest-management/customer-segmentation,
https://developer.bigcommerce.com/docs/rest-management/customers and …/promotions
"""

from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import Annotated, Any, ClassVar, Generic, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

from bot.bigcommerce.received_text import sound
from bot.bigcommerce.targeting import Targeting, Use

T = TypeVar("T")

MOST_SEGMENTS = 1000
"""The vendor's limit per store: developer.bigcommerce.com/docs/rest-management/customer-segmentation."""

DEEPEST = 100
"""The most levels of a promotion's document, which nests its segments four deep."""

# The vendor marks these as read-only, or has them in responses only: a PUT must not send them back, least of all an old
# count of uses.
READ_ONLY = frozenset({"id", "redemption_type", "current_uses", "created_from", "multiple_codes"})
READ_ONLY_OF_CODES = frozenset({"id", "current_uses", "created"})


def parse_moment(value: object) -> datetime | None:
    """Parse a time as the vendor's APIs write it: ISO with or without an offset, RFC 2822; None for anything else."""
    if isinstance(value, str):
        return _parse_text(value)
    return _in_utc(value) if isinstance(value, datetime) else None


@lru_cache(maxsize=64)  # what is made together has the same time
def _parse_text(text: str) -> datetime | None:
    for parse in (datetime.fromisoformat, parsedate_to_datetime):
        with suppress(ValueError, OverflowError):
            return _in_utc(parse(text))
    return None


def _in_utc(moment: datetime) -> datetime:
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)


def _text(value: object) -> object:
    return "" if value is None else sound(value) if isinstance(value, str) else value


def _each_once(value: object) -> object:
    """Return ids without those that are there twice: nobody is in a segment twice. Nothing is none."""
    if value is None:
        return ()
    if isinstance(value, list) and len(value) > 1:
        with suppress(TypeError):  # what is no text is refused as that
            return list(dict.fromkeys(value))
    return value


def _depth(value: object) -> int:
    """Return how many objects and lists stand one in another."""
    levels, depth = [value], 0
    while levels := [one for level in levels for one in _parts(level)]:
        depth += 1
    return depth


def _parts(value: object) -> Collection[object]:
    match value:
        case dict():
            return value.values()
        case [*several]:
            return several
    return ()


Text = Annotated[str, BeforeValidator(_text)]
Number = Annotated[int, Field(ge=0, lt=2**63)]
"""An id that is a number, and one that a database can keep."""
Id = Annotated[str, StringConstraints(to_lower=True)]
Ids = Annotated[tuple[Id, ...], BeforeValidator(_each_once)]
Moment = Annotated[datetime | None, BeforeValidator(parse_moment)]


class Received(BaseModel):
    """What the store says, which may be more than is known of it."""

    # Inputs stay out of validation errors: they may hold a shopper's e-mail.
    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True, defer_build=True)


class Listed(Received):
    """What the store lists, page by page."""

    id: str | int


class _Sent(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class Segment(Listed):
    """A named set of shopper profiles. `id` is a UUID in lower case; names are unique; times are in UTC.

    A time that is empty, or cannot be read, is None.
    """

    id: Id
    name: Text
    description: Text = ""
    created_at: Moment = None
    updated_at: Moment = None


class Profile(Listed):
    """A shopper profile, with which a registered customer can be in segments. `id` is a UUID in lower case."""

    id: Id
    customer_id: Number
    created_at: Moment = None
    updated_at: Moment = None


class Customer(Listed):
    """A registered customer; without a profile, `shopper_profile_id` is None and `segment_ids` empty."""

    LISTED_WITH: ClassVar[tuple[str, ...]] = ("shopper_profile_id", "segment_ids")
    """What each one has in a list, where it is asked for: one that is absent is not null."""

    id: Number
    email: Text
    first_name: Text = ""
    last_name: Text = ""
    shopper_profile_id: Annotated[Id, Field(min_length=1)] | None = None
    segment_ids: Ids = ()


class Contact(Customer):
    """A customer who was looked for by what is kept of nobody else."""

    company: Text = ""
    phone: Text = ""


class Promotion(Listed):
    """A promotion, with the segments that it targets; `status` is ENABLED, DISABLED or INVALID.

    `document` is the whole JSON as received, because an update replaces the whole document. One without a name is
    called by its id.
    """

    id: Number
    name: Text
    status: Annotated[Text, AfterValidator(str.upper)]
    targeting: Targeting | None = None
    document: dict[str, Any]

    @model_validator(mode="before")
    @classmethod
    def _keep_whole(cls, received: object) -> object:
        if not isinstance(received, dict) or ("document" in received and received.keys() <= cls.model_fields.keys()):
            return received  # JSON of this model itself; a store may add a field of any name
        if _depth(received) > DEEPEST:
            raise ValueError("nested too deeply")
        name = received.get("name") or f"Promotion {received.get('id')}"
        return {**received, "name": name, "targeting": _segments_in(received), "document": received}

    @property
    def starts(self) -> str:
        """The day on which it starts, in UTC; empty if it has none, `unknown` if it cannot be read."""
        return _day(self.document.get("start_date"))

    @property
    def ends(self) -> str:
        """The day on which it ends, likewise."""
        return _day(self.document.get("end_date"))

    @property
    def is_live(self) -> bool:
        """Whether it is enabled, according to its status."""
        return self.status == "ENABLED"

    def uses(self, segment_id: str) -> Use | None:
        """Return whether its targeting includes or excludes the segment; None if it does not name it."""
        return self.targeting.uses(segment_id) if self.targeting else None

    def reaches(self, segment_ids: Collection[str]) -> bool | None:
        """Return whether its targeting reaches a shopper who is in exactly these segments; None if that is unknown.

        Without targeting it reaches everybody. Neither the status nor the promotion's other conditions count here.
        """
        return self.targeting.reaches(segment_ids) if self.targeting else True

    def with_targeting(self, targeting: Targeting | None) -> dict[str, Any]:
        """Build the document that replaces this one: the same except for the segments."""
        segments = targeting.to_json() if targeting else None
        return {**self._kept, "customer": {**_customer_in(self.document), "segments": segments}}

    def with_status(self, status: str) -> dict[str, Any]:
        """Build the document that replaces this one: the same except for the status, ENABLED or DISABLED."""
        return {**self._kept, "status": status}

    @property
    def _kept(self) -> dict[str, Any]:
        kept = {name: value for name, value in self.document.items() if name not in READ_ONLY}
        return {**kept, "codes": _without_read_only(kept["codes"])} if "codes" in kept else kept


def _without_read_only(codes: object) -> object:
    match codes:
        case dict():
            return {name: value for name, value in codes.items() if name not in READ_ONLY_OF_CODES}
        case [*several]:
            return [_without_read_only(each) for each in several]
    return codes


def _day(moment: object) -> str:
    parsed = parse_moment(moment)
    return f"{parsed:%Y-%m-%d}" if parsed else "unknown" if moment else ""


def _customer_in(document: dict[str, Any]) -> dict[str, Any]:
    customer = document.get("customer")
    return customer if isinstance(customer, dict) else {}


def _segments_in(document: dict[str, Any]) -> object:
    return _customer_in(document).get("segments") or None  # an empty object or list restricts nobody


class NewSegment(_Sent):
    """A segment to create; the name must not be taken."""

    name: str
    description: str = ""


class SegmentChange(_Sent):
    """New values for a segment; None leaves a value as it is."""

    id: str
    name: str | None = None
    description: str | None = None


class NewCustomer(_Sent):
    """A customer to register. The e-mail must not be taken; names have 1 to 100 characters.

    None leaves a value at the store's default; `channel_ids` None means every channel.
    """

    email: str
    first_name: str
    last_name: str
    company: str | None = None
    phone: str | None = None
    notes: str | None = None
    customer_group_id: int | None = None
    origin_channel_id: int | None = None
    channel_ids: tuple[int, ...] | None = None
    accepts_product_review_abandoned_cart_emails: bool | None = None
    trigger_account_created_notification: bool | None = None


@dataclass(frozen=True)
class Page(Generic[T]):
    """One page of a list: `total` counts the whole list (None: unknown), `pages` is the last page known."""

    items: tuple[T, ...]
    total: int | None
    pages: int


@dataclass(frozen=True)
class AddedMembers:
    """The profile ids that were added, those that were members already, and those that do not exist (any more)."""

    added: tuple[str, ...] = ()
    already: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


@dataclass(frozen=True)
class CreatedProfiles:
    """The profiles that were created, and those that customers already had; these lack their times."""

    created: tuple[Profile, ...] = ()
    already: tuple[Profile, ...] = ()
