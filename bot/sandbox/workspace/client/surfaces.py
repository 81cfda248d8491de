"""The surfaces where a person acts: a message, the Home tab or the open form; and finding controls in them."""

from dataclasses import dataclass, field, replace
from typing import Any

from bot.sandbox.workspace.block_kit.controls import controls
from bot.sandbox.workspace.block_kit.element_states import KEYS, Filled, first_state, values_of
from bot.sandbox.workspace.client.fill_inputs import options_of
from bot.sandbox.workspace.delivery import payloads
from bot.sandbox.workspace.forms import Form
from bot.sandbox.workspace.people import Conversation, Person
from bot.sandbox.workspace.refusals import Json, Misuse
from bot.sandbox.workspace.state import Workspace
from bot.sandbox.workspace.workspace_database import Posting


@dataclass
class Surface:
    """Blocks on a screen. Exactly one of `form`, `home` and `posting` (with its `place`) is set."""

    blocks: list[Json]
    form: Form | None = None
    home: Json | None = None
    posting: Posting | None = None
    place: Conversation | None = None
    filled: Filled = field(default_factory=dict)

    def where(self) -> Json:
        """Build the part of a payload that identifies the place."""
        if self.posting is not None and self.place is not None:
            return payloads.in_message(self.posting, self.place)
        view = self.form.shown() if self.form else dict(self.home or {})
        return payloads.in_view({**view, "state": self.state()})

    def state(self) -> Json:
        """Build the state of all inputs of the surface."""
        return {"values": values_of(self.blocks, self.filled)}

    def block(self, block_id: str) -> Json:
        """Return the block with this id."""
        return next(one for one in self.blocks if one["block_id"] == block_id)

    def held(self, block_id: str, element: Json) -> Json:
        """Return the state of an element, entered or initial."""
        return self.filled.get(block_id, {}).get(element["action_id"]) or first_state(element)

    def chosen(self, block_id: str, element: Json) -> list[Json]:
        """List the chosen options of an element; none if it has no options."""
        state = self.held(block_id, element)
        return [*state.get("selected_options", []), *filter(None, [state.get("selected_option")])]


def form_surface(workspace: Workspace, person: Person) -> Surface:
    """Return the open form. Raises Misuse if there is none."""
    form = workspace.forms.top(person.id)
    if form is None:
        raise Misuse(f"{person.name} has no form open.")
    return Surface(form.view["blocks"], form=form, filled=form.filled)


def home_surface(workspace: Workspace, person: Person) -> Surface:
    """Return the Home tab. Raises Misuse if the bot has published none."""
    home = workspace.archive.homes.get(person.id)
    if home is None:
        raise Misuse(f"{person.name}'s Home tab is empty: open it first (/control/home).")
    return Surface(home["blocks"], home=home)


def message_surface(workspace: Workspace, place: Conversation, person: Person, ts: str) -> Surface:
    """Return a message that the person sees. Raises Misuse if there is none with this ts."""
    posting = workspace.archive.find(place.id, ts)
    if posting is None or not posting.seen_by(person.id):
        raise Misuse(f"{person.name} sees no message {ts} in {place.name}. GET /control/state?user={person.name}.")
    return Surface(posting.message.get("blocks", []), posting=posting, place=place)


def surface_of(workspace: Workspace, person: Person, channel: str, ts: str | None, button: str) -> Surface:
    """Return the surface for `channel`: "form", "home" or a place; there message `ts`, or the latest with `button`."""
    if channel in ("form", "home"):
        return form_surface(workspace, person) if channel == "form" else home_surface(workspace, person)
    place = workspace.directory.place(channel, person)
    if ts:
        return message_surface(workspace, place, person, ts)
    for posting in reversed(workspace.archive.messages.get(place.id, {}).values()):
        if posting.seen_by(person.id) and _matches(posting.message.get("blocks", []), button):
            return Surface(posting.message["blocks"], posting=posting, place=place)
    raise Misuse(f"{person.name} sees no message with {button!r} in {place.name}.")


