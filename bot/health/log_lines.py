"""Lines of the log, for people or as JSON; in neither does anybody's address, name or token stand.

What an error says may repeat what people typed or what the store holds. So its text is written only where it is made by
the code: of our own errors, which have another sentence for the log where theirs may name somebody, and of Python's own
kinds that speak of the program or the machine.
"""

import json
import logging
import re
import traceback
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Literal

from bot.core.language.hidden_addresses import hide_addresses
from bot.core.work import known

TEXT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
_OF_THE_CODE = (AttributeError, ImportError, NameError, OSError, RuntimeError, TypeError)
_ROOMS = ("bot", "commands", "sqlite3")
"""Whose own errors speak of the program: SQLite repeats no value, while PostgreSQL does."""
_TOKEN = re.compile(r"\bx(?:ox[a-z]|app)-[\w-]+")
_PATH = re.compile(r"(https?|wss?)(://[^/\s]+)/(?!api/)[^\s\"']+")
"""Of foreign loggers' addresses: a response URL's path is all that one needs to post there."""


def text_of(error: BaseException) -> str:
    """Return what the log may say of an error."""
    if for_log := getattr(error, "for_log", ""):
        return str(for_log)
    is_known = type(error).__module__.partition(".")[0] in _ROOMS
    return str(error) if is_known or isinstance(error, _OF_THE_CODE) else type(error).__name__


class TextLines(logging.Formatter):
    """Lines for people."""

    def __init__(self) -> None:
        super().__init__(TEXT)

    def format(self, record: logging.LogRecord) -> str:
        """Render a record, and the traceback below it."""
        shown = logging.makeLogRecord(vars(record) | {"msg": _message(record), "args": (), "exc_text": None})
        return super().format(shown)

    def formatException(self, ei: tuple[object, ...]) -> str:  # noqa: N802 - logging's own name
        """Render a traceback."""
        return _traceback(ei[1])


class JsonLines(logging.Formatter):
    """One JSON object a line, with what is known of the work under way."""

    def format(self, record: logging.LogRecord) -> str:
        """Render a record."""
        error = record.exc_info[1] if record.exc_info else None
        line: dict[str, str] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": _message(record),
        }
        line.update(known())
        if error:
            line["exception"] = _traceback(error)
        return json.dumps(line, ensure_ascii=False)


def write_log(form: Literal["text", "json"] = "text") -> None:
    """Write the log to the standard error in this form, unless whoever runs this program keeps it elsewhere."""
    lines = JsonLines() if form == "json" else TextLines()
    handler = logging.StreamHandler()
    handler.setFormatter(lines)
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    for own in logging.getLogger().handlers:
        if isinstance(own.formatter, TextLines | JsonLines):
            own.setFormatter(lines)


def _message(record: logging.LogRecord) -> str:
    """Return the message without what its errors, or whoever wrote it, may tell of people."""
    args = record.args
    if isinstance(args, tuple):
        args = tuple(text_of(one) if isinstance(one, BaseException) else one for one in args)
    message = _private(str(record.msg) % args if args else str(record.msg))
    return message if record.name.partition(".")[0] == "bot" else _PATH.sub(r"\1\2/…", message)


def _private(text: str) -> str:
    return _TOKEN.sub("[token]", hide_addresses(text))


def _traceback(error: object) -> str:
    return "\n".join(_chained(error)) if isinstance(error, BaseException) else ""


def _chained(error: BaseException) -> Iterator[str]:
    """Yield the tracebacks of an error and of those that it came from, the first one first."""
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if before:
        yield from _chained(before)
        yield "\nThen:\n"
    yield "".join(traceback.format_tb(error.__traceback__)).rstrip("\n")
    text = _private(text_of(error))
    name = type(error).__qualname__
    yield name if text == name else f"{name}: {text}"
