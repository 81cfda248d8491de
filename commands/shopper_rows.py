"""Shoppers as rows of a table, for the person who asks: names, addresses and customer ids."""

from collections.abc import Collection, Sequence

from bot.bigcommerce import Customer
from bot.core.answers import Cell, File, Sentence, Table, bare
from bot.core.context import Context
from bot.core.csv_lines import csv_rows
from bot.core.written_text import WrittenText

COLUMNS = ("Shopper", "Email", "Customer id")
ROWS = 100
"""The most shoppers in one table; more come as a file."""
Row = tuple[Cell, ...]


async def shopper_rows(customer_ids: Collection[int], ctx: Context) -> list[Row]:
    """Return a row for each customer, in this order; of one who is gone, there is only the id."""
    known = {one.id: one async for one in ctx.shop.each_customer(ids=customer_ids)} if customer_ids else {}
    return [shopper_row(id_, known.get(id_)) for id_ in customer_ids]


def shopper_row(customer_id: int, customer: Customer | None) -> Row:
    """Return the row of one customer."""
    if customer is None:
        return (None, None, customer_id)
    return (f"{customer.first_name} {customer.last_name}".strip(), customer.email, customer.id)


def table_or_file(
    caption: str, columns: tuple[str, ...], rows: Sequence[Row], *, file: str = ""
) -> tuple[Table | Sentence | File, ...]:
    """Show the first rows as a table; where there are more, all of them come as a file, too."""
    table = GrowingTable(caption, columns, file=file)
    table.add(rows)
    return table.parts


class GrowingTable:
    """Rows as they come: the first ones for a table and, where there are more, all of them in a file on disk."""

    def __init__(self, caption: str, columns: tuple[str, ...], *, file: str = "") -> None:
        self._caption, self._columns, self._name = caption, columns, f"{file or caption}.csv"
        self._first: list[Row] = []
        self._file: WrittenText | None = None
        self.count = 0

    def add(self, rows: Sequence[Row]) -> None:
        """Add these rows at the end."""
        self.count += len(rows)
        if self.count > ROWS and self._file is None:
            self._file = WrittenText(csv_rows([[column.lower().replace(" ", "_") for column in self._columns]]))
            self._file.add(csv_rows(map(_bare, self._first)))
        if self._file is not None:
            self._file.add(csv_rows(map(_bare, rows)))
        self._first += rows[: max(0, ROWS - len(self._first))]

    @property
    def parts(self) -> tuple[Table | Sentence | File, ...]:
        """The table and the file; nothing where there are no rows."""
        table = (Table(self._caption, self._columns, tuple(self._first)),) if self._first else ()
        if self._file is None:
            return table
        return (
            *table,
            Sentence(f"The first {ROWS} are shown here.", quiet=True),
            File(self._name, self._file),
        )


def _bare(row: Row) -> list[Cell]:
    return [bare(cell) if isinstance(cell, str) else cell for cell in row]
