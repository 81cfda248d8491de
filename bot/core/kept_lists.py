"""Lists of ids that are values of their own: their length and digest are known without their content.

A short list stands in the JSON of what names it, and so does every list that an earlier version stored. In place of a
longer one stands ``{"digest": …, "count": …}``: a ledger keeps its content once, under that digest, and it is read only
where somebody needs it. Whatever names a list by its digest is bound to its content.
"""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from functools import cached_property, partial
from types import GenericAlias
from typing import Annotated, Any, Generic, Protocol, TypeVar, get_args, get_origin, overload

from pydantic import (
    BaseModel,
    BeforeValidator,
    GetCoreSchemaHandler,
    SerializationInfo,
    SerializerFunctionWrapHandler,
    TypeAdapter,
    ValidationInfo,
    ValidatorFunctionWrapHandler,
    WrapSerializer,
)
from pydantic_core import CoreSchema, core_schema, to_json

SHORT = 25
"""The most ids that stand in the JSON of what names them: as many as one person may add without approval."""
BY_DIGEST = "by digest"
"""A context of serialization in which every long list is named by its digest, also one that was stored otherwise."""
C = TypeVar("C")
K = TypeVar("K")
V = TypeVar("V")
Reference = dict[str, str | int]


class ListReader(Protocol):
    """The context in which lists are validated: what reads their content."""

    def load(self, digest: str, decode: Callable[[str], C]) -> C:
        """Return the content that has this digest, decoded. Raises Refusal if it is missing or was changed."""

    async def fetch(self, digest: str, decode: Callable[[str], C]) -> None:
        """Have that content in memory for whoever loads it next; the event loop goes on meanwhile."""


class ByDigest(Generic[C]):
    """A content that is named by its digest: at hand, or read where it is needed."""

    __slots__ = ("_content", "_count", "_digest", "_fetch", "_read")

    def __init__(
        self,
        count: int,
        *,
        content: C | None = None,
        digest: str = "",
        read: Callable[[], C] | None = None,
        fetch: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        self._count, self._content, self._digest, self._read, self._fetch = count, content, digest, read, fetch

    @property
    def content(self) -> C:
        """The content."""
        if self._content is None:
            assert self._read  # noqa: S101 - one of both is there
            return self._read()
        return self._content

    async def fetch(self) -> None:
        """Read the content ahead, so that whoever looks into it next keeps nobody waiting."""
        if self._fetch:
            await self._fetch()

    @property
    def is_at_hand(self) -> bool:
        """Whether the content is in memory, rather than in the ledger that names it."""
        return self._content is not None

    @property
    def body(self) -> str:
        """The content as JSON."""
        return _json(self.content)

    @property
    def digest(self) -> str:
        """SHA-256 (hex) of the content as JSON."""
        if not self._digest:
            self._digest = digest_of(self.body)
        return self._digest

    @property
    def reference(self) -> Reference:
        """What stands in its place in JSON."""
        return {"digest": self.digest, "count": self._count}

    def __len__(self) -> int:
        return self._count

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ByDigest) and self.reference == other.reference

    def __hash__(self) -> int:
        return hash(self.digest)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._count})"


class KeptList(ByDigest[tuple[V, ...]], Sequence[V]):
    """A list of ids."""

    __slots__ = ()

    @overload
    def __getitem__(self, at: int) -> V: ...
    @overload
    def __getitem__(self, at: slice) -> tuple[V, ...]: ...
    def __getitem__(self, at: int | slice) -> V | tuple[V, ...]:
        return self.content[at]

    def __iter__(self) -> Iterator[V]:
        return iter(self.content)

    def __contains__(self, one: object) -> bool:
        return one in self.content


class KeptMap(ByDigest[dict[K, V]], Mapping[K, V]):
    """Ids by other ids."""

    __slots__ = ()

    def __getitem__(self, key: K) -> V:
        return self.content[key]

    def __iter__(self) -> Iterator[K]:
        return iter(self.content)


def lists_of(value: BaseModel) -> tuple[ByDigest[Any], ...]:
    """Return the fields of a value that are named by their digests: each is longer than ``SHORT``."""
    return tuple(one for _, one in value if isinstance(one, ByDigest))


async def fetch_lists(value: BaseModel) -> None:
    """Read the lists of a value ahead, when others had a turn: to look into those of hundreds takes time."""
    await asyncio.sleep(0)
    for one in lists_of(value):
        await one.fetch()


def _json(content: Any) -> str:
    return to_json(content).decode()


def digest_of(body: str) -> str:
    """Return the digest of a content's JSON."""
    return hashlib.sha256(body.encode()).hexdigest()


