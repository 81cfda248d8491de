"""Forms as people meet them: filling, Slack's own checks, the bot's answers, closing."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from slack_bolt.app.async_app import AsyncApp

from bot.sandbox.workspace.client.fill_inputs import FILE_BYTES_MOST
from bot.sandbox.workspace.people import ANA, BEN, SEGMENTS
from bot.sandbox.workspace.refusals import Misuse
from tests.sandbox.slack_app import (
    Screen,
    World,
    actions,
    button,
    entry,
    modal,
    over_socket,
    words,
)

Json = dict[str, Any]
NAME = entry("Name", "name", {"type": "plain_text_input", "action_id": "value", "min_length": 2, "max_length": 5})


def option(text: str, value: str) -> Json:
    return {"text": words(text), "value": value}


class FormScreen(Screen):
    """Ana's screen, and a bot that keeps what it is sent and answers submissions as it is told."""

    def __init__(self, here: World, app: AsyncApp) -> None:
        super().__init__(here, app)
        self.answer: Json = {}
        app.view("form")(self._submitted)
        app.view_closed("form")(self._closed)

    async def _submitted(self, ack: Any, body: Json) -> None:
        self.heard.append(body)
        await ack(**self.answer)

    async def _closed(self, ack: Any, body: Json) -> None:
        self.heard.append(body)
        await ack()

    async def submit(self, **values: Any) -> Json:
        return await self.here.client.submit("ana", values)

    @property
    def form(self) -> Any:
        return self.here.workspace.state("ana")["form"]


@pytest.fixture
async def screen(tmp_path: Path) -> AsyncIterator[FormScreen]:
    async with over_socket(tmp_path) as (here, app):
        yield FormScreen(here, app)


async def test_a_form_is_filled_by_label_or_block_id(screen: FormScreen) -> None:
    await screen.open(NAME, entry("Why", "why", optional=True))
    assert (await screen.submit(Name="VIPs", why="because"))["ok"] is True
    assert screen.values()["name"]["value"] == {"type": "plain_text_input", "value": "VIPs"}
    assert screen.values()["why"]["value"]["value"] == "because"
    assert screen.form is None


async def test_slack_itself_asks_for_required_fields_and_lengths(screen: FormScreen) -> None:
    await screen.open(NAME, entry("Why", "why", optional=True))
    assert (await screen.submit())["errors"] == {"name": "Please complete this required field."}
    assert (await screen.submit(name="x"))["errors"] == {"name": "Please enter at least 2 characters."}
    assert (await screen.submit(name="xxxxxx"))["errors"] == {"name": "Please enter at most 5 characters."}
    assert (screen.heard, screen.form["callback_id"]) == ([], "form")


@pytest.mark.parametrize(
    ("element", "wrong", "right"),
    [
        ({"type": "number_input", "is_decimal_allowed": False, "min_value": "1"}, "0", "3"),
        ({"type": "number_input", "is_decimal_allowed": True}, "three", "3.5"),
        ({"type": "number_input", "is_decimal_allowed": False}, "3.5", "3"),
        ({"type": "email_text_input"}, "nobody", "a@example.com"),
        ({"type": "url_text_input"}, "nowhere", "https://example.com"),
    ],
)
async def test_slack_checks_what_kind_of_text_it_is(screen: FormScreen, element: Json, wrong: str, right: str) -> None:
    await screen.open(entry("Value", "value", element))
    assert "value" in (await screen.submit(value=wrong))["errors"]
    assert (await screen.submit(value=right))["ok"] is True


