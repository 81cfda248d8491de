"""Deciphering what the store answers: (status, headers, body) becomes typed values or one of `errors`. Pure.

Vendor: https://developer.bigcommerce.com/docs/start/about/status-codes
"""

import json
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from bot.bigcommerce import errors
from bot.bigcommerce.models import Page
from bot.bigcommerce.wire import PAGE_LIMIT, UUID, Request

M = TypeVar("M", bound=BaseModel)

_LONGEST_MESSAGE = 200
_MOST_MESSAGES = 10
_NAMED_ID = re.compile(UUID)
# The profile comes first: in "segment … does not exist for shopper profile …" it is the segment that is missing.
_MISSING_PROFILE = re.compile(
    rf"\s*shopper profile\W+({UUID})\W+(?:does not exist|(?:was |is )?not found)", re.IGNORECASE
)

_ERRORS: dict[int, type[errors.StoreError]] = {
    207: errors.PartlyFailed,
    401: errors.Unauthorized,
    403: errors.Forbidden,
    404: errors.NotFound,
    409: errors.Conflict,
    413: errors.TooLarge,
    429: errors.RateLimited,
}
# What the store says beside these is for developers, or says less than our own sentence.
_SPEAK_FOR_THEMSELVES = (
    errors.Unauthorized,
    errors.Forbidden,
    errors.NotFound,
    errors.RateLimited,
    errors.StoreBroken,
    errors.DuplicateName,
)


@dataclass(frozen=True)
class Answer:
    """What came back. Names of headers are in lower case.

    `echo`: an earlier attempt at the same request may have been carried out, so this may answer a repeat.
    """

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = field(default=b"", repr=False)  # may hold shoppers' names and e-mails
    echo: bool = False


def decipher(request: Request, answer: Answer) -> Any:
    """Give the JSON of a success, None for an empty one. Raises StoreError for anything else."""
    if not 200 <= answer.status < 300 or answer.status == 207:
        raise _error(request, answer)
    if not answer.body:
        return None
    try:
        return json.loads(answer.body)
    except ValueError:  # neither JSON nor UTF-8
        raise _garbled(request, "not JSON") from None


def page(request: Request, answer: Answer, kind: type[M], number: int, limit: int = PAGE_LIMIT) -> Page[M]:
    """Read one page of a list. Raises StoreError.

    Where the store does not count its pages, a full page may have a successor; an empty one is the last.
    """
    body = decipher(request, answer)
    items = _items(request, body, kind)
    told = _pagination(body)
    pages = told.get("total_pages", number + 1 if len(items) >= limit else number)
    return Page(items, told.get("total"), pages if items else max(1, min(pages, number)))


def count(request: Request, answer: Answer) -> int:
    """Read the size of a list from the answer to any of its pages. Raises StoreError."""
    total = _pagination(decipher(request, answer)).get("total")
    if total is None:
        raise _garbled(request, "no meta.pagination.total")
    return total


def several(request: Request, answer: Answer, kind: type[M]) -> tuple[M, ...]:
    """Read `{"data": [...]}`. Raises StoreError."""
    return _items(request, decipher(request, answer), kind)


def one(request: Request, answer: Answer, kind: type[M]) -> M:
    """Read `{"data": {...}}`. Raises StoreError."""
    body = decipher(request, answer)
    single = {"data": [body["data"]]} if isinstance(body, dict) and "data" in body else body
    (item,) = _items(request, single, kind)
    return item


def already_members(answer: Answer, asked: Collection[str]) -> tuple[str, ...]:
    """Find which of the profiles asked for a 409 names as members already.

    The vendor names them in sentences: "Shopper profile `…` already exists for segment `…`."
    """
    if answer.status != 409:
        return ()
    said = [text for text in _complaint(answer.body)[1].values() if "already" in text]
    named = {found.lower() for text in said for found in _NAMED_ID.findall(text)}
    return tuple(each for each in asked if each.lower() in named)


def missing_profiles(answer: Answer, asked: Collection[str]) -> tuple[str, ...]:
    """Find which of the profiles asked for a 404 or 422 names as not there: "Shopper profile `…` does not exist."."""
    if answer.status not in (404, 422):
        return ()
    said = map(_MISSING_PROFILE.match, _complaint(answer.body)[1].values())
    named = {found[1].lower() for found in said if found}
    return tuple(each for each in asked if each.lower() in named)


def _items(request: Request, body: object, kind: type[M]) -> tuple[M, ...]:
    match body:
        case {"data": [*rows]}:
            try:
                return tuple(kind.model_validate(row) for row in rows)
            except ValidationError as error:
                raise _garbled(request, str(error)) from None
    raise _garbled(request, "no data")


def _pagination(body: object) -> dict[str, int]:
    match body:
        case {"meta": {"pagination": dict(told)}}:
            return {name: value for name, value in told.items() if isinstance(value, int)}
    return {}


def _garbled(request: Request, cause: str) -> errors.Garbled:
    # A success whose body makes no sense was a success all the same.
    return errors.Garbled(maybe_done=request.writes, cause=cause)


def _error(request: Request, answer: Answer) -> errors.StoreError:
    title, fields = _complaint(answer.body)
    kind = _kind(request, answer.status, title)
    told = "; ".join([title, *(f"{name}: {text}" for name, text in list(fields.items())[:_MOST_MESSAGES])])
    return kind(
        "" if issubclass(kind, _SPEAK_FOR_THEMSELVES) else told.removeprefix("; "),
        about=request.about,
        maybe_done=answer.echo or (request.writes and (answer.status >= 500 or answer.status < 400)),
        fields=fields,
        cause=f"{answer.status} {title}",
        status=answer.status,
        asked=f"{request.method} {request.target.partition('?')[0]}",
    )


def _kind(request: Request, status: int, title: str) -> type[errors.StoreError]:
    if status == 409 and request.target == "segments" and "name" in title:
        return errors.DuplicateName
    if status >= 500:
        return errors.StoreBroken
    return _ERRORS.get(status) or (errors.Invalid if status >= 400 else errors.Garbled)


def _complaint(body: bytes) -> tuple[str, dict[str, str]]:
    """Find the title and the messages by field or index, in any of the shapes that the vendor uses."""
    try:
        received = json.loads(body)
    except ValueError:  # a gateway's page; the status says enough
        return "", {}
    title = ""
    fields: dict[str, str] = {}
    for part in _complaints(received):
        said = part.get("title") or part.get("message") or part.get("error")
        title = title or (_short(said) if isinstance(said, str) else "")
        fields |= _messages(part.get("errors"))
    return title, fields


def _complaints(received: object) -> Iterator[Mapping[str, Any]]:
    match received:
        case [*parts] | {"errors": [*parts]}:
            yield from (part for part in parts if isinstance(part, dict))
        case dict():
            yield received


def _messages(told: object) -> dict[str, str]:
    return {str(name): _short(str(text)) for name, text in told.items()} if isinstance(told, dict) else {}


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST_MESSAGE else f"{text[: _LONGEST_MESSAGE - 1]}…"
