"""Groups of Commands, and how a typed line finds its Command. Everything here is pure."""

import inspect
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any, Literal, Protocol, TypeVar, get_type_hints

from bot.core.answers import Answer
from bot.core.args import Args, check, fill, missing, options, usage
from bot.core.changes import Change, Decision
from bot.core.errors import Misuse
from bot.core.plan import Plan
from bot.core.shop import Shop
from bot.core.words import quote

Scope = Literal["mine", "pending", "all"]


class Changes(Protocol):
    """The changes on record, to read."""

    async def change(self, number: int) -> Change:
        """One change, whole. Raises UnknownChange."""

    async def latest(self, scope: Scope, actor: str, limit: int) -> tuple[Change, ...]:
        """The latest changes, newest first: those ``actor`` asked for, those that are open, or all."""


@dataclass(frozen=True)
class Context:
    """What a Command may look at while it plans: the store, the changes on record, and who asks."""

    actor: str
    shop: Shop
    changes: Changes


Outcome = Answer | Plan | Decision
Function = Callable[[Any, Context], Awaitable[Outcome]]
Prefill = Callable[[dict[str, Any], Context], Awaitable[dict[str, Any]]]
F = TypeVar("F", bound=Function)


@dataclass(frozen=True)
class Command:
    """One thing people can ask for. ``prefill`` looks up what its form shows at first, from what was typed."""

    group: str
    name: str
    args: type[Args]
    function: Function
    submit: str
    prefill: Prefill | None = None

    @property
    def path(self) -> str:
        """As it is typed, without the slash: ``segment delete``."""
        return f"{self.group} {self.name}"

    @property
    def title(self) -> str:
        """What its form is called: ``Delete Segment``."""
        return f"{self.name} {self.group}".title()

    @property
    def help(self) -> str:
        """What it does: the first paragraph of its docstring."""
        return inspect.cleandoc(self.function.__doc__ or "").split("\n\n")[0].replace("\n", " ")

    @property
    def examples(self) -> tuple[str, ...]:
        """The lines of its docstring that begin with a slash."""
        lines = inspect.cleandoc(self.function.__doc__ or "").splitlines()
        return tuple(line.strip() for line in lines if line.strip().startswith("/"))

    @property
    def usage(self) -> str:
        """``/segment create <name> [description]``."""
        return f"/{self.path} {usage(self.args)}".strip()

    def misuse(self, error: Misuse) -> Misuse:
        """``error`` with how to say it, and an example."""
        example = f" For example: `{self.examples[0]}`." if self.examples else ""
        return Misuse(f"{error} Type `{self.usage}`.{example}", field=error.field)


@dataclass(frozen=True)
class Group:
    """Commands that share their slash command: ``/segment``."""

    name: str
    help: str
    commands: dict[str, Command] = field(default_factory=dict)

    def command(self, name: str, *, submit: str = "Continue", prefill: Prefill | None = None) -> Callable[[F], F]:
        """Declare a Command: its Args are the type of its first parameter, its help is its docstring.

        ``submit`` is the verb on its form's button.
        """

        def declare(function: F) -> F:
            args = get_type_hints(function)["args"]
            self.commands[name] = Command(self.name, name, args, function, submit, prefill)
            return function

        return declare


@dataclass(frozen=True)
class Call:
    """A Command with what was given to it so far."""

    command: Command
    values: dict[str, Any]

    @property
    def is_complete(self) -> bool:
        """Whether nothing is missing, so that no form is needed.

        A Command that pre-fills its form wants to hear what shall be different: one of its options.
        """
        args = self.command.args
        said = self.command.prefill is None or any(name in self.values for name in options(args))
        return said and not missing(args, self.values)

    @property
    def line(self) -> str:
        """It as somebody could have typed it, whatever form it came from."""
        words = [f"{name}:{quote(one)}" for name, value in self.values.items() for one in _each(value)]
        return " ".join((f"/{self.command.path}", *words))

    async def prefilled(self, ctx: Context) -> dict[str, Any]:
        """The values with what the Command looks up for its form. Raises Refusal and StoreError."""
        return await self.command.prefill(self.values, ctx) if self.command.prefill else self.values

    def checked(self) -> Args:
        """The Args. Raises Misuse with the usage."""
        try:
            return check(self.command.args, self.values)
        except Misuse as error:
            raise self.command.misuse(error) from error


@dataclass(frozen=True)
class Help:
    """Somebody wants to know what they can type: in all, in a group, or about one Command."""

    groups: tuple[Group, ...]
    command: Command | None = None


def understand(groups: tuple[Group, ...], line: str) -> Call | Help:
    """What a typed line (without the slash) means. Raises Misuse, with the nearest command where there is one."""
    name, rest = _first_word(line)
    group = next((one for one in groups if one.name == name.lower()), None)
    if group is None:
        raise _unknown("/", name, tuple(one.name for one in groups), groups[0])
    first, words = _first_word(rest)
    verb = first.lower()
    if verb in ("", "help"):
        found = group.commands.get(words.strip().lower())
        return Help((group,), found) if found else Help((group,))
    command = group.commands.get(verb)
    if command is None:
        raise _unknown(f"/{group.name} ", first, tuple(group.commands), group)
    if words.strip().lower() in ("help", "--help", "-h", "?"):
        return Help((group,), command)
    try:
        return Call(command, fill(command.args, words))
    except Misuse as error:
        raise command.misuse(error) from error


def _first_word(line: str) -> tuple[str, str]:
    """The first word and the rest; a line break separates, too, and so does any other blank that a phone types."""
    first, *rest = line.split(maxsplit=1) or ("",)
    return first, "".join(rest)


def _unknown(before: str, word: str, known: tuple[str, ...], group: Group) -> Misuse:
    near = get_close_matches(word.lower(), known, n=1, cutoff=0.5)
    meant = f"Did you mean `{before}{near[0]}`? " if near else ""
    return Misuse(f"There is no command `{before}{word[:100]}`. {meant}`/{group.name} help` shows what there is.")


def _each(value: object) -> tuple[str, ...]:
    return tuple(map(str, value)) if isinstance(value, list | tuple) else (str(value),)


def find(groups: tuple[Group, ...], path: str) -> Command:
    """The Command of this path (``segment delete``). Raises KeyError: paths come from the code, not from people."""
    return {command.path: command for group in groups for command in group.commands.values()}[path]
