"""Decoding what rules over behaviour need: arrays of version 2, and customers by cursor. Pure."""

from functools import cache
from typing import Annotated, Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from bot.bigcommerce.errors import MalformedResponse
from bot.bigcommerce.keyset import CursorPage
from bot.bigcommerce.models import Received, Text
from bot.bigcommerce.received_text import load_json
from bot.bigcommerce.responses import Response, check
from bot.bigcommerce.wire_format import Request

M = TypeVar("M", bound=BaseModel)


class _Pagination(Received):
    total: Annotated[int, Field(ge=0)] | None = None


class _Cursors(Received):
    end_cursor: Text = ""


class _Meta(Received):
    pagination: _Pagination = _Pagination()
    cursor_pagination: _Cursors = _Cursors()


class _Body(Received, Generic[M]):
    data: tuple[M, ...]
    meta: _Meta = _Meta()


def decode_rows(request: Request, response: Response, kind: type[M]) -> tuple[M, ...]:
    """Decode an array of version 2, which is no body where nothing is listed. Raises StoreError."""
    check(request, response)
    rows: tuple[M, ...] = _decoded(response.body or b"[]", tuple[kind, ...])  # type: ignore[valid-type]
    return rows


def decode_row(request: Request, response: Response, kind: type[M]) -> M:
    """Decode an object of version 2. Raises StoreError."""
    check(request, response)
    row: M = _decoded(response.body, kind)
    return row


def decode_cursor_page(request: Request, response: Response, kind: type[M]) -> CursorPage[M]:
    """Decode a page, with the cursor of its end. Raises StoreError."""
    check(request, response)
    body: _Body[M] = _decoded(response.body, _Body[kind])  # type: ignore[valid-type]
    return CursorPage(body.data, body.meta.cursor_pagination.end_cursor, body.meta.pagination.total)


def _decoded(body: bytes, shape: Any) -> Any:
    adapter = _adapter(shape)
    try:
        return adapter.validate_json(body)
    except ValidationError:  # also a text with half of a surrogate pair, which JSON can say
        pass
    try:
        return adapter.validate_python(load_json(body))
    except ValueError as error:
        raise MalformedResponse(cause=str(error)) from None


@cache
def _adapter(shape: Any) -> TypeAdapter[Any]:
    own = isinstance(shape, type) and issubclass(shape, BaseModel)
    return TypeAdapter(shape, config=None if own else ConfigDict(hide_input_in_errors=True))
