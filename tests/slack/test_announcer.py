"""The Announcer over HTTP, against the emulated workspace with the scopes of manifest.yml."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession
from hypothesis import example, given
from hypothesis import strategies as st
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_async_handlers import (
    AsyncConnectionErrorRetryHandler,
    AsyncRateLimitErrorRetryHandler,
)

from bot.core.answers import Answer, Chart, Delta, File, Table, mention
from bot.core.approval.changes import Emergency, State
from bot.core.approval.need import Need
from bot.core.errors import Impossible
from bot.core.people import Place
from bot.engine.ports import Undeliverable
from bot.sandbox.server import serve
from bot.sandbox.workspace import Workspace
from bot.sandbox.workspace.people import ANA, APPROVALS, BEN, BOT_TOKEN, CLEO, RANDOM, SEGMENTS
from bot.slack.announcer import FILES_COMMENT, SlackAnnouncer
from bot.slack.answers import FILE_NAME_BYTES, file_name, message, render_figure
from bot.slack.blocks import TABLE_ROWS
from bot.slack.slack_client import SlackClient
from bot.slack.slack_errors import maybe_done
from tests.core.samples import NOW, change
from tests.harness import ROOT, Json, said

VIPS = File("VIPs.csv", "email\r\nann@example.com\r\n")
EXPORT = Answer("2 shoppers are in “VIPs”.", (VIPS,))
IN_SEGMENTS = Place(channel=SEGMENTS)
WAY = ["conversations.open", "files.getUploadURLExternal", "files.completeUploadExternal"]


@dataclass
class Slack:
    """The workspace as people see it, and the Announcer that talks into it."""

    url: str
    workspace: Workspace
    session: ClientSession
    announcer: SlackAnnouncer

    async def whisper(self, answer: Answer = EXPORT, place: Place = IN_SEGMENTS, user_id: str = ANA) -> None:
        await self.announcer.show_privately(user_id, place, answer)

    async def undelivered(self, answer: Answer = EXPORT, **where: Any) -> Undeliverable:
        with pytest.raises(Undeliverable) as caught:
            await self.whisper(answer, **where)
        return caught.value

    def seen(self, by: str = "ana") -> dict[str, list[Json]]:
        state = self.workspace.state(by)
        return {"dm": state["dms"], **state["channels"]}

    def told(self, channel: str = "#segments") -> str:
        return said(self.seen()[channel][-1])

    def files(self, by: str = "ana") -> list[tuple[str, Json]]:
        """Every file that this person sees, with where it stands."""
        return [
            (place, file)
            for place, messages in self.seen(by).items()
            for one in messages
            for file in one.get("files", [])
        ]

    async def download(self, file: Json, *, by: str = "ana") -> tuple[int, bytes]:
        url = f"{self.url}{file['url'].partition('?')[0]}"
        async with self.session.get(url, params={"as": by}) as answer:
            return answer.status, await answer.read()


@pytest.fixture
async def slack() -> AsyncIterator[Slack]:
    workspace = Workspace(":memory:", manifest=ROOT / "manifest.yml")
    try:
        async with (
            serve(port=0, store=None, workspace=workspace, log=None, page=False) as url,
            ClientSession() as session,
        ):
            client = SlackClient(
                token=BOT_TOKEN,
                base_url=f"{url}/api/",
                session=session,
                retry_handlers=[AsyncConnectionErrorRetryHandler(), AsyncRateLimitErrorRetryHandler(max_retry_count=2)],
            )
            once = SlackClient(BOT_TOKEN, client.base_url, session=session, retry_handlers=[])
            announcer = SlackAnnouncer(client, once=once, approvals=APPROVALS, summary=SEGMENTS)
            yield Slack(url, workspace, session, announcer)
    finally:
        workspace.close()


async def test_a_file_comes_to_the_asker_alone(slack: Slack) -> None:
    await slack.whisper()
    [(place, file)] = slack.files()
    assert (place, file["name"], file["title"]) == ("dm", "VIPs.csv", "VIPs.csv")
    assert await slack.download(file) == (200, str(VIPS.content).encode())
    for other in ("ben", "cleo", "dan"):
        assert not slack.files(other)
        assert (await slack.download(file, by=other))[0] == 403


@pytest.mark.parametrize(
    "content",
    ["Zoë Müller, Straße\r\n🎉👩‍💻,日本\n", "\ufeffe-mail\n", "a", "no,line,end", "é" * 300_000],
    ids=["umlauts and emoji", "byte order mark", "one byte", "no end of line", "600 kB"],
)
async def test_a_file_comes_byte_for_byte(slack: Slack, content: str) -> None:
    await slack.whisper(Answer("Here", (File("VIPs.csv", content),)))
    [(_, file)] = slack.files()
    assert await slack.download(file) == (200, content.encode("utf-8"))


async def test_a_file_comes_before_the_answer_that_names_it(slack: Slack) -> None:
    await slack.whisper()
    [sent], [shown] = slack.seen()["dm"], slack.seen()["#segments"]
    assert sent["text"] == FILES_COMMENT
    assert said(shown) == "2 shoppers are in “VIPs”. “VIPs.csv” is in your direct messages with me."
    assert shown["ephemeral"]
    assert sent["ts"] < shown["ts"]


async def test_two_files_come_in_one_message_and_both_are_named(slack: Slack) -> None:
    staff = File("Staff.csv", "email\nzoë@example.com\n")
    await slack.whisper(Answer("2 segments", (VIPS, staff)))
    assert len(slack.seen()["dm"]) == 1
    assert [(place, file["name"]) for place, file in slack.files()] == [("dm", "VIPs.csv"), ("dm", "Staff.csv")]
    both = [str(VIPS.content), str(staff.content)]
    assert [(await slack.download(file))[1].decode() for _, file in slack.files()] == both
    assert "“VIPs.csv” is in" in slack.told()
    assert "“Staff.csv” is in" in slack.told()


async def test_a_name_from_the_store_has_no_power_above_a_file(slack: Slack) -> None:
    await slack.whisper(Answer("<!channel> <https://example.com|VIPs>", (File("<!channel>.csv", "email\n"),)))
    assert [one["text"] for one in slack.seen()["dm"]] == [FILES_COMMENT]
    assert "<" not in slack.files()[0][1]["name"]


async def test_outside_its_channels_the_bot_answers_by_direct_message(slack: Slack) -> None:
    await slack.whisper(place=Place(channel=RANDOM))
    sent, shown = slack.seen()["dm"]
    assert [one["name"] for one in sent["files"]] == ["VIPs.csv"]
    assert said(shown).startswith("2 shoppers")
    assert not slack.seen()["#random"]


async def test_an_answer_by_response_url_sends_its_file_directly(slack: Slack) -> None:
    url = slack.workspace.response_url(ANA, RANDOM)
    await slack.whisper(place=Place(channel=RANDOM, response_url=url))
    assert [place for place, _ in slack.files()] == ["dm"]
    assert slack.told("#random").startswith("2 shoppers")


async def test_where_a_response_url_does_not_answer_the_channel_shows_it(slack: Slack) -> None:
    await slack.whisper(place=Place(channel=SEGMENTS, response_url="http://127.0.0.1:1/commands"))
    assert slack.told().startswith("2 shoppers")
    assert slack.seen()["#segments"][-1]["ephemeral"]


async def test_an_answer_without_files_opens_no_direct_messages(slack: Slack) -> None:
    for method in WAY:
        slack.workspace.faults.add(method, error="access_denied")
    await slack.whisper(Answer("Just words."))
    assert slack.told() == "Just words."
    assert not slack.seen()["dm"]
    assert [one["method"] for one in slack.workspace.faults.listed()] == WAY


@pytest.mark.parametrize("method", WAY)
@pytest.mark.parametrize(
    ("fault", "reason", "final"),
    [
        ({"error": "user_disabled"}, "user_disabled", True),
        ({"error": "access_denied"}, "access_denied", False),
        ({"error": "internal_error"}, "internal_error", False),
        ({"status": 500}, "HTTP 500", False),
    ],
    ids=["final", "refused", "passing trouble", "500"],
)
async def test_a_refused_file_is_reported_in_place_of_the_answer(
    slack: Slack, method: str, fault: Json, reason: str, final: bool
) -> None:
    slack.workspace.faults.add(method, **fault)
    error = await slack.undelivered()
    assert (str(error), error.final) == (reason, final)
    assert not slack.files()
    [shown] = slack.seen()["#segments"]
    assert f"“VIPs.csv” may not have reached you ({reason})." in said(shown)
    assert shown["ephemeral"]


async def test_a_file_whose_content_slack_does_not_take_is_told_too(slack: Slack) -> None:
    slack.workspace.public_url = f"{slack.url}/nowhere"
    error = await slack.undelivered()
    assert not error.final
    assert not slack.files()
    assert "may not have reached you" in slack.told()


async def test_of_two_files_none_comes_when_one_is_refused(slack: Slack) -> None:
    error = await slack.undelivered(Answer("2 segments", (VIPS, File("Staff.csv", ""))))
    assert error.refused
    assert not slack.files()
    assert "“VIPs.csv”, “Staff.csv” may not have reached you" in slack.told()


@pytest.mark.parametrize("fault", [{"status": 500}, {"drop": True}], ids=["500", "dropped"])
async def test_a_file_whose_arrival_was_not_confirmed_is_not_called_lost(slack: Slack, fault: Json) -> None:
    slack.workspace.faults.add("files.completeUploadExternal", after=True, **fault)
    await slack.undelivered()
    assert [place for place, _ in slack.files()] == ["dm"]
    assert "If it is not in your direct messages with me, ask again" in slack.told()


async def test_an_empty_file_is_refused_and_told(slack: Slack) -> None:
    error = await slack.undelivered(Answer("Nobody", (File("VIPs.csv", ""),)))
    assert error.refused
    assert "“VIPs.csv” may not have reached you" in slack.told()


async def test_a_file_is_sent_again_after_a_rate_limit(slack: Slack) -> None:
    for method in WAY:
        slack.workspace.faults.add(method, status=429, retry_after=0)
    await slack.whisper()
    [(_, file)] = slack.files()
    assert await slack.download(file) == (200, str(VIPS.content).encode())
    assert slack.told().startswith("2 shoppers")


@pytest.mark.parametrize("scope", ["im:write", "files:write"])
async def test_an_app_without_a_scope_says_which_is_missing(slack: Slack, scope: str) -> None:
    manifest = slack.workspace.manifest
    slack.workspace.manifest = replace(manifest, scopes=manifest.scopes - {scope})
    assert str(await slack.undelivered()) == "missing_scope"
    assert "missing_scope" in slack.told()


async def test_where_people_cannot_get_direct_messages_the_file_is_told_missing(slack: Slack) -> None:
    slack.workspace.manifest = replace(slack.workspace.manifest, messages=False)
    assert str(await slack.undelivered()) == "messages_tab_disabled"
    assert not slack.files()
    assert "may not have reached you" in slack.told()


async def test_a_file_for_somebody_unknown_goes_to_nobody(slack: Slack) -> None:
    error = await slack.undelivered(place=Place(), user_id="U0NOBODY01")
    assert error.final
    assert not slack.workspace.archive.files
    assert not slack.workspace.archive.messages


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("VIPs.csv", "VIPs.csv"),
        ("Kaffee & Kuchen – Größe 🎉.csv", "Kaffee & Kuchen – Größe 🎉.csv"),
        ("Gold / Silver.csv", "Gold - Silver.csv"),
        ("../../etc/passwd.csv", "-..-etc-passwd.csv"),
        ("C:\\VIPs.csv", "C--VIPs.csv"),
        ('"the" <b>*|?`.csv', "-the- -b-----.csv"),
        ("two\nlines\ttab.csv", "two-lines-tab.csv"),
        ("VIPs\u202evsc.exe.csv", "VIPs-vsc.exe.csv"),
        ("half \ud83d.csv", "half -.csv"),
        (".csv", "file.csv"),
        (" .csv", "file.csv"),
        ("...csv", "file.csv"),
        ("..", "file"),
        ("", "file"),
        (" VIPs . .csv", "VIPs.csv"),
        (".hidden.csv", "hidden.csv"),
        ("con.csv", "_con.csv"),
        ("COM1.old.csv", "_COM1.old.csv"),
        ("Contacts.csv", "Contacts.csv"),
        ("no ending.", "no ending"),
    ],
)
def test_a_file_name_is_made_safe_and_stays_readable(name: str, safe: str) -> None:
    assert file_name(name) == safe


@given(st.text(max_size=40), st.integers(1, 20), st.sampled_from([".csv", ".", ""]))
@example("🎉", 300, ".csv")
@example("con." + "a" * 300, 1, ".csv")
@example("a." + "b" * 300, 1, "")
def test_any_file_name_is_taken_by_a_file_system(text: str, times: int, ending: str) -> None:
    safe = file_name(text * times + ending)
    assert 0 < len(safe.encode()) <= FILE_NAME_BYTES
    assert Path(safe).name == safe
    assert safe.isprintable()
    assert not set(safe) & set('\\/:*?"<>|`')
    assert safe == safe.strip(". ")
    if ending == ".csv":
        assert safe.endswith(".csv")
        assert len(safe) > len(".csv")


def test_a_long_name_is_stored_under_its_own_ending(tmp_path: Path) -> None:
    safe = file_name("🎉" * 255 + ".csv")
    (tmp_path / safe).write_text("email\n")
    assert [one.name for one in tmp_path.iterdir()] == [safe]
    assert safe.endswith("🎉.csv")


def test_a_message_names_a_file_as_it_comes() -> None:
    shown = message(Answer("Here", (File("Gold / Silver.csv", "email\n"),)))
    assert "“Gold - Silver.csv” is in your direct messages" in said({"blocks": shown.blocks, "text": ""})


WAITING = change(number=7, state=State.WAITING, deciders=(BEN,))


async def test_a_card_that_may_exist_is_found_and_not_posted_again(slack: Slack) -> None:
    manifest = slack.workspace.manifest
    slack.workspace.manifest = replace(manifest, scopes=manifest.scopes | {"channels:history"})
    card = await slack.announcer.post(WAITING, may_exist=True)
    assert await slack.announcer.post(WAITING, may_exist=True) == card
    assert len(slack.seen("ben")["#approvals"]) == 1


async def test_a_card_that_did_not_arrive_is_posted_again_as_one_to_be_found(slack: Slack) -> None:
    manifest = slack.workspace.manifest
    slack.workspace.manifest = replace(manifest, scopes=manifest.scopes | {"channels:history"})
    slack.workspace.faults.add("chat.postMessage", status=503)
    card = await slack.announcer.post(WAITING)
    assert await slack.announcer.post(WAITING, may_exist=True) == card
    assert len(slack.seen("ben")["#approvals"]) == 1


async def test_a_card_that_is_posted_again_is_not_sent_once_more_by_itself(slack: Slack) -> None:
    slack.workspace.faults.add("chat.postMessage", status=503)
    slack.workspace.faults.add("chat.postMessage", after=True, drop=True)
    with pytest.raises(Undeliverable):
        await slack.announcer.post(WAITING)
    assert len(slack.seen("ben")["#approvals"]) == 1


async def test_a_card_that_may_stand_where_it_was_asked_for_is_posted_nowhere_else(slack: Slack) -> None:
    running = change(number=7, state=State.RUNNING, need=Need(approvals=0, why=""), place=IN_SEGMENTS)
    for _ in range(2):
        slack.workspace.faults.add("chat.postMessage", status=503)
    with pytest.raises(Undeliverable):
        await slack.announcer.post(running)
    assert not slack.seen("ben")["#approvals"]


async def test_a_write_that_was_answered_late_is_told_under_the_card(slack: Slack) -> None:
    card = await slack.announcer.post(WAITING)
    await slack.announcer.notify(WAITING.model_copy(update={"card": card}), "late", "")
    posted, told = slack.seen("ben")["#approvals"]
    assert (told["thread_ts"], posted["ts"]) == (card.ts, card.ts)
    assert said(told).startswith("A paused process of the bot lost change 7 while a write was on its way")


async def test_a_reminder_stands_under_the_card_for_all_who_see_it(slack: Slack) -> None:
    card = await slack.announcer.post(WAITING)
    await slack.announcer.notify(WAITING.model_copy(update={"card": card}), "reminder", "")
    posted, reminded = slack.seen("ben")["#approvals"]
    assert (reminded["thread_ts"], posted["ts"]) == (card.ts, card.ts)
    assert said(reminded).startswith("Change 7 expires at 09:30 UTC, and no one has decided yet.")
    assert slack.seen("ben")["dm"] == []


async def test_who_is_concerned_hears_of_a_change_that_the_log_does_not_have_so(slack: Slack) -> None:
    reason = "Change 7 has another plan in the table changes than in the log."
    await slack.announcer.notify(change(number=7, reason=reason), "contradict", BEN)
    (told,) = slack.seen("ben")["dm"]
    assert said(told).startswith("Change 7 was closed: Delete the segment VIPs")
    assert reason in said(told)


async def test_who_could_have_approved_hears_alone_of_a_broken_glass(slack: Slack) -> None:
    emergency = Emergency(actor=CLEO, reason="Now.", at=NOW)
    await slack.announcer.notify(change(number=7, emergency=emergency), "glass", BEN)
    assert [said(one).split(":")[0] for one in slack.seen("ben")["dm"]] == ["Change 7 runs without approval"]
    assert (slack.seen("ana")["dm"], slack.seen("ben")["#approvals"]) == ([], [])


@pytest.mark.parametrize(
    ("fault", "final"),
    [
        ({"error": "ratelimited"}, False),
        ({"status": 429, "retry_after": 0}, False),
        ({"error": "channel_not_found"}, True),
    ],
)
async def test_what_slack_does_not_take_says_whether_trying_again_helps(slack: Slack, fault: Json, final: bool) -> None:
    slack.workspace.faults.add("chat.postMessage", times=9, **fault)
    with pytest.raises(Undeliverable) as caught:
        await slack.announcer.notify(change(number=7), "glass", BEN)
    assert caught.value.final is final


SUMMARY = Answer("VIPs grew by 3.")


async def test_the_summary_and_warnings_stand_where_everybody_sees_them(slack: Slack) -> None:
    await slack.announcer.announce(SUMMARY)
    await slack.announcer.warn(Answer("Look at this."))
    assert [one["text"] for one in slack.seen("dan")["#segments"]] == ["VIPs grew by 3."]
    assert [one["text"] for one in slack.seen("dan")["#approvals"]] == ["Look at this."]


async def test_without_a_channel_for_summaries_none_is_posted(slack: Slack) -> None:
    nowhere = SlackClient(token=BOT_TOKEN, base_url=slack.url, session=slack.session)
    with pytest.raises(Impossible, match=r"There is no channel for summaries\. .* \(SUMMARY_CHANNEL\)"):
        await SlackAnnouncer(nowhere, once=nowhere, approvals=APPROVALS).announce(EXPORT)


@pytest.mark.parametrize(
    ("fault", "unsure"),
    [
        ({"drop": True}, True),
        ({"status": 500}, False),
        ({"status": 429, "retry_after": 0}, False),
        ({"error": "internal_error"}, False),
    ],
    ids=["dropped", "500", "429", "internal error"],
)
async def test_the_summary_is_sent_once_even_if_its_response_is_lost(slack: Slack, fault: Json, unsure: bool) -> None:
    slack.workspace.faults.add("chat.postMessage", after=True, **fault)
    with pytest.raises(Undeliverable) as caught:
        await slack.announcer.announce(SUMMARY)
    assert (caught.value.maybe_done, caught.value.final) == (unsure, False)
    assert len(slack.seen()["#segments"]) == 1


async def test_what_never_left_is_not_taken_for_sent(slack: Slack) -> None:
    nowhere = SlackClient(BOT_TOKEN, "http://127.0.0.1:1/api/", session=slack.session, retry_handlers=[])
    announcer = SlackAnnouncer(nowhere, once=nowhere, approvals=APPROVALS, summary=SEGMENTS)
    with pytest.raises(Undeliverable) as caught:
        await announcer.announce(SUMMARY)
    assert not caught.value.maybe_done


def test_an_unreadable_response_leaves_open_whether_slack_did_it() -> None:
    assert maybe_done(SlackApiError("No JSON.", object()))  # type: ignore[no-untyped-call]  # the SDK's own


def test_a_table_says_how_many_rows_are_left_out_where_some_are() -> None:
    def told(rows: int) -> list[str]:
        blocks = render_figure(Table("Numbers", ("Number",), tuple((number,) for number in range(rows))))
        return [one["elements"][0]["text"] for one in blocks[1:]]

    assert [told(TABLE_ROWS + more) for more in (0, 1)] == [[], ["… and 1 more."]]


async def test_a_summary_that_is_too_much_has_fewer_rows_and_the_whole_as_a_file(slack: Slack) -> None:
    rows = tuple((f"Club {number:03}", number, Delta(-number)) for number in range(200))
    table = Table("Segments", ("Segment", "Shoppers", "Change"), (*rows, (mention(BEN), None, Delta(0))))
    slack.workspace.faults.add("chat.postMessage", error="msg_blocks_too_long")
    await slack.announcer.announce(Answer("Numbers", (table,)))
    posted, attached = slack.seen()["#segments"]
    assert "… and 180 more." in str(posted["blocks"])
    assert attached["thread_ts"] == posted["ts"]
    [(_, file)] = slack.files()
    content = (await slack.download(file))[1].decode()
    assert content.startswith("Segment,Shoppers,Change\r\nClub 000,0,0\r\nClub 001,1,-1\r\n")
    assert content.endswith(f"{BEN},,0\r\n")


async def test_a_simpler_summary_without_tables_has_no_files(slack: Slack, caplog: pytest.LogCaptureFixture) -> None:
    chart = Chart("line", "Sizes", ("May", "June"), (("VIPs", (3, 4)),), "VIPs grew.")
    slack.workspace.faults.add("chat.postMessage", error="msg_blocks_too_long")
    await slack.announcer.announce(Answer("Numbers", (chart,)))
    assert [one["text"].splitlines()[0] for one in slack.seen()["#segments"]] == ["Numbers"]
    assert "could not be attached" not in caplog.text


async def test_a_summary_stands_although_its_file_is_refused(slack: Slack) -> None:
    slack.workspace.faults.add("chat.postMessage", error="msg_too_long")
    slack.workspace.faults.add("files.completeUploadExternal", error="restricted_action")
    await slack.announcer.announce(Answer("Numbers", (Table("Segments", ("Segment",), (("VIPs",),)),)))
    assert [one["text"].splitlines()[0] for one in slack.seen()["#segments"]] == ["Numbers"]


async def test_what_is_refused_says_what_would_help(slack: Slack) -> None:
    slack.workspace.faults.add("chat.postMessage", error="not_in_channel")
    with pytest.raises(Undeliverable) as caught:
        await slack.announcer.announce(SUMMARY)
    assert (caught.value.advice, caught.value.refused) == ("Invite me to the channel.", True)
    manifest = slack.workspace.manifest
    slack.workspace.manifest = replace(manifest, scopes=manifest.scopes - {"files:write"})
    await slack.undelivered()
    assert slack.told().endswith("Give the Slack app the scopes of manifest.yml, and install it again.")
