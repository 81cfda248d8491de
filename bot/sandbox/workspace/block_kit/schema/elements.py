"""Images, buttons and overflow menus, and which elements are allowed where.

Facts: docs.slack.dev/reference/block-kit/block-elements.
"""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from bot.sandbox.workspace.block_kit.schema.objects import (
    OPTIONAL,
    ButtonText,
    Confirm,
    Id,
    ImageUrl,
    MenuOption,
    Shape,
    SlackFile,
    Url,
    between,
    exactly_one_of,
)
from bot.sandbox.workspace.block_kit.schema.selects import AnyChooser
from bot.sandbox.workspace.block_kit.schema.text_and_file_inputs import AnyWritten, FileInput


class Picture(Shape):
    """The source of an image: a URL, or a file in Slack."""

    alt_text: Annotated[str, Field(max_length=2000)]
    image_url: ImageUrl = OPTIONAL
    slack_file: SlackFile = OPTIONAL

    @model_validator(mode="after")
    def _has_one_source(self) -> "Picture":
        exactly_one_of(self, "image_url", "slack_file")
        if self.has("slack_file"):
            exactly_one_of(self.slack_file, "id", "url")
        return self


class Image(Picture):
    """An image beside text."""

    type: Literal["image"]


class Button(Shape):
    """A button."""

    type: Literal["button"]
    text: ButtonText
    action_id: Id = OPTIONAL
    value: Annotated[str, Field(max_length=2000)] = OPTIONAL
    url: Url = OPTIONAL
    style: Literal["primary", "danger"] = OPTIONAL
    confirm: Confirm = OPTIONAL
    accessibility_label: Annotated[str, between(1, 75)] = OPTIONAL


class Overflow(Shape):
    """A button with three dots that opens a menu."""

    type: Literal["overflow"]
    options: Annotated[list[MenuOption], between(1, 5)]
    action_id: Id = OPTIONAL
    confirm: Confirm = OPTIONAL


ActionElement = Annotated[Button | Overflow | AnyChooser, Field(discriminator="type")]
Accessory = Annotated[Button | Overflow | Image | AnyChooser, Field(discriminator="type")]
InputElement = Annotated[AnyChooser | AnyWritten, Field(discriminator="type")]
ModalInputElement = Annotated[AnyChooser | AnyWritten | FileInput, Field(discriminator="type")]
