"""Values for laws: any value of a type, hostile texts among them."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from enum import Enum
from functools import cache
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from bot.bigcommerce import All, Any_, AnyOf, Not, Targeting, Unread
from bot.core.segment_rules.followed import Followed
from tests.core.segment_rules.drawn import RULES, SCHEDULES

DEEPER = 8


def examples(quick: int) -> int:
    """How many examples to draw: so many in the suite, and ``DEEPER`` times as many with ``--deep``."""
    return quick * (DEEPER if settings.get_current_profile_name() == "deep" else 1)


# The same examples each time, however busy the machine is: a law fails when it is broken, and never else.
LAW = settings(
    derandomize=True,
    deadline=None,
    max_examples=examples(15),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture],
    database=None,
)
PURE = settings(LAW, max_examples=examples(40))
"""For laws whose every example is over in a moment."""
FEW = settings(LAW, max_examples=examples(5))
"""For laws whose every example is a whole shop, or that are asked of many cases."""
HOSTILE = (
    "<!channel>",
    "<@U0BEN>",
    "<https://x.example|click>",
    "`code`",
    "*_~|:x: &amp;",
    "a\nb\tc",
    "\u202eright to left",
    "V\u200bI\u2066Ps\x1b[31m\x9b\u2028\u061c\ufeff\u3164",
    "<!channel>&" * 91,
    ":smile:" * 143,
    "x" * 1000,
    "❤" * 900,
)
texts = st.sampled_from(("", "VIPs", "Big Spenders", "Größe ❤", *HOSTILE))
ids = st.lists(texts, max_size=3).map(tuple)
odd_rules = st.dictionaries(st.sampled_from(("odd", "id", "not", "and")), texts, max_size=2).map(Unread)


def _around(parts: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    several = st.lists(parts, max_size=3).map(tuple)
    return st.one_of(st.builds(Not, parts), st.builds(All, several), st.builds(Any_, several))


rules = st.recursive(st.builds(AnyOf, ids) | odd_rules, _around, max_leaves=5)
"""Whom a promotion reaches, more deeply nested than the store takes it."""
moments = st.integers(0, 10**9).map(lambda seconds: datetime.fromtimestamp(1_700_000_000 + seconds, UTC))
_PLAIN: dict[Any, st.SearchStrategy[Any]] = {
    str: texts,
    int: st.integers(0, 30_000),
    bool: st.booleans(),
    type(None): st.none(),
    datetime: moments,
    Targeting: rules,
    Followed: st.builds(Followed, rule=RULES, words=texts, schedule=SCHEDULES, policy=texts),
}


@cache  # what a strategy can draw is worked out when it draws for the first time, which takes longer than to draw
def values_of(kind: Any) -> st.SearchStrategy[Any]:
    """Any value of ``kind``: a model, an enum, a union, a tuple, a dict, a literal, or something plain."""
    if kind in _PLAIN:
        return _PLAIN[kind]
    origin, inner = get_origin(kind), get_args(kind)
    if origin in _COMPOSED:
        return _COMPOSED[origin](inner)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return st.sampled_from(list(kind))
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        fields = st.fixed_dictionaries({name: _field(field) for name, field in kind.model_fields.items()})
        return fields.map(lambda values: _made(kind, values)).filter(lambda made: made is not None)
    raise NotImplementedError(f"values of {kind}")


def _any_of(kinds: tuple[Any, ...]) -> st.SearchStrategy[Any]:
    return st.one_of(*map(values_of, kinds))


_COMPOSED: dict[Any, Callable[[tuple[Any, ...]], st.SearchStrategy[Any]]] = {
    Annotated: lambda inner: values_of(inner[0]),
    Literal: st.sampled_from,
    Union: _any_of,
    UnionType: _any_of,
    tuple: lambda inner: _several(inner[0], least=0),
    Sequence: lambda inner: _several(inner[0], least=0),
    Mapping: lambda inner: st.dictionaries(values_of(inner[0]), values_of(inner[1]), max_size=3),
    dict: lambda inner: st.dictionaries(values_of(inner[0]), values_of(inner[1]), max_size=3),
}


def _made(kind: type[BaseModel], values: dict[str, Any]) -> BaseModel | None:
    """None where a validator of the whole forbids what each field alone allows."""
    try:
        return kind(**values)
    except ValidationError:
        return None


def _field(field: FieldInfo) -> st.SearchStrategy[Any]:
    kind: Any = field.annotation
    if get_origin(kind) in (tuple, Sequence):
        least = next((each.min_length for each in field.metadata if hasattr(each, "min_length")), 0)
        return _several(get_args(kind)[0], least=least)
    return values_of(kind)


def _several(kind: Any, *, least: int) -> st.SearchStrategy[Any]:
    return st.lists(values_of(kind), min_size=least, max_size=3).map(tuple)
