"""What people can do in the workspace, as in Slack's own client: type, click, fill in, close.

Every method returns {"ok", "ack_ms", "error"?, "errors"?}: `ack_ms` is how long the bot took to acknowledge, None if it
was not called; `errors` are complaints by block_id. Misuse means that no person could do that.
"""

from contextlib import suppress
from typing import Any

from bot.sandbox.workspace.block_kit.limits import faults_of
from bot.sandbox.workspace.client.dispatch import WRITTEN, check_dispatch
from bot.sandbox.workspace.client.escaping import escaped
from bot.sandbox.workspace.client.fill_inputs import Choices, entered, options_of, picked
from bot.sandbox.workspace.client.messages import say, share, tell, writable
from bot.sandbox.workspace.client.outcomes import done, failed
from bot.sandbox.workspace.client.shortcuts import use_shortcut
from bot.sandbox.workspace.client.submissions import complaints, fill, settle
from bot.sandbox.workspace.client.surfaces import (
    Surface,
    Target,
    action_of,
    form_surface,
    surface_of,
    surface_with,
    target_in,
)
from bot.sandbox.workspace.delivery import payloads
from bot.sandbox.workspace.delivery.transport import Ack, Undelivered
from bot.sandbox.workspace.people import Conversation, Person
from bot.sandbox.workspace.refusals import Json, Misuse, Refusal
from bot.sandbox.workspace.state import Workspace, bot_author
from bot.sandbox.workspace.web_api.call import Call, content_of

FORM_SECONDS = 2.0
"""How long a script waits for a form that is still loading, before it is told that there is none to submit."""


