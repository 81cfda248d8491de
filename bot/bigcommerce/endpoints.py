"""Every endpoint that this library uses, as a function that builds a `Request` or a `Listing`. Pure.

Vendor: https://developer.bigcommerce.com/docs/rest-management/customer-segmentation,
…/customers and …/promotions
"""

from collections.abc import Collection, Iterable, Iterator
from typing import Any
from urllib.parse import quote

from bot.bigcommerce.models import NewCustomer, NewSegment, SegmentChange
from bot.bigcommerce.wire_format import TARGET_ROOM, Listing, Request, batches, check_uuid, pack, quote_text

MEMBERS_AT_ONCE = 50
"""The vendor's limit for adding to a segment; it states none for segments and profiles, so they get the same."""
CUSTOMERS_AT_ONCE = 10
LONGEST_EMAIL = 255

_CUSTOMERS = Listing("customers", (("include", "shopper_profile_id,segment_ids"),), "customer")
_CUSTOMER_TEXTS = {"name_like": "name:like", "company": "company:in", "phone": "phone:in"}
_PROFILES = "shopper profile"
_PROMOTIONS = "promotion"


def segments(ids: Collection[str] | None = None, room: int = TARGET_ROOM) -> tuple[Listing, ...]:
    """List all segments, or those with these ids; an empty collection gives no listing.

    `room`: the most characters of path and query, here and elsewhere.
    """
    listing = Listing("segments")
    if ids is None:
        return (listing,)
    return tuple(_by_id(listing, [check_uuid(each) for each in dict.fromkeys(ids)], room))


def members(segment_id: str) -> Listing:
    """List the profiles in a segment. The only GET that needs the modify scope."""
    return Listing(_members(segment_id))


def profiles() -> Listing:
    """List all profiles; the vendor offers no filter."""
    return Listing("shopper-profiles", about=_PROFILES)


def segments_of(profile_id: str) -> Listing:
    """List the segments of a profile."""
    return Listing(f"shopper-profiles/{check_uuid(profile_id)}/segments", about=_PROFILES)


def customers(
    ids: Collection[int] | None = None,
    emails: Collection[str] | None = None,
    *,
    room: int = TARGET_ROOM,
    **text: str | None,
) -> Iterator[Listing]:
    """List customers with their profile and segment ids: all, or by one filter. An empty filter lists nobody.

    The listings of a filter with many values are built one by one, on demand.

    ``text``: ``name_like`` takes a part of first and last name; ``company`` and ``phone`` take the whole. Raises
    TypeError for two filters at once: the vendor would require both.
    """
    if sum(given is not None for given in (ids, emails, *text.values())) > 1:
        raise TypeError("customers are listed by ids, by emails or by one text, one at a time")
    if ids is not None:
        return _by_id(_CUSTOMERS, map(str, dict.fromkeys(ids)), room)
    if emails is not None:
        return _filtered_customers("email:in", _quoted_emails(emails), room)
    for name, value in text.items():
        if value is not None:
            return _filtered_customers(_CUSTOMER_TEXTS[name], filter(None, (quote_text(value),)), room)
    return iter((_CUSTOMERS,))


def promotions(status: str | None = None, query: str | None = None) -> Listing:
    """List promotions; `query` searches names and codes."""
    listing = Listing("promotions", about=_PROMOTIONS)
    for name, value in (("status", status), ("query", query)):
        listing = listing.filtered(name, quote_text(value)) if value else listing
    return listing


def promotion(promotion_id: int) -> Request:
    """Fetch one promotion."""
    return Request("GET", f"promotions/{int(promotion_id)}", about=_PROMOTIONS)


def update_promotion(promotion_id: int, document: dict[str, Any]) -> Request:
    """Replace a promotion's whole document. Not repeatable: a repeat would undo concurrent changes."""
    target = f"promotions/{int(promotion_id)}"
    return Request("PUT", target, document, repeatable=False, about=_PROMOTIONS, whole=True)


