"""The request as plain values: its path, query and body, decoded strictly. Pure."""

import json
import math
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from bot.sandbox.store.paging import DEFAULT_LIMIT, LARGEST_LIMIT, Window
from bot.sandbox.store.refusals import Invalid, Malformed, NotFound, TooLarge

DEEPEST_DOCUMENT = 64
LARGEST_ID = 2**63 - 1  # SQLite's largest integer
_WHOLE = re.compile(r"[+-]?[0-9]{1,4000}")
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


@dataclass(frozen=True)
class Request:
    """A request: the parameters of its path, its query (each name with its values), and its body's bytes."""

    names: Mapping[str, str]
    query: Mapping[str, Sequence[str]]
    content: bytes = b""

    def uuid(self, name: str) -> str:
        """Return a UUID of the path, in lower case. Raises NotFound, as nothing has any other id."""
        if not is_uuid(self.names[name]):
            raise NotFound("The requested resource was not found.")
        return self.names[name].lower()

    def number(self, name: str) -> int:
        """Return a positive number of the path. Raises NotFound."""
        value = _whole(self.names[name])
        if value is None or not 0 < value <= LARGEST_ID:
            raise NotFound("The requested resource was not found.")
        return value

    def text(self, name: str) -> str | None:
        """Return a query parameter, the last one if repeated; None if it is missing or empty."""
        values = self.query.get(name)
        if not values or not values[-1]:
            return None
        if not is_storable(values[-1]):
            raise Invalid("Invalid query parameter.", {name: f"{name} has characters that no text has."})
        return values[-1]

    def moment(self, name: str) -> str | None:
        """Return a time of the query as the shop keeps times, None if there is none. Raises Invalid.

        ISO with or without a time and an offset, RFC 2822, or seconds since 1970; without an offset it is UTC.
        """
        text = self.text(name)
        if text is None:
            return None
        for parse in (datetime.fromisoformat, parsedate_to_datetime, _since_1970):
            with suppress(ValueError, OverflowError, OSError):
                moment = parse(text)
                in_utc = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
                return f"{in_utc:%Y-%m-%dT%H:%M:%SZ}"
        raise Invalid("Invalid query parameter.", {name: f"{name} is no time."})

    def listed(self, name: str) -> list[str] | None:
        """Return a list parameter, comma-separated or repeated; None if it is empty.

        So `?id:in=` is ignored, and then means everything: a client must not rely on leniency that the vendor does not
        promise.
        """
        items = [item.strip() for value in self.query.get(name, ()) for item in value.split(",")]
        return [item for item in items if item] or None

    def texts(self, name: str) -> list[str] | None:
        """Return a list parameter without texts that cannot be stored, and so match nothing."""
        items = self.listed(name)
        return None if items is None else [item for item in items if is_storable(item)]

    def uuids(self, name: str) -> list[str] | None:
        """Return a list of ids in lower case, without those that are no UUID, and so match nothing."""
        items = self.listed(name)
        return None if items is None else [item.lower() for item in items if is_uuid(item)]

    def numbers(self, name: str) -> list[int] | None:
        """Return a list parameter of numbers. Raises Invalid."""
        items = self.listed(name)
        if items is None:
            return None
        numbers = [_whole(item) for item in items]
        if None in numbers:
            raise Invalid("Invalid query parameter.", {name: f"{name} is a list of whole numbers."})
        return [number for number in numbers if number is not None and abs(number) <= LARGEST_ID]

    def choice(self, name: str, among: Sequence[str], default: str) -> str:
        """Return a query parameter that must be one of several words. Raises Invalid."""
        value = self.text(name) or default
        if value not in among:
            raise Invalid("Invalid query parameter.", {name: f"{name} is one of {', '.join(among)}."})
        return value

    def window(self) -> Window:
        """Return `page` and `limit`. Raises Invalid for anything but a number of at least 1, TooLarge above 250."""
        number, limit = self._counted("page", 1), self._counted("limit", DEFAULT_LIMIT)
        if limit > LARGEST_LIMIT:
            raise TooLarge(f"limit is at most {LARGEST_LIMIT}.")
        return Window(number, limit)

    def items(self) -> list[Any]:
        """Return the body, a JSON array. Raises Malformed."""
        body = decoded(self.content)
        if not isinstance(body, list):
            raise Malformed("The request body is a JSON array.")
        return body

    def _counted(self, name: str, default: int) -> int:
        if name not in self.query:
            return default
        value = _whole(self.query[name][-1])
        if value is None or value < 1:
            raise Invalid("Invalid query parameter.", {name: f"{name} is a whole number, 1 or more."})
        return value


def is_uuid(value: object) -> bool:
    """Return whether this is the text of a UUID."""
    return isinstance(value, str) and _UUID.fullmatch(value) is not None


def is_storable(text: str) -> bool:
    """Return whether this text is Unicode without NUL and without a lone surrogate."""
    return "\0" not in text and text.encode("utf-8", "replace").decode() == text


def is_sound(value: Any) -> bool:
    """Return whether a JSON value can be stored and sent again: storable texts, finite numbers, not too deep."""
    level = [value]
    for _ in range(DEEPEST_DOCUMENT):
        if not all(_is_sound_part(part) for part in level):
            return False
        level = [inner for part in level for inner in _parts(part)]
    return not level


def decoded(content: bytes) -> Any:
    """Decode JSON. Raises Malformed."""
    try:
        return json.loads(content, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise Malformed("The request body is not valid JSON.") from error


def _since_1970(text: str) -> datetime:
    return datetime.fromtimestamp(int(text), UTC)


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _parts(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [*value.keys(), *value.values()]
    return value if isinstance(value, list) else []


def _is_sound_part(value: Any) -> bool:
    if isinstance(value, str):
        return is_storable(value)
    return not isinstance(value, float) or math.isfinite(value)


def _whole(text: str) -> int | None:
    return int(text) if _WHOLE.fullmatch(text) else None
