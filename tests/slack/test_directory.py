from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import ClientSession
from slack_sdk.web.async_client import AsyncWebClient

from bot.core.people import Standing, is_group
from bot.sandbox.workspace.people import APPROVERS_GROUP, BOT_TOKEN, TEAM_ID
from bot.slack.directory import SlackDirectory, decode_standing
from tests.harness import World


@pytest.mark.parametrize(
    ("user", "expected"),
    [
        ({"id": "U1", "team_id": "T1"}, Standing.MEMBER),
        ({"id": "U1"}, Standing.MEMBER),
        ({"id": "U1", "team_id": "T1", "is_admin": True, "is_bot": False}, Standing.MEMBER),
        ({"id": "U1", "team_id": "T1", "is_restricted": True}, Standing.GUEST),
        ({"id": "U1", "team_id": "T1", "is_restricted": True, "is_ultra_restricted": True}, Standing.GUEST),
        ({"id": "U1", "team_id": "T1", "is_ultra_restricted": True}, Standing.GUEST),
        ({"id": "U1", "team_id": "T2"}, Standing.STRANGER),
        ({"id": "U1", "team_id": "T1", "is_stranger": True}, Standing.STRANGER),
        ({"id": "U1", "team_id": "T2", "enterprise_user": {"teams": ["T3", "T1"]}}, Standing.MEMBER),
        ({"id": "U1", "team_id": "T2", "enterprise_user": {"teams": ["T3"]}}, Standing.STRANGER),
        ({"id": "U1", "team_id": "T2", "enterprise_user": {}}, Standing.STRANGER),
        ({"id": "U1", "team_id": "T1", "enterprise_user": None}, Standing.MEMBER),
        ({"id": "U1", "team_id": "T2", "enterprise_user": {"teams": ["T1"]}, "is_restricted": True}, Standing.GUEST),
        ({"id": "U1", "team_id": "T2", "enterprise_user": {"teams": ["T1"]}, "is_stranger": True}, Standing.STRANGER),
        ({"id": "U1", "team_id": "T1", "is_bot": True}, Standing.BOT),
        ({"id": "USLACKBOT", "team_id": "T1"}, Standing.BOT),
        ({"id": "U1", "deleted": True}, Standing.DEACTIVATED),
        ({"id": "U1", "deleted": True, "is_bot": True}, Standing.DEACTIVATED),
        ({"id": "U1", "team_id": "T2", "is_restricted": True}, Standing.STRANGER),
    ],
)
def test_only_a_full_member_of_this_workspace_is_a_member(user: dict[str, Any], expected: Standing) -> None:
    assert decode_standing(user, "T1") is expected


@pytest.mark.parametrize(("id_", "group"), [("S123", True), ("U123", False), ("W123", False), ("", False)])
def test_groups_are_told_from_people_by_their_ids(id_: str, group: bool) -> None:
    assert is_group(id_) is group


@pytest.fixture
async def directory(slack: World) -> AsyncIterator[SlackDirectory]:
    """A directory of the emulated workspace, which hears nothing of the bot."""
    async with ClientSession() as session:
        client = AsyncWebClient(BOT_TOKEN, base_url=f"{slack.url}/api/", session=session)
        yield SlackDirectory(client, team_id=TEAM_ID, named=frozenset({APPROVERS_GROUP, "UBEN"}), clock=slack.clock)


async def test_how_a_person_writes_days_is_read_with_who_they_are(slack: World, directory: SlackDirectory) -> None:
    ana = slack.workspace.directory.human("ana")
    assert await directory.locale(ana.id) == ana.locale == "en-GB"
    assert await directory.locale("UNOBODY") == ""


async def test_a_group_counts_again_once_it_can_be_read(slack: World, directory: SlackDirectory) -> None:
    ben = slack.workspace.directory.human("ben").id
    slack.workspace.faults.add("usergroups.users.list", error="missing_scope", times=None)
    refused = await directory.actor(ben)
    assert ([group for group, _ in refused.unreadable], refused.groups) == ([APPROVERS_GROUP], frozenset())
    assert len(await directory.unreadable_groups()) == 1
    assert await directory.read_group(APPROVERS_GROUP) is None
    slack.workspace.faults.clear()
    directory.forget(frozenset({APPROVERS_GROUP}))
    read = await directory.actor(ben)
    assert (read.unreadable, read.groups) == ((), frozenset({APPROVERS_GROUP}))
    assert await directory.unreadable_groups() == ()
    assert ben in (await directory.read_group(APPROVERS_GROUP) or ())


async def test_nobody_is_called_anything_while_slack_does_not_answer(slack: World, directory: SlackDirectory) -> None:
    slack.workspace.faults.add("users.list", error="internal_error")
    slack.workspace.faults.add("usergroups.list", error="internal_error")
    assert (await directory.people_called("ana"), await directory.group_names()) == ({}, {})
    ana = slack.workspace.directory.human("ana").id
    assert list(await directory.people_called("ana")) == [ana]
    assert APPROVERS_GROUP in await directory.group_names()
