"""manifest.yml says what the code does, within what Slack accepts."""

import ast
import re
from pathlib import Path
from typing import Any

import yaml

from bot.sandbox.workspace.manifest import Manifest
from bot.slack.action_ids import USE_LIST
from bot.slack.upload_buttons import ONLY
from commands import GROUPS

ROOT = Path(__file__).parent.parent
MANIFEST: dict[str, Any] = yaml.safe_load((ROOT / "manifest.yml").read_text(encoding="utf-8"))
SCOPES = {
    "chat_postMessage": "chat:write",
    "chat_update": "chat:write",
    "chat_postEphemeral": "chat:write",
    "bots_info": "users:read",
    "conversations_info": "channels:read",
    "conversations_open": "im:write",
    "files_completeUploadExternal": "files:write",
    "files_getUploadURLExternal": "files:write",
    "files_info": "files:read",
    "files_upload_v2": "files:write",
    "users_info": "users:read",
    "users_list": "users:read",
    "usergroups_list": "usergroups:read",
    "usergroups_users_list": "usergroups:read",
}
EVENT_SCOPES = {"app_home_opened": "", "message.im": "im:history"}
OPTIONAL = {"conversations_history"}
"""Calls that the bot does without where the app lacks their scopes (channels:history, groups:history)."""
PRIVATE = {"groups:read"}
"""What the same calls need of private channels."""
FREE = {"auth_test", "chat_getPermalink", "views_open", "views_push", "views_update", "views_publish"}


def called_methods() -> set[str]:
    """Web API methods that the bot's modules call on a client."""
    called: set[str] = set()
    for path in [*ROOT.glob("bot/slack/*.py"), *ROOT.glob("bot/doctor/*.py"), ROOT / "bot/wiring.py"]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                called |= set(
                    re.findall(r"^(?:auth|bots|chat|conversations|files|usergroups|users|views)_\w+$", node.func.attr)
                )
    return called


def test_each_group_is_a_slash_command_with_its_own_words() -> None:
    declared = {one["command"]: one for one in MANIFEST["features"]["slash_commands"]}
    assert set(declared) == {f"/{group.name}" for group in GROUPS}
    for group in GROUPS:
        one = declared[f"/{group.name}"]
        assert one["description"] == group.help
        assert one["usage_hint"] == " | ".join([*group.names, "help"])
        assert one["should_escape"] is group.escaped


def test_the_scopes_are_just_those_that_the_calls_need() -> None:
    called = called_methods()
    assert called <= SCOPES.keys() | FREE | OPTIONAL
    heard = {EVENT_SCOPES[event] for event in MANIFEST["settings"]["event_subscriptions"]["bot_events"]}
    needed = {SCOPES[method] for method in called - FREE - OPTIONAL} | {"commands"} | PRIVATE | heard - {""}
    assert set(MANIFEST["oauth_config"]["scopes"]["bot"]) == needed


def test_slack_would_accept_it() -> None:
    info = MANIFEST["display_information"]
    assert len(info["name"]) <= 35
    assert len(info["description"]) <= 140
    assert 174 <= len(info["long_description"]) <= 4000
    for one in MANIFEST["features"]["slash_commands"]:
        assert len(one["command"]) <= 32
        assert len(one["description"]) <= 2000
        assert len(one["usage_hint"]) <= 1000
    assert MANIFEST["settings"]["interactivity"]["is_enabled"]
    assert MANIFEST["settings"]["socket_mode_enabled"]
    assert MANIFEST["features"]["app_home"]["home_tab_enabled"]
    assert MANIFEST["settings"]["event_subscriptions"]["bot_events"] == ["app_home_opened", "message.im"]


def test_people_bring_files_by_message_and_by_shortcut() -> None:
    home = MANIFEST["features"]["app_home"]
    assert home["messages_tab_enabled"]
    assert not home["messages_tab_read_only_enabled"]
    (shortcut,) = MANIFEST["features"]["shortcuts"]
    assert (shortcut["name"], shortcut["type"], shortcut["callback_id"]) == (ONLY, "message", USE_LIST)


def test_the_emulated_workspace_reads_it_too() -> None:
    assert set(Manifest.read(ROOT / "manifest.yml").commands) == {f"/{group.name}" for group in GROUPS}
