"""The emulated workspace takes only a manifest that Slack would take."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.sandbox.workspace.manifest import Manifest
from tests.sandbox.slack_app import manifest

Json = dict[str, Any]
Sized = Callable[[int], Json]


def read(directory: Path, document: Json) -> Manifest:
    path = directory / "manifest.yml"
    path.write_text(yaml.safe_dump(document))
    return Manifest.read(path)


SHORTCUT = {"name": "x", "type": "message", "callback_id": "x", "description": "x"}
COMMAND = {"command": "/x", "description": "x"}
SIZES: dict[str, tuple[int, Sized]] = {
    "name": (35, lambda n: {"display_information": {"name": "x" * n}}),
    "description": (140, lambda n: {"display_information": {"name": "x", "description": "x" * n}}),
    "long description": (4000, lambda n: {"display_information": {"name": "x", "long_description": "x" * n}}),
    "commands": (50, lambda n: manifest(features={"slash_commands": [COMMAND] * n})),
    "command": (32, lambda n: manifest(features={"slash_commands": [COMMAND | {"command": "/".ljust(n, "x")}]})),
    "command's description": (
        2000,
        lambda n: manifest(features={"slash_commands": [COMMAND | {"description": "x" * n}]}),
    ),
    "usage hint": (
        1000,
        lambda n: manifest(features={"slash_commands": [COMMAND | {"usage_hint": "x" * n}]}),
    ),
    "shortcuts": (10, lambda n: manifest(features={"shortcuts": [SHORTCUT] * n})),
    "shortcut": (24, lambda n: manifest(features={"shortcuts": [SHORTCUT | {"name": "x" * n}]})),
    "shortcut's description": (
        150,
        lambda n: manifest(features={"shortcuts": [SHORTCUT | {"description": "x" * n}]}),
    ),
    "callback_id": (255, lambda n: manifest(features={"shortcuts": [SHORTCUT | {"callback_id": "x" * n}]})),
}


@pytest.mark.parametrize(("most", "build"), SIZES.values(), ids=SIZES)
def test_the_most_fits_and_one_more_does_not(tmp_path: Path, most: int, build: Sized) -> None:
    read(tmp_path, build(most))
    with pytest.raises(ValueError, match="at most"):
        read(tmp_path, build(most + 1))


def test_a_long_description_is_not_short(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="at least 174"):
        read(tmp_path, {"display_information": {"name": "x", "long_description": "short"}})


@pytest.mark.parametrize(
    ("parts", "sentence"),
    [
        ({"features": {"slash_commands": [COMMAND]}}, "slash commands and shortcuts need the scope commands"),
        ({"features": {"shortcuts": [SHORTCUT]}}, "slash commands and shortcuts need the scope commands"),
        (
            {"settings": {"event_subscriptions": {"bot_events": ["message.im"]}}},
            "message.im needs the scope",
        ),
    ],
)
def test_what_needs_a_scope_is_not_taken_without_it(tmp_path: Path, parts: Json, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        read(tmp_path, manifest(features={}, settings={}, oauth_config={}) | parts)


def test_what_is_left_out_is_as_in_slack(tmp_path: Path) -> None:
    found = read(tmp_path, {"display_information": {"name": "x"}})
    assert (found.home, found.messages, found.read_only, found.interactivity) == (False, True, False, False)
    assert not found.commands
