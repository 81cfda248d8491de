"""Inputs that tell the bot what is entered before their form is submitted; selects that know what they showed."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from slack_bolt.app.async_app import AsyncApp

from bot.sandbox.workspace.people import ANA
from bot.sandbox.workspace.refusals import Misuse
from tests.sandbox.slack_app import Screen, World, entry, modal, over_socket, refused, words

Json = dict[str, Any]


def text(*triggers: str, **more: Any) -> Json:
    config = {"dispatch_action_config": {"trigger_actions_on": list(triggers)}} if triggers else {}
    return {"type": "plain_text_input", "action_id": "shoppers", **config, **more}


def shoppers(element: Json, **more: Any) -> Json:
    return entry("Shoppers", "shoppers", element, **{"dispatch_action": True, **more})


ON_CHARACTER = text("on_character_entered", multiline=True)
ON_ENTER = text("on_enter_pressed")


class TypingScreen(Screen):
    """Ana's screen, and a bot that keeps each action and, where told to, shows another view for it."""

    def __init__(self, here: World, app: AsyncApp) -> None:
        super().__init__(here, app)
        self.next_view: Json | None = None
        app.action("shoppers")(self._acted)
        app.view("form")(self._acted)

    async def _acted(self, ack: Any, body: Json, client: Any) -> None:
        self.heard.append(body)
        await ack()
        if self.next_view is not None:
            view = body["view"]
            await client.views_update(view_id=view["id"], hash=view["hash"], view=self.next_view)

    async def type(self, value: str | None, **more: Any) -> Json:
        return await self.here.client.press("ana", "form", "shoppers", value=value, **more)


@pytest.fixture
async def screen(tmp_path: Path) -> AsyncIterator[TypingScreen]:
    async with over_socket(tmp_path) as (here, app):
        yield TypingScreen(here, app)


async def test_typing_sends_the_text_and_the_whole_views_state(screen: TypingScreen) -> None:
    view = await screen.open(shoppers(ON_CHARACTER), entry("Why", "why", optional=True))
    assert (await screen.type("a@example.com\nb@", values={"Why": "spring"}))["ok"] is True
    body = screen.heard[-1]
    about = {"type": "plain_text_input", "action_id": "shoppers", "block_id": "shoppers", "value": "a@example.com\nb@"}
    assert body["actions"][0] | {"action_ts": ""} == {**about, "action_ts": ""}
    assert (body["view"]["id"], body["view"]["hash"]) == (view["id"], view["hash"])
    assert body["container"] == {"type": "view", "view_id": view["id"]}
    assert screen.values()["shoppers"]["shoppers"]["value"] == "a@example.com\nb@"
    assert screen.values()["why"]["value"]["value"] == "spring"


async def test_a_text_that_was_wiped_is_null(screen: TypingScreen) -> None:
    await screen.open(shoppers({**ON_CHARACTER, "initial_value": "a"}))
    await screen.type("")
    assert screen.heard[-1]["actions"][0]["value"] is None
    assert screen.values()["shoppers"]["shoppers"]["value"] is None


@pytest.mark.parametrize("element", [ON_ENTER, text(), text("on_enter_pressed", multiline=True)])
async def test_enter_tells_the_bot_what_stands(screen: TypingScreen, element: Json) -> None:
    await screen.open(shoppers({**element, "initial_value": "first"}))
    await screen.type(None)
    await screen.type("second")
    await screen.type(None)
    assert [body["actions"][0]["value"] for body in screen.heard] == ["first", "second", "second"]


@pytest.mark.parametrize(
    ("block", "value", "why"),
    [
        (shoppers(ON_CHARACTER, dispatch_action=False), "a", "it has no dispatch_action"),
        (shoppers(ON_ENTER, dispatch_action=False), None, "it has no dispatch_action"),
        (shoppers(ON_CHARACTER), None, "Pressing Enter in 'Shoppers' tells the app nothing"),
        (shoppers(text(multiline=True)), None, "Pressing Enter in 'Shoppers' tells the app nothing"),
        (shoppers(text(multiline=True)), "a", "its trigger_actions_on is missing"),
        (
            shoppers({"type": "users_select", "action_id": "shoppers"}, dispatch_action=False),
            "ben",
            "it has no dispatch_action",
        ),
    ],
)
async def test_nobody_can_tell_what_an_input_does_not_dispatch(
    screen: TypingScreen, block: Json, value: str | None, why: str
) -> None:
    await screen.open(block)
    with pytest.raises(Misuse, match=why):
        await screen.type(value)
    assert screen.heard == []


async def test_a_dispatching_select_tells_each_choice(screen: TypingScreen) -> None:
    await screen.open(shoppers({"type": "users_select", "action_id": "shoppers"}))
    await screen.type("ana")
    assert screen.heard[-1]["actions"][0]["selected_user"] == ANA


async def test_an_update_keeps_what_was_typed_and_a_late_one_conflicts(screen: TypingScreen) -> None:
    view = await screen.open(shoppers(ON_CHARACTER))
    screen.next_view = modal(shoppers(ON_CHARACTER, hint=words("1 shopper")))
    await screen.type("a@example.com")
    state = await screen.here.workspace.changed(lambda state: "hint" in state["form"]["blocks"][0])
    assert state["form"]["state"]["values"]["shoppers"]["shoppers"]["value"] == "a@example.com"
    late = screen.here.web.views_update(view_id=view["id"], hash=view["hash"], view=screen.next_view)
    assert (await refused(late))["error"] == "hash_conflict"
    assert state["form"]["hash"] != view["hash"]


async def test_shown_options_are_chosen_without_asking_again(screen: TypingScreen) -> None:
    asked: list[str] = []

    @screen.app.options("segments")
    async def options(ack: Any, body: Json) -> None:
        asked.append(body["value"])
        await ack(options=[option(name) for name in ("VIPs", "Loyal", "Staff") if body["value"] == name])

    initial = [option("Newsletter")]
    select = {"type": "multi_external_select", "action_id": "segments", "initial_options": initial}
    await screen.open(entry("Segments", "segments", select))
    for name in ("Staff", "VIPs"):
        await screen.here.client.suggest("ana", "segments", "segments", name)
    await screen.here.client.submit("ana", {"Segments": ["id of VIPs", "id of Newsletter", "id of Staff"]})
    chosen = screen.values()["segments"]["segments"]["selected_options"]
    assert chosen == [option("VIPs"), option("Newsletter"), option("Staff")]
    assert asked == ["Staff", "VIPs"]


def option(name: str) -> Json:
    return {"text": words(name), "value": f"id of {name}"}


async def test_a_slash_command_brings_a_long_text_whole(screen: TypingScreen) -> None:
    heard: list[Json] = []

    @screen.app.command("/segment")
    async def segment(ack: Any, command: Json) -> None:
        heard.append(command)
        await ack()

    emails = " ".join(f"shopper{number}@example.com" for number in range(500))
    await screen.here.client.type("ana", "#segments", f"/segment add VIPs {emails}")
    assert heard[0]["text"] == f"add VIPs {emails}"
