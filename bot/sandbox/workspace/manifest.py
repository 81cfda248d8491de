"""What the app's manifest promises, as far as the workspace acts on it.

Facts: docs.slack.dev/reference/app-manifest.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml


@dataclass(frozen=True)
class SlashCommand:
    """A command that the app declares; `command` starts with a slash."""

    command: str
    description: str
    usage_hint: str
    should_escape: bool


@dataclass(frozen=True)
class Manifest:
    """Commands, scopes, events and switches of the app."""

    commands: dict[str, SlashCommand]
    scopes: frozenset[str]
    events: frozenset[str]
    home: bool
    messages: bool
    typing: bool
    interactivity: bool

    @classmethod
    def read(cls, path: Path) -> "Manifest":
        """Read a manifest file; OSError or yaml.YAMLError where it cannot be read."""
        return cls.of(yaml.safe_load(path.read_text(encoding="utf-8")) or {})

    @classmethod
    def of(cls, document: dict[str, Any]) -> "Manifest":
        """Take from the parsed document what the workspace needs; Slack's defaults for what is absent."""
        features, settings = document.get("features", {}), document.get("settings", {})
        home = features.get("app_home", {})
        return cls(
            commands={one["command"]: _command(one) for one in features.get("slash_commands", [])},
            scopes=frozenset(document.get("oauth_config", {}).get("scopes", {}).get("bot", [])),
            events=frozenset(settings.get("event_subscriptions", {}).get("bot_events", [])),
            home=home.get("home_tab_enabled", False),
            messages=home.get("messages_tab_enabled", True),
            typing=not home.get("messages_tab_read_only_enabled", False),
            interactivity=settings.get("interactivity", {}).get("is_enabled", False),
        )


def _command(entry: dict[str, Any]) -> SlashCommand:
    return SlashCommand(
        entry["command"],
        entry.get("description", ""),
        entry.get("usage_hint", ""),
        entry.get("should_escape", False),
    )
