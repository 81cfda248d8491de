"""The views.* methods (docs.slack.dev/reference/methods/views.open and its neighbours)."""

from typing import Any

from bot.sandbox.workspace.forms import Form, dressed
from bot.sandbox.workspace.ids import new_id
from bot.sandbox.workspace.refusals import Json, Refusal
from bot.sandbox.workspace.web_api.call import Call, checked_view


def open_(call: Call) -> Json:
    """views.open: a form for the person whose click or command issued the trigger."""
    view, user_id = _new_view(call)
    return _shown(call, call.workspace.forms.open(user_id, view))


def push(call: Call) -> Json:
    """views.push: a form above the open one, at most three deep."""
    view, user_id = _new_view(call)
    return _shown(call, call.workspace.forms.push(user_id, view))


def _new_view(call: Call) -> tuple[Json, str]:
    view, trigger_id = checked_view(call.json("view"), "modal"), call.required("trigger_id")
    if view.get("external_id") and call.workspace.forms.knows(view["external_id"]):
        raise Refusal("duplicate_external_id")
    return view, call.workspace.triggers.exchange(trigger_id)


def update(call: Call) -> Json:
    """views.update: replace the view with `view_id` or `external_id`; `hash` guards against races."""
    view = checked_view(call.json("view"), "modal")
    view_id, external_id = call.args.get("view_id"), call.args.get("external_id")
    if not view_id and not external_id:
        call.required("view_id")
    form = call.workspace.forms.update(
        view, view_id=view_id, external_id=external_id, hash_=call.args.get("hash") or None
    )
    return _shown(call, form)


def _shown(call: Call, form: Form) -> Json:
    call.workspace.touch()
    return {"view": form.shown()}


def publish(call: Call) -> Json:
    """views.publish: a person's Home tab."""
    view, person = checked_view(call.json("view"), "home"), call.person("user_id")
    if not call.workspace.manifest.home:
        raise Refusal("not_enabled")
    published = publishable(view, call.workspace.archive.homes.get(person.id), call.args.get("hash") or None)
    call.workspace.archive.keep_home(person.id, published)
    call.workspace.touch()
    return {"view": published}


def publishable(view: Json, previous: Json | None, hash_: Any) -> Json:
    """Complete a Home tab; it keeps its id when published again."""
    if hash_ is not None and previous is not None and hash_ != previous["hash"]:
        raise Refusal("hash_conflict")
    id_ = previous["id"] if previous else new_id("V")
    return {**dressed(view, id_=id_, root=id_, previous=None), "state": {"values": {}}}
