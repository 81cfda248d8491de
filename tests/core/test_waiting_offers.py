"""Which buttons of an answer lead to a change that waits: told under them, for every command that needs an approval."""

import pytest

from bot.core.answers import Answer, Offer, Offers, Sentence
from bot.core.approval.shown_change import Shown
from bot.core.command import Command
from bot.core.waiting_offers import with_waits
from commands import GROUPS
from tests.harness import World

GRAVE = [one for group in GROUPS for one in group.commands if one.is_grave]


def told(*offers: Offer, more: tuple[Offer, ...] = ()) -> list[str]:
    answer = with_waits(Answer("VIPs", (Sentence("Big."), Offers(offers, more))), GROUPS)
    return [part.text for part in answer.parts if isinstance(part, Sentence) and part.quiet]


@pytest.mark.parametrize("command", GRAVE, ids=lambda one: one.path)
def test_each_command_that_needs_a_second_person_is_told(command: Command) -> None:
    offer = Offer("Do It", f"{command.path} 17")
    assert told(offer, Offer("Show", "segment show 17")) == ["Do It waits for an approval."]
    assert told(Offer("Show", "segment show"), more=(offer, offer)) == ["Do It and Do It wait for an approval."]


def test_other_buttons_say_nothing() -> None:
    of_a_change = Offer("Point Promotions", "change repoint 7", Shown(number=7))
    assert told(Offer("Show", "segment show"), Offer("Odd", "nowhere"), of_a_change) == []


async def test_the_buttons_of_a_segment_say_it(slack: World) -> None:
    await slack.type("/segment show VIPs")
    assert "Delete, Remove Shoppers and Clear wait for an approval." in slack.whisper()
    await slack.type("/segment list")
    assert "for an approval" not in slack.whisper()
