"""The shapes of Slack's payloads: the fields that the bot reads.

Slash commands: docs.slack.dev/interactivity/implementing-slash-commands; clicks, forms and type-aheads:
docs.slack.dev/reference/interaction-payloads; the Home tab: docs.slack.dev/reference/events/app_home_opened; messages:
docs.slack.dev/reference/events/message.im
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator


class _Payload(BaseModel):
    model_config = ConfigDict(frozen=True, defer_build=True)


class _Identified(_Payload):
    id: str


class _User(_Identified):
    team_id: str | None = None


class SlashCommand(_Payload):
    """A slash command as typed."""

    trigger_id: str
    user_id: str
    team_id: str = ""
    channel_id: str
    response_url: str
    command: str
    text: str = ""


class _Interaction(_Payload):
    trigger_id: str
    user: _User
    team: _Identified | None = None

    @property
    def workspace(self) -> str:
        """The person's workspace, if given."""
        return self.user.team_id or (self.team.id if self.team else "")


class _Action(_Payload):
    """What was used: a button, or an option of a menu or select, whose value is the option's."""

    value: str
    action_id: str = ""

    @model_validator(mode="before")
    @classmethod
    def _of_option(cls, action: Any) -> Any:
        match action:
            case {"selected_option": {"value": value}}:
                return {"value": value}
        return action


class _Container(_Payload):
    message_ts: str = ""
    is_ephemeral: bool = False


class _Message(_Payload):
    text: str = ""


class _Surface(_Payload):
    type: str = ""


class BlockActions(_Interaction):
    """A click on a button; ``channel``, ``message`` and ``response_url`` are absent on the Home tab and in forms.

    ``view`` is the Home tab or form with the button, if it is not on a message.
    """

    view: _Surface = _Surface()
    container: _Container = _Container()
    channel: _Identified | None = None
    message: _Message = _Message()
    response_url: str | None = None
    actions: tuple[_Action, ...] = Field(min_length=1)


class _FileMessage(_Payload):
    files: tuple[dict[str, Any], ...] = ()


class MessageShortcut(_Interaction):
    """A shortcut, used in the menu of a message."""

    channel: _Identified
    response_url: str | None = None
    message: _FileMessage


class _Posted(_FileMessage):
    """A message as an event tells of it. A person's own has a ``user``, no ``bot_id``, and no kind but its files'."""

    type: str
    channel: str = ""
    ts: str = ""
    user: str = ""
    team: str = ""
    bot_id: str = ""
    subtype: str = ""

    @property
    def is_a_persons(self) -> bool:
        """Whether somebody wrote it just now: not a bot, and no news of another message."""
        return self.type == "message" and bool(self.user) and not self.bot_id and self.subtype in ("", "file_share")


class MessagePosted(_Payload):
    """Somebody wrote to the bot, or something happened to a message there."""

    event: _Posted


class _State(_Payload):
    values: dict[str, Annotated[dict[str, dict[str, Any]], Field(min_length=1)]]


class _View(_Identified):
    private_metadata: str
    state: _State


class ViewSubmission(_Interaction):
    """A form that was submitted."""

    view: _View


class _FormAction(_Payload):
    action_id: str
    block_id: str


class FormActions(_Interaction):
    """The use of an element in a form, by which the form changes."""

    view: _View
    actions: tuple[_FormAction, ...] = Field(min_length=1)


class FormOfCommand(_Payload):
    """The command that a form belongs to, from its metadata."""

    command: str


class FormOfChange(_Payload):
    """The metadata of a form that a button of a change may have opened."""

    channel: str | None
    click: str = ""
    ts: str = ""


class CommandForm(FormOfCommand, FormOfChange):
    """The metadata of a command's form; ``more``: another form follows. ``edits``: the change to edit.

    ``click`` is the value of the button of a change that opened it, ``ts`` that button's message. ``as_stored``: the
    fields that it showed as the store had them.
    """

    given: dict[str, Any]
    more: bool
    edits: int | None = None
    as_stored: tuple[str, ...] = ()


class RejectForm(FormOfChange):
    """The metadata of the form that asks why a change is rejected."""

    click: str


class ReviewForm(RejectForm):
    """The metadata of the form in which a change is decided."""


class _SuggestingView(_Payload):
    private_metadata: str


class BlockSuggestion(_Payload):
    """Text being typed into a type-ahead field."""

    user: _Identified
    view: _SuggestingView
    action_id: str
    value: str = ""


class _Opened(_Payload):
    user: str
    tab: Literal["home", "messages", "about"]


class AppHomeOpened(_Payload):
    """A person opened one of the bot's tabs."""

    event: _Opened
