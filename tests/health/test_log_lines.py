"""A line of the log says when, how bad, who and what about; and nobody's address, name or token."""

import asyncio
import json
import logging
import sqlite3
from typing import Any

import pytest
from pydantic import TypeAdapter

from bot.bigcommerce import NotFound
from bot.core import work
from bot.core.errors import NotRecorded, NotSegments
from bot.health.log_lines import JsonLines, TextLines, text_of, write_log

NAME = "Ada Byron"
WHEN = 1_795_955_267.25


def record(
    message: str, *args: object, name: str = "bot.engine", error: BaseException | None = None
) -> logging.LogRecord:
    made = logging.LogRecord(
        name, logging.WARNING, "x.py", 1, message, args, (type(error), error, error.__traceback__) if error else None
    )
    made.created = WHEN
    return made


def as_json(made: logging.LogRecord) -> dict[str, Any]:
    line = JsonLines().format(made)
    assert "\n" not in line
    found: dict[str, Any] = json.loads(line)
    return found


def raised(error: Exception, *, from_: Exception | None = None) -> Exception:
    try:
        raise error from from_
    except Exception as caught:  # noqa: BLE001 - it is what was raised
        return caught


def test_an_event_is_one_object_on_one_line() -> None:
    assert as_json(record("Change %s\nwaits", 4)) == {
        "time": "2026-11-29T12:27:47.250+00:00",
        "level": "WARNING",
        "logger": "bot.engine",
        "message": "Change 4\nwaits",
    }


def test_text_says_the_same_as_before() -> None:
    line = TextLines().format(record("Change %s waits", 4))
    assert line.endswith(" WARNING bot.engine: Change 4 waits")


async def test_a_line_tells_what_the_work_is_about() -> None:
    async def asked() -> dict[str, Any]:
        with work.about("invocation", "1.2"):
            work.learn("slack_request", "")
            await asyncio.gather(begun(), begun())
            return as_json(record("done"))

    async def begun() -> None:
        work.learn("store_request", "f00")

    work.learn("change", 9)  # there is no work under way here
    told = await asked()
    assert (told["invocation"], told["store_request"]) == ("1.2", "f00")
    assert {"slack_request", "change"} & told.keys() == set()
    assert work.known() == {}


def test_inner_work_adds_to_what_the_outer_is_about() -> None:
    with work.about("invocation", "1.2"):
        with work.about("change", 4):
            assert work.known() == {"invocation": "1.2", "change": "4"}
        assert work.known() == {"invocation": "1.2"}


@pytest.mark.parametrize("lines", [TextLines(), JsonLines()])
@pytest.mark.parametrize(
    ("message", "args", "name", "hidden"),
    [
        ("ada@example.com was not found", (), "bot.engine", "ada@example.com"),
        ("of %s", ("Ada (ada@example.com)",), "bot.engine", "ada@example.com"),
        ("of %(who)s", ({"who": "ada@example.com"},), "bot.engine", "ada@example.com"),
        ("with xoxb-1-2-abc refused", (), "slack_sdk", "xoxb-1"),
        ("with xapp-1-A2-abc refused", (), "bot.slack", "xapp-1"),
        ("POST https://hooks.slack.com/commands/T0/1/secret - failed", (), "slack_sdk.web", "secret"),
        ("wss://wss.slack.com/link/?ticket=secret", (), "slack_bolt.App", "secret"),
        ("Change 4: %s", (NotSegments(("Ada’s friends",), ()),), "bot.engine", "Ada"),
        ("Change 4: %s", (ValueError("Ada"),), "bot.engine", "Ada"),
        ("Change 4: %s", (KeyError("Ada"),), "bot.engine", "Ada"),
    ],
)
def test_no_line_tells_of_anybody(
    lines: logging.Formatter, message: str, args: tuple[object, ...], name: str, hidden: str
) -> None:
    assert hidden not in lines.format(record(message, *args, name=name))


def test_where_the_bot_listens_is_told() -> None:
    url = "http://127.0.0.1:3000/slack/events"
    assert as_json(record("Ready: listening on %s", url))["message"].endswith(url)


@pytest.mark.parametrize("lines", [TextLines(), JsonLines()])
def test_a_traceback_has_the_code_and_no_data(lines: logging.Formatter) -> None:
    first = raised(ValueError("Ada Byron"))
    error = raised(sqlite3.OperationalError("no such table: briefs"), from_=first)
    line = lines.format(record("Reference 7F3A: a listener broke", error=error))
    assert "Ada" not in line
    assert "OperationalError: no such table: briefs" in line
    assert line.index("ValueError") < line.index("OperationalError")
    assert "in raised" in line


def test_an_error_in_the_place_of_another_is_told_with_it() -> None:
    try:
        try:
            raise KeyError(NAME)
        except KeyError:
            raise TypeError("no number") from None
    except TypeError as caught:
        alone = as_json(record("broke", error=caught))["exception"]
    try:
        try:
            raise KeyError(NAME)
        except KeyError:
            raise TypeError("no number")  # noqa: B904 - that is what happens in a handler that breaks
    except TypeError as caught:
        both = as_json(record("broke", error=caught))["exception"]
    assert ("KeyError" in alone, "KeyError" in both, NAME in both) == (False, True, False)


def test_of_an_error_only_what_the_code_says_is_told() -> None:
    with pytest.raises(ValueError, match="Ada") as caught:
        TypeAdapter(int).validate_python("Ada")
    told = [
        text_of(one)
        for one in (
            caught.value,
            NotRecorded("the disk is full"),
            NotFound(about="segment"),
            OSError(28, "No space left"),
        )
    ]
    assert told[0] == "ValidationError"
    assert "the disk is full" in told[1]
    assert told[3] == "[Errno 28] No space left"


def test_the_log_changes_its_form_once_settings_are_known() -> None:
    root = logging.getLogger()
    before = list(root.handlers)
    write_log("json")  # whoever runs the tests keeps the log already
    assert root.handlers == before
    own = logging.StreamHandler()
    own.setFormatter(TextLines())
    root.addHandler(own)
    try:
        write_log("json")
        assert isinstance(own.formatter, JsonLines)
        write_log()
        assert isinstance(own.formatter, TextLines)
    finally:
        root.removeHandler(own)
