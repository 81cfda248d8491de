"""What is numbered besides customers: ``order #17``, and the cells of a column ``Order #``. Pure."""

import re
from collections.abc import Sequence

_THINGS = frozenset(
    {"order", "ticket", "case", "invoice", "issue", "request", "item", "change", "promotion", "entry", "entries"}
    | {"po", "ref", "reference", "room", "apt", "suite", "unit", "task", "bug", "line", "row", "box"}
    | {"purchase", "payment", "transaction", "subscription", "contract", "quote", "return", "product", "sku", "coupon"}
    | {"campaign", "batch", "page", "table", "step", "rank", "call", "apartment", "flat", "street", "st"}
    | {"rma", "shipment", "bestellung", "bestellungen", "auftrag", "rechnung", "commande", "pedido"}
)
_SAYING_SO = frozenset({"#", "no", "nos", "nr", "num", "number", "numbers", "id", "ids"})
"""What may stand between such a word and its number: ``ticket no. #31``."""
_WORD = re.compile(r"[^\W\d_]+|#")
_NUMBER = re.compile(r"(?<![^\s,;])#?(?=\d+(?![^\s,;]))")
_SEPARATORS = "\t;,|"


def names_other_things(words: Sequence[str]) -> bool:
    """Return whether the last of these words say of a number behind them that it is no customer's."""
    bare = [word.strip("([#.:").casefold() for word in words]
    while bare and bare[-1] in _SAYING_SO:
        bare.pop()
    return bool(bare) and not _THINGS.isdisjoint((bare[-1], bare[-1].removesuffix("s")))


def with_things_named(text: str) -> str:
    """Return a text with ``Order#19`` for ``#19`` in the columns that its first line says are of orders."""
    header, *rows = text.strip("\n ").split("\n")
    delimiter = max(_SEPARATORS, key=header.count)
    things = {at: cell for at, cell in enumerate(header.split(delimiter)) if _heads_other_things(cell)}
    if not rows or not things or "@" in header:
        return text
    return "\n".join((header, *(_named(row, delimiter, things) for row in rows)))


def _heads_other_things(cell: str) -> bool:
    words = _WORD.findall(cell.casefold())
    is_title = not any(map(str.isdecimal, cell))
    return is_title and names_other_things(words[:1]) and _SAYING_SO.issuperset(words[1:])


def _named(row: str, delimiter: str, things: dict[int, str]) -> str:
    cells = row.split(delimiter)
    for at, thing in ((at, thing) for at, thing in things.items() if at < len(cells)):
        cells[at] = _NUMBER.sub(f"{_WORD.findall(thing)[0]}#", cells[at])
    return delimiter.join(cells)
