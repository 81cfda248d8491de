"""The READMEs say what the code does."""

import re
from datetime import time
from pathlib import Path

import pytest

from bot.settings import Settings
from commands import GROUPS

ROOT = Path(__file__).parent.parent
README, BOT, COMMANDS = (
    (ROOT / folder / "README.md").read_text(encoding="utf-8") for folder in (".", "bot", "commands")
)
PAGES = sorted(path for path in ROOT.rglob("README.md") if not path.relative_to(ROOT).parts[0].startswith("."))


def test_each_command_stands_in_the_table_with_its_usage_and_help() -> None:
    rows = re.findall(r"^\| `(/.+?)` \| (.+?) \| (.*?) ?\|$", COMMANDS, re.MULTILINE)
    told = [(usage.replace("\\|", "|"), help_) for usage, help_, _ in rows]
    assert told == [(one.usage, one.help) for group in GROUPS for one in group.commands]


def test_each_setting_stands_in_the_table_with_its_default() -> None:
    rows = re.findall(r"^\| `([A-Z_]+)` \| (.+?) \| (?:`(.+?)`)? ?\|$", BOT, re.MULTILINE)
    assert [(name, told) for name, told, _ in rows] == [
        (name, field.description) for name, field in Settings.model_fields.items()
    ]
    for name, _, default in rows:
        field = Settings.model_fields[name]
        given = "" if field.is_required() else field.default
        told = f"{given:%H:%M}" if isinstance(given, time) else str(given or "")
        assert default == ("" if told == "frozenset()" else told), name


def test_ci_runs_the_readmes_own_test_command() -> None:
    commands = re.findall(r"^    (python3 -m venv .+)$", README, re.MULTILINE)
    assert len(commands) == 2
    assert commands[0].endswith("-m bot sandbox")
    assert "-m pytest" in commands[1]
    assert "README.md" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


def test_the_readme_is_short() -> None:
    assert len(README.split()) <= 720


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_each_link_of_a_readme_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
        assert target.startswith("https://") or (page.parent / target).exists(), target


def test_each_module_of_the_walk_exists() -> None:
    walk = BOT.partition("## The walk of a command")[2].partition("\n## ")[0]
    named = re.findall(r"`((?:\w+/)+\w+\.py)`", walk)
    assert len(named) == len(set(named))
    assert all((ROOT / "bot" / one).exists() for one in named)
