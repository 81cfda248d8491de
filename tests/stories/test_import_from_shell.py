"""A list is imported from the shell: the person named confirms it in Slack, and someone else approves it."""

from pathlib import Path

import pytest

from bot.core.errors import Refusal
from bot.core.uploads import MOST_BYTES, Upload
from bot.import_mode import LocalFiles, Wanted, import_file
from bot.sandbox.workspace import people
from tests.harness import World, buttons, said, settings_for
from tests.stories.judge import read
from tests.stories.test_restoring import backup_of, restore


async def typed(slack: World, file: Path, *, mode: str = "add", person: str = people.ANA, dry_run: bool = False) -> int:
    """Type it in the shell, and let the running bot look."""
    settings = settings_for(slack.url, slack.database, **slack.overrides)
    status = await import_file(Wanted(file, "VIPs", mode, person, dry_run=dry_run), settings, clock=slack.clock)
    if slack.bot:
        await slack.sweep()
        await slack.settled()
    return status


def listed(slack: World, folder: Path, count: int = 30) -> Path:
    """A file of shoppers who are not in VIPs."""
    file = folder / "spring.csv"
    file.write_text("\n".join(("email", *slack.emails(count, outside="VIPs"), "bob-at-example.com")), encoding="utf-8")
    return file


def asked(slack: World, *, by: str = "ana") -> str:
    """The latest direct message of the bot."""
    return read(slack.messages(by=by, channel="dm")[-1])


