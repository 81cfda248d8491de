"""The parts of the app's manifest that the workspace uses, with Slack's size limits.

Facts: docs.slack.dev/reference/app-manifest.
"""

from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import AliasPath, ConfigDict, Field, TypeAdapter, model_validator
from pydantic.dataclasses import dataclass

SCOPES = {"message.channels": "channels:history", "message.im": "im:history"}
"""The scope without which Slack takes no subscription to an event."""


@dataclass(frozen=True)
class SlashCommand:
    """A command that the app declares; `command` starts with a slash."""

    command: Annotated[str, Field(min_length=2, max_length=32, pattern="^/")]
    description: Annotated[str, Field(min_length=1, max_length=2000)]
    usage_hint: Annotated[str, Field(max_length=1000)] = ""
    should_escape: bool = False


@dataclass(frozen=True)
class Shortcut:
    """A shortcut that the app declares, in the menu of messages or everywhere ("global")."""

    name: Annotated[str, Field(min_length=1, max_length=24)]
    type: Literal["message", "global"]
    callback_id: Annotated[str, Field(min_length=1, max_length=255)]
    description: Annotated[str, Field(min_length=1, max_length=150)]


def _at(*path: str) -> Any:
    return Field(validation_alias=AliasPath(*path))


@dataclass(frozen=True, config=ConfigDict(validate_by_name=True, validate_by_alias=True, defer_build=True))
class Manifest:
    """Commands, scopes, events and switches of the app, with Slack's defaults."""

    name: Annotated[str, Field(min_length=1, max_length=35), _at("display_information", "name")]
    description: Annotated[str, Field(max_length=140), _at("display_information", "description")] = ""
    long_description: Annotated[
        str | None, Field(min_length=174, max_length=4000), _at("display_information", "long_description")
    ] = None
    slash_commands: Annotated[tuple[SlashCommand, ...], Field(max_length=50), _at("features", "slash_commands")] = ()
    shortcuts: Annotated[tuple[Shortcut, ...], Field(max_length=10), _at("features", "shortcuts")] = ()
    home: Annotated[bool, _at("features", "app_home", "home_tab_enabled")] = False
    messages: Annotated[bool, _at("features", "app_home", "messages_tab_enabled")] = True
    read_only: Annotated[bool, _at("features", "app_home", "messages_tab_read_only_enabled")] = False
    scopes: Annotated[frozenset[str], _at("oauth_config", "scopes", "bot")] = frozenset()
    events: Annotated[frozenset[str], _at("settings", "event_subscriptions", "bot_events")] = frozenset()
    interactivity: Annotated[bool, _at("settings", "interactivity", "is_enabled")] = False

    @model_validator(mode="after")
    def _has_scopes(self) -> "Manifest":
        if (self.slash_commands or self.shortcuts) and "commands" not in self.scopes:
            raise ValueError("slash commands and shortcuts need the scope commands")
        for event in sorted(self.events & SCOPES.keys()):
            if SCOPES[event] not in self.scopes:
                raise ValueError(f"the event {event} needs the scope {SCOPES[event]}")
        return self

    @property
    def commands(self) -> dict[str, SlashCommand]:
        """The declared commands by name."""
        return {one.command: one for one in self.slash_commands}

    @property
    def message_shortcuts(self) -> tuple[Shortcut, ...]:
        """The shortcuts in the menu of a message."""
        return tuple(one for one in self.shortcuts if one.type == "message")

    @classmethod
    def read(cls, path: Path) -> "Manifest":
        """Load a manifest file. Raises OSError or yaml.YAMLError if unreadable, ValueError if Slack refuses it."""
        return _decode(path.read_text(encoding="utf-8"))


@cache
def _decode(text: str) -> Manifest:
    """Decode a manifest's YAML, which takes longer than all else that a workspace begins with."""
    return TypeAdapter(Manifest).validate_python(yaml.safe_load(text))
