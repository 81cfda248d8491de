"""Lists come by a message: from its menu, or dropped into the bot's messages; both open its form."""

from typing import Any

import pytest

from bot.sandbox.workspace import people
from bot.sandbox.workspace.delivery import payloads
from bot.slack import shared_files
from bot.slack.action_ids import USE_LIST
from bot.slack.decoding import Undecodable
from commands import GROUPS
from tests.conftest import OpenWorld
from tests.harness import Json, World, buttons, said


def posted(**event: Any) -> Json:
    """An event about a message in Ana's conversation with the bot."""
    message = {"type": "message", "channel": "D0ANA00001", "user": people.ANA, "ts": "1.0", "text": "x"} | event
    return payloads.event(message, now=1.0)


async def deliver(slack: World, *bodies: Json) -> None:
    """Deliver events, and wait until the bot is done with them."""
    for body in bodies:
        await slack.workspace.send("events_api", body)
    await slack.settled()


async def finish(slack: World, field: str = "VIPs") -> None:
    """Fill in what the form asks besides the file, and submit it."""
    form = slack.form()
    assert form
    assert "File: spring.csv" in said(form)
    assert "file" not in [block["block_id"] for block in form["blocks"] if block["type"] == "input"]
    outcome = await slack.submit({"Segment": field, "What to do": "add"})
    assert outcome["ok"], outcome


async def test_a_dropped_file_is_answered_with_a_button_that_opens_its_form(slack: World) -> None:
    new = slack.emails(30, outside="VIPs")
    await slack.upload("spring.csv", "email\n" + "\n".join(new))
    answer = slack.messages(channel="dm")[-1]
    assert (buttons(answer), answer["ephemeral"]) == (["Use This List"], False)
    assert said(answer).startswith("Use spring.csv as a list of shoppers? Nothing was done yet.")
    await slack.press("Use This List", by="ana", channel="dm")
    await finish(slack)
    assert "From spring.csv: 30 of 30 rows." in said(slack.card(1))
    await slack.press("Import List", by="ben")
    assert {slack.profile_id(one) for one in new} <= slack.members("VIPs")
    assert slack.kinds()[:2] == ["answered", "form"]
    assert "spring.csv" not in str([entry.detail for entry in slack.entries()][:2])


async def test_the_shortcut_opens_the_form_with_the_messages_file(slack: World) -> None:
    new = slack.emails(30, outside="VIPs")
    ts = await slack.upload("spring.csv", "\n".join(new), by="ben", channel="#segments")
    assert slack.kinds() == []
    await slack.use(ts)
    await finish(slack)
    assert "From spring.csv: 30 of 30 rows." in said(slack.card(1))
    assert slack.kinds()[:1] == ["form"]


async def test_the_shortcut_and_the_button_ask_who_may_ask(slack: World) -> None:
    slack.overrides["REQUESTERS"] = people.BEN
    await slack.stop()
    await slack.start()
    ts = await slack.upload("spring.csv", "ada@example.com", channel="#segments")
    await slack.use(ts)
    assert "You can't use this bot." in said(slack.form() or {})
    assert slack.kinds() == ["form", "refused"]
    await slack.upload("spring.csv", "ada@example.com")
    assert buttons(slack.messages(channel="dm")[-1]) == []
    assert slack.kinds()[2:] == ["refused"]


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("photo.PNG", "photo.PNG is a picture, not a list. Save the list as CSV or .xlsx, and import that."),
        ("report.pdf", "report.pdf is a PDF, not a list."),
        ("lists.zip", "lists.zip is a compressed file, not a list."),
    ],
)
async def test_a_file_of_another_kind_is_refused_at_once(slack: World, name: str, sentence: str) -> None:
    await slack.upload(name, "x")
    assert sentence in said(slack.messages(channel="dm")[-1])
    ts = await slack.upload(name, "x", channel="#segments")
    await slack.use(ts)
    assert sentence in slack.whisper()
    assert slack.form() is None
    assert slack.kinds() == ["refused", "refused"]
    assert name not in str([entry.detail for entry in slack.entries()])


async def test_a_message_without_a_file_says_what_to_do(slack: World) -> None:
    sent = await slack.type("hello there", channel="#segments")
    await slack.use(sent["ts"])
    assert slack.whisper() == "This message has no file. Choose a message with a CSV, text or .xlsx file."
    await slack.type("hello there", channel="dm")
    answer = said(slack.messages(channel="dm")[-1])
    assert answer.startswith("I read no messages, only files: drop a list of shoppers here")
    assert "/segment help" in answer
    assert "hello" not in str([entry.detail for entry in slack.entries()])
    assert [entry.detail["reason"] for entry in slack.entries() if entry.kind == "refused"] == [
        "The message has no file."
    ] * 2


