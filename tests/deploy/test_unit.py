"""The unit of systemd: what it starts, and what that may do."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.deploy.containerfile import stages
from tests.deploy.known import DEPLOY, longest_drain, understood, unknown_settings

UNIT = DEPLOY / "segment-bot.service"
TEXT = UNIT.read_text(encoding="utf-8")
LOOSEST = 15
"""Tenths of systemd's measure of exposure: what needs the network hardly gets below 10."""


def values(name: str) -> list[str]:
    return re.findall(rf"^{name}=(.*)$", TEXT, re.MULTILINE)


def analyze(*arguments: str) -> subprocess.CompletedProcess[str]:
    if not shutil.which("systemd-analyze"):
        pytest.skip("There is no systemd-analyze here")
    command = ["systemd-analyze", "--no-pager", *arguments]
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """The unit with a program that is there."""
    path = tmp_path / UNIT.name
    path.write_text(re.sub(r"^ExecStart=\S+", f"ExecStart={sys.executable}", TEXT, flags=re.MULTILINE))
    return path


def test_systemd_finds_nothing_wrong_with_the_unit(installed: Path) -> None:
    checked = analyze("verify", "--man=no", "--recursive-errors=no", str(installed))
    assert (checked.stdout, checked.returncode) == ("", 0)


def test_the_unit_exposes_little(installed: Path) -> None:
    assert values("SystemCallFilter") == ["@system-service", "~@privileged @resources"]
    judged = analyze("security", "--offline=yes", f"--threshold={LOOSEST}", str(installed))
    assert judged.returncode == 0, judged.stdout


def test_the_unit_starts_what_the_image_starts() -> None:
    (line,) = values("ExecStart")
    program, *command = line.split()
    assert program == stages((DEPLOY / "Containerfile").read_text())[-1].last("ENTRYPOINT")[0]
    assert callable(understood(command).run)
    assert not unknown_settings({line.partition("=")[0] for line in values("Environment")})


def test_the_unit_writes_to_its_own_folder_only() -> None:
    (folder,) = values("StateDirectory")
    assert values("WorkingDirectory") == [f"%S/{folder}"]
    assert values("StateDirectoryMode") == ["0700"]
    assert values("ProtectSystem") == ["strict"]
    assert values("DynamicUser") == ["yes"]
    assert not values("ReadWritePaths")


def test_the_unit_starts_again_what_failed_but_not_what_is_wrong() -> None:
    assert values("Restart") == ["on-failure"]
    assert values("RestartPreventExitStatus") == ["2"]
    assert values("StartLimitIntervalSec") == ["0"]


def test_the_unit_gives_a_bot_the_time_that_it_needs_to_stop() -> None:
    assert float(values("TimeoutStopSec")[0]) >= longest_drain() + 20


def test_each_path_that_the_unit_is_installed_with_exists() -> None:
    named = re.findall(r"(?<!\S)(\.(?:ci|deploy)/\S+)", TEXT)
    assert len(named) == 2
    assert all((DEPLOY.parent / one).is_file() for one in named)
