"""How a typed line is matched to its Command, and what may have been meant by one that matches none. Pure."""

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from difflib import get_close_matches

from bot.core.command import Call, Command, Group, Help, find
from bot.core.errors import Instead, Misuse
from bot.core.language.args import DASHES, Input, inputs_of
from bot.core.language.field_values import is_name
from bot.core.language.labels import is_labelled, lacks_time, without_empty_key
from bot.core.language.left_out_words import EXCEPT
from bot.core.language.near_readings import near_lines
from bot.core.language.person_names import with_names_in_order
from bot.core.language.readings import fill, may_differ
from bot.core.latest_numbers import unnumbered_field

HELP = frozenset({"help", "-help", "--help", "-h", "?"})
"""What people type for help; phones make one long dash of two."""
MOST_WORDS = 5_000
"""The most words of a line: it is read before it is acknowledged, and everybody else waits for that."""
_WORDS = re.compile(r"[^\s,]+")
ALIKE = 0.75
"""How like a verb a word has to be to be taken for a slip of the fingers."""


def understand(groups: tuple[Group, ...], line: str) -> Call | Help:
    """Parse a typed line (without the slash). Raises Misuse, which suggests a similar command if there is one."""
    if (count := len(_WORDS.findall(line))) > MOST_WORDS:
        raise Misuse(
            f"That is {count:,} words, and a line can have {MOST_WORDS:,}. Nothing was done. "
            "A long list goes into a file, which the form of `/segment import` takes.",
            for_log="The line was too long.",
        )
    name, rest = _first_word(line)
    group = next((one for one in groups if one.name == name.casefold()), None)
    if group is None:
        near = get_close_matches(name.casefold(), [one.name for one in groups], n=1, cutoff=ALIKE)
        raise _unknown(f"/{name[:100]}", [f"/{one}" for one in near], [], groups[0])
    first, words = _first_word(rest)
    verb = first.translate(DASHES).casefold() or group.default
    if verb in HELP:
        return Help((group,), group.find(words.strip().translate(DASHES).casefold()))
    command = find(groups, group.elsewhere[verb]) if verb in group.elsewhere else group.find(verb)
    if command is None:
        return _without_verb(groups, group, rest)
    if words.strip().translate(DASHES).casefold() in HELP or words.split()[-1:] == ["--help"]:
        return Help((group,), command)
    call = _call(command, words, command.aliases.get(verb, ()))
    return replace(call, otherwise=_named(group, rest)) if words else call


def _call(command: Command, words: str, positional: tuple[str, ...] = (), unknown: Misuse | None = None) -> Call:
    if not words:
        return Call(command, {}, "", positional, unknown)
    if key := lacks_time(command.args, words):
        raise command.misuse(
            Misuse(f"Say when, as in `{key}:friday 16:00`. Nothing was done.", for_log="The time is empty.")
        )
    words = without_empty_key(command.args, words)
    try:
        values = fill(command.args, words, positional=positional)
    except Misuse as error:
        near = _line_meant(command, words, positional)
        if near is None:
            raise command.misuse(error) from error
        instead = Instead(": ".join(filter(None, (command.submit, near))), f"{command.path} {near}".strip())
        meant = Misuse(f"{error} Did you mean this?", for_log=error.for_log, instead=[instead])
        raise command.misuse(meant) from error
    is_unclear = may_differ(command.args, values) or is_labelled(command.args, words)
    is_unclear = is_unclear or bool(unnumbered_field(command, values)) or any(with_names_in_order(command.args, words))
    return Call(command, values, words if is_unclear else "", positional, unknown)


def _line_meant(command: Command, words: str, positional: tuple[str, ...]) -> str | None:
    """Return the first of the lines that may have been meant by one with too many words, if any makes sense."""
    for line in near_lines(command.args, words):
        with suppress(Misuse):
            if Call(command, fill(command.args, line, positional=positional)).is_complete:
                return line
    return None


def _named(group: Group, words: str) -> Call | None:
    """Return the call that shows what is called like this, verb and all, where only the store knows what is."""
    show = group.find("show")
    kinds = inputs_of(show.args) if show else {}
    name = next((name for name, kind in kinds.items() if is_name(kind)), "")
    return Call(show, {name: words.strip()}) if show and name else None