async def test_choices_are_made_by_text_or_value(screen: FormScreen) -> None:
    options = [option("One", "1"), option("Two", "2")]
    await screen.open(
        entry("Single", "single", {"type": "static_select", "action_id": "x", "options": options}),
        entry("Several", "several", {"type": "multi_static_select", "action_id": "x", "options": options}),
        entry("Radio", "radio", {"type": "radio_buttons", "action_id": "x", "options": options}),
        entry("Boxes", "boxes", {"type": "checkboxes", "action_id": "x", "options": options}),
        entry("Who", "who", {"type": "users_select", "action_id": "x"}),
        entry("Where", "where", {"type": "conversations_select", "action_id": "x"}),
        entry("Day", "day", {"type": "datepicker", "action_id": "x"}),
    )
    with pytest.raises(Misuse, match="no option 'Three'"):
        await screen.submit(Single="Three")
    chosen = {"Single": "Two", "Several": ["1", "Two"], "Radio": "1", "Boxes": ["2"]}
    done = await screen.submit(**chosen, Who="ben", Where="#segments", Day="2026-01-31")
    assert done["ok"] is True
    values = {block_id: state["x"] for block_id, state in screen.values().items()}
    assert values["single"]["selected_option"]["value"] == "2"
    assert [one["value"] for one in values["several"]["selected_options"]] == ["1", "2"]
    assert values["boxes"]["selected_options"] == [option("Two", "2")]
    assert (values["who"]["selected_user"], values["where"]["selected_conversation"]) == (BEN, SEGMENTS)
    assert values["day"]["selected_date"] == "2026-01-31"


async def test_what_a_form_begins_with_is_submitted_untouched(screen: FormScreen) -> None:
    first = {"type": "plain_text_input", "action_id": "value", "initial_value": "given"}
    await screen.open(entry("Name", "name", first), entry("Why", "why", optional=True))
    await screen.submit()
    assert screen.values()["name"]["value"]["value"] == "given"
    assert screen.values()["why"]["value"]["value"] is None


async def test_an_external_select_asks_the_bot(screen: FormScreen) -> None:
    @screen.app.options("segment")
    async def options(ack: Any, body: Json) -> None:
        names = ["VIPs", "Newsletter"]
        await ack(options=[option(one, one.lower()) for one in names if body["value"].lower() in one.lower()])

    select = {"type": "external_select", "action_id": "segment", "min_query_length": 0}
    await screen.open(entry("Segment", "segment", select))
    offered = await screen.here.client.suggest("ana", "segment", "segment", "news")
    assert (offered["ok"], [one["value"] for one in offered["options"]]) == (True, ["newsletter"])
    with pytest.raises(Misuse, match="Offered: 'VIPs', 'Newsletter'"):
        await screen.submit(Segment="Nobody")
    await screen.submit(Segment="VIPs")
    assert screen.values()["segment"]["segment"]["selected_option"]["value"] == "vips"


async def test_more_options_than_slack_takes_show_no_result(screen: FormScreen) -> None:
    @screen.app.options("segment")
    async def options(ack: Any) -> None:
        await ack(options=[option(str(one), str(one)) for one in range(101)])

    await screen.open(entry("Segment", "segment", {"type": "external_select", "action_id": "segment"}))
    offered = await screen.here.client.suggest("ana", "segment", "segment", "x")
    assert (offered["ok"], offered["options"]) == (False, [])
    assert "no more than 100 items allowed" in offered["error"]


async def test_the_bots_errors_stay_in_the_form(screen: FormScreen) -> None:
    await screen.open(NAME)
    screen.answer = {"response_action": "errors", "errors": {"name": "There is one already."}}
    assert (await screen.submit(name="VIPs"))["errors"] == {"name": "There is one already."}
    assert screen.form["state"]["values"]["name"]["value"]["value"] == "VIPs"
    screen.answer = {}
    assert (await screen.submit())["ok"] is True


async def test_errors_for_what_is_no_input_are_trouble(screen: FormScreen) -> None:
    await screen.open(NAME)
    screen.answer = {"response_action": "errors", "errors": {"nmae": "wrong id"}}
    assert "errors must name input blocks" in (await screen.submit(name="VIPs"))["error"]


async def test_a_submission_may_update_push_or_clear(screen: FormScreen) -> None:
    await screen.open(NAME)
    first = screen.form["id"]
    screen.answer = {"response_action": "update", "view": modal(NAME, title=words("Updated"))}
    await screen.submit(name="VIPs")
    assert (screen.form["id"], screen.form["title"]["text"]) == (first, "Updated")
    screen.answer = {"response_action": "push", "view": modal(NAME, title=words("Pushed"))}
    await screen.submit(name="VIPs")
    assert (screen.form["previous_view_id"], screen.form["title"]["text"]) == (first, "Pushed")
    screen.answer = {"response_action": "clear"}
    await screen.submit(name="VIPs")
    assert screen.form is None


