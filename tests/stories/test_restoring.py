"""A ledger is restored from a backup: what was open in it ends, and everyone concerned is told."""

import asyncio
from pathlib import Path

from bot.__main__ import main
from tests.harness import World, buttons, said
from tests.running_rules import RULED, SOURCE, follows_it, next_hour, start_rule
from tests.stories.judge import read


async def backup_of(slack: World) -> Path:
    copy = slack.database.with_name("backup.sqlite")
    assert await asyncio.to_thread(main, ["audit", "backup", str(copy), "--database", str(slack.database)]) == 0
    return copy


async def restore(slack: World, backup: Path) -> None:
    """Stop the bot, restore, and start it again."""
    await slack.stop()
    slack.database.rename(slack.database.with_name("lost.sqlite"))
    command = ["ledger", "restore", str(backup), "--database", str(slack.database)]
    assert await asyncio.to_thread(main, command) == 0
    await slack.start()
    await slack.sweep()
    await slack.settled()


async def test_a_change_that_waited_in_a_backup_is_closed_on_its_card_and_told(slack: World) -> None:
    await slack.type("/segment delete VIPs")
    await restore(slack, await backup_of(slack))
    card = read(slack.card(1))
    assert "Closed by a restore" in card
    assert "look at the store, then ask again" in card
    assert buttons(slack.card(1)) == []
    assert slack.heard("Change 1 was closed by a restore") == 1
    assert "VIPs" in slack.sizes()


async def test_a_change_that_ran_in_a_backup_never_runs_again(slack: World) -> None:
    await slack.type("/segment delete VIPs, Lapsed")
    async with slack.meanwhile(slack.client.press("ben", "#approvals", "Delete Segment"), "DELETE", "/segments"):
        backup = await backup_of(slack)
    (made,) = slack.put("VIPs")
    writes = slack.writes()
    await restore(slack, backup)
    slack.clock.forward(minutes=2)
    await slack.sweep()
    await slack.settled()
    assert slack.writes() == writes
    assert slack.id_of("VIPs") == made
    assert "it may have been carried out" in read(slack.card(1))
    assert slack.heard("Change 1 was closed by a restore") == 1


async def test_a_card_from_after_the_backup_decides_nothing(slack: World) -> None:
    await slack.type("/segment create Loyal")
    backup = await backup_of(slack)
    await slack.type(f"/segment remove VIPs {slack.emails(1, inside='VIPs')[0]}")
    await restore(slack, backup)
    await slack.type("/segment delete VIPs")
    await slack.press("Remove Shoppers", by="ben")
    assert (await slack.change(2)).state == "waiting"
    assert "VIPs" in slack.sizes()
    assert any("Nothing can be decided here" in said(one) for one in slack.messages(by="ben", channel="#approvals"))


async def test_after_a_backup_a_loss_and_a_restore_one_click_decides_and_the_chain_holds(slack: World) -> None:
    await restore(slack, await backup_of(slack))
    assert await asyncio.to_thread(main, ["audit", "verify", "--database", str(slack.database)]) == 0
    await slack.type("/segment delete VIPs")
    await slack.press("Delete Segment", by="ben")
    assert "VIPs" not in slack.sizes()
    assert await asyncio.to_thread(main, ["audit", "verify", "--database", str(slack.database)]) == 0


async def test_a_rule_that_was_frozen_after_the_backup_asks_until_people_confirm_it(slack: World) -> None:
    await start_rule(slack)
    backup = await backup_of(slack)
    await slack.type(f"/segment freeze {RULED}")
    await restore(slack, backup)
    frozen = slack.members(RULED)
    for number in (2, 3):
        slack.leave(SOURCE, *slack.emails(1, inside=SOURCE))
        await next_hour(slack)
        told = "a backup was restored since change 1, so whoever approves this confirms that its rule still holds"
        assert told in said(slack.card(number))
        assert slack.members(RULED) == frozen
        if number == 2:
            await slack.press("Reject", by="ben", change=number)
            await slack.submit({"Reason": "It was frozen."}, by="ben")
    await slack.press("Run Anyway", by="ben", change=3)
    assert follows_it(slack)
    slack.leave(SOURCE, *slack.emails(1, inside=SOURCE))
    await next_hour(slack)
    assert follows_it(slack)
    assert not slack.cards(4)
    await slack.type("/change show 4")
    assert "needs no approval: covered by change 1" in slack.whisper()


async def test_a_rule_that_was_started_after_the_restore_runs_without_a_click(slack: World) -> None:
    await restore(slack, await backup_of(slack))
    await start_rule(slack)
    slack.leave(SOURCE, *slack.emails(1, inside=SOURCE))
    await next_hour(slack)
    assert follows_it(slack)
    assert not slack.cards(2)
