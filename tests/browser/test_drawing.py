"""What a bot may post, publish and open, drawn and used in a real browser; the bot is a small one of the tests' own."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Locator, Page, Request, expect
from slack_bolt.app.async_app import AsyncApp

from bot.sandbox.workspace.people import ANA, SEGMENTS
from tests.browser.conftest import Visit
from tests.sandbox.slack_app import World, entry, modal, over_socket, words

Json = dict[str, Any]

pytestmark = pytest.mark.asyncio(loop_scope="package")


class Screen:
    """Ana's page, the workspace behind it, and the bot."""

    def __init__(self, page: Page, here: World, app: AsyncApp) -> None:
        self.page, self.here, self.app = page, here, app

    async def post(self, *blocks: Json) -> None:
        await self.here.web.chat_postMessage(channel=SEGMENTS, text="drawn", blocks=list(blocks))

    async def open(self, *blocks: Json) -> Locator:
        await self.here.open(*blocks)
        return self.page.get_by_test_id("form")


@pytest_asyncio.fixture(loop_scope="package")
async def screen(visit: Visit, tmp_path: Path) -> AsyncIterator[Screen]:
    """The page of a workspace with a bot that listens to nothing yet."""
    async with over_socket(tmp_path, page=True) as (here, app), visit(f"{here.url}/?as=ana#segments") as page:
        yield Screen(page, here, app)


def raw(text: str) -> Json:
    return {"type": "raw_text", "text": text}


def data_table(sizes: list[int]) -> Json:
    link = {"type": "link", "url": "https://example.com/1", "text": "Spring sale"}
    promotions = {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [link]}]}
    rows = [[raw(f"Segment {size}"), {"type": "raw_number", "value": size}, promotions] for size in sizes]
    head = [raw("Segment"), raw("Shoppers"), raw("Promotions")]
    return {"type": "data_table", "caption": "Segments", "page_size": 3, "rows": [head, *rows]}


def bars(*series: Json) -> Json:
    chart = {"type": "bar", "series": list(series), "axis_config": {"categories": ["Mon", "Tue"]}}
    return {"type": "data_visualization", "title": "Largest movers", "chart": chart}


def series(name: str, *values: int) -> Json:
    data = [{"label": label, "value": value} for label, value in zip(["Mon", "Tue"], values, strict=True)]
    return {"name": name, "data": data}


async def test_a_data_table_turns_pages_and_sorts_numbers_as_numbers(screen: Screen) -> None:
    await screen.post(data_table([9, 1204, 87, 21000]))
    names = screen.page.locator(".data-table tbody th")
    await expect(names).to_have_text(["Segment 9", "Segment 1204", "Segment 87"])
    await expect(screen.page.get_by_role("link", name="Spring sale")).to_have_count(3)
    await screen.page.locator(".data-table").get_by_role("button").last.click()
    await expect(names).to_have_text(["Segment 21000"])
    await screen.page.get_by_role("button", name="Shoppers").click()
    await expect(names).to_have_text(["Segment 21000", "Segment 1204", "Segment 87"])
    await screen.page.get_by_role("button", name="Shoppers").click()
    await expect(names).to_have_text(["Segment 9", "Segment 87", "Segment 1204"])


async def test_what_others_wrote_stays_text_and_leads_to_no_script(screen: Screen) -> None:
    image = "<img src=x onerror=\"document.title='taken'\">"
    await screen.post(
        {"type": "header", "text": words(image)},
        {"type": "section", "text": {"type": "mrkdwn", "text": "<javascript:alert(1)|press *me*> :tada:"}},
        {"type": "markdown", "text": f"# Plan\n- [x] {image}\n- [go](javascript:alert(1)) to **VIPs**"},
    )
    message = screen.page.locator("[data-ts]")
    await expect(message.get_by_role("heading", name=image)).to_be_visible()
    await expect(message).to_contain_text("<javascript:alert(1)|press *me*> 🎉")
    await expect(message.locator("li").first).to_contain_text(image)
    await expect(message.get_by_role("checkbox")).to_be_checked()
    await expect(message.locator("strong")).to_have_text("VIPs")
    await expect(message.get_by_role("link")).to_have_count(0)
    await expect(message.locator("img[src=x]")).to_have_count(0)
    await expect(screen.page).not_to_have_title("taken")


