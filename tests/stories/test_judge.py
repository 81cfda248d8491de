"""The judge himself: whatever breaks a rule of Slack's is found, whatever became of it afterwards."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.errors import SlackApiError

from bot.sandbox.workspace.people import ANA, BEN, CLEO, SEGMENTS
from tests.harness import Json, World, world
from tests.sandbox.slack_app import bolt_app, entry, in_socket_mode, modal, web_client, words
from tests.stories.judge import judge, judge_what_was_seen

LONG = [{"type": "header", "text": words("x" * 151)}]
PING = [{"type": "section", "text": {"type": "mrkdwn", "text": "Look, <!channel>"}}]
SELECT = entry("Segment", "segment", {"type": "external_select", "action_id": "segments", "min_query_length": 0})


class Clumsy:
    """A world whose bot answers whatever it is told to."""

    def __init__(self, slack: World, app: AsyncApp) -> None:
        self.slack, self.web = slack, web_client(slack.url)
        self.answer: Json = {}
        app.command("/segment")(self._answered)
        app.view("form")(self._answered)
        app.options("segments")(self._answered)

    async def _answered(self, ack: Any) -> None:
        await ack(**self.answer)

    async def open(self, *blocks: Json) -> None:
        """Open a form for Ana."""
        await self.web.views_open(trigger_id=self.slack.workspace.triggers.issue(ANA), view=modal(*blocks))

    async def judged(self) -> str:
        """What the judge objects to."""
        with pytest.raises(AssertionError) as caught:
            await judge(self.slack)
        return str(caught.value)


@pytest.fixture
async def clumsy(tmp_path: Path) -> AsyncIterator[Clumsy]:
    """A clumsy bot, which nobody judges but the test."""
    async with world(tmp_path, running=False) as slack:
        app = bolt_app(slack.url)
        async with in_socket_mode(app):
            yield Clumsy(slack, app)


async def test_a_bot_that_sends_nothing_wrong_is_not_blamed(clumsy: Clumsy) -> None:
    await clumsy.web.chat_postMessage(channel=SEGMENTS, text="Good morning, <@U0ANA00001>")
    await clumsy.open(SELECT)
    clumsy.answer = {"options": [{"text": words("VIPs"), "value": "1"}]}
    assert await clumsy.slack.suggest("", field="segment") == ["VIPs"]
    await judge(clumsy.slack)


@pytest.mark.parametrize("method", ["chat.postMessage", "chat.postEphemeral", "chat.update"])
async def test_a_refused_message_is_found_though_another_replaced_it(clumsy: Clumsy, method: str) -> None:
    posted = await clumsy.web.chat_postMessage(channel=SEGMENTS, text="Fine")
    place = {"channel": SEGMENTS, "ts": posted["ts"], "user": ANA}
    with pytest.raises(SlackApiError, match="invalid_blocks"):
        await clumsy.web.api_call(method, json={**place, "text": "Too long", "blocks": LONG})
    await clumsy.web.api_call(method, json={**place, "text": "Fine again"})
    assert "must be less than 151 characters" in await clumsy.judged()


async def test_a_message_is_found_also_where_slack_failed(clumsy: Clumsy) -> None:
    clumsy.slack.workspace.faults.add("chat.postMessage", error="internal_error")
    with pytest.raises(SlackApiError, match="internal_error"):
        await clumsy.web.chat_postMessage(channel=SEGMENTS, text="Too long", blocks=LONG)
    assert "must be less than 151 characters" in await clumsy.judged()


async def test_a_text_that_chat_update_does_not_take_is_found(clumsy: Clumsy) -> None:
    posted = await clumsy.web.chat_postMessage(channel=SEGMENTS, text="x" * 4001)
    with pytest.raises(SlackApiError, match="msg_too_long"):
        await clumsy.web.chat_update(channel=SEGMENTS, ts=posted["ts"], text="x" * 4001)
    assert "msg_too_long" in await clumsy.judged()


async def test_a_message_at_a_used_response_url_is_found(clumsy: Clumsy) -> None:
    url = clumsy.slack.workspace.response_url(ANA, SEGMENTS)
    for _ in range(5):
        clumsy.slack.workspace.responses.use(url.rpartition("/")[2])
    async with aiohttp.ClientSession() as session, session.post(url, json={"blocks": LONG}) as answer:
        assert answer.status == 404
    assert "response_url" in await clumsy.judged()


async def test_a_message_in_the_answer_to_a_command_is_found(clumsy: Clumsy) -> None:
    clumsy.answer = {"blocks": LONG}
    await clumsy.slack.type("/segment list")
    assert "must be less than 151 characters" in await clumsy.judged()


@pytest.mark.parametrize(
    "block",
    [
        {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [{"type": "user"}]}]},
        {"type": "section", "text": words("x"), "accessory": None},
        {"type": "image", "alt_text": "x"},
        {"text": words("x")},
    ],
    ids=["user without id", "null", "image without URL", "no type"],
)
async def test_a_block_that_is_not_whole_is_found_on_each_surface(clumsy: Clumsy, block: Json) -> None:
    for call in (
        clumsy.web.chat_postMessage(channel=SEGMENTS, text="x", blocks=[block]),
        clumsy.open(block),
        clumsy.web.views_publish(user_id=ANA, view={"type": "home", "blocks": [block]}),
    ):
        clumsy.slack.sent.clear()
        with pytest.raises(SlackApiError, match=r"invalid_(blocks|arguments)"):
            await call
        assert "json-pointer:" in await clumsy.judged()


async def test_a_view_of_another_kind_than_its_method_takes_is_found(clumsy: Clumsy) -> None:
    with pytest.raises(SlackApiError, match="invalid_arguments"):
        await clumsy.web.views_publish(user_id=ANA, view={"blocks": [{"type": "divider"}]})
    assert "missing required field: type" in await clumsy.judged()


async def test_a_ping_is_found_in_message_form_and_home(clumsy: Clumsy) -> None:
    await clumsy.web.chat_postMessage(channel=SEGMENTS, text="Look", blocks=PING)
    assert "!channel" in await clumsy.judged()
    clumsy.slack.sent.clear()
    await clumsy.open(*PING)
    assert "!channel" in await clumsy.judged()
    clumsy.slack.sent.clear()
    await clumsy.web.views_publish(user_id=ANA, view={"type": "home", "blocks": PING})
    assert "!channel" in await clumsy.judged()


async def test_an_address_in_a_channel_is_found_and_one_in_a_direct_message_is_fine(clumsy: Clumsy) -> None:
    told = [{"type": "section", "text": words("ada@example.com")}]
    await clumsy.web.chat_postMessage(channel=ANA, text="Look", blocks=told)
    await clumsy.web.chat_postMessage(channel=SEGMENTS, text="Look", blocks=told)
    assert "an address in a channel: ada@example.com" in await clumsy.judged()
    clumsy.slack.sent.pop()
    await judge(clumsy.slack)


async def test_a_form_is_found_whether_opened_updated_or_pushed(clumsy: Clumsy) -> None:
    long = modal(entry("x" * 2001, "name"))
    await clumsy.open(SELECT)
    form = clumsy.slack.form()
    assert form
    trigger = clumsy.slack.workspace.triggers.issue
    for call in (
        clumsy.web.views_open(trigger_id=trigger(ANA), view=long),
        clumsy.web.views_update(view_id=form["id"], view=long),
        clumsy.web.views_push(trigger_id=trigger(ANA), view=long),
    ):
        clumsy.slack.sent.clear()
        with pytest.raises(SlackApiError, match="invalid_arguments"):
            await call
        assert "must be less than 2001 characters" in await clumsy.judged()


async def test_a_form_too_large_as_a_whole_is_found(clumsy: Clumsy) -> None:
    blocks = [{"type": "section", "text": words("x" * 3000)} for _ in range(90)]
    with pytest.raises(SlackApiError, match="view_too_large"):
        await clumsy.open(*blocks)
    assert "view_too_large" in await clumsy.judged()


@pytest.mark.parametrize("action", ["update", "push"])
async def test_a_form_in_the_answer_to_a_form_is_found(clumsy: Clumsy, action: str) -> None:
    await clumsy.open(entry("Name", "name"))
    clumsy.answer = {"response_action": action, "view": modal(*LONG)}
    assert not (await clumsy.slack.submit({"Name": "VIPs"}))["ok"]
    assert "must be less than 151 characters" in await clumsy.judged()


async def test_a_complaint_that_is_too_long_for_its_field_is_found(clumsy: Clumsy) -> None:
    await clumsy.open(entry("Name", "name"))
    clumsy.answer = {"response_action": "errors", "errors": {"name": "x" * 2001}}
    assert not (await clumsy.slack.submit({"Name": "VIPs"}))["ok"]
    assert "must be less than 2001 characters" in await clumsy.judged()


async def test_a_home_tab_that_is_too_long_is_found(clumsy: Clumsy) -> None:
    with pytest.raises(SlackApiError, match="invalid_arguments"):
        await clumsy.web.views_publish(user_id=ANA, view={"type": "home", "blocks": [{"type": "divider"}] * 101})
    assert "no more than 100 items" in await clumsy.judged()


@pytest.mark.parametrize(
    "options", [[("VIPs", str(number)) for number in range(101)], [("x" * 76, "1")]], ids=["too many", "too long"]
)
async def test_options_that_slack_would_not_show_are_found(clumsy: Clumsy, options: list[tuple[str, str]]) -> None:
    await clumsy.open(SELECT)
    clumsy.answer = {"options": [{"text": words(text), "value": value} for text, value in options]}
    shown = await clumsy.slack.client.suggest("ana", "segments", "segment", "")
    assert not shown["ok"]
    assert "block_suggestion" in await clumsy.judged()


@pytest.fixture
async def decided(tmp_path: Path) -> AsyncIterator[World]:
    """A world in which Ben approved what Ana asked for, and broke the glass for what Cleo asked for."""
    async with world(tmp_path) as slack:
        await slack.under(f'breakers = ["{BEN}"]')
        await slack.type("/segment delete VIPs", by="ana")
        await slack.press("Delete Segment", by="ben")
        await slack.type("/segment delete Lapsed", by="cleo")
        await slack.type("/change break-glass 2 Fire", by="ben")
        assert not {"VIPs", "Lapsed"} & set(slack.sizes())
        yield slack


async def test_approvals_and_emergencies_of_permitted_people_are_not_blamed(decided: World) -> None:
    await judge(decided)


async def test_an_approval_of_somebody_who_may_not_is_found(decided: World) -> None:
    decided.permitted = {CLEO}
    with pytest.raises(AssertionError, match="Someone approved who may not"):
        await judge(decided)


async def test_a_glass_broken_by_somebody_who_may_not_is_found(decided: World) -> None:
    decided.breakers = {CLEO}
    with pytest.raises(AssertionError, match="Someone broke the glass who may not"):
        await judge(decided)


@pytest.mark.parametrize("number", [1, 2])
async def test_what_ran_and_was_not_what_somebody_saw_is_found(decided: World, number: int) -> None:
    change, entries = await decided.change(number), decided.entries()
    judge_what_was_seen(change, entries)
    others = [replace(one, detail={**one.detail, "fingerprint": "another"}) for one in entries]
    for wrong in (others, []):
        with pytest.raises(AssertionError, match="was not what was approved"):
            judge_what_was_seen(change, wrong)
