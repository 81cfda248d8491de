"""Blocks that a workspace does not know: the same is said with older ones, or with text, and remembered."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.slack.accepted_blocks import AcceptedBlocks
from bot.slack.blocks import Block
from bot.slack.slack_errors import RefusedResponse
from tests.harness import Json, World, said, world
from tests.stories.judge import read


@pytest.fixture
async def slack(tmp_path: Path) -> AsyncIterator[World]:
    """A world that is not judged: Slack refuses what the bot sends here."""
    async with world(tmp_path, customers=40) as made:
        yield made


def unknown(slack: World, block: str, code: str = "invalid_blocks") -> None:
    """Let the workspace refuse everything with such a block."""
    for method in ("chat.postMessage", "chat.update", "chat.postEphemeral", "response_url"):
        slack.workspace.faults.add(method, error=code, block=block, times=None)
    slack.workspace.faults.add("views.publish", error="invalid_arguments", block=block, times=None)


def sent_with(slack: World, block: str) -> int:
    """How often the bot sent such a block."""
    return sum(f'"type": "{block}"' in json.dumps(decoded(body)) for _, body in slack.sent)


def decoded(body: Json) -> list[Json]:
    sent = (body.get("blocks"), body.get("view"))
    return [json.loads(part) if isinstance(part, str) else part for part in sent if part]


@pytest.mark.parametrize("code", ["invalid_blocks", "invalid_arguments"])
async def test_a_table_that_the_workspace_does_not_know_comes_as_lines(slack: World, code: str) -> None:
    unknown(slack, "data_table", code)
    await slack.type("/segment list")
    assert "VIPs · 4 ·" in slack.whisper()
    assert sent_with(slack, "data_table") == 1
    await slack.type("/segment list")
    assert "VIPs · 4 ·" in slack.whisper()
    assert sent_with(slack, "data_table") == 1
    await slack.home(by="ana")
    assert "VIPs · 4 ·" in str(slack.workspace.state("ana")["home"])
    assert sent_with(slack, "data_table") == 1


async def test_where_rich_text_is_refused_an_answer_comes_as_text(slack: World) -> None:
    unknown(slack, "rich_text")
    await slack.type("/segment show VIPs")
    assert "VIPs: 4 shoppers" in slack.messages()[-1]["text"]
    assert slack.messages()[-1]["blocks"] == []
    sent = sent_with(slack, "rich_text")
    await slack.type("/change show 1")
    assert "There is no change 1" in slack.messages()[-1]["text"]
    assert sent_with(slack, "rich_text") == sent


async def test_what_was_taken_before_is_not_given_up_for_one_refusal(slack: World) -> None:
    await slack.type("/segment list")
    slack.workspace.faults.add("response_url", error="invalid_blocks")
    await slack.type("/segment list")
    assert "VIPs · 4 ·" in slack.whisper()
    await slack.type("/segment list")
    assert "data_table" in str(slack.messages()[-1]["blocks"])


async def test_a_home_tab_comes_as_text_at_last(slack: World) -> None:
    slack.workspace.faults.add("views.publish", error="invalid_arguments", times=2)
    await slack.home(by="ana")
    assert "Nothing is waiting for you" in read(slack.workspace.state("ana")["home"])
    assert [block["type"] for block in slack.workspace.state("ana")["home"]["blocks"]] == ["section"]


async def test_a_message_that_is_too_long_is_sent_with_fewer_rows(slack: World) -> None:
    slack.put(*(f"Club {number:03}" for number in range(60)))
    slack.workspace.faults.add("response_url", error="msg_blocks_too_long")
    await slack.type("/segment list")
    assert "more." in slack.whisper()
    assert "data_table" in str(slack.messages()[-1]["blocks"])
    sent = sent_with(slack, "data_table")
    await slack.type("/segment list")
    assert sent_with(slack, "data_table") == sent + 1


async def test_a_card_without_blocks_says_what_to_type(slack: World) -> None:
    unknown(slack, "actions")
    await slack.type("/segment delete VIPs")
    assert "You can type `/change details 1`." in said(slack.card(1))


@dataclass(frozen=True)
class Version:
    """One way to say something, for a workspace that takes no block of these types."""

    types: tuple[str, ...] = ()
    refused: tuple[str, ...] = ("table", "lines")

    @property
    def blocks(self) -> list[Block]:
        return [{"type": one} for one in self.types]


async def test_where_every_version_is_known_to_be_refused_the_simplest_alone_is_sent() -> None:
    sent: list[Version] = []

    async def send(version: Version) -> None:
        sent.append(version)
        if {*version.types} & {*version.refused}:
            raise RefusedResponse(400, "invalid_blocks")

    blocks, table, lines, text = AcceptedBlocks(), Version(("table",)), Version(("lines",)), Version()
    assert (await blocks.send([text], send)).is_whole
    assert not (await blocks.send([Version(("table", "lines")), text], send)).is_whole
    sent.clear()
    with pytest.raises(RefusedResponse):
        await blocks.send([table, lines], send)
    assert sent == [lines]


async def test_another_refusal_is_no_reason_for_older_blocks(slack: World) -> None:
    slack.workspace.faults.add("response_url", status=500)
    slack.workspace.faults.add("chat.postEphemeral", error="user_not_in_channel")
    await slack.type("/segment list")
    assert "data_table" in str(slack.messages(channel="dm")[-1]["blocks"])
