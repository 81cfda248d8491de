"""The image: what it is made of, and as whom it runs. `.ci/image` carries its steps out."""

import re
import tomllib
from pathlib import Path

from tests.deploy.containerfile import make, stages
from tests.deploy.known import DEPLOY, PROJECT, understood, unknown_settings

TEXT = (DEPLOY / "Containerfile").read_text(encoding="utf-8")
BUILD, IMAGE = stages(TEXT)


def test_the_image_has_the_oldest_python_that_is_supported() -> None:
    needed = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]["requires-python"]
    oldest = needed.removeprefix(">=")
    assert {stage.base for stage in (BUILD, IMAGE)} == {f"docker.io/library/python:{oldest}-slim-bookworm"}


def test_the_image_is_named_by_the_projects_version() -> None:
    version = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]["version"]
    pages = [PROJECT / "bot" / "README.md", DEPLOY / "Containerfile", DEPLOY / "compose.yml"]
    named = [re.findall(r"segment-bot:([\w.]+)", page.read_text(encoding="utf-8")) for page in pages]
    assert named == [[version]] * len(pages)


def test_the_image_runs_as_nobody_in_particular() -> None:
    user, group = IMAGE.last("USER")[0].split(":")
    assert min(int(user), int(group)) >= 10_000
    assert "USER" in [step.name for step in IMAGE.steps][: [step.name for step in IMAGE.steps].index("WORKDIR")]


def test_the_image_needs_no_shell() -> None:
    for stage in (BUILD, IMAGE):
        assert not [step for step in stage.steps if step.name in ("RUN", "ENTRYPOINT", "CMD") and step.has_shell]


def test_whoever_builds_the_image_is_sent_its_parts_only() -> None:
    copied = {
        source
        for step in BUILD.steps
        if step.name == "COPY" and "from" not in step.options
        for source in step.arguments[:-1]
    }
    assert all((PROJECT / source).exists() for source in copied)
    first, *lines = [
        line for line in (DEPLOY / "Containerfile.dockerignore").read_text().splitlines() if line[0] != "#"
    ]
    assert first == "*"
    assert {line.removeprefix("!") for line in lines if line[0] == "!"} == copied


def test_the_image_installs_what_a_company_needs_with_pins() -> None:
    (install,) = [step.arguments for step in BUILD.steps if "install" in step.arguments]
    assert install[-3:] == ("-c", ".ci/constraints.txt", ".[metrics,postgres,xlsx]")


def test_the_image_runs_the_bot_with_settings_that_exist() -> None:
    assert IMAGE.last("ENTRYPOINT")[0].endswith("/bin/segment-bot")
    assert callable(understood([*IMAGE.last("CMD")]).run)
    given = dict(part.split("=", 1) for step in IMAGE.steps if step.name == "ENV" for part in step.arguments)
    assert not unknown_settings(set(given))
    assert given["HEALTH_HOST"] == "0.0.0.0"


def test_steps_are_carried_out_as_an_engine_would(tmp_path: Path) -> None:
    (tmp_path / "context" / "bot").mkdir(parents=True)
    (tmp_path / "context" / "bot" / "a.py").write_text("1")
    text = """
# Of two stages the last one is left.
FROM one AS build
WORKDIR /build
COPY bot bot/
RUN ["cp", "-r", "bot", \\
     "/made"]
FROM two
COPY --from=build --chown=7:8 /made /there
ENV HOST=0.0.0.0
USER 7:8
WORKDIR /data
"""
    made = make(text, tmp_path / "context", tmp_path)
    assert [str(one.relative_to(made.root)) for one in sorted(made.root.rglob("*"))] == ["data", "there", "there/a.py"]
    assert made.user == ("7", "8")
    assert made.workdir == made.root / "data"
    assert made.environment["HOST"] == "0.0.0.0"
