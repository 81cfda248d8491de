"""Invocations: what people ask for, as Slack delivered it, or the bot itself, and as stored until it is answered."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter

from bot.core.approval.covering import Covered
from bot.core.approval.decisions import Decision
from bot.core.approval.shown_change import Shown
from bot.core.frozen_value import Value
from bot.core.kept_lists import ListReader, Values
from bot.core.people import Place


class ClickedButton(Value):
    """A button of a change that was clicked: what it was drawn for, and the message that it is on.

    ``ts`` is empty for a button on no message of the bot's that can be drawn again; ``text`` is that message's, if
    Slack gave it.
    """

    shown: Shown
    channel: str = ""
    ts: str = ""
    text: str = ""


class Delivery(BaseModel):
    """Something that a person did in Slack: who, where, and what the log records of it.

    ``id`` identifies the delivery: a repeated id is a duplicate. ``workspace`` is the actor's (a Slack team's id), if
    given. ``command`` is the path of the command, or as much of it as was understood; for a decision, its verdict.
    ``button`` is the one that was clicked, or that opened the form, if it belongs to a change.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)
    id: str
    actor: str
    workspace: str = ""
    place: Place
    command: str
    said: str = ""
    button: ClickedButton | None = None

    @property
    def shown(self) -> Shown | None:
        """The change as the button showed it; None if this came from no button of a change."""
        return self.button.shown if self.button else None


class Typed(Delivery):
    """A command with its values, typed as a line, or by a button that types one.

    ``line`` is that line, where the store's names decide how it is read: the values are then those of the first word
    that may be a name. Earlier versions stored only values.
    """

    kind: Literal["typed"] = "typed"
    values: dict[str, Any] = {}
    line: str = ""


class Submitted(Delivery):
    """A command with the values of its form."""

    kind: Literal["submitted"] = "submitted"
    values: dict[str, Any] = {}


class Edited(Delivery):
    """A command with the values of the form behind a card's Edit button; ``edits`` is the change to edit."""

    kind: Literal["edited"] = "edited"
    values: dict[str, Any] = {}
    edits: int

    @property
    def shown(self) -> Shown:
        """The change as the button showed it, which earlier versions of the bot did not store."""
        return super().shown or Shown(number=self.edits)


class Clicked(Delivery):
    """A decision, made by clicking on a card or the form behind it."""

    kind: Literal["clicked"] = "clicked"
    decision: Decision

    @property
    def shown(self) -> Shown:
        """The change as the button showed it, which earlier versions of the bot did not store."""
        return super().shown or Shown(number=self.decision.number)


class FromShell(Delivery):
    """A command with its values, asked for from the shell in a person's name, who has to confirm it in Slack.

    ``headline`` and ``remarks`` say what it would do; ``login`` is who typed it, as the operating system says.
    """

    kind: Literal["shell"] = "shell"
    values: Values = {}
    headline: str
    remarks: tuple[str, ...] = ()
    login: str = ""


class Due(Delivery):
    """What the bot asks itself when its time has come, in the name of whoever asked for the change that covers it.

    ``covered_by`` is that change's number, ``slot`` the time that it is for, ``attempt`` how often it was asked for by
    now. Its id is made of them, so that it happens once. ``said`` is what it does, in words.
    """

    kind: Literal["due"] = "due"
    values: Values = {}
    covered_by: int
    slot: datetime
    attempt: int

    @classmethod
    def at(cls, slot: datetime, *, covered_by: int, attempt: int, **others: Any) -> "Due":
        """Build the request of this attempt at a slot; it answers nobody where something was asked."""
        id_ = f"due/{covered_by}/{slot.isoformat()}/{attempt}"
        return cls(id=id_, place=Place(), covered_by=covered_by, slot=slot, attempt=attempt, **others)

    @property
    def covered(self) -> Covered:
        """Which change covers it, and the time that it is for."""
        return Covered(change=self.covered_by, slot=self.slot)


class Confirmation(Value):
    """A person's word whether they asked for what came from the shell in their name (``request``, an invocation)."""

    request: str
    is_mine: bool

    @property
    def recorded_text(self) -> str:
        """The answer as the log records it."""
        return "confirmed what was asked from the shell" if self.is_mine else "did not ask what came from the shell"


class Confirming(Delivery):
    """A click on the message that asks for a confirmation; ``ts`` is that message."""

    kind: Literal["confirming"] = "confirming"
    answer: Confirmation
    ts: str = ""


def _with_kind(stored: Any) -> Any:
    """Convert an invocation stored before there were kinds, when each had all fields, to one with a kind."""
    if not isinstance(stored, dict) or "kind" in stored:
        return stored
    kind = "clicked" if stored.get("decision") else "edited" if stored.get("edits") else "typed"
    others = {"clicked": {"values", "edits"}, "edited": {"decision"}, "typed": {"decision", "edits"}}
    return {"kind": kind} | {key: value for key, value in stored.items() if key not in others[kind]}


Asked = Typed | Submitted | Edited | FromShell | Due
"""What has to be planned."""
Invocation = Asked | Clicked | Confirming
"""Everything that people can ask for."""
_STORED: TypeAdapter[Invocation] = TypeAdapter(
    Annotated[Invocation, Field(discriminator="kind"), BeforeValidator(_with_kind)], config=ConfigDict(defer_build=True)
)


def decode(stored: str, lists: ListReader | None = None) -> Invocation:
    """Decode the JSON of an invocation (its ``model_dump_json``), stored by any version; ``lists`` reads its lists."""
    return _STORED.validate_json(stored, context=lists)
