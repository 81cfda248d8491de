"""Groups that Slack never lets the bot read are told as such: at the start, and to whoever is refused."""

import pytest

from bot.sandbox.workspace.people import APPROVERS_GROUP
from tests.conftest import OpenWorld
from tests.harness import World
from tests.stories.judge import read

GROUP = f"The members of the user group {APPROVERS_GROUP} can't be read"
CODES = {
    "plan_upgrade_required": "user groups are not part of this workspace's plan",
    "missing_scope": "the Slack app lacks the scope usergroups:read",
    "no_such_subteam": "there is no such group",
}


@pytest.mark.parametrize(("code", "why"), CODES.items())
async def test_a_group_that_is_never_readable_is_told_at_the_start_and_in_refusals(
    open_world: OpenWorld, caplog: pytest.LogCaptureFixture, code: str, why: str
) -> None:
    slack = await open_world(running=False)
    slack.workspace.faults.add("usergroups.users.list", error=code, times=None)
    await slack.start()
    assert f"{GROUP}: {why}." in caplog.text
    await slack.type("/segment delete VIPs")
    assert f"{GROUP}: {why}." in slack.whisper()
    assert "Try again in a minute" not in slack.whisper()
    assert slack.kinds()[-1] == "refused"


async def test_whoever_may_not_decide_because_of_such_a_group_is_told(slack: World) -> None:
    await slack.type("/segment delete VIPs")
    slack.workspace.faults.add("usergroups.users.list", error="plan_upgrade_required", times=None)
    slack.clock.forward(minutes=1)
    await slack.press("Delete Segment", by="ben")
    assert GROUP in slack.whisper(by="ben", channel="#approvals")
    assert GROUP in read(await slack.home(by="ben"))
    slack.workspace.faults.clear()
    slack.clock.forward(minutes=1)
    await slack.press("Delete Segment", by="ben")
    assert "VIPs" not in slack.sizes()


async def test_a_group_that_is_unreadable_for_a_while_is_not_called_so(
    open_world: OpenWorld, caplog: pytest.LogCaptureFixture
) -> None:
    slack = await open_world(running=False)
    slack.workspace.faults.add("usergroups.users.list", status=500)
    await slack.start()
    assert GROUP not in caplog.text
    slack.clock.forward(minutes=1)
    await slack.type("/segment delete VIPs")
    await slack.press("Delete Segment", by="ben")
    assert "VIPs" not in slack.sizes()


async def test_a_member_of_another_workspace_of_the_grid_may_ask(slack: World) -> None:
    slack.workspace.directory.change("ana", team="T0OTHER001", grid_teams=("T0OTHER001", "T0SANDBOX1"))
    await slack.type("/segment create Loyal")
    assert "Loyal" in slack.sizes()
    slack.workspace.directory.change("ben", team="T0OTHER001", grid_teams=("T0OTHER001",))
    await slack.type("/segment create Other", by="ben")
    assert "People from other workspaces cannot" in slack.whisper(by="ben")
