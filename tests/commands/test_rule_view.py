"""What came of the latest runs of a rule, as ``/segment show`` tells it."""

from tests.harness import World
from tests.running_rules import SOURCE, falls, next_hour, shown, start_rule


async def test_a_run_tells_who_joined_and_left_and_the_next_one_that_nobody_did(slack: World) -> None:
    await start_rule(slack)
    assert "Last run" not in await shown(slack)
    slack.join(SOURCE, *slack.emails(2, outside=SOURCE))
    await next_hour(slack)
    told = await shown(slack)
    assert "+2 −0, change 2 is done" in told
    assert "Last difference" not in told
    await next_hour(slack)
    told = await shown(slack)
    assert "no one joined or left" in told
    assert "+2 −0, change 2 is done" in told.partition("Last difference")[2]


async def test_a_run_on_hold_tells_why(slack: World) -> None:
    await start_rule(slack)
    await falls(slack)
    assert "change 2 is waiting, since 4 may leave in 24 hours without asking (10% of 40)" in await shown(slack)


async def test_a_run_that_fails_is_told_as_not_done_and_then_with_its_reason(slack: World) -> None:
    await start_rule(slack)
    slack.store.faults.add("GET", "/segments", times=None, status=503)
    await next_hour(slack)
    slack.store.faults.clear()
    assert "not yet done" in await shown(slack)
    slack.drop(SOURCE)
    await next_hour(slack)
    why = "The rule of Wholesale names a segment that was deleted: in VIPs. It can't be run."
    assert f"not possible. {why}" in await shown(slack)
    assert slack.heard(why) == 1
    await slack.type("/segment run Wholesale")
    assert why in slack.whisper()
