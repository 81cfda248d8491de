"""The block data_visualization: charts.

Facts: docs.slack.dev/reference/block-kit/blocks/data-visualization-block.
"""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from bot.sandbox.workspace.block_kit.schema.objects import OPTIONAL, Id, Shape, between, refused
from bot.sandbox.workspace.block_kit.schema.tables import Number

Name = Annotated[str, between(1, 20)]


class Point(Shape):
    """A value of a series."""

    label: Name
    value: Number


class Slice(Shape):
    """A slice of a pie, of a positive size."""

    label: Name
    value: Annotated[float, Field(gt=0, le=1e15)]


class Series(Shape):
    """The points of a line, an area, or bars of one colour."""

    name: Name
    data: Annotated[list[Point], between(1, 20)]


class Axes(Shape):
    """The labels of the axes."""

    categories: Annotated[list[Name], between(1, 20)]
    x_label: Annotated[str, Field(max_length=50)] = OPTIONAL
    y_label: Annotated[str, Field(max_length=50)] = OPTIONAL


class Pie(Shape):
    """A pie chart."""

    type: Literal["pie"]
    segments: Annotated[list[Slice], between(1, 12)]


class Plot(Shape):
    """One or more series along an axis: each has one point per category, in that order."""

    type: Literal["bar", "line", "area"]
    series: Annotated[list[Series], between(1, 12)]
    axis_config: Axes

    @model_validator(mode="after")
    def _fits_its_axis(self) -> "Plot":
        for index, series in enumerate(self.series):
            if [point.label for point in series.data] != self.axis_config.categories:
                raise refused("labels must match axis_config.categories", f"/series/{index}/data")
        _check_unique([series.name for series in self.series], "names of series must be unique", "/series")
        return self


def _check_unique(names: Sequence[Any], sentence: str, at: str) -> None:
    if len(set(names)) < len(names):
        raise refused(sentence, at)


class DataVisualization(Shape):
    """A chart."""

    type: Literal["data_visualization"]
    block_id: Id = OPTIONAL
    title: Annotated[str, between(1, 50)]
    chart: Annotated[Pie | Plot, Field(discriminator="type")]