async def test_a_chart_draws_a_bar_for_each_value_and_says_them(screen: Screen) -> None:
    await screen.post(bars(series("VIPs", 10, 20), series("Loyal", 5, 40)))
    drawn = screen.page.get_by_role("img", name="bar chart, Largest movers. VIPs: Mon 10, Tue 20. Loyal: Mon 5, Tue 40")
    await expect(drawn.locator("rect")).to_have_count(4)
    heights = await drawn.locator("rect").evaluate_all("bars => bars.map(bar => bar.getBoundingClientRect().height)")
    assert [round(height / heights[0], 1) for height in heights] == [1, 2, 0.5, 4]
    await expect(screen.page.locator(".chart-legend li")).to_have_text(["VIPs", "Loyal"])


async def test_a_file_in_the_direct_messages_is_downloaded_whole(screen: Screen) -> None:
    dm = (await screen.here.web.conversations_open(users=ANA))["channel"]["id"]
    content = "email\nañа@example.com\n"
    await screen.here.web.files_upload_v2(
        filename="VIPs.csv", title="Shoppers of VIPs", content=content, channel=dm, initial_comment="Here they are."
    )
    await screen.page.locator('[data-place="dm"]').click()
    await expect(screen.page.locator("[data-ts]")).to_contain_text("Here they are.")
    async with screen.page.expect_download() as download:
        await screen.page.get_by_role("link", name="Download VIPs.csv").click()
    file = await download.value
    assert (file.suggested_filename, (await file.path()).read_text()) == ("VIPs.csv", content)


async def test_the_home_tab_keeps_the_page_of_a_table_that_was_turned_and_opens_at_its_top(screen: Screen) -> None:
    table = {
        "type": "table",
        "rows": [[raw("Segment"), raw("Live")], [raw("<b>VIPs</b>"), raw("yes")], *[[raw("Staff"), raw("no")]] * 20],
    }
    still: list[Json] = [{**data_table([1, 2, 3, 4]), "block_id": "sizes"}, bars(series("VIPs", 1, 2)), table]

    @screen.app.event("app_home_opened")
    async def opened(client: Any) -> None:
        await publish(client, "Nothing is waiting for you")

    async def publish(client: Any, sentence: str) -> None:
        blocks = [{"type": "header", "text": words(sentence)}, *still]
        await client.views_publish(user_id=ANA, view={"type": "home", "blocks": blocks})

    await screen.page.locator('[data-place="home"]').click()
    home = screen.page.get_by_role("main")
    await expect(home.get_by_role("heading", name="Nothing is waiting for you")).to_be_visible()
    await expect(home.get_by_role("cell", name="<b>VIPs</b>")).to_be_visible()
    await expect(home.get_by_role("img", name="VIPs: Mon 1, Tue 2")).to_be_visible()
    await home.locator(".data-table").get_by_role("button").last.click()
    await expect(home.locator(".data-table tbody th")).to_have_text(["Segment 4"])
    await publish(screen.here.web, "Change 1 waits for you.")
    await expect(home.get_by_role("heading", name="Change 1 waits for you.")).to_be_visible()
    await expect(home.locator(".data-table tbody th")).to_have_text(["Segment 4"])
    await screen.page.locator('[data-place="#segments"]').click()
    await screen.page.locator('[data-place="home"]').click()
    await expect(home.locator(".data-table tbody th")).to_have_text(["Segment 1", "Segment 2", "Segment 3"])
    await expect(home.get_by_role("heading", name="Nothing is waiting for you")).to_be_in_viewport()


def option(name: str, description: str) -> Json:
    return {"text": words(name), "value": f"id of {name}", "description": words(description)}


OFFERED = [option("Newsletter", "1,204 shoppers"), option("VIPs", "40 shoppers"), option("Victors", "3 shoppers")]