def _without_verb(groups: tuple[Group, ...], group: Group, words: str) -> Call:
    """Parse words that do not begin with a command: they may name what is to be shown, or found. Raises Misuse."""
    unknown, show, search = _unknown_verb(groups, group, words), group.find("show"), group.find("find")
    kind = _first_kind(show)
    if show and kind and is_name(kind):
        return _call(show, words, unknown=unknown)
    if unknown.instead:
        raise unknown
    if show and kind and kind.may_be(words.strip()):
        return _call(show, words)
    if search and search.name == "find":
        return _call(search, words)
    raise unknown


def _first_kind(command: Command | None) -> Input | None:
    return next(iter(inputs_of(command.args).values()), None) if command else None


def _first_word(line: str) -> tuple[str, str]:
    """Split off the first word, at any whitespace: phones type line breaks and special blanks, too."""
    first, *rest = line.split(maxsplit=1) or ("",)
    return first, "".join(rest)


def _verbs(group: Group) -> Mapping[str, Command]:
    return {verb: one for one in group.commands for verb in (one.name, *one.aliases)}


def _unknown_verb(groups: tuple[Group, ...], group: Group, words: str) -> Misuse:
    """Build the error for a verb that no command has: it may stand behind a name, be misspelt, or mean one."""
    word, rest = _first_word(words)
    typed = f"/{group.name} {word[:100]}"
    if behind := _verb_behind(group, words):
        verb, others = behind
        return _unknown(typed, [f"/{group.name} {verb} …"], [_instead(group, verb, others)], group)
    if meant := [find(groups, path) for path in group.meant.get(word.translate(DASHES).casefold(), ())]:
        kept = rest if len(meant) == 1 and meant[0].group == group.name else ""
        instead = [Instead(one.submit, f"{one.path} {kept}".strip()) for one in meant]
        return _unknown(typed, [f"/{one.path}" for one in meant], instead, group)
    if similar := _similar(group, word):
        return _unknown(typed, [f"/{group.name} {similar}"], [_instead(group, similar, rest)], group)
    return _unknown(typed, [], [], group)


def _instead(group: Group, verb: str, others: str) -> Instead:
    return Instead(_verbs(group)[verb].submit, f"{group.name} {verb} {others}".strip())


def _verb_behind(group: Group, words: str) -> tuple[str, str] | None:
    """Return the verb that stands behind other words, and those: ``VIPs add ada@example.com``."""
    typed = words.split(" ")
    at = next((at for at, word in enumerate(typed) if at and word.casefold() in _verbs(group)), None)
    if at is None or EXCEPT & {word.casefold() for word in typed[:at]}:
        return None
    return typed[at].casefold(), " ".join((*typed[:at], *typed[at + 1 :]))


def _similar(group: Group, word: str) -> str:
    """Return the verb most like this word, or none. One that hurts is suggested for a slip of the fingers only."""
    verbs, typed = _verbs(group), word.casefold()
    near = get_close_matches(typed, verbs, n=len(verbs), cutoff=ALIKE)
    return next((verb for verb in near if not verbs[verb].is_grave or _is_slip(typed, verb)), "")


def _is_slip(word: str, verb: str) -> bool:
    """Return whether a letter is missing, there twice or too many, or two have changed places."""
    short, long = sorted((word, verb), key=len)
    if len(long) == len(short) + 1:
        return any(long[:at] + long[at + 1 :] == short for at in range(len(long)))
    swapped = (word[:at] + word[at + 1] + word[at] + word[at + 2 :] for at in range(len(word) - 1))
    return len(word) == len(verb) and verb in swapped


def _unknown(typed: str, meant: list[str], instead: list[Instead], group: Group) -> Misuse:
    suggestion = f"Did you mean {' or '.join(f'`{one}`' for one in meant)}? " if meant else ""
    sentence = f"There is no command `{typed}`. {suggestion}`/{group.name} help` shows what there is."
    return Misuse(sentence, for_log="There is no such command.", instead=instead)
