"""Composition objects: texts, options, confirmation dialogs, and constraints that all models share.

Facts: docs.slack.dev/reference/block-kit/composition-objects.
"""

import re
from typing import Annotated, Any, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic.fields import FieldInfo
from pydantic_core import PydanticCustomError

OPTIONAL: Any = None
"""The default of an optional field. It is not validated, so an explicit null is still refused."""


class Shape(BaseModel):
    """An object with exactly these fields, strictly typed."""

    # Built when first used: a bot that runs against the real Slack imports this, too, and starts without it.
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False, defer_build=True)

    def has(self, name: str) -> bool:
        """Return whether the field was sent."""
        return name in self.model_fields_set


def between(least: int, most: int) -> FieldInfo:
    """Constrain the length of a string or list."""
    field: FieldInfo = Field(min_length=least, max_length=most)
    return field


def refused(sentence: str, at: str = "") -> PydanticCustomError:
    """Build the error of a rule that pydantic does not have; `at` points below the validated value."""
    return PydanticCustomError("slack", "{sentence}", {"sentence": sentence, "at": at})


def exactly_one_of(shape: Shape, first: str, second: str) -> None:
    """Refuse an object that has both fields or neither."""
    if shape.has(first) == shape.has(second):
        raise refused(f"must have exactly one of {first} and {second}")


def matching(pattern: str, sentence: str) -> AfterValidator:
    """Constrain a string to a pattern; refuse others with `sentence`."""

    def check(text: str) -> str:
        if re.fullmatch(pattern, text) is None:
            raise refused(sentence)
        return text

    return AfterValidator(check)


Id = Annotated[str, between(1, 255)]
Url = Annotated[
    str,
    between(1, 3000),
    matching(r"https?://[^\s/?#]+\S*|mailto:\S+@\S+|(slack|tel):\S+", "must be a valid URL"),
]
ImageUrl = Annotated[str, between(1, 3000), matching(r"https?://[^\s/?#]+\S*", "must be a valid URL")]
UserId = Annotated[str, matching("[UW][A-Z0-9]{2,}", "must be the id of a user")]
ChannelId = Annotated[str, matching("[CG][A-Z0-9]{2,}", "must be the id of a channel")]
ConversationId = Annotated[str, matching("[CDG][A-Z0-9]{2,}", "must be the id of a conversation")]


class PlainText(Shape):
    """Text without formatting."""

    type: Literal["plain_text"]
    text: Annotated[str, between(1, 3000)]
    emoji: bool = OPTIONAL


class MarkdownText(Shape):
    """Text in Slack's own markup."""

    type: Literal["mrkdwn"]
    text: Annotated[str, between(1, 3000)]
    verbatim: bool = OPTIONAL


Text = Annotated[PlainText | MarkdownText, Field(discriminator="type")]
T = TypeVar("T", PlainText, MarkdownText)


def at_most(length: int) -> AfterValidator:
    """Constrain a text object to fewer than the usual 3,000 characters."""

    def check(text: T) -> T:
        if len(text.text) > length:
            raise refused(f"must be less than {length + 1} characters", "/text")
        return text

    return AfterValidator(check)


Label = Annotated[PlainText, at_most(2000)]
ButtonText = Annotated[PlainText, at_most(75)]
Placeholder = Annotated[PlainText, at_most(150)]


class Option(Shape):
    """An option of a select."""

    text: Annotated[PlainText, at_most(75)]
    value: Annotated[str, between(1, 150)]
    description: Annotated[PlainText, at_most(75)] = OPTIONAL


class MarkdownOption(Shape):
    """An option of radio buttons or checkboxes, whose texts may have markup."""

    text: Annotated[Text, at_most(75)]
    value: Annotated[str, between(1, 150)]
    description: Annotated[Text, at_most(75)] = OPTIONAL


class MenuOption(Option):
    """An option of an overflow menu, which may open a URL."""

    url: Url = OPTIONAL


class OptionGroup(Shape):
    """Options under a heading."""

    label: Annotated[PlainText, at_most(75)]
    options: Annotated[list[Option], between(1, 100)]


class Confirm(Shape):
    """A confirmation dialog."""

    title: Annotated[PlainText, at_most(100)]
    text: Annotated[Text, at_most(300)]
    confirm: Annotated[PlainText, at_most(30)]
    deny: Annotated[PlainText, at_most(30)]
    style: Literal["primary", "danger"] = OPTIONAL


class DispatchConfig(Shape):
    """When a text input dispatches its value to the app."""

    trigger_actions_on: Annotated[list[Literal["on_enter_pressed", "on_character_entered"]], between(1, 2)]


class ConversationFilter(Shape):
    """Which conversations a select offers."""

    include: Annotated[list[Literal["im", "mpim", "private", "public"]], between(1, 4)] = OPTIONAL
    exclude_external_shared_channels: bool = OPTIONAL
    exclude_bot_users: bool = OPTIONAL


class SlackFile(Shape):
    """An image that was uploaded to Slack: its id or its URL."""

    id: Annotated[str, matching("F[A-Z0-9]{2,}", "must be the id of a file")] = OPTIONAL
    url: ImageUrl = OPTIONAL


class Control(Shape):
    """The fields of every control that holds a value."""

    action_id: Id = OPTIONAL
    focus_on_load: bool = OPTIONAL
