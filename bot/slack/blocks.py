"""Builders of Slack's blocks that keep to its limits: text that is too long is truncated or split here. Pure.

Names and other text from outside go into plain text or rich text, which is shown literally; where only mrkdwn is
possible, ``escape`` keeps such text from mentioning, linking or formatting. Every text that a reader sees goes through
``visible`` here, and nowhere else; values, which come back to the bot, stay exact.

Limits: docs.slack.dev/reference/block-kit.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.core.answers import MENTION, Cell, Delta, bare
from bot.core.language.phrases import signed
from bot.core.language.visible import visible

Block = dict[str, Any]

HEADER, TEXT, BUTTON, BUTTON_VALUE, OPTION, OPTION_VALUE, PLACEHOLDER = 150, 3000, 75, 2000, 75, 150, 150
TITLE, LABEL, MESSAGE_TEXT, MESSAGE_BLOCKS, TABLE_ROWS, TABLE_TEXT, CELL = 24, 2000, 3900, 50, 200, 20_000, 300
CONFIRM_TEXT, CONFIRM_BUTTON, OPTIONS, ACTIONS, FIELD = 300, 30, 100, 25, 1500
MESSAGE_ROOM, LINES, LINE, LINES_ROOM, SMALL_PRINT = 9000, 15, 400, 1500, 600
LEAST_CELL = 10
TABLE_PAGE = 100
"""Rows that Slack shows at once: as many as a list's page has, so that a table has no pages beside the list's."""
CHARTS, CHART_TITLE, CHART_LABEL, CHART_POINTS, CHART_SERIES = 2, 50, 20, 20, 12
PLAN_ROOM = 3000
"""The most characters for the lines of a plan on its card: twice as many as for anything else."""
TOO_LONG = "… and more, too long to be shown here."
_PIECE = re.compile(rf"`([^`]+)`|{MENTION.pattern}")


@dataclass(frozen=True)
class Message:
    """A message to post: blocks, and a text for notifications and clients without blocks."""

    text: str
    blocks: list[Block] = field(default_factory=list)

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", cut(self.text or "–", MESSAGE_TEXT))
        object.__setattr__(self, "blocks", _fit(self.blocks))


def _fit(blocks: list[Block]) -> list[Block]:
    """Drop blocks from the end that do not fit into one message; buttons always stay."""
    spare = [block for block in blocks if block["type"] == "data_visualization"][CHARTS:]
    blocks = [block for block in blocks if not any(block is one for one in spare)]
    buttons = [block for block in blocks if block["type"] == "actions"]
    room = MESSAGE_ROOM - sum(map(length, buttons)) - len(TOO_LONG)
    places = MESSAGE_BLOCKS - len(buttons) - 1
    kept: list[Block] = []
    for block in blocks:
        if block["type"] != "actions":
            places, room = places - 1, room - (0 if block["type"] == "data_table" else length(block))
        if block["type"] == "actions" or (room >= 0 and places >= 0):
            kept.append(block)
    return kept if len(kept) == len(blocks) else [*kept, context(TOO_LONG)]


def length(value: Any) -> int:
    """Count the characters that a reader sees: every string under the key ``text``, at any depth."""
    if isinstance(value, dict):
        texts = (
            len(inner) if key == "text" and isinstance(inner, str) else length(inner) for key, inner in value.items()
        )
        return sum(texts)
    return sum(map(length, value)) if isinstance(value, list) else 0


def cut(text: str, limit: int) -> str:
    """Truncate ``text`` to at most ``limit`` characters, with an ellipsis where something is missing."""
    return text if len(text) <= limit else text[: limit - 1] + "…"


def escape(text: str) -> str:
    """Escape ``text`` for mrkdwn, so that it cannot mention, link, format or hide."""
    safe = visible(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return MENTION.sub(r"<@\1>", safe)


def plain(text: str, limit: int) -> Block:
    """Build a plain-text object; Slack refuses an empty one. No emoji codes: a segment may be called ``:x:``."""
    return plain_lines([text], limit)


def plain_lines(lines: Sequence[str], limit: int) -> Block:
    """Build a plain-text object of these lines."""
    text = "\n".join(visible(bare(line)) for line in lines)
    return {"type": "plain_text", "text": cut(text or "–", limit), "emoji": False}


def header(text: str) -> Block:
    """Build a header, the first line of a message."""
    return {"type": "header", "text": plain(text, HEADER)}


def section(elements: list[Block]) -> Block:
    """Build a paragraph of rich-text elements."""
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": elements}]}


def quoted(text: str) -> Block:
    """Build a quotation."""
    return {"type": "rich_text", "elements": [{"type": "rich_text_quote", "elements": rich(text)}]}


def bullets(lines: Sequence[str], *, room: int = LINES_ROOM) -> Block:
    """Build a bulleted list of as many lines as fit into ``room`` characters; the last one counts the rest."""
    short = [cut(line, _line_room(lines, room)) for line in lines]
    shown = short[:LINES]
    while sum(map(len, shown)) > room:
        shown.pop()
    more = [f"… and {len(short) - len(shown)} more"] if len(shown) < len(short) else []
    return listed([rich(line) for line in (*shown, *more)])


def listed(lines: Sequence[list[Block]]) -> Block:
    """Build a bulleted list of lines of rich-text elements."""
    items = [{"type": "rich_text_section", "elements": line} for line in lines]
    return {"type": "rich_text", "elements": [{"type": "rich_text_list", "style": "bullet", "elements": items}]}


def all_shown(lines: Sequence[str], *, room: int = LINES_ROOM) -> bool:
    """Return whether ``bullets`` shows every line in full."""
    short = all(len(line) <= _line_room(lines, room) for line in lines)
    return short and len(lines) <= LINES and sum(map(len, lines)) <= room


def _line_room(lines: Sequence[str], room: int) -> int:
    """Return the characters for each line: a few lines may be long, so that no rule is approved half hidden."""
    return max(LINE, room // len(lines))


def rich(text: str, *, bold: bool = False) -> list[Block]:
    """Build rich-text elements of a sentence: backticks become code, marked ids people; the rest is literal."""
    style: Block = {"style": {"bold": True}} if bold else {}
    elements: list[Block] = []
    end = 0
    shown = cut(visible(text), TEXT)
    for match in _PIECE.finditer(shown):
        elements += _literal(shown[end : match.start()], style)
        elements.append(_piece(match))
        end = match.end()
    return (elements + _literal(shown[end:], style)) or _literal("–", style)


def _piece(match: re.Match[str]) -> Block:
    if match[2]:
        return {"type": "user", "user_id": match[2]}
    return {"type": "text", "text": match[1], "style": {"code": True}}


def _literal(text: str, style: Block) -> list[Block]:
    return [{"type": "text", "text": text, **style}] if text else []


def link(text: str, url: str) -> Block:
    """Build a link within rich text."""
    return {"type": "link", "url": url, "text": cut(visible(text or url), TEXT)}


def linked(words: str, url: str, after: str) -> list[Block]:
    """Build a line that begins with a link, or with its words alone where there is no address."""
    return [link(words, url) if url else {"type": "text", "text": words}, *rich(cut(after, LINE))]


def time(at: datetime) -> str:
    """Format a time in mrkdwn that each reader sees in their own zone."""
    return f"<!date^{int(at.timestamp())}^{{date_short_pretty}} at {{time}}|{at:%Y-%m-%d %H:%M} UTC>"


def context(*mrkdwn: str) -> Block:
    """Build small print of up to ten pieces; the caller escapes text from outside."""
    pieces = [text for text in mrkdwn if text][:10] or ["–"]
    return {"type": "context", "elements": [{"type": "mrkdwn", "text": cut(visible(text), TEXT)} for text in pieces]}


def fields(pairs: Iterable[tuple[str, str]]) -> Block:
    """Build labels with values, one below another."""
    elements: list[Block] = []
    for label, value in pairs:
        elements += [*rich(f"{label}: ", bold=True), *rich(cut(value, FIELD)), {"type": "text", "text": "\n"}]
    return section(elements[:-1])


def button(text: str, action_id: str, value: str, *, style: str | None = None, confirm: Block | None = None) -> Block:
    """Build a button; ``style`` is ``primary``, ``danger`` or None."""
    made: Block = {"type": "button", "text": plain(text, BUTTON), "action_id": action_id}
    extras = {"value": value[:BUTTON_VALUE], "style": style, "confirm": confirm}
    return made | {key: extra for key, extra in extras.items() if extra}


def menu(action_id: str, options: Sequence[Block]) -> Block:
    """Build the menu behind three dots; Slack takes at most five options."""
    return {"type": "overflow", "action_id": action_id, "options": list(options)}


def confirm(title: str, text: str, yes: str, *, style: str = "primary") -> Block:
    """Build the confirmation dialog of a button."""
    return {
        "title": plain(title, 100),
        "text": plain(text, CONFIRM_TEXT),
        "confirm": plain(yes, CONFIRM_BUTTON),
        "deny": plain("Cancel", CONFIRM_BUTTON),
        "style": style,
    }


def actions(elements: Sequence[Block]) -> Block:
    """Build a row of buttons."""
    return {"type": "actions", "elements": list(elements[:ACTIONS])}


def table(caption: str, columns: Sequence[str], rows: Sequence[Sequence[Cell]]) -> Block:
    """Build a data table of the first 200 rows.

    If they are too long, cells are truncated, so that no row is missing.
    """
    shown, room = rows[:TABLE_ROWS], _cell_room(columns, rows[:TABLE_ROWS])
    head = [{"type": "raw_text", "text": visible(column)} for column in columns]
    return {
        "type": "data_table",
        "caption": visible(caption),
        "rows": [head, *([_cell(value, room) for value in row] for row in shown)],
        "page_size": min(TABLE_PAGE, max(1, len(shown))),
    }


def _cell_room(columns: Sequence[str], rows: Sequence[Sequence[Cell]]) -> int:
    """Return the characters per cell with which all rows fit into one table."""
    budget, room = TABLE_TEXT - sum(map(len, columns)), CELL
    while room > LEAST_CELL and sum(len(_shown(value, room)) for row in rows for value in row) > budget:
        room = room * 2 // 3
    return room


def _shown(value: Cell, room: int) -> str:
    if isinstance(value, Delta):
        return signed(value.by)
    return f"{value:,}" if isinstance(value, int) else cut(visible(value or "–"), room)


def _cell(value: Cell, room: int) -> Block:
    if isinstance(value, Delta):
        return {"type": "raw_number", "value": value.by, "text": _shown(value, room)}
    if isinstance(value, int):
        return {"type": "raw_number", "value": value, "text": _shown(value, room)}
    if value and MENTION.search(value):
        return section(rich(value))
    return {"type": "raw_text", "text": _shown(value, room)}


def chart(kind: str, title: str, labels: Sequence[str], series: Sequence[tuple[str, Sequence[int]]]) -> Block:
    """Build a chart of the first 20 labels and 12 series, which stay distinct when truncated.

    Limits: docs.slack.dev/reference/block-kit/blocks/data-visualization-block
    """
    categories = _distinct(labels[:CHART_POINTS])
    names = _distinct([name for name, _ in series[:CHART_SERIES]])
    points = [
        [{"label": label, "value": value} for label, value in zip(categories, values[:CHART_POINTS], strict=True)]
        for _, values in series[:CHART_SERIES]
    ]
    drawn = [{"name": name, "data": data} for name, data in zip(names, points, strict=True)]
    return {
        "type": "data_visualization",
        "title": cut(visible(title), CHART_TITLE),
        "chart": {"type": kind, "series": drawn, "axis_config": {"categories": categories}},
    }


def _distinct(labels: Sequence[str]) -> list[str]:
    """Truncate labels to fit, and number those that would become equal."""
    made: list[str] = []
    for label in labels:
        whole, number = visible(label.strip()) or "–", 1
        one = cut(whole, CHART_LABEL)
        while one in made:
            number += 1
            one = f"{cut(whole, CHART_LABEL - len(f' {number}'))} {number}"
        made.append(one)
    return made


def option(text: str, value: str, description: str = "") -> Block:
    """Build an option of a select."""
    made = {"text": plain(text, OPTION), "value": value[:OPTION_VALUE]}
    return made | ({"description": plain(description, OPTION)} if description else {})
