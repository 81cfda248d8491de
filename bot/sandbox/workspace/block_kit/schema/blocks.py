"""Blocks, and the three surfaces on which they stand: messages, modals and Home tabs.

Facts: docs.slack.dev/reference/block-kit/blocks, docs.slack.dev/reference/views.
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
from bot.sandbox.workspace.block_kit.schema.rich_text import RichText
from bot.sandbox.workspace.block_kit.schema.tables import DataTable, DataVisualization, Table

MARKDOWN_CHARACTERS = 12_000


class Block(Shape):
    """What every block has."""

    block_id: Id = OPTIONAL


class Actions(Block):
    """Buttons and menus in a row."""

    type: Literal["actions"]
    elements: Annotated[list[ActionElement], between(1, 25)]


class Context(Block):
    """Small print."""

    type: Literal["context"]
    elements: Annotated[list[Annotated[Image | PlainText | MarkdownText, Field(discriminator="type")]], between(1, 10)]


class Divider(Block):
    """A line across."""

    type: Literal["divider"]


class Header(Block):
    """A heading."""

    type: Literal["header"]
    text: Annotated[PlainText, at_most(150)]
    level: Annotated[int, Field(ge=1, le=6)] = OPTIONAL


class ImageBlock(Block, Picture):
    """An image of its own."""

    type: Literal["image"]
    title: Label = OPTIONAL


class Input(Block):
    """A labelled field, anywhere."""

    type: Literal["input"]
    label: Label
    element: InputElement
    hint: Label = OPTIONAL
    optional: bool = OPTIONAL
    dispatch_action: bool = OPTIONAL


class ModalInput(Input):
    """A labelled field of a form, which may take files."""

    element: ModalInputElement  # type: ignore[assignment]  # a modal takes one element more


class Section(Block):
    """Text, with something beside it."""

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
    """A small thing with its buttons."""

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


Everywhere = Actions | Card | Carousel | Context | Divider | Header | ImageBlock | RichText | Section
Data = Table | DataTable | DataVisualization
MessageBlocks = Annotated[
    list[Annotated[Everywhere | Input | Data | Markdown, Field(discriminator="type")]], between(1, 50)
]
ModalBlocks = Annotated[list[Annotated[Everywhere | ModalInput | Alert, Field(discriminator="type")]], between(1, 100)]
HomeBlocks = Annotated[list[Annotated[Everywhere | Input | Data, Field(discriminator="type")]], between(0, 100)]


class View(Shape):
    """What forms and Home tabs have in common."""

    private_metadata: Annotated[str, Field(max_length=3000)] = OPTIONAL
    callback_id: Annotated[str, Field(max_length=255)] = OPTIONAL
    external_id: Annotated[str, Field(max_length=255)] = OPTIONAL


class Modal(View):
    """A form."""

    type: Literal["modal"]
    title: Annotated[PlainText, at_most(24)]
    blocks: ModalBlocks
    submit: Annotated[PlainText, at_most(24)] = OPTIONAL
    close: Annotated[PlainText, at_most(24)] = OPTIONAL
    clear_on_close: bool = OPTIONAL
    notify_on_close: bool = OPTIONAL
    submit_disabled: bool = OPTIONAL

    @model_validator(mode="after")
    def _can_be_submitted(self) -> "Modal":
        if any(isinstance(block, ModalInput) for block in self.blocks) and not self.has("submit"):
            raise refused("missing required field: submit, because the view has an input block")
        return self


class Home(View):
    """A person's Home tab."""

    type: Literal["home"]
    blocks: HomeBlocks
