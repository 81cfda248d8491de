"""What the work under way is about, for the log: each line of it says so, whoever writes it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Literal

What = Literal["change", "invocation", "slack_request", "store_request"]
_ABOUT: ContextVar[dict[str, str]] = ContextVar("about")
"""Kept with the task, and with the tasks that it starts."""


def known() -> Mapping[str, str]:
    """Return what is known of the work under way."""
    return _ABOUT.get({})


@contextmanager
def about(what: What, value: object) -> Iterator[None]:
    """Say of all that is done within it what it is about."""
    token = _ABOUT.set({**known(), what: str(value)})
    try:
        yield
    finally:
        _ABOUT.reset(token)


def learn(what: What, value: object) -> None:
    """Say of the rest of the work under way what it is about, if that has just become known."""
    if value and (work := _ABOUT.get(None)) is not None:
        work[what] = str(value)
