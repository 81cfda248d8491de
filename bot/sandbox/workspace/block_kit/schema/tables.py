"""The blocks table and data_table.

Facts: docs.slack.dev/reference/block-kit/blocks/table-block, …/data-table-block.
"""

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import Field, model_validator

from bot.sandbox.workspace.block_kit.schema.elements import Button
from bot.sandbox.workspace.block_kit.schema.objects import OPTIONAL, Id, Shape, between, refused
from bot.sandbox.workspace.block_kit.schema.rich_text import RichText
from bot.sandbox.workspace.block_kit.texts import DATA_TABLE_CHARACTERS, TABLE_CHARACTERS, characters

Number = Annotated[float, Field(ge=-1e15, le=1e15)]


class RawText(Shape):
    """A cell with text."""

    type: Literal["raw_text"]
    text: Annotated[str, between(1, DATA_TABLE_CHARACTERS)]


class RawNumber(Shape):
    """A cell with a number; `text` is how it is shown."""

    type: Literal["raw_number"]
    value: Number
    text: Annotated[str, between(1, 100)] = OPTIONAL


RawCell = Annotated[RawText | RawNumber, Field(discriminator="type")]


class ActionCell(Shape):
    """A cell with a button; older clients show `fallback`."""

    type: Literal["action"]
    element: Button
    fallback: RawCell = OPTIONAL


TableCell = Annotated[RawText | RawNumber | RichText, Field(discriminator="type")]
DataCell = Annotated[RawText | RawNumber | RichText | ActionCell, Field(discriminator="type")]


def _check_characters(rows: Sequence[Sequence[Shape]], most: int) -> None:
    cells = [cell.model_dump(exclude_unset=True) for row in rows for cell in row]
    if characters(cells) > most:
        raise refused(f"must be less than {most + 1} characters in all cells")


class ColumnSetting(Shape):
    """The settings of a column."""

    align: Literal["left", "center", "right"] = OPTIONAL
    is_wrapped: bool = OPTIONAL


class Table(Shape):
    """A plain table."""

    type: Literal["table"]
    block_id: Id = OPTIONAL
    rows: Annotated[list[Annotated[list[TableCell], between(1, 20)]], between(1, 100)]
    column_settings: Annotated[list[ColumnSetting], between(1, 20)] = OPTIONAL

    @model_validator(mode="after")
    def _is_short(self) -> "Table":
        _check_characters(self.rows, TABLE_CHARACTERS)
        return self


class DataTable(Shape):
    """A paginated table whose first row is the header."""

    type: Literal["data_table"]
    block_id: Id = OPTIONAL
    caption: Annotated[str, between(1, 3000)]
    rows: Annotated[list[Annotated[list[DataCell], between(1, 20)]], between(2, 201)]
    page_size: Annotated[int, Field(ge=1, le=100)] = OPTIONAL
    row_header_column_index: Annotated[int, Field(ge=0)] = OPTIONAL

    @model_validator(mode="after")
    def _is_a_table(self) -> "DataTable":
        width = len(self.rows[0])
        if any(len(row) != width for row in self.rows):
            raise refused("every row must have as many cells as the header", "/rows")
        for index, cell in enumerate(self.rows[0]):
            if not isinstance(cell, RawText | RawNumber):
                raise refused(f"unsupported type for a header cell: {cell.type}", f"/rows/0/{index}")
        if (self.row_header_column_index or 0) >= width:
            raise refused("must be the index of a column", "/row_header_column_index")
        _check_characters(self.rows, DATA_TABLE_CHARACTERS)
        return self
