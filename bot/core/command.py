"""Commands and their Groups, and a call of a Command. Pure."""

import inspect
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, get_type_hints

from bot.core.answers import Answer
from bot.core.approval.decisions import Decision
from bot.core.context import Context
from bot.core.errors import Misuse, Question
from bot.core.language.args import Args, Input, ShopperInput, inputs_of, missing, usage
from bot.core.language.checked_args import check
from bot.core.language.confirmed_words import NOTHING, Confirmed
from bot.core.planning.plan import Plan


@dataclass(frozen=True)
class Post:
    """An answer to post once in the daily summary's channel; ``record`` is what the log stores of it."""

    answer: Answer
    record: dict[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True)
class Preview:
    """A Plan, and what only the person who asks sees of it.

    ``args`` plan it again: what it was made of, as a file, is gone by then.
    """

    plan: Plan
    args: Args
    answer: Answer


Outcome = Answer | Plan | Preview | Decision | Post
Function = Callable[[Any, Context], Awaitable[Outcome]]
Aliases = Mapping[str, tuple[str, ...]]
"""Other verbs of a Command, each with the options that are filled by position after it."""
LookUp = Callable[[dict[str, Any], Context], Awaitable[dict[str, Any]]]


@dataclass(frozen=True)
class Prefill:
    """The fields that a form shows pre-filled, and the function that looks up their values from the other fields."""

    fields: tuple[str, ...]
    look_up: LookUp


@dataclass(frozen=True)
class Command:
    """One thing that people can ask for, declared by ``command``.

    ``path`` is how it is typed, without the slash: ``segment delete``. ``title`` is the title of its form, ``submit``
    the verb on its buttons. ``is_default``: it runs when only the name of its group is typed. ``decides``: it returns a
    Decision about a change, and has to wait for nothing that only shows something. ``is_grave``: a second person has to
    approve what it asks for, or would have to; it is suggested for nothing but a slip of the fingers.
    """

    path: str
    args: type[Args]
    function: Function
    submit: str
    title: str
    prefill: Prefill | None = None
    is_default: bool = False
    decides: bool = False
    aliases: Aliases = field(default_factory=dict)
    is_grave: bool = False

    @property
    def group(self) -> str:
        """The name of its group: the first word of its path."""
        return self.path.partition(" ")[0]

    @property
    def name(self) -> str:
        """Its name within its group: the rest of its path."""
        return self.path.partition(" ")[2]

    @cached_property
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
        return f"/{self.group if self.is_default else self.path} {usage(self.args)}".strip()

    def misuse(self, error: Misuse) -> Misuse:
        """Return ``error`` with the command's usage and an example; one that comes with buttons needs neither."""
        if isinstance(error, Question) or error.instead:
            return error
        example = f" For example: `{self.examples[0]}`." if self.examples else ""
        return Misuse(f"{error} Type `{self.usage}`.{example}", for_log=error.for_log)


def command(
    path: str,
    *,
    submit: str = "Continue",
    title: str = "",
    prefill: Prefill | None = None,
    is_default: bool = False,
    aliases: Iterable[str] | Aliases = (),
    is_grave: bool = False,
) -> Callable[[Function], Command]:
    """Declare a Command: its Args are the type of the function's first parameter; its help is the docstring.

    ``submit`` is the verb on its buttons, and its form's title unless ``title`` is given. ``aliases`` are other verbs
    that people type, each with the options that their words fill by position: ``rename VIPs Gold``. ``is_grave`` goes
    with "A second person has to approve" in the help. A Command is available once it is in the tuple of its Group.
    """
    verbs = aliases if isinstance(aliases, Mapping) else dict.fromkeys(aliases, ())

    def declare(function: Function) -> Command:
        hints = get_type_hints(function)
        decides = hints.get("return") is Decision
        return Command(
            path=path,
            args=hints["args"],
            function=function,
            submit=submit,
            title=title or submit,
            prefill=prefill,
            is_default=is_default,
            decides=decides,
            aliases=verbs,
            is_grave=is_grave,
        )

    return declare


