"""Text inputs, and the file input.

Facts: docs.slack.dev/reference/block-kit/block-elements.
"""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from bot.sandbox.workspace.block_kit.schema.objects import (
    OPTIONAL,
    Control,
    DispatchConfig,
    Id,
    Placeholder,
    Shape,
    between,
    matching,
    refused,
)
from bot.sandbox.workspace.block_kit.schema.rich_text import RichText


class Written(Control):
    """A control to type into."""

    placeholder: Placeholder = OPTIONAL
    dispatch_action_config: DispatchConfig = OPTIONAL


def _check_range(least: float | None, most: float | None, names: str) -> None:
    if least is not None and most is not None and least > most:
        raise refused(f"{names}: the least is more than the most")


class TextInput(Written):
    """An input for text."""

    type: Literal["plain_text_input"]
    initial_value: Annotated[str, Field(max_length=3000)] = OPTIONAL
    multiline: bool = OPTIONAL
    min_length: Annotated[int, Field(ge=0, le=3000)] = OPTIONAL
    max_length: Annotated[int, Field(ge=1, le=3000)] = OPTIONAL

    @model_validator(mode="after")
    def _has_range(self) -> "TextInput":
        _check_range(self.min_length, self.max_length, "min_length, max_length")
        return self


class EmailInput(Written):
    """An input for an e-mail address."""

    type: Literal["email_text_input"]
    initial_value: Annotated[str, Field(max_length=3000)] = OPTIONAL


class UrlInput(Written):
    """An input for a URL."""

    type: Literal["url_text_input"]
    initial_value: Annotated[str, Field(max_length=3000)] = OPTIONAL


Number = Annotated[str, between(1, 40), matching(r"[+-]?\d+(\.\d+)?", "must be a number")]


class NumberInput(Written):
    """An input for a number."""

    type: Literal["number_input"]
    is_decimal_allowed: bool
    initial_value: Number = OPTIONAL
    min_value: Number = OPTIONAL
    max_value: Number = OPTIONAL

    @model_validator(mode="after")
    def _has_range(self) -> "NumberInput":
        given = {name: getattr(self, name) for name in ("min_value", "max_value", "initial_value") if self.has(name)}
        if not self.is_decimal_allowed and any("." in text for text in given.values()):
            raise refused("must be whole numbers, because is_decimal_allowed is false")
        numbers = {name: float(text) for name, text in given.items()}
        _check_range(numbers.get("min_value"), numbers.get("max_value"), "min_value, max_value")
        return self


class RichTextInput(Written):
    """An input for formatted text."""

    type: Literal["rich_text_input"]
    initial_value: RichText = OPTIONAL


class FileInput(Shape):
    """An input for files."""

    type: Literal["file_input"]
    action_id: Id = OPTIONAL
    filetypes: Annotated[list[Annotated[str, between(1, 20)]], between(1, 100)] = OPTIONAL
    max_files: Annotated[int, Field(ge=1, le=10)] = OPTIONAL


AnyWritten = TextInput | EmailInput | UrlInput | NumberInput | RichTextInput
