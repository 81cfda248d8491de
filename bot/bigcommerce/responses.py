"""Decoding the store's responses: (status, headers, body) becomes typed values or one of `errors`. Pure.

Vendor: https://developer.bigcommerce.com/docs/start/about/status-codes
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from bot.bigcommerce import errors, long_pages
from bot.bigcommerce.failures import decode_failure
from bot.bigcommerce.models import Page, Profile, Promotion
from bot.bigcommerce.received_text import load_json
from bot.bigcommerce.wire_format import PAGE_LIMIT, UUID, Request

M = TypeVar("M", bound=BaseModel)

_MOST_MESSAGES = 10
_NAMED_ID = re.compile(UUID)
# The profile comes first: in "segment … does not exist for shopper profile …" it is the segment that is missing.
_MISSING_PROFILE = re.compile(
    rf"\s*shopper profile\W+({UUID})\W+(?:does not exist|(?:was |is )?not found)", re.IGNORECASE
)

_ERRORS: dict[int, type[errors.StoreError]] = {
    202: errors.Unfinished,
    207: errors.PartlyFailed,
    401: errors.Unauthorized,
    403: errors.Forbidden,
    404: errors.NotFound,
    409: errors.Conflict,
    413: errors.TooLarge,
    414: errors.TooLarge,
    423: errors.Locked,
    429: errors.RateLimited,
    507: errors.OverPlan,
}
# The store's own messages for these are for developers, or less helpful than ours.
_WITHOUT_DETAIL = (
    errors.Unauthorized,
    errors.NotFound,
    errors.RateLimited,
    errors.DuplicateName,
)


@dataclass(frozen=True)
class Response:
    """The store's response. Header names are in lower case.

    `repeated`: an earlier attempt at the same request may have been carried out, so this may be the response to a
    repeat.
    """

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = field(default=b"", repr=False)  # may hold shoppers' names and e-mails
    repeated: bool = False

    @property
    def is_success(self) -> bool:
        """Whether it says that all of the request was carried out: 202 is a promise, and 207 a part."""
        return 200 <= self.status < 300 and self.status not in (202, 207)


def decode(request: Request, response: Response) -> Any:
    """Return the JSON of a successful response, None for an empty one. Raises StoreError for anything else."""
    if not (response.is_success or (response.status == 202 and not request.writes)):
        raise _error(request, response)
    if not response.body:
        return None
    try:
        return load_json(response.body)
    except ValueError:  # neither JSON nor UTF-8
        raise _malformed(request, "not JSON") from None


def check(request: Request, response: Response) -> None:
    """Raise StoreError for anything but a success, whatever else that says."""
    if not response.is_success:
        raise _error(request, response)


def decode_page(request: Request, response: Response, kind: type[M], number: int, limit: int = PAGE_LIMIT) -> Page[M]:
    """Decode one page of a list. Raises StoreError.

    The store's count of its pages is not read. If it counts nothing at all, another one may follow a full page.
    """
    long = _long_page(response, kind)
    if long:
        items, body = long.items, {"meta": long.meta}
    else:
        body = decode(request, response)
        items = _items(request, body, kind)
        _check_included(body, kind)
    total = _pagination(body).get("total")
    pages = max(1, -(-total // limit)) if total is not None else number + (len(items) >= limit)
    return Page(items, total, pages)


def decode_count(request: Request, response: Response) -> int:
    """Decode the size of a list from its first page. Raises StoreError, and Contradiction beside other rows."""
    body = decode(request, response)
    total = _pagination(body).get("total")
    if total is None or total < 0:
        raise _malformed(request, "no meta.pagination.total")
    rows = body.get("data")
    if isinstance(rows, list) and bool(rows) != (total > 0):
        raise errors.Contradiction(f"It counts {total:,} and lists {len(rows):,}")
    return total


def listed(request: Request, response: Response, kind: type[M]) -> tuple[M, ...]:
    """Decode what a success lists; nothing if it lists nothing in the vendor's shape. Raises StoreError."""
    check(request, response)
    try:
        return _items(request, _loaded(response.body), kind)
    except errors.MalformedResponse:
        return ()


def decode_one(request: Request, response: Response, kind: type[M]) -> M:
    """Decode `{"data": {...}}`. Raises StoreError."""
    body = decode(request, response)
    single = {"data": [body["data"]]} if isinstance(body, dict) and "data" in body else body
    (item,) = _items(request, single, kind)
    return item


def decode_promotion(request: Request, response: Response, promotion_id: int) -> Promotion:
    """Decode the promotion with this id. Raises StoreError, and Contradiction for another one."""
    promotion = decode_one(request, response, Promotion)
    if promotion.id != promotion_id:
        raise errors.Contradiction("It answers about another promotion", maybe_done=request.writes)
    return promotion


