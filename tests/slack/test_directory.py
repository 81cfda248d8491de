from typing import Any

import pytest

from bot.core.people import Standing, is_group
from bot.slack.directory import decode_standing


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
