"""``python -m bot audit``: what it prints, and with which status it ends."""

import asyncio
import csv
import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import redirect_stdout
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.__main__ import main
from bot.core.audit.entries import Entry, EntryKind
from bot.core.audit.seal_keys import SealKeys
from bot.core.language.visible import HIDDEN
from tests.processes import ROOT
from tests.records import entries_of, opened, read_ledger, record

BEGAN, HOUR = datetime(2024, 5, 4, 9, 30, tzinfo=UTC), timedelta(hours=1)
A, B = (f"6a8e0f62-0000-4000-8000-00000000000{letter}" for letter in "ab")
PROFILE = "6a8e0f62-0000-4000-8000-000000000009"
LOG = (
    Entry(EntryKind.ASKED, "UANA", "C1", "segment add", detail={"said": "/segment add 7"}),
    Entry(EntryKind.PLANNED, "UANA", "C1", "segment add", 1, {"need": "none"}, subjects=(f"segment:{A}", "customer:7")),
    Entry(
        EntryKind.STEP_DONE,
        "",
        "C1",
        "segment add",
        1,
        {"told": "Add 1"},
        "done",
        (f"segment:{A}", f"profile:{PROFILE}"),
    ),
    Entry(
        EntryKind.REFUSED,
        "UBEN",
        "C2",
        "segment delete",
        detail={"reason": "=No\x1b[2J\n!"},
        subjects=(f"segment:{B}",),
    ),
)
HOSTILE = {"reason": "\x1b[2J\x9b1m\u202eVI\u200bPs\x7f\u2028"}
KEY = "k" * 32
Audit = Callable[..., tuple[int, str, str]]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A log of four entries, one an hour from 09:30 UTC on."""
    made = tmp_path / "ledger.sqlite"
    record(made, ((entry, BEGAN + number * HOUR) for number, entry in enumerate(LOG)))
    return made


@pytest.fixture
def audit(path: Path, capsys: pytest.CaptureFixture[str]) -> Audit:
    """Runs an action on it: its status, and what it printed."""

    def run(*arguments: str, database: Path = path) -> tuple[int, str, str]:
        status = main(["audit", *arguments, "--database", str(database)])
        return (status, *capsys.readouterr())

    return run


def seals(path: Path) -> list[str]:
    with read_ledger(path) as ledger:
        return [entry.seal for entry in entries_of(ledger)]


def test_recent_prints_a_line_an_entry_newest_first(audit: Audit) -> None:
    status, told, _ = audit("recent")
    assert status == 0
    assert told.splitlines() == [
        "      4  2024-05-04 12:30:00 UTC  UBEN  refused  segment delete · =No�[2J↵!",
        "      3  2024-05-04 11:30:00 UTC  step done  change 1  segment add · Add 1",
        "      2  2024-05-04 10:30:00 UTC  UANA  planned  change 1  segment add · none",
        "      1  2024-05-04 09:30:00 UTC  UANA  asked  /segment add 7",
    ]


@pytest.mark.parametrize(
    ("filters", "numbers"),
    [
        ("--limit 2", [4, 3]),
        ("--by UANA", [2, 1]),
        ("--by UANA --kind asked", [1]),
        (f"--segment {A}", [3, 2]),
        (f"--segment {A} --kind planned", [2]),
        ("--shopper 7", [2]),
        (f"--shopper {PROFILE}", [3]),
        (f"--segment {B} --segment {A}", [4, 3, 2]),
        (f"--segment {A} --shopper 7", [2]),
        (f"--segment {B} --shopper 7", []),
        ("--change 1", [3, 2]),
        (f"--change 1 --segment {B}", []),
        (f"--change 1 --segment {A} --kind planned", [2]),
        ("--since 2024-05-04T11:30", [4, 3]),
        ("--since 2024-05-04T13:30+02:00", [4, 3]),
        ("--until 2024-05-04T10:30Z", [1]),
        ("--since 2024-05-04 --until 2024-05-05", [4, 3, 2, 1]),
        ("--since 2024-05-05", []),
    ],
)
def test_what_is_looked_for_is_found_by_recent_and_export(audit: Audit, filters: str, numbers: list[int]) -> None:
    _, told, _ = audit("recent", *filters.split())
    assert [int(line.split()[0]) for line in told.splitlines()] == numbers
    if "--limit" not in filters:
        _, told, _ = audit("export", *filters.split())
        assert [json.loads(line)["number"] for line in told.splitlines()] == numbers[::-1]


def test_show_prints_all_of_one_entry(audit: Audit, path: Path) -> None:
    status, told, _ = audit("show", "2")
    shown = json.loads(told)
    assert (status, shown["kind"], shown["change"], shown["seal"]) == (0, "planned", 1, seals(path)[1])
    none = "There is no entry 9 in the log. `python -m bot audit recent` shows the latest ones.\n"
    assert audit("show", "9") == (1, "", none)


@pytest.mark.parametrize("action", ["recent", "show 5", "export", "export --format csv"])
def test_a_terminal_gets_nothing_that_it_would_interpret(audit: Audit, path: Path, action: str) -> None:
    record(path, [(Entry(EntryKind.REFUSED, detail=HOSTILE), BEGAN + 9 * HOUR)])
    status, told, _ = audit(*action.split())
    assert status == 0
    assert "VI" in told
    assert not [line for line in told.split("\n") if HIDDEN.search(line.removesuffix("\r"))]


@pytest.mark.parametrize("action", ["show 5", "export --since 2024-05-04T18:00"])
def test_json_keeps_what_nobody_sees_in_escapes(audit: Audit, path: Path, action: str) -> None:
    record(path, [(Entry(EntryKind.REFUSED, detail=HOSTILE), BEGAN + 9 * HOUR)])
    _, told, _ = audit(*action.split())
    assert json.loads(told)["detail"] == HOSTILE


def test_a_csv_export_does_no_harm_in_a_spreadsheet(audit: Audit) -> None:
    _, told, _ = audit("export", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(told)))
    assert [row["number"] for row in rows] == ["1", "2", "3", "4"]
    assert rows[1]["subjects"] == f"segment:{A} customer:7"
    assert json.loads(rows[3]["detail"]) == LOG[3].detail


@pytest.mark.parametrize(
    "arguments",
    [
        ("recent", "--since", "yesterday"),
        ("recent", "--until", "0001-01-01T00:00+14:00"),
        ("recent", "--limit", "-1"),
        ("recent", "--change", "9" * 30),
        ("export", "--format", "xml"),
        ("recent", "--kind", "step dnoe"),
        ("recent", "--segment", "VIPs"),
        ("recent", "--shopper", "ada@example.com"),
        ("recent", "--by", "ana"),
        ("verify", "--against", "abc"),
        ("verify", "--against", "g" * 64),
        ("archive", "old.sqlite"),
        ("show",),
    ],
)
def test_wrong_use_exits_with_2(audit: Audit, arguments: tuple[str, ...]) -> None:
    with pytest.raises(SystemExit) as exit_:
        audit(*arguments)
    assert exit_.value.code == 2


def test_what_nobody_finds_is_told_beside_the_output(audit: Audit) -> None:
    assert audit("recent", "--kind", "expire") == (0, "", "No entry.\n")
    assert audit("export", "--format", "csv", "--by", "UNOBODY") == (0, "", "No entry.\n")


def test_what_is_no_archive_is_not_joined(audit: Audit, path: Path) -> None:
    status, _, error = audit("verify", "--archive", str(path))
    assert (status, error.startswith(f"{path} is not an archive.")) == (1, True)


def test_the_database_is_the_one_of_the_bots_settings(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("DATABASE", raising=False)
    monkeypatch.chdir(tmp_path)
    assert main(["audit", "verify"]) == 1
    (tmp_path / ".env").write_text(f"DATABASE={path}\n")
    assert main(["audit", "verify"]) == 0
    monkeypatch.setenv("DATABASE", "other.sqlite")
    assert main(["audit", "verify"]) == 1
    assert "There is no database other.sqlite" in capsys.readouterr().err


def test_verify_says_which_key_signed_which_entries(audit: Audit, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEAL_KEY", KEY)
    with opened(path, keys=SealKeys.parse(KEY)) as ledger:
        asyncio.run(ledger.audit.append(LOG[0], at=BEGAN))
    signed = f"Entries from 5 on have to be signed; they are: from 5 on with the key {SealKeys.parse(KEY).current}."
    assert audit("verify")[1].splitlines()[1:] == [signed]
    monkeypatch.setenv("SEAL_KEY", "x" * 32)
    status, _, error = audit("verify")
    assert (status, "Entry 5 is signed with the key" in error) == (1, True)
    monkeypatch.delenv("SEAL_KEY")
    assert audit("verify")[1].splitlines()[1] == f"{signed} The signatures were not checked, since SEAL_KEY is not set."


def test_verify_says_which_entry_has_a_seal_or_that_none_has(audit: Audit, path: Path) -> None:
    own = seals(path)
    assert audit("verify") == (0, f"The log is intact: 4 entries, head {own[3]}.\n", "")
    status, told, _ = audit("verify", "--against", own[2][:16].upper())
    assert (status, told.splitlines()[1]) == (0, f"Entry 3 has the seal {own[2][:16]}.")
    status, told, error = audit("verify", "--against", "0123456789abcdef")
    assert (status, "The log is intact" in told) == (1, True)
    assert error == (
        "No entry has the seal 0123456789abcdef. The log was cut short or rewritten since it was noted, "
        "or it was not copied right: compare the digits.\n"
    )


def test_a_backup_is_checked_and_overwrites_nothing(audit: Audit, path: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.sqlite"
    assert audit("backup", str(copy)) == (0, f"The copy is intact: 4 entries, head {seals(path)[3]}.\n", "")
    assert copy.stat().st_mode & 0o777 == 0o600
    assert audit("verify", database=copy)[0] == 0
    status, _, error = audit("backup", str(copy))
    assert (status, error) == (1, f"There is a file {copy} already. Choose another name.\n")
    status, _, error = audit("backup", str(tmp_path / "nowhere" / "copy.sqlite"))
    assert (status, error) == (1, f"There is no directory {tmp_path / 'nowhere'}.\n")


def test_who_reads_may_stop_before_the_end(path: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with open(writing, "w", encoding="utf-8") as closed, redirect_stdout(closed):
        assert main(["audit", "export", "--database", str(path)]) == 0


def test_an_archive_can_be_read_like_the_log_and_joins_it(audit: Audit, path: Path, tmp_path: Path) -> None:
    old = tmp_path / "old.sqlite"
    own = seals(path)
    status, told, _ = audit("archive", str(old), "--before", "2024-05-04T11:00")
    assert (status, told) == (0, f"Entries 1 to 2 are in {old} now, whose head is {own[1]}.\n")
    assert audit("verify", database=old)[1] == f"The archive is intact: 2 entries, head {own[1]}.\n"
    assert audit("verify")[1].startswith("The log is intact: 3 entries behind 2 in archives, head ")
    assert len(audit("recent", database=old)[1].splitlines()) == 2
    assert len(audit("export", "--segment", A, database=old)[1].splitlines()) == 1
    assert audit("show", "1", database=old)[0] == 0
    assert audit("show", "1")[0] == 1

    status, _, error = audit("verify", "--against", own[0])
    away = "It may be one of the first 2 entries, which are in archives: name those with --archive."
    assert (status, away in error, "compare the digits" in error) == (1, True, True)
    status, told, _ = audit("verify", "--archive", str(old), "--against", own[0])
    assert (status, told.split(",")[0]) == (0, "The log is intact: 5 entries")
    assert f"Entry 1 has the seal {own[0]}." in told
    assert audit("verify", "--archive", str(tmp_path / "none.sqlite"))[0] == 1
    old.unlink()
    assert audit("verify")[0] == 0
    status, _, error = audit("archive", str(old), "--before", "2024-05-04T11:00")
    assert (status, "no entries from before that date" in error) == (1, True)


def test_a_gap_between_archives_and_the_log_is_told(audit: Audit, tmp_path: Path) -> None:
    for name, hour in (("first", "10"), ("second", "11")):
        audit("archive", str(tmp_path / name), "--before", f"2024-05-04T{hour}:00")
    status, _, error = audit("verify", "--archive", str(tmp_path / "first"))
    assert (status, "begins behind entry 2" in error) == (1, True)
    assert audit("verify", "--archive", str(tmp_path / "second"), str(tmp_path / "first"))[0] == 0


def test_whoever_has_seen_enough_ends_an_export_quietly(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    record(path, ((LOG[1], BEGAN + timedelta(seconds=number)) for number in range(1_000)))
    program = [sys.executable, "-m", "bot", "audit", "export", "--database", str(path)]
    with subprocess.Popen(program, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stderr
        assert json.loads(process.stdout.readline())["number"] == 1
        process.stdout.close()
        assert (process.stderr.read(), process.wait()) == (b"", 0)


def test_the_log_is_a_plain_table_for_other_tools(path: Path) -> None:
    """As the README shows it."""
    command = [str(Path(sys.executable).with_name("sqlite-utils")), "rows", str(path), "audit", "--limit", "5"]
    shown = subprocess.run(command, capture_output=True, text=True, check=True, env={**os.environ, "NO_COLOR": "1"})
    rows = json.loads(shown.stdout)
    assert [row["kind"] for row in rows] == [entry.kind for entry in LOG]
    assert json.loads(rows[1]["subjects"]) == [f"segment:{A}", "customer:7"]
