"""Decoding the store's responses: (status, headers, body) becomes typed values or one of `errors`. Pure.

Vendor: https://developer.bigcommerce.com/docs/start/about/status-codes
"""

import json
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from html import unescape
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from bot.bigcommerce import errors, long_pages
from bot.bigcommerce.models import Page, Profile
from bot.bigcommerce.wire_format import PAGE_LIMIT, UUID, Request

M = TypeVar("M", bound=BaseModel)

_LONGEST_MESSAGE = 200
_MOST_MESSAGES = 10
_NAMED_ID = re.compile(UUID)
# The profile comes first: in "segment … does not exist for shopper profile …" it is the segment that is missing.
_MISSING_PROFILE = re.compile(
    rf"\s*shopper profile\W+({UUID})\W+(?:does not exist|(?:was |is )?not found)", re.IGNORECASE
)

_TITLE = re.compile(r"<title[^>]*>(.*?)</title>", re.IGNORECASE | re.DOTALL)

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
        return json.loads(response.body)
    except ValueError:  # neither JSON nor UTF-8
        raise _malformed(request, "not JSON") from None


def decode_page(request: Request, response: Response, kind: type[M], number: int, limit: int = PAGE_LIMIT) -> Page[M]:
    """Decode one page of a list. Raises StoreError.

    The store's count of its pages is not read. If it counts nothing at all, another one may follow a full page.
    """
    long = long_pages.decode(response.body, kind) if response.is_success else None
    body = {"meta": long.meta} if long else decode(request, response)
    items = long.items if long else _items(request, body, kind)
    if long is None:
        _check_included(body, kind)
    total = _pagination(body).get("total")
    pages = max(1, -(-total // limit)) if total is not None else number + (len(items) >= limit)
    return Page(items, total, pages)


def decode_count(request: Request, response: Response) -> int:
    """Decode the size of a list from any of its pages. Raises StoreError."""
    total = _pagination(decode(request, response)).get("total")
    if total is None:
        raise _malformed(request, "no meta.pagination.total")
    return total


def decode_many(request: Request, response: Response, kind: type[M]) -> tuple[M, ...]:
    """Decode `{"data": [...]}`. Raises StoreError."""
    long = long_pages.decode(response.body, kind) if response.is_success else None
    return long.items if long else _items(request, decode(request, response), kind)


def decode_one(request: Request, response: Response, kind: type[M]) -> M:
    """Decode `{"data": {...}}`. Raises StoreError."""
    body = decode(request, response)
    single = {"data": [body["data"]]} if isinstance(body, dict) and "data" in body else body
    (item,) = _items(request, single, kind)
    return item


def already_members(response: Response, asked: Collection[str]) -> tuple[str, ...]:
    """Return those of the requested profiles that a 409 names as members already.

    The vendor names them in sentences: "Shopper profile `…` already exists for segment `…`."
    """
    if response.status not in (207, 409):
        return ()
    messages = [text for text in _decode_failure(response.body)[1].values() if "already" in text]
    named = {found.lower() for text in messages for found in _NAMED_ID.findall(text)}
    return tuple(each for each in asked if each.lower() in named)


def missing_profiles(response: Response, asked: Collection[str]) -> tuple[str, ...]:
    """Return those of the requested profiles that a 404 or 422 names: "Shopper profile `…` does not exist."."""
    if response.status not in (207, 404, 422):
        return ()
    matches = map(_MISSING_PROFILE.match, _decode_failure(response.body)[1].values())
    named = {found[1].lower() for found in matches if found}
    return tuple(each for each in asked if each.lower() in named)


def carried_out(response: Response, asked: Collection[str]) -> tuple[str, ...] | None:
    """Return those of the requested profiles that the answer lists as added; None if it leaves open which they are.

    A success without any list is about all of them. A 409's `meta.success` counts those that were added nevertheless.
    """
    body = _loaded(response.body)
    rows = body.get("data") if isinstance(body, dict) else None
    meta = body.get("meta") if isinstance(body, dict) else None
    success = meta.get("success") if isinstance(meta, dict) else None
    if not isinstance(rows, list):
        return tuple(asked) if response.is_success else () if success == 0 or response.status in (404, 422) else None
    listed = {str(row.get("id") if isinstance(row, dict) else row).lower() for row in rows}
    done = tuple(each for each in asked if each.lower() in listed)
    return done if response.is_success or success in (None, len(done)) else None


def listed_profiles(request: Request, response: Response) -> tuple[Profile, ...]:
    """Return the profiles that an answer lists as created; of a refusal too, which may have created some."""
    if response.is_success:
        return decode_many(request, response, Profile)
    if response.status not in (207, 409):
        return ()
    try:
        return _items(request, _loaded(response.body), Profile)
    except errors.MalformedResponse:
        return ()


def _loaded(body: bytes) -> object:
    try:
        return json.loads(body)
    except ValueError:
        return None


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
            return {name: value for name, value in pagination.items() if isinstance(value, int)}
    return {}


def _malformed(request: Request, cause: str) -> errors.MalformedResponse:
    # A successful response with an unreadable body was successful nevertheless.
    return errors.MalformedResponse(maybe_done=request.writes, cause=cause)


def _error(request: Request, response: Response) -> errors.StoreError:
    title, fields = _decode_failure(response.body)
    kind = _kind(request, response.status, title)
    detail = "; ".join([title, *(f"{name}: {text}" for name, text in list(fields.items())[:_MOST_MESSAGES])])
    return kind(
        "" if issubclass(kind, _WITHOUT_DETAIL) or kind is errors.ServerError else detail.removeprefix("; "),
        about=request.about,
        maybe_done=response.repeated or (request.writes and not _is_refused(response.status)),
        fields=fields,
        cause=f"{response.status} {title}",
        status=response.status,
        asked=f"{request.method} {request.target.partition('?')[0]}",
    )


def _is_refused(status: int) -> bool:
    return 400 <= status < 500 or status == 507


def _kind(request: Request, status: int, title: str) -> type[errors.StoreError]:
    if status == 409 and request.target == "segments" and "name" in title:
        return errors.DuplicateName
    if status in _ERRORS:
        return _ERRORS[status]
    return errors.ServerError if status >= 500 else errors.Invalid if status >= 400 else errors.MalformedResponse


def _decode_failure(body: bytes) -> tuple[str, dict[str, str]]:
    """Decode the title and the messages by field or index, in any of the vendor's shapes, or a page's title."""
    try:
        received = json.loads(body)
    except ValueError:  # a gateway's page, or a firewall's
        return _page_title(body), {}
    parts, fields = list(_failure_parts(received)), dict[str, str]()
    for part in parts:
        fields |= _messages(part.get("errors")) if isinstance(part, dict) else {}
    titles = filter(None, (_title(part) for part in parts if isinstance(part, dict)))
    return next(titles, _short("; ".join(part for part in parts if isinstance(part, str)))), fields


def _page_title(body: bytes) -> str:
    found = _TITLE.search(body.decode("utf-8", "replace"))
    return _short(" ".join(unescape(found[1]).split())) if found else ""


def _title(part: Mapping[str, Any]) -> str:
    texts = (part.get(name) for name in ("title", "message", "error", "detail"))
    return next((_short(text) for text in texts if isinstance(text, str) and text), "")


def _failure_parts(received: object) -> Iterator[dict[str, Any] | str]:
    match received:
        case [*parts]:
            yield from (part for part in parts if isinstance(part, dict | str))
        case dict():
            if isinstance(several := received.get("errors"), list):
                yield from _failure_parts(several)
                received = {name: value for name, value in received.items() if name != "errors"}
            yield received


def _messages(received: object) -> dict[str, str]:
    return {str(name): _short(_text(value)) for name, value in received.items()} if isinstance(received, dict) else {}


def _text(value: object) -> str:
    return "; ".join(map(str, value)) if isinstance(value, list) else str(value)


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST_MESSAGE else f"{text[: _LONGEST_MESSAGE - 1]}…"