async def test_a_bad_view_in_an_answer_leaves_the_form_open(screen: FormScreen) -> None:
    await screen.open(NAME)
    screen.answer = {"response_action": "update", "view": modal(NAME, title=words("x" * 25))}
    assert "less than 25 characters" in (await screen.submit(name="VIPs"))["error"]
    assert screen.form["title"]["text"] == "A form"


async def test_cancelling_shows_the_form_below(screen: FormScreen) -> None:
    await screen.open(NAME)
    trigger = screen.here.workspace.triggers.issue(ANA)
    above = modal(NAME, title=words("Above"), notify_on_close=True)
    await screen.here.web.views_push(trigger_id=trigger, view=above)
    assert (await screen.here.client.cancel("ana"))["ack_ms"] is not None
    assert (screen.heard[0]["type"], screen.heard[0]["is_cleared"]) == ("view_closed", False)
    assert screen.form["title"]["text"] == "A form"
    assert await screen.here.client.cancel("ana") == {"ok": True, "ack_ms": None}
    assert screen.form is None
    with pytest.raises(Misuse, match="ana has no form open"):
        await screen.here.client.cancel("ana")


async def test_what_was_entered_outlives_a_click_and_an_update(screen: FormScreen) -> None:
    kinds = {
        "type": "static_select",
        "action_id": "kind",
        "options": [option("File", "file"), option("List", "list")],
    }

    @screen.app.action("kind")
    async def kind(ack: Any, body: Json, client: Any) -> None:
        screen.heard.append(body)
        await ack()
        view = modal(NAME, actions(kinds, block_id="kinds"), title=words("Changed"))
        await client.views_update(view_id=body["view"]["id"], hash=body["view"]["hash"], view=view)

    await screen.open(NAME, actions(kinds, block_id="kinds"))
    press = screen.here.client.press("ana", "form", "kind", value="List", values={"Name": "VIPs"})
    assert (await press)["ok"] is True
    action = screen.heard[0]["actions"][0]
    assert (action["selected_option"]["value"], screen.values()["name"]["value"]["value"]) == ("list", "VIPs")
    await screen.here.workspace.changed(lambda state: state["form"]["title"]["text"] == "Changed")
    await screen.submit()
    assert screen.values()["kinds"]["kind"]["selected_option"]["value"] == "list"
    assert screen.values()["name"]["value"]["value"] == "VIPs"


async def test_a_file_in_a_form_is_downloaded_with_the_bots_token(screen: FormScreen) -> None:
    element = {"type": "file_input", "action_id": "files", "filetypes": ["csv"], "max_files": 1}
    await screen.open(entry("File", "file", element))
    assert "file" in (await screen.submit(File=[{"name": "list.pdf", "content": "x"}]))["errors"]
    large = {"name": "list.csv", "content": "x" * (FILE_BYTES_MOST + 1)}
    assert "file" in (await screen.submit(File=[large]))["errors"]
    await screen.submit(File=[{"name": "list.csv", "content": "a@example.com\n"}])
    file = screen.values()["file"]["files"]["files"][0]
    assert (file["name"], file["size"], file["user"]) == ("list.csv", 14, ANA)


async def test_a_silent_bot_leaves_the_form_open(screen: FormScreen) -> None:
    screen.here.workspace.ack_seconds = 0.05
    await screen.open(NAME, callback_id="no one listens")
    answer = await screen.submit(name="VIPs")
    assert (answer["ok"], "trouble connecting" in answer["error"]) == (False, True)
    assert screen.form is not None


async def test_what_is_not_there_cannot_be_pressed(screen: FormScreen) -> None:
    await screen.open(NAME, actions(button("Add"), button("Add", value="2", action_id="second")))
    with pytest.raises(Misuse, match="There is: 'value', 'Add', 'Add'"):
        await screen.here.client.press("ana", "form", "Remove")
    with pytest.raises(Misuse, match="2 things called 'Add'"):
        await screen.here.client.press("ana", "form", "Add")
    with pytest.raises(Misuse, match=r"no input called 'Nmae' here\. There is: 'Name'\."):
        await screen.submit(Nmae="x")