async def test_a_select_offers_at_once_filters_and_lets_no_late_answer_win(screen: Screen) -> None:
    slow, asked = asyncio.Event(), asyncio.Event()

    @screen.app.options("segments")
    async def options(ack: Any, body: Json) -> None:
        if body["value"] == "v":
            asked.set()
            await slow.wait()
        await ack(options=[one for one in OFFERED if body["value"].lower() in one["text"]["text"].lower()])

    first = [option("Loyal", "21K shoppers")]
    select = {"type": "multi_external_select", "action_id": "segments", "min_query_length": 0, "initial_options": first}
    form = await screen.open(entry("Segments", "segments", select))
    box, offers, chips = form.get_by_role("combobox"), form.get_by_role("option"), form.locator(".chip")
    await expect(chips).to_have_text(["Loyal"])
    await box.click()
    await expect(offers).to_have_text(["Newsletter1,204 shoppers", "VIPs40 shoppers", "Victors3 shoppers"])
    await box.fill("zebra")
    await expect(form.get_by_text("No results")).to_be_visible()
    async with screen.page.expect_event("requestfinished", lambda request: asks_for(request, "v")):
        await box.fill("v")
        await asked.wait()
        await box.fill("vi")
        await expect(offers).to_have_text(["VIPs40 shoppers", "Victors3 shoppers"])
        await box.fill("vip")
        await expect(offers).to_have_text(["VIPs40 shoppers"])
        slow.set()
    await expect(offers).to_have_text(["VIPs40 shoppers"])
    await box.press("Enter")
    await box.click()
    await offers.filter(has_text="Newsletter").click()
    await expect(chips).to_have_text(["Loyal", "VIPs", "Newsletter"])


def asks_for(request: Request, query: str) -> bool:
    return request.url.endswith("/control/suggest") and (request.post_data_json or {})["query"] == query


async def test_typing_tells_the_bot_whose_update_takes_neither_text_nor_caret(screen: Screen) -> None:
    heard: asyncio.Queue[Json] = asyncio.Queue()
    may_update = asyncio.Event()

    @screen.app.action("shoppers")
    async def typed(ack: Any, body: Json, client: Any) -> None:
        await ack()
        heard.put_nowait(body)
        await may_update.wait()
        text = body["actions"][0]["value"] or ""
        view = {"view_id": body["view"]["id"], "hash": body["view"]["hash"]}
        await client.views_update(**view, view=modal(*form_of(f"{text.count('@')} found")))

    form = await screen.open(*form_of("no one found"))
    await form.get_by_label("Why").fill("spring")
    field = form.get_by_label("Shoppers")
    await field.focus()
    await screen.page.keyboard.insert_text("ana@example.com")
    body = await heard.get()
    assert body["actions"][0]["value"] == "ana@example.com"
    assert body["view"]["state"]["values"]["why"]["value"]["value"] == "spring"
    await screen.page.keyboard.press("Enter")
    await screen.page.keyboard.insert_text("ben@example.com")
    await screen.page.keyboard.press("ArrowUp")
    await screen.page.keyboard.press("Home")
    may_update.set()
    await expect(form.get_by_text("2 found")).to_have_count(2)
    await expect(field).to_have_value("ana@example.com\nben@example.com")
    await expect(field).to_be_focused()
    await screen.page.keyboard.insert_text("cleo@example.com ")
    await expect(form.get_by_text("3 found")).to_have_count(2)
    await expect(field).to_have_value("cleo@example.com ana@example.com\nben@example.com")
    assert await field.evaluate("field => field.selectionStart") == len("cleo@example.com ")
    await expect(form.get_by_label("Why")).to_have_value("spring")


async def test_enter_in_a_line_that_dispatches_tells_the_bot_and_leaves_the_form_open(screen: Screen) -> None:
    heard: asyncio.Queue[Json] = asyncio.Queue()

    @screen.app.action("value")
    async def entered(ack: Any, action: Json) -> None:
        heard.put_nowait(action)
        await ack()

    form = await screen.open(entry("Name", "name", dispatch_action=True))
    await expect(form.get_by_text("Press Enter to submit")).to_be_visible()
    await form.get_by_label("Name").fill("VIPs")
    await form.get_by_label("Name").press("Enter")
    assert (await heard.get())["value"] == "VIPs"
    await expect(form.get_by_label("Name")).to_be_focused()


def form_of(found: str) -> list[Json]:
    """Draw the found both in the input that is typed into, as its hint, and in a block of its own."""
    config = {"dispatch_action_config": {"trigger_actions_on": ["on_character_entered"]}}
    text = {"type": "plain_text_input", "action_id": "shoppers", "multiline": True, **config}
    return [
        entry("Shoppers", "shoppers", text, dispatch_action=True, hint=words(found)),
        {"type": "context", "elements": [words(found)]},
        entry("Why", "why"),
    ]
