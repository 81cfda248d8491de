"""What reads texts, each with what it needs: a grammar, names, a day; and how what is read is written down."""

import io
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from bot.bigcommerce import Segment
from bot.core import segment_rules
from bot.core.command import find
from bot.core.errors import Misuse, NotSegments, Question
from bot.core.language.args import Args, input_of, missing
from bot.core.language.due_times import format_due, parse_due, remark_on_clocks
from bot.core.language.hidden_addresses import has_lone_address, hide_addresses
from bot.core.language.labels import with_keys
from bot.core.language.misplaced_addresses import without_address
from bot.core.language.near_readings import near_lines, near_readings
from bot.core.language.new_names import in_quotes, names_meant
from bot.core.language.pasted_text import plain
from bot.core.language.person_names import no_title, one_name, with_names_in_order
from bot.core.language.readings import fill, may_differ, readings
from bot.core.language.second_acts import names_before_acts
from bot.core.language.shopper_list import read_shoppers
from bot.core.language.time_expressions import describe_age, parse_age, parse_span
from bot.core.language.tokenizer import as_typed, split
from bot.core.language.visible import visible
from bot.core.list_files.reading import Brought, read_list
from bot.core.store_view.names import Names, similar_names
from bot.core.store_view.targeting import describe, parse
from commands import GROUPS
from tests.core.language.test_readings import Add, AddToSeveral, Combine, Copy, Delete, Edit, Register, Target, names
from tests.core.samples import uuid
from tests.core.segment_rules.test_language import WORDS

GRAMMARS = {one.__name__: one for one in (Add, AddToSeveral, Combine, Copy, Delete, Edit, Register, Target)}
BERLIN, NOON = ZoneInfo("Europe/Berlin"), datetime(2026, 11, 24, 23, 30, tzinfo=UTC)
CALLED = ("VIPs", "vips", "Loyal", "Big Spenders", "VIPs (EU)", "Try and Buy", "Men's wear", "Win-back", "a\u200bb")
ALIKE = ("Group 1", "Group 2", "Group 3", "Group 4", uuid(10), "LOYAL", "vIPs")
SEGMENTS = tuple(Segment(id=uuid(10 + at), name=name) for at, name in enumerate(CALLED))
INDEX = Names((*SEGMENTS, *(Segment(id=uuid(30 + at), name=name) for at, name in enumerate(ALIKE))))


def said(of: Callable[[], object]) -> str:
    """What came of it, in one text: a value, or the error that people see, with what else hangs on it."""
    try:
        return str(of())
    except Question as error:
        readings = [(one.values, one.label) for one in error.readings]
        return f"Question: {error} {readings} {error.field} {error.for_log}"
    except NotSegments as error:
        return f"NotSegments: {error}"
    except ValueError as error:
        return f"{error}"
    except Misuse as error:
        return f"Misuse: {error} {error.field} {error.for_log}"


def line(text: str) -> str:
    """A typed line, behind the name of its grammar: without the names of a store, and with them."""
    grammar, _, words = text.partition(" ")
    args = GRAMMARS[grammar]
    many = tuple(name for name in ("name", "page") if name in args.model_fields)
    ways = {f"{way}": readings(args, words, names, positional=way) for way in ((), many)}
    return " / ".join((said(lambda: fill(args, words)), str(ways), said(lambda: may_differ(args, fill(args, words)))))


def near(text: str) -> str:
    """A line that cannot be read, behind the name of its grammar, and how it may have been meant."""
    grammar, _, words = text.partition(" ")
    args = GRAMMARS[grammar]
    found = near_readings(args, words, names, lambda values: not missing(args, values))
    return f"{found} {list(near_lines(args, words))} {with_keys(args, words, bare=True)}"


def shoppers(text: str) -> str:
    """A pasted list of shoppers, and how it is told."""
    found = read_shoppers((text,))
    return f"{found} {found.phrases} {found.line} {found.words} {found.description} {found.count}"


def time(text: str) -> str:
    """A time, where the day comes first and where the month does, and an age."""

    def span(*, month_first: bool) -> str:
        ends = parse_span(text, now=NOON, zone=BERLIN, field="since", month_first=month_first)
        return " to ".join(f"{one:%F %T}" for one in ends)

    spans = (said(lambda: span(month_first=False)), said(lambda: span(month_first=True)))
    return " / ".join((*spans, said(lambda: (age := parse_age(text)) and describe_age(age))))


def due(text: str) -> str:
    """A time to come, where the day comes first and where the month does."""

    def moment(*, month_first: bool) -> str:
        at = parse_due(text, now=NOON, zone=BERLIN, field="at", month_first=month_first)
        return " ".join((format_due(at, BERLIN), *remark_on_clocks(at, BERLIN)))

    return " / ".join((said(lambda: moment(month_first=False)), said(lambda: moment(month_first=True))))


def segment_rule(text: str) -> str:
    """A rule of who belongs to a segment, and how it is told, with all names in quotes and without."""
    return said(
        lambda: (
            f"{(found := segment_rules.parse(text, WORDS))} {segment_rules.describe(found, WORDS)} "
            f"{segment_rules.describe(found, WORDS, quoted=True)}"
        )
    )


def rule(text: str) -> str:
    """A rule of whom a promotion reaches, and how it is told."""
    labels = {one.id: one.name for one in SEGMENTS}
    return said(lambda: f"{(found := parse(text, SEGMENTS))} {describe(found, labels)}")


def name(text: str) -> str:
    """A name: what it means, what it is near to, what a line begins with, and what a text holds."""
    words = split(text)
    meant = (said(lambda: INDEX.one(text)), similar_names(text, SEGMENTS), list(INDEX.nearly(words)))
    return f"{meant} {list(INDEX.beginning(words))} {INDEX.split_off(text)}"


def new_name(text: str) -> str:
    """A name that a segment is to have: what it may mean without what stands around it, and before another act."""
    args, kind = _args("segment edit"), input_of(_args("segment create").model_fields["name"])
    acts = [list(names_before_acts(one, text, INDEX.called)) for one in (args, _args("segment create"))]
    return f"{names_meant(kind, text)} {in_quotes(text)!r} {acts} {without_address(text)!r}"


def person(text: str) -> str:
    """Who somebody is, with the address of one: which name comes first, where that is not plain."""
    args = _args("shopper register")
    orders = [list(with_names_in_order(args, text, is_unread=way)) for way in (False, True)]
    return f"{said(lambda: one_name(text))} / {said(lambda: no_title(text))} / {orders}"


def _args(path: str) -> type[Args]:
    return find(GROUPS, path).args


def file(text: str) -> str:
    """A file that somebody brings; before the first sign of a paragraph may stand the column that they name."""
    column, _, content = text.rpartition("¶")
    brought = Brought(io.BytesIO(content.encode()), "list.csv", column)
    return said(lambda: [tuple(row) for row in read_list(brought)])


def words(text: str) -> str:
    """A text as it is shown, made plain, split into words and put together again, and without its addresses."""
    typed = split(text)
    hidden = f"{has_lone_address(text)} {hide_addresses(text)!r}"
    return f"{visible(text)!r} {plain(text)!r} {typed} {as_typed(typed)!r} {split(text, quotes=False)} {hidden}"


_READ = (line, near, shoppers, time, due, segment_rule, rule, name, new_name, person, file, words)
READERS: Mapping[str, Callable[[str], Any]] = {one.__name__: one for one in _READ}
