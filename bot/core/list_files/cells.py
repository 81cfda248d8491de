"""What a cell says: an address, a number, a profile id. Pure.

One judge says what an address is, for typed, pasted and imported lists: ``core/language``. Spreadsheets write ``17.0``,
and an apostrophe before what might be a formula. A number that they shortened, as ``1E+05``, may be any near it.
"""

import re
from enum import Enum

from bot.bigcommerce import is_uuid
from bot.core.language.shopper_list import read_shoppers

_PLAIN_ADDRESS = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._+-]*[A-Za-z0-9+-])?@(?:[A-Za-z0-9-]+\.)+[A-Za-z0-9]+")
"""What nothing stands around: the judge would take it as it is, only more slowly."""
_NUMBER = re.compile(r"'?#?0*(?P<whole>[1-9]\d{0,17})(?:[.,](?:0{1,2}|0{4,6}))?")
"""A whole number, with or without decimals; three zeros may be thousands."""
_SHORTENED = re.compile(r"'?\d(?:[.,]\d+)?E\+?\d{1,2}", re.IGNORECASE)
_LONGEST_ADDRESS = 400
"""More than an address and its owner's name: what is longer is a note."""


class CellKind(Enum):
    """What a cell may name a shopper by."""

    ADDRESS = "addresses"
    PROFILE = "profile ids"
    NUMBER = "customer ids"


def addresses_in(cell: str) -> tuple[str, ...]:
    """Return the different addresses in a cell, as they are written."""
    if _PLAIN_ADDRESS.fullmatch(cell):
        return (cell,)
    if "@" not in cell and "＠" not in cell and "&" not in cell:
        return ()
    return read_shoppers((cell,)).emails if len(cell) <= _LONGEST_ADDRESS else ()


def number_in(cell: str) -> int | None:
    """Return the whole number in a cell; None if there is none, or more."""
    found = _NUMBER.fullmatch(cell)
    return int(found["whole"]) if found else None


def is_shortened(cell: str) -> bool:
    """Return whether a spreadsheet shortened the number in this cell, so that nobody knows which it was."""
    return _SHORTENED.fullmatch(cell) is not None


def profile_in(cell: str) -> str:
    """Return the profile id in a cell, in lower case; an empty text if there is none."""
    bare = cell.strip("'\" ").removeprefix("profile:").lower()
    return bare if is_uuid(bare) else ""


def kind_of(cell: str) -> CellKind | None:
    """Return what a cell may name a shopper by: a note with an address in it names nobody."""
    if number_in(cell) is not None or is_shortened(cell):
        return CellKind.NUMBER
    if profile_in(cell):
        return CellKind.PROFILE
    if _PLAIN_ADDRESS.fullmatch(cell):
        return CellKind.ADDRESS
    found = read_shoppers((cell,)) if "@" in cell and len(cell) <= _LONGEST_ADDRESS else None
    return CellKind.ADDRESS if found and len(found.emails) == 1 == len(found.words) else None
