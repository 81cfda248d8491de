"""Reads a Containerfile, and carries its steps out in a folder: no container engine is needed."""

import json
import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Step:
    """One instruction, with its options apart."""

    name: str
    options: dict[str, str]
    arguments: tuple[str, ...]
    has_shell: bool


@dataclass(frozen=True)
class Stage:
    """What begins with a FROM."""

    base: str
    name: str
    steps: tuple[Step, ...]

    def last(self, name: str) -> tuple[str, ...]:
        """The arguments of the last instruction of this name."""
        return [step.arguments for step in self.steps if step.name == name][-1]


def stages(text: str) -> list[Stage]:
    """Parse a Containerfile."""
    steps = list(_steps(text))
    begins = [number for number, step in enumerate(steps) if step.name == "FROM"]
    ends = [*begins[1:], len(steps)]
    return [_stage(steps[begin:end]) for begin, end in zip(begins, ends, strict=True)]


def _stage(steps: list[Step]) -> Stage:
    base, *name = steps[0].arguments
    return Stage(base, name[1] if name else "", tuple(steps[1:]))


def _steps(text: str) -> Iterator[Step]:
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    for line in "\n".join(lines).replace("\\\n", " ").splitlines():
        name, _, rest = line.partition(" ")
        options: dict[str, str] = {}
        while found := re.match(r"--([\w-]+)=(\S+)\s+", rest):
            options[found[1]] = found[2]
            rest = rest[found.end() :]
        listed = rest.startswith("[")
        yield Step(name, options, tuple(json.loads(rest) if listed else shlex.split(rest)), not listed)


@dataclass(frozen=True)
class Made:
    """What the steps made: a folder in the place of the image's root, and how it is run."""

    root: Path
    stage: Stage
    environment: dict[str, str]

    @property
    def workdir(self) -> Path:
        return within(self.root, self.stage.last("WORKDIR")[0])

    @property
    def user(self) -> tuple[str, str]:
        """The numbers of the user and the group."""
        user, _, group = self.stage.last("USER")[0].partition(":")
        return user, group


def within(root: Path, path: str) -> Path:
    """The place of an absolute path in the folder that stands for the root."""
    return root / path.lstrip("/")


def make(text: str, context: Path, folder: Path) -> Made:
    """Carry out all steps. Each stage begins at the same place, since virtual environments know where they are."""
    root = folder / "root"
    for stage in stages(text):
        root.mkdir()
        made = Made(root, stage, dict(_environment(stage)))
        for step in stage.steps:
            _carry_out(step, made, context, folder)
        if stage.name:
            root.rename(folder / stage.name)
    return made


def _environment(stage: Stage) -> Iterator[tuple[str, str]]:
    yield from ((name, value) for name, value in os.environ.items() if re.match("(PATH|HOME|LANG|PIP_.*)$", name))
    for step in stage.steps:
        if step.name == "ENV":
            yield from (part.split("=", 1) for part in step.arguments)  # type: ignore[misc]


def _carry_out(step: Step, made: Made, context: Path, folder: Path) -> None:
    if step.name == "WORKDIR":
        made.workdir.mkdir(parents=True, exist_ok=True)
    elif step.name == "COPY":
        origin = folder / step.options["from"] if "from" in step.options else context
        _copy(step, origin, made)
    elif step.name == "RUN":
        words = [str(within(made.root, word)) if word.startswith("/") else word for word in step.arguments]
        subprocess.run(words, cwd=_place(made), env=made.environment, check=True)


def _place(made: Made) -> Path:
    return made.workdir if any(step.name == "WORKDIR" for step in made.stage.steps) else made.root


def _copy(step: Step, origin: Path, made: Made) -> None:
    *sources, target = step.arguments
    there = within(made.root, target) if target.startswith("/") else _place(made) / target
    for source in (within(origin, one) for one in sources):
        if source.is_dir():
            shutil.copytree(source, there, symlinks=True, dirs_exist_ok=True)
        else:
            there.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, there)