def file(name: str, number: int = 1, **others: Any) -> Json:
    """A file of Slack's."""
    return {"id": f"F{number}", "name": name, "size": 10, **others}


async def test_of_several_files_one_is_chosen(slack: World) -> None:
    files = [file("a.csv"), file("b.png", 2), file("c.xlsx", 3)]
    await deliver(slack, posted(files=files, subtype="file_share"))
    answer = slack.messages(channel="dm")[-1]
    assert "This message has 3 files. Which one is the list?" in said(answer)
    assert buttons(answer) == ["Use a.csv", "Use c.xlsx"]
    posting = slack.workspace.post(people.SEGMENTS, {"user": people.BEN}, {"text": "", "files": files})
    await slack.use(posting.ts)
    assert buttons(slack.messages()[-1]) == ["Use a.csv", "Use c.xlsx"]
    await slack.press("Use c.xlsx", by="ana", channel="#segments")
    assert "File: c.xlsx" in said(slack.form() or {})


@pytest.mark.parametrize(
    ("others", "words"),
    [
        ({"size": 11 * 1024 * 1024}, "is larger than 10 MB"),
        ({"mode": "external"}, "is not kept in Slack"),
        ({"mode": "tombstone", "name": None}, "“a file” is not kept in Slack"),
    ],
)
async def test_what_slack_does_not_have_is_refused_at_once(slack: World, others: Json, words: str) -> None:
    await deliver(slack, posted(files=[file("a.csv") | others]))
    assert words in said(slack.messages(channel="dm")[-1])
    assert slack.kinds() == ["refused"]


async def test_a_message_that_is_told_twice_is_answered_once(slack: World) -> None:
    body = posted(files=[file("a.csv")], subtype="file_share")
    again = posted(files=[file("a.csv")], subtype="file_share")
    assert body["event_id"] != again["event_id"]
    await deliver(slack, body, body, again)
    assert len(slack.messages(channel="dm")) == 1
    await slack.stop()
    await slack.start()
    await deliver(slack, body)
    assert len(slack.messages(channel="dm")) == 1


@pytest.mark.parametrize(
    "news",
    [
        {"bot_id": "B1", "files": [file("a.csv")]},
        {"subtype": "message_changed"},
        {"subtype": "message_deleted", "user": ""},
        {"user": ""},
    ],
)
async def test_what_no_person_wrote_is_left_alone(slack: World, news: Json) -> None:
    await deliver(slack, posted(**news))
    assert slack.messages(channel="dm") == []
    assert slack.kinds() == []


async def test_a_shortcut_that_comes_twice_opens_one_form(slack: World) -> None:
    ts = await slack.upload("spring.csv", "ada@example.com", channel="#segments")
    posting = slack.workspace.archive.find(people.SEGMENTS, ts)
    assert posting
    ana = slack.workspace.directory.human("ana")
    used = payloads.message_action(
        ana,
        {"channel": {"id": people.SEGMENTS}, "message_ts": ts, "message": posting.message},
        callback_id=USE_LIST,
        trigger_id=slack.workspace.triggers.issue(ana.id),
    )
    await slack.deliver(used, times=3)
    assert slack.kinds() == ["form"]
    assert slack.form()


@pytest.mark.parametrize(
    "name",
    ['"' * 300, "\\" * 300, "<!channel> *x* `y` & z.csv", "a\nb\u202evsc.csv", "\U0001f600" * 300, " ", "x" * 300],
)
async def test_a_file_keeps_its_name_from_the_message_to_the_form(slack: World, name: str) -> None:
    await deliver(slack, posted(files=[file(name)]))
    answer = slack.messages(channel="dm")[-1]
    assert buttons(answer) == ["Use This List"]
    assert "<!channel>" not in answer["text"]
    await slack.press("Use This List", by="ana", channel="dm")
    shown = said(slack.form() or {}).partition("File: ")[2]
    assert shown.split()[0] in said(answer)


async def test_files_come_over_http_too(open_world: OpenWorld) -> None:
    slack = await open_world(signed_http=True)
    await slack.upload("spring.csv", "\n".join(slack.emails(2, outside="VIPs")))
    await slack.press("Use This List", by="ana", channel="dm")
    await finish(slack)
    ts = await slack.upload("spring.csv", "\n".join(slack.emails(2, inside="VIPs")), channel="#segments")
    await slack.use(ts)
    assert "File: spring.csv" in said(slack.form() or {})


def test_without_a_command_that_takes_files_nothing_is_understood() -> None:
    others = tuple(group for group in GROUPS if group.name != "segment")
    with pytest.raises(LookupError, match="no command takes a file"):
        shared_files.message(posted(), others)
    with pytest.raises(Undecodable):
        shared_files.message({}, GROUPS)
