"""Answers about changes as someone reads them who may not see whom these are about: without email addresses. Pure."""

from dataclasses import replace

from bot.core.answers import Answer, Cell, Fields, File, Part, Sentence, Table
from bot.core.language.hidden_addresses import hide_addresses

HIDDEN = "Emails are shown to whoever asked, and to those who can approve."


def without_addresses(answer: Answer) -> Answer:
    """Return the answer without addresses, and say so if any were in it."""
    parts = tuple(map(_hidden, answer.parts))
    shown = Answer(hide_addresses(answer.title), parts)
    return shown if shown == answer else replace(shown, parts=(*parts, Sentence(HIDDEN, quiet=True)))


def _hidden(part: Part) -> Part:
    match part:
        case Sentence():
            return replace(part, text=hide_addresses(part.text))
        case Fields(pairs):
            return Fields(tuple((label, hide_addresses(value)) for label, value in pairs))
        case Table():
            return replace(part, rows=tuple(tuple(map(_hidden_cell, row)) for row in part.rows))
        case File(name, content):
            text = str(content)
            hidden = hide_addresses(text)
            return File(hide_addresses(name), content if hidden == text else hidden)
        case _:
            return part


def _hidden_cell(cell: Cell) -> Cell:
    return hide_addresses(cell) if isinstance(cell, str) else cell
