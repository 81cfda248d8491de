"""The bot with its ledger on PostgreSQL, as people in Slack and whoever runs it meet it."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.__main__ import main
from bot.core.ledger_address import parse_address
from bot.ledger.opening import open_audit
from tests.harness import said, world
from tests.postgres import BOT, address_of, ledger_database, own_database, superuser


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


@contextmanager
def restored_copy(name: str) -> Iterator[str]:
    """A database as the server's own tools put a backup of this one in place."""
    with superuser() as server:
        server.execute("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = %s", (name,))
        server.execute(f"CREATE DATABASE {name}_copy TEMPLATE {name}")
    yield f"{name}_copy"
    with superuser() as server:
        server.execute(f"DROP DATABASE {name}_copy WITH (FORCE)")


async def test_what_ran_since_a_backup_does_not_run_again_once_the_restored_one_is_closed(tmp_path: Path) -> None:
    with own_database() as name:
        async with world(tmp_path, customers=40, DATABASE=address_of(name, BOT)) as slack:
            slack.put("Trial")
            (mail,) = slack.emails(1, outside="Trial")
            await slack.type(f"/segment add Trial {mail} at:tomorrow 10:00", by="ana")
            await slack.stop()
            with restored_copy(name) as copy:
                await slack.start()
                slack.clock.forward(days=1, hours=12)
                await slack.sweep()
                await slack.settled()
                assert len(slack.members("Trial")) == 1
                await slack.stop()
                slack.leave("Trial", mail)
                writes = slack.writes()

                slack.overrides["DATABASE"] = address_of(copy, BOT)
                restored = ["ledger", "restore", "--database", address_of(copy, BOT)]
                assert await asyncio.to_thread(main, restored) == 0
                await slack.start()
                await slack.sweep()
                await slack.settled()
                assert slack.writes() == writes
                assert not slack.members("Trial")
                assert (await slack.change(1)).state == "closed"
                assert slack.heard("Change 1 was closed by a restore") == 1
                await slack.stop()
