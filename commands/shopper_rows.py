"""Shoppers as rows of a table, for the person who asks: names, addresses and customer ids."""

from collections.abc import Collection, Sequence

from bot.bigcommerce import Customer
from bot.core.answers import Cell, File, Sentence, Table, bare
from bot.core.command import Context
from bot.core.csv_lines import csv_lines
from bot.core.written_text import WrittenText

COLUMNS = ("Shopper", "Email", "Customer id")
ROWS = 100
"""The most shoppers in one table; more come as a file."""
Row = tuple[Cell, ...]


async def shopper_rows(customer_ids: Collection[int], ctx: Context) -> list[Row]:
    """Return a row for each customer, in this order; of one who is gone, there is only the id."""
    known = {one.id: one for one in await ctx.shop.customers(ids=customer_ids)}
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
    table = (Table(caption, columns, tuple(rows[:ROWS])),) if rows else ()
    if len(rows) <= ROWS:
        return table
    named = ([bare(cell) if isinstance(cell, str) else cell for cell in row] for row in rows)
    lines = csv_lines([column.lower().replace(" ", "_") for column in columns], named)
    return (
        *table,
        Sentence(f"The first {ROWS} are shown here.", quiet=True),
        File(f"{file or caption}.csv", WrittenText(lines)),
    )