async def test_the_person_named_confirms_and_someone_else_approves(
    slack: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, before = listed(slack, tmp_path), slack.members("VIPs")
    assert await typed(slack, file) == 0
    told = capsys.readouterr().out
    assert "31 rows read from spring.csv:" in told
    assert "To add      30     Added to VIPs" in told
    assert "Unreadable  1" in told
    assert "VIP early access" in told
    assert "It needs 1 approval: adds more than 25 shoppers." in told
    assert f"{people.ANA} is asked in Slack to confirm this, within 24 hours." in told

    question = asked(slack)
    assert "asked for it in your name" in question
    assert "Add 30 shoppers to VIPs" in question
    assert "From spring.csv: 30 of 31 rows." in question
    assert "VIP early access" in question
    assert not slack.cards(1)
    for _ in range(3):
        await slack.sweep()
    assert slack.heard("asked for it in your name") == 1

    await slack.press("Confirm", by="ana", channel="dm")
    card = read(slack.card(1))
    assert "asked by <@U0ANA00001> from the shell" in card
    assert "From spring.csv: 30 of 31 rows." in card
    assert not any("Confirm" in buttons(one) for one in slack.messages(channel="dm"))
    await slack.press("Import List", by="ana")
    assert "someone else has to approve it" in slack.whisper(channel="#approvals")
    await slack.press("Import List", by="ben")
    assert len(slack.members("VIPs")) == len(before) + 30
    for kind in ("asked", "planned"):
        entry = next(one for one in slack.entries() if one.kind == kind)
        assert (entry.actor, entry.channel, entry.command) == (people.ANA, "the shell", "segment import")


async def test_not_me_ends_it_and_tells_the_approvers(slack: World, tmp_path: Path) -> None:
    await typed(slack, listed(slack, tmp_path))
    click = slack.click("Confirm", by="ana", channel="dm")
    await slack.press("Not Me", by="ana", channel="dm")
    assert asked(slack).startswith("You said that this was not you, so nothing was requested.")
    warning = said(slack.messages(by="ben", channel="#approvals")[-1])
    assert "did not ask for what the shell asked for in their name" in warning
    assert "Add 30 shoppers to VIPs" in warning
    await slack.deliver(slack.click_again(click))
    assert "was answered already" in slack.whisper(channel="dm")
    assert not slack.writes()
    assert "planned" not in slack.kinds()


async def test_it_lapses_where_nobody_confirms(slack: World, tmp_path: Path) -> None:
    await typed(slack, listed(slack, tmp_path))
    click = slack.click("Confirm", by="ana", channel="dm")
    slack.clock.forward(hours=24)
    await slack.sweep()
    await slack.settled()
    assert slack.heard("No one confirmed in time what was asked from the shell") == 1
    await slack.deliver(click)
    assert not slack.cards(1)
    assert not slack.writes()


async def test_nobody_else_confirms_it_with_a_copied_button(slack: World, tmp_path: Path) -> None:
    await typed(slack, listed(slack, tmp_path))
    click = slack.click("Confirm", by="ana", channel="dm")
    click["user"] = {**click["user"], "id": people.BEN, "username": "ben", "name": "ben"}
    await slack.deliver(click)
    assert not slack.cards(1)
    await slack.press("Confirm", by="ana", channel="dm")
    assert slack.cards(1)


async def test_a_bot_that_starts_later_asks_and_one_that_takes_over_does_not_ask_again(
    slack: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    await slack.stop()
    await typed(slack, listed(slack, tmp_path))
    assert "No bot is running. The next one that starts asks" in capsys.readouterr().out
    for _ in range(2):
        await slack.start()
        await slack.sweep()
        await slack.settled()
        assert slack.heard("asked for it in your name") == 1
        await slack.stop()
    await slack.start()
    await slack.press("Confirm", by="ana", channel="dm")
    assert "asked by <@U0ANA00001> from the shell" in read(slack.card(1))


async def test_a_question_of_a_lost_ledger_confirms_nothing(slack: World, tmp_path: Path) -> None:
    """A backup was restored in which the request was not answered yet."""
    await typed(slack, listed(slack, tmp_path))
    await restore(slack, await backup_of(slack))
    await slack.press("Confirm", by="ana", channel="dm")
    assert "was answered already, or is not on record any more" in slack.whisper(channel="dm")
    assert not slack.cards(1)


async def test_a_request_without_approval_runs_once_it_is_confirmed(slack: World, tmp_path: Path) -> None:
    before = slack.members("VIPs")
    await typed(slack, listed(slack, tmp_path, 2))
    assert slack.members("VIPs") == before
    await slack.press("Confirm", by="ana", channel="dm")
    assert len(slack.members("VIPs")) == len(before) + 2


@pytest.mark.parametrize(
    ("lines", "status", "said_"),
    [
        (["nobody@example.com"], 1, "No row of list.csv names a shopper of the store, so nothing was requested."),
        ([], 0, "Nothing to do: VIPs is equal to list.csv already."),
    ],
)
async def test_the_exit_status_tells_a_refusal_from_nothing_to_do(
    slack: World, tmp_path: Path, capsys: pytest.CaptureFixture[str], lines: list[str], status: int, said_: str
) -> None:
    file = tmp_path / "list.csv"
    file.write_text("\n".join(lines or slack.emails(40, inside="VIPs")), encoding="utf-8")
    assert await typed(slack, file, mode="equal") == status
    assert said_ in capsys.readouterr().out
    assert not slack.messages(channel="dm")


async def test_the_store_and_the_policy_refuse_in_words(slack: World, tmp_path: Path) -> None:
    file = listed(slack, tmp_path)
    slack.store.faults.add("GET", "/segments", status=500, times=None)
    with pytest.raises(Refusal, match="BigCommerce"):
        await typed(slack, file)
    slack.store.faults.clear()
    slack.overrides["APPROVERS"] = people.ANA
    with pytest.raises(Refusal, match="no one other than you can give one"):
        await typed(slack, file)
    with pytest.raises(Refusal, match="cannot be read"):
        async with LocalFiles().open(Upload(id=str(tmp_path), name="a folder")):
            pass


async def test_a_dry_run_asks_nobody_and_writes_nothing(
    slack: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    entries = len(slack.entries())
    assert await typed(slack, listed(slack, tmp_path), dry_run=True) == 0
    assert capsys.readouterr().out.endswith("This was a dry run: nothing was requested.\n")
    assert not slack.messages(channel="dm")
    assert not slack.writes()
    assert len(slack.entries()) == entries


@pytest.mark.parametrize(
    ("content", "segment", "mode", "person", "sentence"),
    [
        ("bob-at-example.com", "VIPs", "add", people.ANA, "No column of list.csv holds addresses or ids of shoppers."),
        ("ada@example.com", "VIPz", "add", people.ANA, "No segment is called “VIPz”. Did you mean “VIPs”?"),
        ("ada@example.com", "VIPs", "add", people.DAN, "Guests of this workspace cannot use this bot."),
        ("ada@example.com", "VIPs", "add", "U0NOBODY", "U0NOBODY is no member of this Slack workspace."),
        ("\n".join(f"{at}@x.de" for at in range(250_002)), "VIPs", "add", people.ANA, "more than 250,000 rows"),
        ("x" * 11_000_000, "VIPs", "add", people.ANA, "Line 1 is longer than any list's, so this is not read."),
        ("from,to\na@x.de,b@x.de\nb@x.de,a@x.de\n", "VIPs", "add", people.ANA, "Name it with --column."),
    ],
)
async def test_what_cannot_be_imported_is_refused_in_words(
    slack: World, tmp_path: Path, content: str, segment: str, mode: str, person: str, sentence: str
) -> None:
    file = tmp_path / "list.csv"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(Refusal) as refusal:
        await import_file(Wanted(file, segment, mode, person), settings_for(slack.url, slack.database))
    assert sentence in str(refusal.value)
    await slack.sweep()
    assert not slack.messages(channel="dm")


async def test_a_file_that_slack_would_not_take_is_read(
    slack: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "list.csv"
    rows = (f"{email},{'long ' * 80_000}" for email in slack.emails(30, outside="VIPs"))
    file.write_text("\n".join(("email,note", *rows)), encoding="utf-8")
    assert file.stat().st_size > MOST_BYTES
    assert await typed(slack, file) == 0
    assert "30 rows read from list.csv:" in capsys.readouterr().out


async def test_what_was_exported_imports_again_and_changes_nothing(
    slack: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    await slack.type("/segment export VIPs")
    file = tmp_path / "VIPs.csv"
    file.write_bytes(slack.files()["VIPs.csv"].encode())
    assert await typed(slack, file, mode="equal") == 0
    told = capsys.readouterr().out
    assert "Nothing to do: VIPs is equal to VIPs.csv already." in told
    assert "Already in VIPs  40     Stay" in told
