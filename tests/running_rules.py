"""Wholesale follows a rule in the world of a story: whoever is in VIPs belongs to it, looked at every hour."""

from datetime import timedelta

from tests.harness import World

SOURCE, RULED = "VIPs", "Wholesale"


async def start_rule(slack: World) -> None:
    """Ana asks for the rule, which is read for the first time, and Ben starts it."""
    await slack.type(f"/segment rule {RULED} in {SOURCE} hourly")
    if not slack.cards(1):
        await slack.type(f"/segment rule {RULED} in {SOURCE} hourly")
    await slack.press("Start Rule", by="ben")
    assert follows_it(slack)


def follows_it(slack: World) -> bool:
    """Whether the shoppers are those that the rule says."""
    return slack.members(RULED) == slack.members(SOURCE)


async def next_hour(slack: World) -> None:
    """It is a minute after the next full hour, and the bot looks around: once to read what changed, once to act."""
    slack.clock.now = slack.clock.now.replace(minute=1, second=0, microsecond=0) + timedelta(hours=1)
    for _ in range(2):
        await slack.sweep()
        slack.clock.forward(seconds=6)


async def shown(slack: World) -> str:
    """What Ana reads of the segment."""
    await slack.type(f"/segment show {RULED}")
    return slack.whisper()


async def falls(slack: World, count: int = 10) -> None:
    """So many leave VIPs past the bot: more than a tenth of those who follow; and it is the next hour."""
    slack.leave(SOURCE, *slack.emails(count, inside=SOURCE))
    await next_hour(slack)