def kept_list(values: Sequence[V]) -> Sequence[V]:
    """Return these values as a list that is named by its digest, if it is long and names nobody by address."""
    if isinstance(values, KeptList):
        return values
    content = tuple(values)
    # Its digest is made with it, since many are made at a time, and in a thread: whoever compares plans has it at once.
    return KeptList(len(content), content=content, digest=digest_of(_json(content))) if _is_long(content) else content


def kept_map(values: dict[K, V]) -> Mapping[K, V]:
    """Return these values as a map that is named by its digest, if it is long."""
    return KeptMap(len(values), content=values) if len(values) > SHORT else values


def _is_long(values: Sequence[object]) -> bool:
    return len(values) > SHORT and "@" not in "".join([one for one in values if isinstance(one, str)])


def count_stored(stored: Any) -> int:
    """Return how long a list is, as it is stored in JSON."""
    return int(stored["count"]) if _is_reference(stored) else len(stored)


def _is_reference(value: object) -> bool:
    return isinstance(value, dict) and value.keys() == {"digest", "count"} and isinstance(value["count"], int)


class _Field:
    """Marks a field, of a sequence or of a mapping, whose value may be kept by digest."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        stored = _Stored(get_origin(source) is Mapping, get_args(source))
        inner = handler(stored.plain)
        serialization = core_schema.wrap_serializer_function_ser_schema(stored.serialize, info_arg=True, schema=inner)
        return core_schema.with_info_wrap_validator_function(stored.validate, inner, serialization=serialization)


class _Stored:
    """How a field of these types is stored."""

    def __init__(self, is_map: bool, types: tuple[Any, ...]) -> None:
        self._is_map, self._types = is_map, types
        self._own: type[ByDigest[Any]] = KeptMap if is_map else KeptList

    @property
    def plain(self) -> Any:
        """The type of a short one."""
        return GenericAlias(dict if self._is_map else list, self._types)

    @cached_property
    def _content(self) -> TypeAdapter[Any]:
        content: Any = self.plain if self._is_map else GenericAlias(tuple, (*self._types, ...))
        return TypeAdapter(content)

    def validate(self, value: object, handler: ValidatorFunctionWrapHandler, info: ValidationInfo) -> Any:
        """Return what was found: a short one, or one that is kept apart with how to read it."""
        if isinstance(value, ByDigest):
            return value
        if _is_reference(value):
            return _read_where_needed(self._own, value, info.context, self._content.validate_json)
        return handler(value) if self._is_map else tuple(handler(value))

    def serialize(self, value: Any, handler: SerializerFunctionWrapHandler, info: SerializationInfo) -> Any:
        """Return what stands in JSON for it."""
        if info.mode == "python":
            return value
        if info.context == BY_DIGEST and not self._is_map:
            value = kept_list(value)
        if isinstance(value, ByDigest):
            return _reference(value, info.context)
        return handler(value if self._is_map else list(value))


def _read_where_needed(own: type[ByDigest[C]], stored: Any, reader: object, decode: Callable[[str], C]) -> ByDigest[C]:
    load, fetch = (getattr(reader, name, None) for name in ("load", "fetch"))
    if load is None or fetch is None:
        raise ValueError("it names a list by its digest, and there is no ledger to read that from")
    digest = str(stored["digest"])
    read, ahead = (partial(one, digest, decode) for one in (load, fetch))
    return own(int(stored["count"]), digest=digest, read=read, fetch=ahead)


def _reference(kept: ByDigest[Any], context: object) -> Reference:
    if keep := getattr(context, "keep", None):
        keep(kept)
    return kept.reference


_ANY_LIST: TypeAdapter[tuple[int | str, ...]] = TypeAdapter(tuple[int | str, ...])


def _with_lists(value: Any, info: ValidationInfo) -> Any:
    if hasattr(info.context, "load") and _is_reference(value):
        return _read_where_needed(KeptList, value, info.context, _ANY_LIST.validate_json)
    return {name: _with_lists(one, info) for name, one in value.items()} if isinstance(value, dict) else value


def _with_references(value: Any, context: object) -> Any:
    if isinstance(value, ByDigest):
        return _reference(value, context)
    return {name: _with_references(one, context) for name, one in value.items()} if isinstance(value, dict) else value


def _serialize_values(value: Any, handler: SerializerFunctionWrapHandler, info: SerializationInfo) -> Any:
    return value if info.mode == "python" else handler(_with_references(value, info.context))


Ids = Annotated[Sequence[V], _Field()]
"""Ids in order; many of them may be a ``KeptList``."""
IdsById = Annotated[Mapping[K, V], _Field()]
"""Ids by other ids; many of them may be a ``KeptMap``."""
Values = Annotated[dict[str, Any], BeforeValidator(_with_lists), WrapSerializer(_serialize_values)]
"""Values of a command, lists among them."""
