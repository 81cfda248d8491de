"""Limits of the blocks that draw data: table, data_table, data_visualization.

Facts: docs.slack.dev/reference/block-kit/blocks/table-block, …/data-table-block, …/data-visualization-block.
"""

from collections.abc import Iterator
from typing import Any

from bot.sandbox.workspace.block_kit.elements_limits import ID
from bot.sandbox.workspace.block_kit.rules import (
    Faults,
    Rule,
    anything,
    boolean,
    both,
    fault,
    fields,
    items,
    number,
    one_of,
    string,
    typed,
)

TABLE_CHARACTERS, DATA_TABLE_CHARACTERS = 10_000, 20_000
_KIND = {"type": anything}
_NAMED: dict[str, Rule] = {"block_id": ID}

RAW_TEXT = fields({**_KIND, "text": string(DATA_TABLE_CHARACTERS, 1)})
RAW_NUMBER = fields({**_KIND, "value": number(-1e15, 1e15)}, {"text": string(100, 1)})
RICH_CELL = fields({**_KIND, "elements": items(100, anything)}, _NAMED)
_CELL = typed({"raw_text": RAW_TEXT, "raw_number": RAW_NUMBER, "rich_text": RICH_CELL}, "a cell")
_HEADER_CELL = typed({"raw_text": RAW_TEXT, "raw_number": RAW_NUMBER}, "a header cell")


def texts_in(value: Any) -> Iterator[str]:
    """Yield every text that a reader sees: strings under "text", at any depth."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if isinstance(inner, str):
                yield from [inner] if key == "text" else []
            else:
                yield from texts_in(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from texts_in(inner)


def characters(value: Any) -> int:
    """Count the characters that a reader sees."""
    return sum(len(one) for one in texts_in(value))


def _in_all(most: int) -> Rule:
    def rule(value: Any, pointer: str) -> Faults:
        if characters(value["rows"]) > most:
            yield fault(f"must be less than {most + 1} characters in all cells", pointer)

    return rule


def _rectangular(value: Any, pointer: str) -> Faults:
    if len({len(row) for row in value["rows"] if isinstance(row, list)}) > 1:
        yield fault("every row must have as many cells as the header", f"{pointer}/rows")


def _plain_header(value: Any, pointer: str) -> Faults:
    for index, cell in enumerate(value["rows"][0]):
        yield from _HEADER_CELL(cell, f"{pointer}/rows/0/{index}")


def _guarded(shape: Rule, *further: Rule) -> Rule:
    """Rule: the further rules are asked only about a value of the right shape."""

    def rule(value: Any, pointer: str) -> Faults:
        faults = list(shape(value, pointer))
        yield from faults or both(*further)(value, pointer)

    return rule


_COLUMN = fields({}, {"align": one_of("left", "center", "right"), "is_wrapped": boolean})
TABLE = _guarded(
    fields(
        {**_KIND, "rows": items(100, items(20, _CELL))},
        {**_NAMED, "column_settings": items(20, _COLUMN)},
    ),
    _in_all(TABLE_CHARACTERS),
)
DATA_TABLE = _guarded(
    fields(
        {**_KIND, "caption": string(3000, 1), "rows": items(201, items(20, _CELL), least=2)},
        {**_NAMED, "page_size": number(1, 100), "row_header_column_index": number(0, 19)},
    ),
    _in_all(DATA_TABLE_CHARACTERS),
    _rectangular,
    _plain_header,
)

_LABEL = string(20, 1)
_POINT = fields({"label": _LABEL, "value": number(-1e15, 1e15)})
_SLICE = fields({"label": _LABEL, "value": number(0, 1e15)})
_SERIES = fields({"name": _LABEL, "data": items(20, _POINT)})
_AXES = fields({"categories": items(20, _LABEL)}, {"x_label": string(50), "y_label": string(50)})


def _on_axis(value: Any, pointer: str) -> Faults:
    """Each series has one point for each category, in that order; names differ."""
    categories = value["axis_config"]["categories"]
    for index, series in enumerate(value["series"]):
        if [point["label"] for point in series["data"]] != categories:
            yield fault("labels must match axis_config.categories", f"{pointer}/series/{index}/data")
    if len({series["name"] for series in value["series"]}) < len(value["series"]):
        yield fault("names of series must be unique", f"{pointer}/series")


_PLOT = _guarded(fields({**_KIND, "series": items(12, _SERIES), "axis_config": _AXES}), _on_axis)
_CHART = typed(
    {"pie": fields({**_KIND, "segments": items(12, _SLICE)}), "bar": _PLOT, "line": _PLOT, "area": _PLOT},
    "a chart",
)
DATA_VISUALIZATION = fields({**_KIND, "title": string(50, 1), "chart": _CHART}, _NAMED)
