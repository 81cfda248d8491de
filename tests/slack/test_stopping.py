"""A bot that stops ends first what nobody else would do."""

from tests.harness import World


async def test_a_form_that_somebody_asked_for_opens_before_the_bot_stops(slack: World) -> None:
    await slack.type("/segment delete VIPs")
    slack.workspace.faults.add("views.open", delay=0.05)
    await slack.client.press("ben", "#approvals", "Reject")
    assert not slack.form(by="ben")
    await slack.end()
    assert slack.form(by="ben")
