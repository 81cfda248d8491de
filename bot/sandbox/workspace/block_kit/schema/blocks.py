"""The blocks that hold text and elements.

Facts: docs.slack.dev/reference/block-kit/blocks.
"""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from bot.sandbox.workspace.block_kit.schema.elements import (
    Accessory,
    ActionElement,
    Button,
    Image,
    InputElement,
    ModalInputElement,
    Picture,
)
from bot.sandbox.workspace.block_kit.schema.objects import (
    OPTIONAL,
    Id,
    Label,
    MarkdownText,
    PlainText,
    Shape,
    Text,
    at_most,
    between,
    matching,
    refused,
)
from bot.sandbox.workspace.block_kit.texts import MARKDOWN_CHARACTERS


class Block(Shape):
    """The fields of every block."""

    block_id: Id = OPTIONAL


class Actions(Block):
    """A row of buttons and menus."""

    type: Literal["actions"]
    elements: Annotated[list[ActionElement], between(1, 25)]


class Context(Block):
    """Small print."""

    type: Literal["context"]
    elements: Annotated[list[Annotated[Image | PlainText | MarkdownText, Field(discriminator="type")]], between(1, 10)]


class Divider(Block):
    """A horizontal line."""

    type: Literal["divider"]


class Header(Block):
    """A heading."""

    type: Literal["header"]
    text: Annotated[PlainText, at_most(150)]
    level: Annotated[int, Field(ge=1, le=6)] = OPTIONAL


class ImageBlock(Block, Picture):
    """A block with an image."""

    type: Literal["image"]
    title: Label = OPTIONAL


class Input(Block):
    """A labelled input on any surface."""

    type: Literal["input"]
    label: Label
    element: InputElement
    hint: Label = OPTIONAL
    optional: bool = OPTIONAL
    dispatch_action: bool = OPTIONAL


class ModalInput(Input):
    """A labelled input of a modal, which may accept files."""

    element: ModalInputElement  # type: ignore[assignment]  # a modal takes one element more


class Section(Block):
    """Text, with an optional accessory."""

    type: Literal["section"]
    text: Text = OPTIONAL
    fields: Annotated[list[Annotated[Text, at_most(2000)]], between(1, 10)] = OPTIONAL
    accessory: Accessory = OPTIONAL
    expand: bool = OPTIONAL

    @model_validator(mode="after")
    def _says_something(self) -> "Section":
        if not self.has("text") and not self.has("fields"):
            raise refused("missing required field: text or fields")
        return self


class Icon(Shape):
    """One of Slack's own icons."""

    type: Literal["icon"]
    name: Annotated[str, matching("[a-z]+(-[a-z]+)*", "must be the name of an icon")]


class Card(Block):
    """A small card with buttons."""

    type: Literal["card"]
    title: Annotated[Text, at_most(150)] = OPTIONAL
    subtitle: Annotated[Text, at_most(150)] = OPTIONAL
    body: Annotated[Text, at_most(200)] = OPTIONAL
    subtext: Annotated[Text, at_most(200)] = OPTIONAL
    actions: Annotated[list[Button], between(1, 3)] = OPTIONAL
    hero_image: Image = OPTIONAL
    icon: Image = OPTIONAL
    slack_icon: Icon = OPTIONAL

    @model_validator(mode="after")
    def _shows_something(self) -> "Card":
        if not self.model_fields_set & {"title", "body", "actions", "hero_image"}:
            raise refused("missing required field: title, body, actions or hero_image")
        if self.has("icon") and self.has("slack_icon"):
            raise refused("must not have both icon and slack_icon")
        return self


class Carousel(Block):
    """Cards side by side."""

    type: Literal["carousel"]
    elements: Annotated[list[Card], between(1, 10)]


class Markdown(Block):
    """Text in common markdown."""

    type: Literal["markdown"]
    text: Annotated[str, between(1, MARKDOWN_CHARACTERS)]


class Alert(Block):
    """A notice in a form."""

    type: Literal["alert"]
    text: Annotated[Text, at_most(200)]
    level: Literal["default", "info", "warning", "error", "success"] = OPTIONAL