def surface_with(workspace: Workspace, person: Person, block_id: str, action_id: str) -> tuple[Surface, Json]:
    """Find the element with both ids: in the open form, the Home tab or the latest message that has it."""
    for surface in _surfaces(workspace, person):
        for found_in, element in controls(surface.blocks):
            if (found_in, element["action_id"]) == (block_id, action_id):
                return surface, element
    raise Misuse(f"{person.name} sees no {action_id!r} in a block {block_id!r}.")


def _surfaces(workspace: Workspace, person: Person) -> list[Surface]:
    surfaces = []
    if (form := workspace.forms.top(person.id)) is not None:
        surfaces.append(Surface(form.view["blocks"], form=form, filled=form.filled))
    if (home := workspace.archive.homes.get(person.id)) is not None:
        surfaces.append(Surface(home["blocks"], home=home))
    for place in workspace.directory.conversations.values():
        if person.id in place.members:
            postings = reversed(workspace.archive.messages.get(place.id, {}).values())
            seen = [one for one in postings if one.seen_by(person.id) and one.message.get("blocks")]
            surfaces += [Surface(one.message["blocks"], posting=one, place=place) for one in seen]
    return surfaces


@dataclass(frozen=True)
class Target:
    """A control in use; `value` is set if its text implies one (an overflow's option)."""

    block_id: str
    element: Json
    value: Any = None


def _matches(blocks: list[Json], button: str) -> list[Target]:
    by_id = [Target(block_id, one) for block_id, one in controls(blocks) if one["action_id"] == button]
    return (
        by_id or _named(blocks, button) or [one for one in _actions(blocks) if _same(one.element["action_id"], button)]
    )


def _named(blocks: list[Json], text: str) -> list[Target]:
    """Find controls by their text: exact, or else ignoring case."""
    options = [(one, shown) for one in _actions(blocks) for shown in _texts(one.element)]
    found = [(one, shown) for one, shown in options if shown == text]
    found = found or [(one, shown) for one, shown in options if _same(shown, text)]
    return [replace(one, value=None if one.element["type"] == "button" else shown) for one, shown in found]


def _actions(blocks: list[Json]) -> list[Target]:
    return [Target(block_id, element) for block_id, element in controls(blocks)]


def _same(one: str, other: str) -> bool:
    return one.casefold() == other.casefold()


def _texts(element: Json) -> list[str]:
    if element["type"] == "button":
        return [element["text"]["text"]]
    return [option["text"]["text"] for option in options_of(element)] if element["type"] == "overflow" else []


def target_in(surface: Surface, button: str, block_id: str | None = None) -> Target:
    """Find the control `button`: an action_id, a button's text or an overflow's option. Raises Misuse.

    Slack allows several blocks to have the same action_id: `block_id` tells them apart.
    """
    matches = [one for one in _matches(surface.blocks, button) if block_id in (None, one.block_id)]
    if len(matches) == 1:
        return matches[0]
    if matches:
        raise Misuse(f"There are {len(matches)} things called {button!r} here; use the action_id of one.")
    known = ", ".join(repr((_texts(one) or [one["action_id"]])[0]) for _, one in controls(surface.blocks))
    raise Misuse(f"There is nothing called {button!r} to press here. There is: {known or 'nothing'}.")


def action_of(target: Target, state: Json | None, ts: str) -> Json:
    """Build the entry in `actions` for a used control; `state` is what was chosen."""
    element = target.element
    about = {"type": element["type"], "action_id": element["action_id"], "block_id": target.block_id}
    if element["type"] == "button":
        kept: Json = {key: element[key] for key in ("text", "value", "style", "url") if key in element}
    else:
        kept = {key: element[key] for key in ("placeholder",) if key in element}
        first = KEYS.get(element["type"], ("", ""))[1]
        kept |= {first: element[first]} if first in element else {}
    return {**about, **kept, **(state or {}), "action_ts": ts}
