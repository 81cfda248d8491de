"""The three surfaces for blocks (messages, modals, Home tabs), and the responses to selects and forms.

Facts: docs.slack.dev/reference/views, docs.slack.dev/interactivity.
"""

from typing import Annotated, Any, Literal, get_args

from pydantic import Field, model_validator

from bot.sandbox.workspace.block_kit.schema.blocks import (
    Actions,
    Alert,
    Card,
    Carousel,
    Context,
    Divider,
    Header,
    ImageBlock,
    Input,
    Markdown,
    ModalInput,
    Section,
)
from bot.sandbox.workspace.block_kit.schema.data_visualization import DataVisualization
from bot.sandbox.workspace.block_kit.schema.objects import (
    OPTIONAL,
    Id,
    Option,
    OptionGroup,
    PlainText,
    Shape,
    at_most,
    between,
    exactly_one_of,
    refused,
)
from bot.sandbox.workspace.block_kit.schema.rich_text import RichText
from bot.sandbox.workspace.block_kit.schema.tables import DataTable, Table
from bot.sandbox.workspace.block_kit.texts import ERROR_CHARACTERS

Everywhere = Actions | Card | Carousel | Context | Divider | Header | ImageBlock | RichText | Section
Data = Table | DataTable | DataVisualization
MessageBlocks = Annotated[
    list[Annotated[Everywhere | Input | Data | Markdown, Field(discriminator="type")]], between(1, 50)
]
ModalBlocks = Annotated[list[Annotated[Everywhere | ModalInput | Alert, Field(discriminator="type")]], between(1, 100)]
HomeBlocks = Annotated[list[Annotated[Everywhere | Input | Data, Field(discriminator="type")]], between(0, 100)]

_MODELS = get_args(Everywhere | Input | ModalInput | Data | Markdown | Alert)
BLOCK_TYPES = frozenset(get_args(one.model_fields["type"].annotation)[0] for one in _MODELS)
"""Every type of block."""


class View(Shape):
    """The fields that modals and Home tabs share."""

    private_metadata: Annotated[str, Field(max_length=3000)] = OPTIONAL
    callback_id: Annotated[str, Field(max_length=255)] = OPTIONAL
    external_id: Annotated[str, Field(max_length=255)] = OPTIONAL


class Modal(View):
    """A modal."""

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


class Offer(Shape):
    """The response to an external select."""

    options: Annotated[list[Option], between(0, 100)] = OPTIONAL
    option_groups: Annotated[list[OptionGroup], between(1, 100)] = OPTIONAL

    @model_validator(mode="after")
    def _has_one_kind(self) -> "Offer":
        exactly_one_of(self, "options", "option_groups")
        return self


Complaints = Annotated[dict[Id, Annotated[str, between(1, ERROR_CHARACTERS)]], Field(min_length=1)]

SURFACES: dict[str, tuple[Any, str]] = {
    "message": (MessageBlocks, "/blocks"),
    "modal": (Modal, "/view"),
    "home": (Home, "/view"),
    "options": (Offer, ""),
    "errors": (Complaints, "/errors"),
}
"""What can be judged, and the start of its JSON pointers."""
