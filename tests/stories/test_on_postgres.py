"""The bot with its ledger on PostgreSQL, as people in Slack and whoever runs it meet it."""

from pathlib import Path

from bot.core.ledger_address import parse_address
from bot.ledger.opening import open_audit
from tests.harness import said, world
from tests.postgres import BOT, address_of, ledger_database


async def test_a_segment_is_deleted_and_comes_back_over_a_restart(tmp_path: Path) -> None:
    with ledger_database() as name:
        async with world(tmp_path, DATABASE=address_of(name, BOT)) as slack:
            before = slack.sizes()
            await slack.type("/segment delete VIPs", by="ana")
            await slack.press("Delete Segment", by="ben")
            assert "VIPs" not in slack.sizes()
            await slack.stop()
            await slack.start()
            await slack.type("/change undo 1", by="ana")
            await slack.press("Undo Change", by="ben", change=2)
            assert slack.sizes() == before
            assert "Undone by change 2" in said(slack.card(1))
            await slack.type("/audit verify", by="ben")
        with open_audit(parse_address(address_of(name, BOT))) as file:
            assert (await file.archives.verify()).holds
            _, head = await file.log.head()
            assert head != "0" * 64
