"""Filling in and submitting a form: finding inputs by label, Slack's own checks, and the bot's response.

Facts: docs.slack.dev/surfaces/modals ("Updating and pushing views in response to a view submission").
"""

from collections.abc import Callable
from typing import Any

from bot.sandbox.workspace.block_kit.controls import controls
from bot.sandbox.workspace.block_kit.element_states import KEYS, values_of
from bot.sandbox.workspace.block_kit.limits import faults_of
from bot.sandbox.workspace.client.fill_inputs import Choices, complaint, entered
from bot.sandbox.workspace.client.surfaces import Surface
from bot.sandbox.workspace.forms import Form
from bot.sandbox.workspace.people import Person
from bot.sandbox.workspace.refusals import Json, Misuse, Refusal
from bot.sandbox.workspace.state import Workspace
from bot.sandbox.workspace.web_api.call import checked_view

ChoicesOf = Callable[[Person, Surface, str, Json], Choices]
"""A function that finds an external select's options: for a person, surface, block_id and element."""


async def fill(workspace: Workspace, person: Person, surface: Surface, values: Json, choices_of: ChoicesOf) -> None:
    """Enter values by label, block_id or action_id. Raises Misuse for an unknown input or an unfit value."""
    for name, raw in values.items():
        block_id, element = _input(surface, name)
        state = await entered(workspace, person, element, raw, choices_of(person, surface, block_id, element))
        surface.filled.setdefault(block_id, {})[element["action_id"]] = state


def _input(surface: Surface, name: str) -> tuple[str, Json]:
    labels = {block["block_id"]: block["label"]["text"] for block in surface.blocks if block["type"] == "input"}
    holders = [(block_id, one) for block_id, one in controls(surface.blocks) if one["type"] in KEYS]
    for block_id, element in holders:
        if name in (block_id, element["action_id"]) or name.casefold() == labels.get(block_id, "").casefold():
            return block_id, element
    known = ", ".join(repr(labels.get(block_id, block_id)) for block_id, _ in holders)
    raise Misuse(f"There is no input called {name!r} here. There is: {known or 'none'}.")


def complaints(surface: Surface) -> dict[str, str]:
    """Return what Slack's client would refuse to send, by block_id."""
    values = values_of(surface.blocks, surface.filled)
    found = {}
    for block in surface.blocks:
        if block["type"] == "input":
            element = block["element"]
            found[block["block_id"]] = complaint(block, element, values[block["block_id"]][element["action_id"]])
    return {block_id: sentence for block_id, sentence in found.items() if sentence}


def settle(workspace: Workspace, person: Person, form: Form, body: Json) -> Json:
    """Apply the bot's response to a submission: close, clear, update, push, or show its errors."""
    action = _ACTIONS.get(body.get("response_action"))
    if action is None:
        return _trouble(f"unknown response_action: {body['response_action']}")
    try:
        return action(workspace, person, form, body)
    except Refusal as refusal:
        return _trouble("; ".join(refusal.extra.get("errors", [refusal.error])))
    finally:
        workspace.touch()


def _trouble(why: str) -> Json:
    return {"ok": False, "error": f"We had some trouble connecting. Try again? ({why})"}


def _close(workspace: Workspace, person: Person, form: Form, _body: Json) -> Json:
    workspace.forms.close(person.id, form.view["id"])
    return {}


def _clear(workspace: Workspace, person: Person, _form: Form, _body: Json) -> Json:
    workspace.forms.clear(person.id)
    return {}


def _errors(_workspace: Workspace, _person: Person, form: Form, body: Json) -> Json:
    errors = body.get("errors") or {}
    if faults := faults_of("errors", errors):
        raise Refusal.of_faults("invalid_arguments", faults)
    inputs = {block["block_id"] for block in form.view["blocks"] if block["type"] == "input"}
    if errors.keys() - inputs:
        raise Refusal.of_faults("invalid_arguments", [f"errors must name input blocks, not {sorted(errors)}"])
    return {"ok": False, "errors": errors}


def _update(workspace: Workspace, _person: Person, form: Form, body: Json) -> Json:
    view = checked_view(body.get("view"), "modal")
    workspace.forms.update(view, view_id=form.view["id"], external_id=None, hash_=None)
    return {}


def _push(workspace: Workspace, person: Person, _form: Form, body: Json) -> Json:
    workspace.forms.push(person.id, checked_view(body.get("view"), "modal"))
    return {}


_ACTIONS: dict[Any, Callable[[Workspace, Person, Form, Json], Json]] = {
    None: _close,
    "clear": _clear,
    "errors": _errors,
    "update": _update,
    "push": _push,
}
