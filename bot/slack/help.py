"""The answer to ``help``. Pure."""

from bot.core.answers import Answer, Fields, Part, Sentence
from bot.core.command import Command, Group, Help
from bot.core.language.phrases import listing


def help_answer(help_: Help) -> Answer:
    """Build the help for each group, or for one command with its examples."""
    if help_.command:
        return _one(help_.command)
    return Answer("What you can type", tuple(part for group in help_.groups for part in _group(group)))


def _one(command: Command) -> Answer:
    examples = tuple(Sentence(f"`{example}`") for example in command.examples)
    others = listing([f"`{verb}`" for verb in command.aliases])
    also = (Sentence(f"Instead of “{command.name}”, you can type {others}.", quiet=True),) if others else ()
    return Answer(f"{command.help}", (Sentence(f"Usage: `{command.usage}`"), *examples, *also))


def _group(group: Group) -> tuple[Part, ...]:
    pairs = tuple((f"`{command.usage}`", command.help) for command in group.commands)
    tip = f"A command typed without what it needs opens its form. `/{group.name} help <command>` shows examples."
    return (Sentence(group.help), Fields(pairs), Sentence(tip, quiet=True))