def create_segments(new: Iterable[NewSegment]) -> tuple[Request, ...]:
    """Create segments. Not repeatable: the second time the name would be taken."""
    bodies = ([segment.model_dump() for segment in batch] for batch in batches(new, MEMBERS_AT_ONCE))
    return tuple(Request("POST", "segments", body, repeatable=False) for body in bodies)


def update_segment(change: SegmentChange) -> Request:
    """Change the name and description of a segment."""
    return Request("PUT", "segments", [_change_body(change)], whole=True)


def delete_segments(ids: Collection[str], room: int = TARGET_ROOM) -> tuple[Request, ...]:
    """Delete segments; their profiles stay."""
    return _delete("segments", ids, "segment", room)


def add_members(segment_id: str, profile_ids: Collection[str]) -> Request:
    """Add at most 50 profiles to a segment. Repeatable: 409 names those already in it."""
    return Request("POST", _members(segment_id), [check_uuid(each) for each in profile_ids])


def remove_members(segment_id: str, profile_ids: Collection[str], room: int = TARGET_ROOM) -> tuple[Request, ...]:
    """Remove profiles from a segment; the profiles stay."""
    return _delete(_members(segment_id), profile_ids, "segment", room)


def create_profiles(customer_ids: Iterable[int]) -> Request:
    """Create profiles for at most 50 customers. Repeatable: a customer who has one gets no second one."""
    return Request("POST", "shopper-profiles", [{"customer_id": each} for each in customer_ids], about="customer")


def delete_profiles(ids: Collection[str], room: int = TARGET_ROOM) -> tuple[Request, ...]:
    """Delete profiles and all their memberships; the customers stay."""
    return _delete("shopper-profiles", ids, _PROFILES, room)


def create_customers(new: Iterable[NewCustomer]) -> tuple[Request, ...]:
    """Register customers. Not repeatable: the second time the e-mail would be taken."""
    bodies = (
        [customer.model_dump(exclude_none=True) for customer in batch] for batch in batches(new, CUSTOMERS_AT_ONCE)
    )
    return tuple(Request("POST", "customers", body, repeatable=False, about="customer") for body in bodies)


def is_too_much(request: Request, status: int) -> bool:
    """Return whether this status says that a request is too large, and may be fine in halves.

    The vendor states no limit for how many segments or profiles a request may hold, nor how it refuses more.
    """
    creates = request.method != "GET" and request.target in ("segments", "shopper-profiles")
    return status in (413, 414) or (status == 422 and creates)


def _delete(path: str, ids: Collection[str], about: str, room: int) -> tuple[Request, ...]:
    if not ids:
        raise ValueError(f"Nothing to delete was named; without ids, {path} would be wiped.")
    # All are checked before the first batch is sent: an invalid id must not be found when half of them are done.
    checked, named = [check_uuid(each) for each in dict.fromkeys(ids)], f"{path}?id:in="
    return tuple(Request("DELETE", named + packed, about=about) for packed in pack(checked, room - len(named)))


def _members(segment_id: str) -> str:
    return f"segments/{check_uuid(segment_id)}/shopper-profiles"


def _by_id(listing: Listing, ids: Iterable[str], room: int) -> Iterator[Listing]:
    packs = pack(ids, listing.room("id:in", room))
    return (listing.filtered("id:in", packed) for packed in packs)


def _filtered_customers(name: str, values: Iterable[str], room: int) -> Iterator[Listing]:
    return (_CUSTOMERS.filtered(name, packed) for packed in pack(values, _CUSTOMERS.room(name, room)))


def _quoted_emails(emails: Iterable[str]) -> Iterator[str]:
    """Quote what can be a customer's e-mail; leave out anything else, which no customer has.

    A comma would end the item in the vendor's list and match someone else; an empty list would match everyone.
    """
    for email in dict.fromkeys(map(str.strip, emails)):
        if email and len(email) <= LONGEST_EMAIL and email.isprintable() and "," not in email:
            yield quote(email, safe="@")


def _change_body(change: SegmentChange) -> dict[str, Any]:
    return {**change.model_dump(exclude_none=True), "id": check_uuid(change.id)}