@dataclass(frozen=True)
class Group:
    """Commands that share a slash command (``/segment``), in the order in which help lists them.

    ``elsewhere``: commands of other groups, by the verbs with which people ask for them here: ``/shopper add``.
    ``meant``: commands of any group that are suggested for other verbs: ``/segment move``.
    ``for_auditors``: the policy decides who may use it to read the audit log, whoever may ask for changes. ``escaped``:
    Slack replaces typed mentions with user ids (set in manifest.yml), so that nobody is mistaken for another.
    """

    name: str
    help: str
    commands: tuple[Command, ...]
    for_auditors: bool = False
    escaped: bool = False
    elsewhere: Mapping[str, str] = field(default_factory=dict)
    meant: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        verbs = (*(verb for one in self.commands for verb in (one.name, *one.aliases)), *self.elsewhere)
        paths = [f"{self.name} {verb}" for verb in verbs]
        if len({*paths}) < len(paths) or any(one.group != self.name for one in self.commands):
            raise ValueError(f"/{self.name} is declared with these commands: {', '.join(paths)}")

    @property
    def names(self) -> tuple[str, ...]:
        """The names of its commands."""
        return tuple(one.name for one in self.commands)

    @property
    def default(self) -> str:
        """The name of the command that the group's name alone runs."""
        return next((one.name for one in self.commands if one.is_default), "help")

    def find(self, verb: str) -> Command | None:
        """Return the command with this name or alias; None if there is none."""
        return next((one for one in self.commands if verb == one.name or verb in one.aliases), None)


@dataclass(frozen=True)
class Call:
    """A Command with the values given so far.

    ``words`` are what was typed for it, where the store's names decide how they are read (``core/resolution.py``);
    ``positional`` are options that they fill by position. ``unknown``: why nothing is understood, should the words be
    no name, since they stand where a command does. ``otherwise``: what is meant where a name begins with a verb.
    ``settled``: fields whose values were asked about before, or meant.
    """

    command: Command
    values: dict[str, Any]
    words: str = field(default="", compare=False)
    positional: tuple[str, ...] = field(default=(), compare=False)
    unknown: Misuse | None = field(default=None, compare=False)
    otherwise: "Call | None" = field(default=None, compare=False)
    settled: frozenset[str] = field(default=frozenset(), compare=False)

    @property
    def is_complete(self) -> bool:
        """Whether nothing is missing, so that no form is needed.

        A Command that pre-fills fields of its form needs a new value for at least one of them.
        """
        prefill = self.command.prefill
        has_new_value = prefill is None or any(name in self.values for name in prefill.fields)
        return has_new_value and not missing(self.command.args, self.values)

    def recorded(self, known: Confirmed = NOTHING) -> str:
        """Return it for the log, with what is confirmed of its words."""
        if self.unknown:
            return f"/{self.command.group} …"
        said = [name for name in self.values if not self._is_left_empty(name)]
        logged = {name: self._inputs[name].logged(self.each(name), known) for name in said}
        words = [f"{name}:{one}" for name, each in logged.items() for one in each]
        return " ".join((f"/{self.command.path}", *words))

    def _is_left_empty(self, name: str) -> bool:
        """Whether a field holds nothing, as it would if it had not been there: a form has every field."""
        return bool(self.values[name] == "" == self.command.args.model_fields[name].default)

    def each(self, name: str) -> tuple[str, ...]:
        """Return the values of a field, which may hold several."""
        return _each(self.values.get(name, ()))

    @property
    def shoppers(self) -> tuple[str, ...]:
        """The words that name shoppers."""
        named = (name for name, one in self._inputs.items() if isinstance(one, ShopperInput))
        return tuple(word for name in named for word in self.each(name))

    @property
    def _inputs(self) -> Mapping[str, Input]:
        return inputs_of(self.command.args)

    async def prefilled(self, ctx: Context) -> dict[str, Any]:
        """Return the values, with those that the Command looks up for its form. Raises Refusal and StoreError."""
        return await self.command.prefill.look_up(self.values, ctx) if self.command.prefill else self.values

    @cached_property
    def args(self) -> Args:
        """The Args, validated on first access. Raises Misuse."""
        return check(self.command.args, self.values)


@dataclass(frozen=True)
class Help:
    """A request for help: about all groups, one group, or one Command."""

    groups: tuple[Group, ...]
    command: Command | None = None


def _each(value: object) -> tuple[str, ...]:
    return tuple(map(str, value)) if isinstance(value, list | tuple) else (str(value),)


def group_of(groups: tuple[Group, ...], path: str) -> Group:
    """Return the group of the command with this path. Raises KeyError: paths come from code, not from people."""
    return {group.name: group for group in groups}[path.partition(" ")[0]]


def find(groups: tuple[Group, ...], path: str) -> Command:
    """Return the Command with this path (``segment delete``). Raises KeyError: paths come from code, not people."""
    return {command.path: command for command in group_of(groups, path).commands}[path]