class Client:
    """The screens and keyboards of everyone in one workspace."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def _person(self, user: str) -> Person:
        person = self._workspace.directory.human(user)
        if person.deleted:
            raise Misuse(f"{person.name}'s account is deactivated.")
        return person

    # -- typing

    async def type(self, user: str, channel: str, text: str) -> Json:
        """Type a slash command, or a message, in a channel ("#segments") or to the bot ("dm")."""
        person = self._person(user)
        place = writable(self._workspace, channel, person)
        if not text.strip():
            raise Misuse("There is nothing to send.")
        if text.startswith("/"):
            return await self._command(person, place, text)
        return await say(self._workspace, person, place, text)

    async def upload(self, user: str, channel: str, raw: Json) -> Json:
        """Post a file ({"name", "content_base64"}) in a channel or to the bot; the outcome has the message's "ts"."""
        person = self._person(user)
        return await share(self._workspace, person, writable(self._workspace, channel, person), raw)

    async def shortcut(self, user: str, channel: str, ts: str, callback: str) -> Json:
        """Choose the shortcut with this callback_id in the menu of a message."""
        person = self._person(user)
        place = self._workspace.directory.place(channel, person)
        return await use_shortcut(self._workspace, person, place, ts, callback)

    async def _command(self, person: Person, place: Conversation, text: str) -> Json:
        name, _, rest = text.partition(" ")
        workspace = self._workspace
        known = workspace.manifest.commands.get(name)
        if known is None:
            return self._whispered(person, place, f"`{name}` is not a valid command.")
        payload = payloads.slash_command(
            person,
            place,
            name,
            escaped(rest.strip(), workspace.directory) if known.should_escape else rest.strip(),
            trigger_id=workspace.triggers.issue(person.id),
            response_url=workspace.response_url(person.id, place.id),
        )
        try:
            ack = await workspace.send("slash_commands", payload)
            self._answer(person, place, text, ack)
        except Undelivered as lost:
            return self._whispered(person, place, f'{name} failed with the error "{lost.code}"')
        except Refusal as refusal:
            return self._whispered(person, place, f'{name} failed with the error "{refusal.error}"')
        return done(ack)

    def _whispered(self, person: Person, place: Conversation, sentence: str) -> Json:
        self._workspace.whisper(person.id, place.id, sentence)
        return {"ok": False, "ack_ms": None, "error": sentence}

    def _answer(self, person: Person, place: Conversation, text: str, ack: Ack) -> None:
        """Post the message in an acknowledgement, if there is one."""
        if not ack.body.get("text") and not ack.body.get("blocks"):
            return
        content = content_of(Call(self._workspace, ack.body))
        openly = ack.body.get("response_type") == "in_channel"
        if openly:
            self._workspace.post(place.id, {"user": person.id}, {"text": text})
        self._workspace.post(place.id, bot_author(), content, visible_to=None if openly else person.id)

    # -- clicking

    async def press(
        self,
        user: str,
        channel: str,
        button: str,
        *,
        ts: str | None = None,
        confirm: bool = True,
        value: Any = None,
        values: Json | None = None,
        block_id: str | None = None,
    ) -> Json:
        """Press or choose: `button` is a text or an action_id (in `block_id`), `value` what is chosen or typed.

        For a text input without a `value`, Enter is pressed. `channel` is a place, "home" or "form"; `values` are the
        current values of the form's inputs. With `confirm=False`, the person declines the confirmation dialog, and the
        bot is not notified.
        """
        person = self._person(user)
        surface = surface_of(self._workspace, person, channel, ts, button)
        if values:
            await fill(self._workspace, person, surface, values, self._choices)
        target = target_in(surface, button, block_id)
        check_dispatch(surface.block(target.block_id), target.element, value)
        if "confirm" in target.element and not confirm:
            return {"ok": True, "ack_ms": None, "declined": True}
        state = await self._chosen(person, surface, target, value)
        return await self._click(person, surface, action_of(target, state, self._workspace.next_ts()))

    async def _chosen(self, person: Person, surface: Surface, target: Target, value: Any) -> Json | None:
        element = target.element
        if element["type"] == "button":
            return None
        wanted = target.value if value is None else value
        if element["type"] == "overflow":
            return {"selected_option": picked(element["options"], str(wanted))}

        if value is None and element["type"] in WRITTEN:
            return surface.held(target.block_id, element)
        choices = self._choices(person, surface, target.block_id, element)
        state = await entered(self._workspace, person, element, wanted, choices)
        surface.filled.setdefault(target.block_id, {})[element["action_id"]] = state
        return state

    async def _click(self, person: Person, surface: Surface, action: Json) -> Json:
        more: Json = {}
        if surface.posting is not None and surface.place is not None:
            url = self._workspace.response_url(person.id, surface.place.id, surface.posting)
            more = {"state": surface.state(), "response_url": url}
        trigger_id = self._workspace.triggers.issue(person.id)
        payload = payloads.block_actions(person, surface.where(), action, trigger_id=trigger_id, **more)
        try:
            return done(await self._workspace.send("interactive", payload))
        except Undelivered as lost:
            return failed("The click", lost)

    # -- external selects

    async def suggest(self, user: str, action_id: str, block_id: str, query: str) -> Json:
        """Type into an external select: the result also has "options" or "option_groups"."""
        person = self._person(user)
        surface, _ = surface_with(self._workspace, person, block_id, action_id)
        try:
            ack = await self._suggested(person, surface, block_id, action_id, query)
        except Undelivered as lost:
            return {**failed("Loading the options", lost), "options": []}
        faults = faults_of("options", ack.body)
        if faults:
            return {
                "ok": False,
                "ack_ms": ack.ms,
                "error": f"Slack shows no result: {faults[0]}",
                "options": [],
            }
        self._workspace.shown_options.keep((person.id, block_id, action_id), options_of(ack.body))
        return {**done(ack), **ack.body}

    def _choices(self, person: Person, surface: Surface, block_id: str, element: Json) -> Choices:
        """Collect the options that need no request to the bot: the select's own, and those it has offered before."""

        async def ask(query: str) -> list[Json]:
            return await self._ask(person, surface, block_id, element["action_id"], query)

        offered = self._workspace.shown_options.seen((person.id, block_id, element["action_id"]))
        return Choices([*surface.chosen(block_id, element), *offered], ask)

    async def _suggested(self, person: Person, surface: Surface, block_id: str, action_id: str, query: str) -> Ack:
        payload = payloads.block_suggestion(
            person, surface.where(), block_id=block_id, action_id=action_id, value=query
        )
        return await self._workspace.send("interactive", payload)

    async def _ask(self, person: Person, surface: Surface, block_id: str, action_id: str, query: str) -> list[Json]:
        """Request options from the bot; a person who gets none sees an empty list."""
        try:
            body = (await self._suggested(person, surface, block_id, action_id, query)).body
        except Undelivered as lost:
            raise Misuse(f'The options could not be loaded: the bot failed with "{lost.code}".') from None
        if faults := faults_of("options", body):
            raise Misuse(f"The bot's options are more or longer than Slack takes: {faults[0]}")
        return options_of(body)

    # -- forms and Home

    async def wait_for_form(self, user: str) -> None:
        """Wait a moment for a form that can be submitted: one that is still loading cannot."""
        forms, person = self._workspace.forms, self._person(user)
        with suppress(TimeoutError):  # what is wrong with a form is told by who submits it
            await self._workspace.changed(
                lambda _: (form := forms.top(person.id)) and form.view["submit"], within=FORM_SECONDS
            )

    async def submit(self, user: str, values: Json) -> Json:
        """Fill in the open form (by label, block_id or action_id) and submit it."""
        person = self._person(user)
        surface = form_surface(self._workspace, person)
        form = surface.form
        if form is None or not form.view["submit"]:
            raise Misuse("This form has nothing to submit; close it or press a button in it.")
        await fill(self._workspace, person, surface, values, self._choices)
        if errors := complaints(surface):
            return {"ok": False, "ack_ms": None, "errors": errors}
        trigger_id = self._workspace.triggers.issue(person.id)
        payload = payloads.view_submission(person, form.shown(), trigger_id=trigger_id)
        try:
            ack = await self._workspace.send("interactive", payload)
        except Undelivered as lost:
            return failed("We had some trouble connecting. Try again? The form", lost)
        return {**done(ack), **settle(self._workspace, person, form, ack.body)}

    async def cancel(self, user: str, *, all_: bool = False) -> Json:
        """Close the open form, or all open forms with `all_`."""
        person = self._person(user)
        form = form_surface(self._workspace, person).form
        forms, shown = self._workspace.forms, form.shown() if form else {}
        cleared = all_ or shown["clear_on_close"]
        if cleared:
            forms.clear(person.id)
        else:
            forms.close(person.id, shown["id"])
        self._workspace.touch()
        if not shown["notify_on_close"]:
            return {"ok": True, "ack_ms": None}
        payload = payloads.view_closed(person, shown, is_cleared=cleared)
        try:
            return done(await self._workspace.send("interactive", payload))
        except Undelivered as lost:
            return failed("Closing the form", lost)

    async def home(self, user: str) -> Json:
        """Open the bot's Home tab."""
        person = self._person(user)
        workspace = self._workspace
        if not workspace.manifest.home:
            raise Misuse("The app's manifest has no Home tab.")
        published = workspace.archive.homes.get(person.id)
        inner = {
            "type": "app_home_opened",
            "user": person.id,
            "channel": workspace.directory.direct(person.id).id,
            "tab": "home",
            "event_ts": workspace.next_ts(),
            **({"view": published} if published else {}),
        }
        return {"ok": True, "ack_ms": None, **await tell(workspace, "app_home_opened", inner)}
