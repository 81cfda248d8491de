"""The rich_text block and all that stands in it.

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
    """How a mention or emoji is set."""

    bold: bool = OPTIONAL
    italic: bool = OPTIONAL
    strike: bool = OPTIONAL
    highlight: bool = OPTIONAL
    client_highlight: bool = OPTIONAL
    unlink: bool = OPTIONAL


class TextStyle(Shape):
    """How words are set."""

    bold: bool = OPTIONAL
    italic: bool = OPTIONAL
    strike: bool = OPTIONAL
    code: bool = OPTIONAL
    underline: bool = OPTIONAL


class Words(Shape):
    """Words in one style."""

    type: Literal["text"]
    text: Annotated[str, Field(min_length=1)]
    style: TextStyle = OPTIONAL


class Link(Shape):
    """A link, under its text or its URL."""

    type: Literal["link"]
    url: Url
    text: Annotated[str, Field(min_length=1)] = OPTIONAL
    unsafe: bool = OPTIONAL
    style: TextStyle = OPTIONAL


class User(Shape):
    """A person's mention."""

    type: Literal["user"]
    user_id: UserId
    style: MentionStyle = OPTIONAL


class UserGroup(Shape):
    """A user group's mention."""

    type: Literal["usergroup"]
    usergroup_id: Annotated[str, matching("S[A-Z0-9]{2,}", "must be the id of a user group")]
    style: MentionStyle = OPTIONAL


class Channel(Shape):
    """A channel's mention."""

    type: Literal["channel"]
    channel_id: ChannelId
    style: MentionStyle = OPTIONAL


class Team(Shape):
    """A workspace's mention."""

    type: Literal["team"]
    team_id: Annotated[str, matching("T[A-Z0-9]{2,}", "must be the id of a team")]
    style: MentionStyle = OPTIONAL


class Broadcast(Shape):
    """A mention of everybody in reach."""

    type: Literal["broadcast"]
    range: Literal["here", "channel", "everyone"]
    style: MentionStyle = OPTIONAL


class Emoji(Shape):
    """An emoji by its name, which has no colons."""

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
    """A patch of a colour."""

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
    """Words as they were typed."""

    type: Literal["rich_text_preformatted"]
    elements: Annotated[list[Annotated[Words | Link, Field(discriminator="type")]], between(1, 1000)]
    border: Border = OPTIONAL


class Quote(Shape):
    """Somebody's words."""

    type: Literal["rich_text_quote"]
    elements: Annotated[list[Part], between(1, 1000)]
    border: Border = OPTIONAL


class RichText(Shape):
    """The block itself, which is also a cell of a table and the value of an input."""

    type: Literal["rich_text"]
    block_id: Id = OPTIONAL
    elements: Annotated[
        list[Annotated[Section | RichTextList | Preformatted | Quote, Field(discriminator="type")]], between(1, 1000)
    ]
