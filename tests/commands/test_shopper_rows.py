"""Rows that come some at a time: a table of the first ones, and a file of all."""

from bot.core.answers import File, Sentence, Table
from commands.shopper_rows import ROWS, GrowingTable


def test_few_rows_are_a_table_however_they_come() -> None:
    table = GrowingTable("People", ("Shopper", "Customer id"))
    assert not table.parts
    table.add([("Ada", 1)])
    table.add([("Ben", 2)])
    assert table.parts == (Table("People", ("Shopper", "Customer id"), (("Ada", 1), ("Ben", 2))),)


def test_many_rows_are_all_in_the_file_in_their_order() -> None:
    grown, rows = GrowingTable("People", ("Shopper", "Customer id"), file="all"), [(f"P{at}", at) for at in range(250)]
    for start in range(0, 250, 60):
        grown.add(rows[start : start + 60])
    table, told, file = grown.parts
    assert (grown.count, isinstance(table, Table) and table.rows) == (250, tuple(rows[:ROWS]))
    assert told == Sentence("The first 100 are shown here.", quiet=True)
    assert isinstance(file, File)
    lines = str(file.content).split("\r\n")
    assert (file.name, lines[0], lines[1:-1]) == (
        "all.csv",
        "shopper,customer_id",
        [f"P{at},{at}" for at in range(250)],
    )
