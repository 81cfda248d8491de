"""Menus, pickers, radio buttons and checkboxes: elements for choosing.

Facts: docs.slack.dev/reference/block-kit/block-elements.
"""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, model_validator

from bot.sandbox.workspace.block_kit.schema.objects import (
    OPTIONAL,
    ChannelId,
    Confirm,
    Control,
    ConversationFilter,
    ConversationId,
    MarkdownOption,
    Option,
    OptionGroup,
    Placeholder,
    Shape,
    UserId,
    between,
    exactly_one_of,
    matching,
    refused,
)


class Chooser(Control):
    """A control that dispatches each choice to the app."""

    confirm: Confirm = OPTIONAL


class Select(Chooser):
    """A menu for choosing one item."""

    placeholder: Placeholder = OPTIONAL


class MultiSelect(Select):
    """A menu for choosing several items."""

    max_selected_items: Annotated[int, Field(ge=1, le=100)] = OPTIONAL

    @model_validator(mode="after")
    def _begins_within_its_most(self) -> "MultiSelect":
        for name in self.model_fields_set:
            if name.startswith("initial_") and len(getattr(self, name)) > (self.max_selected_items or 100):
                raise refused(f"must have no more than max_selected_items: {self.max_selected_items}", f"/{name}")
        return self


class Static(Shape):
    """Options sent with the select, grouped or not."""

    options: Annotated[list[Option], between(1, 100)] = OPTIONAL
    option_groups: Annotated[list[OptionGroup], between(1, 100)] = OPTIONAL

    def offered(self) -> list[Option]:
        """Return all options, including those in groups."""
        return [*(self.options or []), *(one for group in self.option_groups or [] for one in group.options)]


def _check_offered(initial: list[Any], offered: list[Any], at: str) -> None:
    if any(one not in offered for one in initial):
        raise refused("must be one of the options that are offered", at)


class StaticSelect(Select, Static):
    """A select with its options."""

    type: Literal["static_select"]
    initial_option: Option = OPTIONAL

    @model_validator(mode="after")
    def _is_offered(self) -> "StaticSelect":
        exactly_one_of(self, "options", "option_groups")
        _check_offered([self.initial_option] if self.has("initial_option") else [], self.offered(), "/initial_option")
        return self


class MultiStaticSelect(MultiSelect, Static):
    """A multi-select with its options."""

    type: Literal["multi_static_select"]
    initial_options: Annotated[list[Option], between(1, 100)] = OPTIONAL

    @model_validator(mode="after")
    def _are_offered(self) -> "MultiStaticSelect":
        exactly_one_of(self, "options", "option_groups")
        _check_offered(self.initial_options or [], self.offered(), "/initial_options")
        return self


class ExternalSelect(Select):
    """A select that asks the app for its options."""

    type: Literal["external_select"]
    initial_option: Option = OPTIONAL
    min_query_length: Annotated[int, Field(ge=0, le=100)] = OPTIONAL


class MultiExternalSelect(MultiSelect):
    """A multi-select that asks the app for its options."""

    type: Literal["multi_external_select"]
    initial_options: Annotated[list[Option], between(1, 100)] = OPTIONAL
    min_query_length: Annotated[int, Field(ge=0, le=100)] = OPTIONAL


class UsersSelect(Select):
    """A select of people."""

    type: Literal["users_select"]
    initial_user: UserId = OPTIONAL


class MultiUsersSelect(MultiSelect):
    """A multi-select of people."""

    type: Literal["multi_users_select"]
    initial_users: Annotated[list[UserId], between(1, 100)] = OPTIONAL


class ConversationsSelect(Select):
    """A select of channels and direct messages."""

    type: Literal["conversations_select"]
    initial_conversation: ConversationId = OPTIONAL
    default_to_current_conversation: bool = OPTIONAL
    response_url_enabled: bool = OPTIONAL
    filter: ConversationFilter = OPTIONAL


class MultiConversationsSelect(MultiSelect):
    """A multi-select of channels and direct messages."""

    type: Literal["multi_conversations_select"]
    initial_conversations: Annotated[list[ConversationId], between(1, 100)] = OPTIONAL
    default_to_current_conversation: bool = OPTIONAL
    filter: ConversationFilter = OPTIONAL


class ChannelsSelect(Select):
    """A select of public channels."""

    type: Literal["channels_select"]
    initial_channel: ChannelId = OPTIONAL
    response_url_enabled: bool = OPTIONAL


class MultiChannelsSelect(MultiSelect):
    """A multi-select of public channels."""

    type: Literal["multi_channels_select"]
    initial_channels: Annotated[list[ChannelId], between(1, 100)] = OPTIONAL


class RadioButtons(Chooser):
    """Options of which one is marked."""

    type: Literal["radio_buttons"]
    options: Annotated[list[MarkdownOption], between(1, 10)]
    initial_option: MarkdownOption = OPTIONAL

    @model_validator(mode="after")
    def _is_offered(self) -> "RadioButtons":
        _check_offered([self.initial_option] if self.has("initial_option") else [], self.options, "/initial_option")
        return self


class Checkboxes(Chooser):
    """Options of which several can be marked."""

    type: Literal["checkboxes"]
    options: Annotated[list[MarkdownOption], between(1, 10)]
    initial_options: Annotated[list[MarkdownOption], between(1, 10)] = OPTIONAL

    @model_validator(mode="after")
    def _are_offered(self) -> "Checkboxes":
        _check_offered(self.initial_options or [], self.options, "/initial_options")
        return self


def _is_date(text: str) -> str:
    try:
        date.fromisoformat(text)
    except ValueError:
        raise refused("must be a date such as 2026-11-28") from None
    return text


class DatePicker(Select):
    """A date picker."""

    type: Literal["datepicker"]
    initial_date: Annotated[str, between(10, 10), AfterValidator(_is_date)] = OPTIONAL


class TimePicker(Select):
    """A time picker."""

    type: Literal["timepicker"]
    initial_time: Annotated[str, matching("([01][0-9]|2[0-3]):[0-5][0-9]", "must be a time such as 08:30")] = OPTIONAL
    timezone: Annotated[str, between(1, 100)] = OPTIONAL


class DateTimePicker(Chooser):
    """A date and time picker; the value is in seconds since 1970."""

    type: Literal["datetimepicker"]
    initial_date_time: Annotated[int, Field(ge=10**9, lt=10**10)] = OPTIONAL


AnyChooser = (
    StaticSelect
    | MultiStaticSelect
    | ExternalSelect
    | MultiExternalSelect
    | UsersSelect
    | MultiUsersSelect
    | ConversationsSelect
    | MultiConversationsSelect
    | ChannelsSelect
    | MultiChannelsSelect
    | RadioButtons
    | Checkboxes
    | DatePicker
    | TimePicker
    | DateTimePicker
)