def already_members(response: Response, asked: Collection[str]) -> tuple[str, ...]:
    """Return those of the requested profiles that a 409 names as members already.

    The vendor names them in sentences: "Shopper profile `…` already exists for segment `…`."
    """
    if response.status not in (207, 409):
        return ()
    messages = [text for text in decode_failure(response.body)[1].values() if "already" in text]
    named = {found.lower() for text in messages for found in _NAMED_ID.findall(text)}
    return tuple(each for each in asked if each.lower() in named)


def missing_profiles(response: Response, asked: Collection[str]) -> tuple[str, ...]:
    """Return those of the requested profiles that a 404 or 422 names: "Shopper profile `…` does not exist."."""
    if response.status not in (207, 404, 422):
        return ()
    matches = map(_MISSING_PROFILE.match, decode_failure(response.body)[1].values())
    named = {found[1].lower() for found in matches if found}
    return tuple(each for each in asked if each.lower() in named)


def carried_out(response: Response, asked: Collection[str]) -> tuple[str, ...] | None:
    """Return those of the requested profiles that the answer lists as added; None if it leaves open which they are.

    A 409's `meta.success` counts those that were added nevertheless.
    """
    body = _loaded(response.body)
    rows = body.get("data") if isinstance(body, dict) else None
    meta = body.get("meta") if isinstance(body, dict) else None
    success = meta.get("success") if isinstance(meta, dict) else None
    if not isinstance(rows, list):
        return () if not response.is_success and (success == 0 or response.status in (404, 422)) else None
    listed = {str(row.get("id") if isinstance(row, dict) else row).lower() for row in rows}
    done = tuple(each for each in asked if each.lower() in listed)
    return done if response.is_success or success in (None, len(done)) else None


def listed_profiles(request: Request, response: Response) -> tuple[Profile, ...]:
    """Return the profiles that an answer lists as created; of a refusal too, which may have created some."""
    if not response.is_success and response.status not in (207, 409):
        return ()
    try:
        return _items(request, _loaded(response.body), Profile)
    except errors.MalformedResponse:
        return ()


def _loaded(body: bytes) -> object:
    try:
        return load_json(body)
    except ValueError:
        return None


def _long_page(response: Response, kind: type[M]) -> long_pages.LongPage[M] | None:
    return long_pages.decode(response.body, kind) if response.is_success else None


def _items(request: Request, body: object, kind: type[M]) -> tuple[M, ...]:
    match body:
        case {"data": [*rows]}:
            try:
                return tuple(kind.model_validate(row) for row in rows)
            except ValidationError as error:
                raise _malformed(request, str(error)) from None
    raise _malformed(request, "no data")


def _check_included(body: dict[str, Any], kind: type[BaseModel]) -> None:
    needed = getattr(kind, "LISTED_WITH", ())
    if absent := {name for row in body["data"] for name in needed if name not in row}:
        raise errors.MalformedResponse(f"It lists customers without {' and '.join(sorted(absent))}")


def _pagination(body: object) -> dict[str, int]:
    match body:
        case {"meta": {"pagination": dict(pagination)}}:
            return {name: value for name, value in pagination.items() if type(value) is int}
    return {}


def _malformed(request: Request, cause: str) -> errors.MalformedResponse:
    # A successful response with an unreadable body was successful nevertheless.
    return errors.MalformedResponse(maybe_done=request.writes, cause=cause)


def _error(request: Request, response: Response) -> errors.StoreError:
    title, fields = decode_failure(response.body)
    kind = _kind(request, response.status, title)
    detail = "; ".join([title, *(f"{name}: {text}" for name, text in list(fields.items())[:_MOST_MESSAGES])])
    return kind(
        "" if issubclass(kind, _WITHOUT_DETAIL) or kind is errors.ServerError else detail.removeprefix("; "),
        about=request.about,
        maybe_done=response.repeated or (request.writes and not _is_surely_not_done(response.status)),
        fields=fields,
        cause=f"{response.status} {title}",
        status=response.status,
        is_repeat=response.repeated,
        asked=f"{request.method} {request.target.partition('?')[0]}",
    )


def _is_surely_not_done(status: int) -> bool:
    """Return whether a refusal has nothing to do with what the store holds.

    Any other may be the answer to a repeat, by something between here and the store, of a request that was carried
    out: what was created is there already, what was deleted is not found, what was the last one is one too many.
    """
    return status in (401, 403, 405, 413, 414, 415, 423, 429)


def _kind(request: Request, status: int, title: str) -> type[errors.StoreError]:
    if status == 409 and request.target == "segments" and "name" in title:
        return errors.DuplicateName
    if status == 403 and request.target.startswith("orders"):
        return errors.OrdersForbidden
    if status in _ERRORS:
        return _ERRORS[status]
    return errors.ServerError if status >= 500 else errors.Invalid if status >= 400 else errors.MalformedResponse
