"""The rich_text block and its elements.

Facts: docs.slack.dev/reference/block-kit/blocks/rich-text-block.
"""

from typing import Annotated, Literal

from pydantic import Field

from bot.sandbox.workspace.block_kit.schema.objects import (
    OPTIONAL,
    ChannelId,
    Id,
    Shape,
    Url,
    UserId,
    between,
    matching,
)


class MentionStyle(Shape):
    """The style of a mention or emoji."""

    bold: bool = OPTIONAL
    italic: bool = OPTIONAL
    strike: bool = OPTIONAL
    highlight: bool = OPTIONAL
    client_highlight: bool = OPTIONAL
    unlink: bool = OPTIONAL


class TextStyle(Shape):
    """The style of text."""

    bold: bool = OPTIONAL
    italic: bool = OPTIONAL
    strike: bool = OPTIONAL
    code: bool = OPTIONAL
    underline: bool = OPTIONAL


class Words(Shape):
    """Text in one style."""

    type: Literal["text"]
    text: Annotated[str, Field(min_length=1)]
    style: TextStyle = OPTIONAL


class Link(Shape):
    """A link, shown as its text or its URL."""

    type: Literal["link"]
    url: Url
    text: Annotated[str, Field(min_length=1)] = OPTIONAL
    unsafe: bool = OPTIONAL
    style: TextStyle = OPTIONAL


class User(Shape):
    """A mention of a person."""

    type: Literal["user"]
    user_id: UserId
    style: MentionStyle = OPTIONAL


class UserGroup(Shape):
    """A mention of a user group."""

    type: Literal["usergroup"]
    usergroup_id: Annotated[str, matching("S[A-Z0-9]{2,}", "must be the id of a user group")]
    style: MentionStyle = OPTIONAL


class Channel(Shape):
    """A mention of a channel."""

    type: Literal["channel"]
    channel_id: ChannelId
    style: MentionStyle = OPTIONAL


class Team(Shape):
    """A mention of a workspace."""

    type: Literal["team"]
    team_id: Annotated[str, matching("T[A-Z0-9]{2,}", "must be the id of a team")]
    style: MentionStyle = OPTIONAL


class Broadcast(Shape):
    """A mention of everyone in the channel or workspace."""

    type: Literal["broadcast"]
    range: Literal["here", "channel", "everyone"]
    style: MentionStyle = OPTIONAL


class Emoji(Shape):
    """An emoji by name, without colons."""

    type: Literal["emoji"]
    name: Annotated[str, matching(r"[a-z0-9_+'-]+(::skin-tone-\d)?", "must be the name of an emoji")]
    skin_tone: Annotated[int, Field(ge=1, le=6)] = OPTIONAL
    unicode: Annotated[str, matching("[0-9a-f-]+", "must be hexadecimal")] = OPTIONAL
    url: Url = OPTIONAL
    style: MentionStyle = OPTIONAL


class Date(Shape):
    """A moment, shown in the reader's time zone."""

    type: Literal["date"]
    timestamp: int
    format: Annotated[str, matching(r".*\{[a-z_]+\}.*", "must have a token such as {date_short}")]
    url: Url = OPTIONAL
    fallback: Annotated[str, Field(min_length=1)] = OPTIONAL
    style: MentionStyle = OPTIONAL


class Color(Shape):
    """A colour swatch."""

    type: Literal["color"]
    value: Annotated[str, matching("#[0-9A-Fa-f]{6}", "must be a colour such as #1d4ed8")]
    style: MentionStyle = OPTIONAL


Part = Annotated[
    Words | Link | User | UserGroup | Channel | Team | Broadcast | Emoji | Date | Color, Field(discriminator="type")
]
Border = Annotated[int, Field(ge=0, le=1)]


class Section(Shape):
    """A paragraph, or an item of a list."""

    type: Literal["rich_text_section"]
    elements: Annotated[list[Part], between(1, 1000)]


class RichTextList(Shape):
    """A list of sections."""

    type: Literal["rich_text_list"]
    style: Literal["bullet", "ordered"]
    elements: Annotated[list[Section], between(1, 1000)]
    indent: Annotated[int, Field(ge=0, le=8)] = OPTIONAL
    offset: Annotated[int, Field(ge=0)] = OPTIONAL
    border: Border = OPTIONAL


class Preformatted(Shape):
    """Preformatted text."""

    type: Literal["rich_text_preformatted"]
    elements: Annotated[list[Annotated[Words | Link, Field(discriminator="type")]], between(1, 1000)]
    border: Border = OPTIONAL


class Quote(Shape):
    """A quotation."""

    type: Literal["rich_text_quote"]
    elements: Annotated[list[Part], between(1, 1000)]
    border: Border = OPTIONAL


class RichText(Shape):
    """The block itself, which can also be a cell of a table or the value of an input."""

    type: Literal["rich_text"]
    block_id: Id = OPTIONAL
    elements: Annotated[
        list[Annotated[Section | RichTextList | Preformatted | Quote, Field(discriminator="type")]], between(1, 1000)
    ]
