"""Says of the buttons of an answer which ones ask for something that waits for an approval. Pure."""

from collections.abc import Mapping
from dataclasses import replace

from bot.core.answers import Answer, Offer, Offers, Part, Sentence
from bot.core.command import Command, Group
from bot.core.language.phrases import wait_for_approval

Commands = Mapping[tuple[str, str], Command]
"""Commands by the words of their path."""


def with_waits(answer: Answer, groups: tuple[Group, ...]) -> Answer:
    """Return the answer with a sentence under each row of buttons where pressing one leads to a change that waits."""
    commands = {(group.name, one.name): one for group in groups for one in group.commands}
    return replace(answer, parts=tuple(told for part in answer.parts for told in (part, *_waits(part, commands))))


def _waits(part: Part, commands: Commands) -> tuple[Sentence, ...]:
    offers = (*part.offers, *part.more) if isinstance(part, Offers) else ()
    labels = [one.label for one in offers if _waits_always(one, commands)]
    return (Sentence(f"{wait_for_approval(labels)}.", quiet=True),) if labels else ()


def _waits_always(offer: Offer, commands: Commands) -> bool:
    """Return whether it does; what a button does to a change is told by whoever shows that change."""
    group, _, rest = offer.words.partition(" ")
    command = commands.get((group, rest.partition(" ")[0]))
    return command is not None and command.is_grave and offer.about is None and not offer.needs_nobody
