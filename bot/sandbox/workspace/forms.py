"""Forms (modal views) that are open on people's screens: a stack of at most three per person.

Facts: docs.slack.dev/surfaces/modals, docs.slack.dev/reference/methods/views.open and its neighbours.
"""

from dataclasses import dataclass, field

from bot.sandbox.workspace.block_kit.controls import identified
from bot.sandbox.workspace.block_kit.element_states import Filled, values_of
from bot.sandbox.workspace.ids import new_id
from bot.sandbox.workspace.people import APP_ID, BOT_ID, TEAM_ID
from bot.sandbox.workspace.refusals import Json, Refusal

DEEPEST = 3
DEFAULTS: Json = {
    "private_metadata": "",
    "callback_id": "",
    "external_id": "",
    "title": None,
    "submit": None,
    "close": None,
    "clear_on_close": False,
    "notify_on_close": False,
}


@dataclass
class Form:
    """One open view, and the values entered so far."""

    view: Json
    filled: Filled = field(default_factory=dict)

    def shown(self) -> Json:
        """Return the view as in Slack's payloads, with the entered values in state.values."""
        return {**self.view, "state": {"values": values_of(self.view["blocks"], self.filled)}}


def dressed(view: Json, *, id_: str, root: str, previous: str | None) -> Json:
    """Complete a view as Slack does: ids, a new hash, defaults for missing fields."""
    return {
        **DEFAULTS,
        **view,
        "id": id_,
        "team_id": TEAM_ID,
        "app_id": APP_ID,
        "app_installed_team_id": TEAM_ID,
        "bot_id": BOT_ID,
        "blocks": identified(view["blocks"]),
        "hash": new_id("H"),
        "root_view_id": root,
        "previous_view_id": previous,
    }


class Forms:
    """The stack of each person; only the view on top is visible."""

    def __init__(self) -> None:
        self._stacks: dict[str, list[Form]] = {}

    def top(self, user_id: str) -> Form | None:
        """Return the form that the person sees, or None."""
        stack = self._stacks.get(user_id)
        return stack[-1] if stack else None

    def open(self, user_id: str, view: Json) -> Form:
        """Show a view as the first of a new stack."""
        id_ = new_id("V")
        form = Form(dressed(view, id_=id_, root=id_, previous=None))
        self._stacks[user_id] = [form]
        return form

    def push(self, user_id: str, view: Json) -> Form:
        """Show a view above the others; refused above three, and as `not_found` without a form."""
        stack = self._stacks.get(user_id)
        if not stack:
            raise Refusal("not_found")
        if len(stack) == DEEPEST:
            raise Refusal("push_limit_reached")
        root, previous = stack[0].view["id"], stack[-1].view["id"]
        stack.append(Form(dressed(view, id_=new_id("V"), root=root, previous=previous)))
        return stack[-1]

    def update(self, view: Json, *, view_id: str | None, external_id: str | None, hash_: str | None) -> Form:
        """Replace an open view; values stay where block_id and action_id stay."""
        form = self._find(view_id, external_id)
        if hash_ is not None and hash_ != form.view["hash"]:
            raise Refusal("hash_conflict")
        old = form.view
        form.view = dressed(view, id_=old["id"], root=old["root_view_id"], previous=old["previous_view_id"])
        return form

    def _find(self, view_id: str | None, external_id: str | None) -> Form:
        for stack in self._stacks.values():
            for form in stack:
                by_external_id = external_id and form.view["external_id"] == external_id
                if form.view["id"] == view_id or by_external_id:
                    return form
        raise Refusal("not_found")

    def knows(self, external_id: str) -> bool:
        """Return whether an open view already has this external_id."""
        return any(form.view["external_id"] == external_id for stack in self._stacks.values() for form in stack)

    def close(self, user_id: str, view_id: str) -> None:
        """Close this view if it is on top, and show the one below. Another view on top stays."""
        stack = self._stacks.get(user_id)
        if stack and stack[-1].view["id"] == view_id:
            stack.pop()

    def clear(self, user_id: str) -> None:
        """Close the whole stack."""
        self._stacks.pop(user_id, None)
