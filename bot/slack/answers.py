"""Renders an Answer as a message. Pure."""

import re

from bot.core.answers import (
    Answer,
    Cell,
    Chart,
    Delta,
    Fields,
    File,
    Offer,
    Offers,
    Part,
    Review,
    Sentence,
    Table,
    UploadOffers,
    bare,
)
from bot.core.csv_lines import csv_lines
from bot.core.language.visible import HIDDEN
from bot.slack import blocks
from bot.slack.action_ids import RUN, pack_words
from bot.slack.blocks import Block, Message
from bot.slack.review_button import review_button
from bot.slack.upload_buttons import upload_buttons

FILE_NAME_BYTES = 200
"""File systems allow 255; downloads may add " (1)" or an extension of their own."""
_UNSAFE = frozenset('\\/:*?"<>|`')
_DEVICE = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
_ENDING = re.compile(r"\.[A-Za-z0-9]{1,8}$")


def message(answer: Answer) -> Message:
    """Render an Answer as a message."""
    rendered = [blocks.section(blocks.rich(answer.title, bold=_is_title(answer)))]
    for part in answer.parts:
        rendered += _render_part(part)
    return Message(blocks.escape(answer.title), rendered)


def _is_title(answer: Answer) -> bool:
    return bool(answer.parts)


def _render_part(part: Part) -> list[Block]:
    match part:
        case Sentence(text=text, url=url) if url:
            return [blocks.section([blocks.link(text, url)])]
        case Sentence(text=text, quiet=True):
            return [blocks.context(blocks.escape(blocks.cut(text, blocks.SMALL_PRINT)))]
        case Sentence(text=text):
            return [blocks.section(blocks.rich(text))]
        case Fields(pairs=pairs):
            return [blocks.fields(pairs)] if pairs else []
        case Offers() | Review() | UploadOffers():
            return _render_buttons(part)
        case File(name=name):
            return [blocks.section(blocks.rich(f"“{file_name(name)}” is in your direct messages with me."))]
    return render_figure(part)


def _render_buttons(part: Offers | Review | UploadOffers) -> list[Block]:
    if isinstance(part, Offers):
        return [offer_buttons(part.offers, part.more)] if part.offers else []
    return [blocks.actions([review_button(part.number)] if isinstance(part, Review) else upload_buttons(part.files))]


def render_figure(part: Table | Chart) -> list[Block]:
    """Render a table or a chart, with a note where one is needed."""
    return _table(part) if isinstance(part, Table) else _chart(part)


def _table(part: Table) -> list[Block]:
    rest = len(part.rows) - blocks.TABLE_ROWS
    more = [blocks.context(f"… and {rest} more.")] if rest > 0 else []
    table = [blocks.table(part.caption, part.columns, part.rows)] if part.rows else []
    return [*table, *more]


def tables_as_files(answer: Answer) -> list[File]:
    """Write the tables of an Answer as CSV files, for where a message cannot hold them."""
    tables = [part for part in answer.parts if isinstance(part, Table) and part.rows]
    return [File(f"{one.caption}.csv", "".join(csv_lines(one.columns, map(_csv_cells, one.rows)))) for one in tables]


def _csv_cells(row: tuple[Cell, ...]) -> list[object]:
    plain = [cell.by if isinstance(cell, Delta) else cell for cell in row]
    return [bare(cell) if isinstance(cell, str) else cell for cell in plain]


def _chart(part: Chart) -> list[Block]:
    """Render a chart, with a sentence for clients that cannot draw it."""
    if not part.labels:
        return []
    description = blocks.context(blocks.escape(blocks.cut(part.description, blocks.SMALL_PRINT)))
    return [blocks.chart(part.kind, part.title, part.labels, part.series), description]


def offer_buttons(offers: tuple[Offer, ...], more: tuple[Offer, ...] = ()) -> Block:
    """Render a row of buttons that type commands, and a menu of ``more``."""
    buttons = [_offer_button(offer, f"{RUN}:{index}") for index, offer in enumerate(offers)]
    options = [blocks.option(one.label, pack_words(one.words, one.about)) for one in more]
    return blocks.actions([*buttons, *([blocks.menu(f"{RUN}:{len(buttons)}", options)] if options else [])])


def _offer_button(offer: Offer, action_id: str) -> Block:
    style = "danger" if offer.danger else None
    return blocks.button(offer.label, action_id, pack_words(offer.words, offer.about), style=style)


def file_name(name: str) -> str:
    """Make ``name`` safe on every file system: no path, no device, nothing invisible, at most FILE_NAME_BYTES.

    Its extension stays; if nothing else is left, the name is "file". The strictest rules:
    learn.microsoft.com/en-us/windows/win32/fileio/naming-a-file.
    """
    seen = HIDDEN.sub("-", name.strip())
    shown = "".join("-" if one in _UNSAFE or not one.isprintable() else one for one in seen)
    match = _ENDING.search(shown)
    ending = match[0] if match else ""
    stem = shown.removesuffix(ending).strip(". ")
    own = f"_{stem}" if _DEVICE.fullmatch(stem) else stem
    room = FILE_NAME_BYTES - len(ending)
    return (own.encode()[:room].decode(errors="ignore").rstrip(". ") or "file") + ending
