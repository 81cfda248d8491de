"""Settings: the environment over ``.env``, each fault with its setting's name and what it is for."""

import re
from collections.abc import Callable
from contextlib import suppress
from datetime import time
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.audit.seal_keys import SealKeys
from bot.core.ledger_address import ServerAddress
from bot.settings import WrongSettings, database_address, load, seal_keys
from tests.harness import environment_for

TOKEN = "has a blank or another character in it that no token has; copy it again"
UNSEEN = "has a line break in it, or another character that nobody sees; type it again"
SECRET = "0123456789abcdef" * 2
RIGHT = environment_for("http://127.0.0.1:8000", Path("ledger.sqlite"))


def faults(*needed: str, **others: str) -> list[str]:
    with pytest.raises(WrongSettings) as caught:
        load(needed, environment=RIGHT | others, dotenv=None)
    return str(caught.value).splitlines()


def test_what_is_set_is_read() -> None:
    settings = load(environment=RIGHT | {"TIMEZONE": "Europe/Berlin", "APPROVERS": "U1, S2,W3 ,"}, dotenv=None)
    read = (settings.TIMEZONE, settings.APPROVERS, settings.DATABASE)
    assert read == (ZoneInfo("Europe/Berlin"), frozenset({"U1", "S2", "W3"}), Path("ledger.sqlite"))


def test_an_empty_setting_counts_as_none() -> None:
    settings = load(environment=RIGHT | {"TIMEZONE": "", "POLICY": ""}, dotenv=None)
    assert (str(settings.TIMEZONE), settings.POLICY) == ("UTC", None)


def test_the_environment_stands_above_the_file(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("PORT=3001\nAPPROVAL_HOURS=12\n", encoding="utf-8")
    settings = load(environment=RIGHT | {"PORT": "3002"}, dotenv=file)
    assert (settings.PORT, settings.APPROVAL_HOURS) == (3002, 12)


@pytest.mark.parametrize(
    ("name", "value", "fault"),
    [
        ("APPROVERS", "UBEN,ben", "ben: not a user id (U…, W…) or user-group id (S…)"),
        ("REQUESTERS", ",", "names nobody"),
        ("REQUESTERS", " ", "names nobody"),
        ("APPROVALS_CHANNEL", "#approvals", "not a channel id (C…)"),
        ("SUMMARY_CHANNEL", "D0DIRECT", "not a channel id (C…)"),
        ("BIGCOMMERCE_API_URL", "api.bigcommerce.com", "not a URL that begins with https://"),
        ("BIGCOMMERCE_API_URL", "https://api.bigcommerce.com/stores/abc/v3/", "has a path in it that the bot adds"),
        ("BIGCOMMERCE_API_URL", "https://api.bigcommerce.com/v3", "has a path in it that the bot adds"),
        ("BIGCOMMERCE_API_URL", "https://api.bigcommerce.com:65536", "Port out of range 0-65535"),
        ("BIGCOMMERCE_STORE_HASH", "stores/abc", "not a store's hash"),
        ("BIGCOMMERCE_ACCESS_TOKEN", "abc def", TOKEN),
        ("SLACK_API_URL", "https://slack.com/api/?pretty=1", "not a URL that begins with https://"),
        ("SLACK_API_URL", "https://me:secret@slack.com/api/", "not a URL that begins with https://"),
        ("SLACK_BOT_TOKEN", "xoxp-user", "does not begin with xoxb-"),
        ("SLACK_BOT_TOKEN", "xoxb-1 2", TOKEN),
        ("SLACK_BOT_TOKEN", "xoxb-1\nxoxb-2", UNSEEN),
        ("SLACK_BOT_TOKEN", "xoxb-1\u200b", UNSEEN),
        ("SLACK_BOT_TOKEN", "xoxb-1\u00a0", TOKEN),
        ("SLACK_APP_TOKEN", "xoxb-1", "does not begin with xapp-"),
        ("SLACK_SIGNING_SECRET", "abc ", TOKEN),
        ("SLACK_SIGNING_SECRET", "“abc”", "has quotes around it; leave them out"),
        ("PORT", '"3000"', "has quotes around it; leave them out"),
        ("SUMMARY_TIME", "09:00+02:00", "not a time of day like 09:00; its zone is TIMEZONE"),
        ("SUMMARY_TIME", "9", "not a time of day like 09:00"),
        ("SUMMARY_TIME", "24:00", "not a time of day like 09:00"),
        ("SUMMARY_TIME", "09:60", "not a time of day like 09:00"),
        ("DATABASE", "nowhere/ledger.sqlite", "there is no directory nowhere"),
        ("DATABASE", "/", "/ is a directory, not a file"),
        ("HOST", "http://127.0.0.1", "not an address like 127.0.0.1 or a host's name; the port is PORT"),
        ("HOST", "127.0.0.1:3000", "not an address like 127.0.0.1"),
        ("HEALTH_HOST", "[::]", "not an address like 127.0.0.1 or a host's name; the port is HEALTH_PORT"),
        ("HEALTH_PORT", "65536", "Input should be less than or equal to 65535"),
        ("DRAIN_SECONDS", "61", "Input should be less than or equal to 60"),
        ("APPROVAL_HOURS", "nan", "Input should be less than or equal to 720"),
        ("TIMEZONE", "Mars", "not a time zone like Europe/Berlin or UTC"),
        ("SEAL_KEY", "short", "a key has at least 32 characters"),
        ("POLICY", "nowhere.toml", "nowhere.toml cannot be read (No such file or directory)"),
        ("PORT", "65536", "Input should be less than or equal to 65535"),
    ],
)
def test_a_wrong_setting_says_what_it_has_to_be(name: str, value: str, fault: str) -> None:
    [told] = faults(**{name: value})
    assert told.startswith(f"{name}: {fault}")


@pytest.mark.parametrize(
    ("name", "value", "read"),
    [
        ("SUMMARY_TIME", "9:05", time(9, 5)),
        ("SUMMARY_TIME", "23:59:30", time(23, 59, 30)),
        ("HOST", "::1", "::1"),
        ("HOST", "bot.example.com", "bot.example.com"),
        ("BIGCOMMERCE_API_URL", "https://proxy.example/bigcommerce/", "https://proxy.example/bigcommerce/"),
    ],
)
def test_a_right_setting_is_taken(name: str, value: str, read: object) -> None:
    assert getattr(load(environment=RIGHT | {name: value}, dotenv=None), name) == read


def test_every_fault_is_told_at_once_and_no_secret() -> None:
    wrong = {
        "SLACK_BOT_TOKEN": "xoxb-secret\n",
        "BIGCOMMERCE_ACCESS_TOKEN": "'secret'",
        "SUMMARY_TIME": "9",
        "HOST": "a b",
    }
    told = faults("SLACK_SIGNING_SECRET", SLACK_SIGNING_SECRET="", **wrong)
    assert [one.partition(":")[0] for one in told] == sorted([*wrong, "SLACK_SIGNING_SECRET"])
    assert "secret" not in "".join(told).replace("Signing secret", "")


def test_a_file_that_begins_with_a_mark_of_windows_is_read(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("PORT=3001\n", encoding="utf-8-sig")
    assert load(environment=RIGHT, dotenv=file).PORT == 3001


def readings(file: Path) -> list[Callable[[], object]]:
    """Each way in which something is read of this file, with all settings in the environment."""
    reads = (load, database_address, seal_keys)
    return [partial(read, environment=RIGHT, dotenv=file) for read in reads]


@pytest.mark.parametrize("make", [Path.mkdir, lambda path: path.write_bytes(b"PORT=\xff\n")], ids=["folder", "bytes"])
def test_a_file_that_cannot_be_read_is_a_fault(make: Callable[[Path], object], tmp_path: Path) -> None:
    file = tmp_path / ".env"
    make(file)
    for read in readings(file):
        with pytest.raises(WrongSettings, match=r"\.env: cannot be read"):
            read()


@pytest.mark.parametrize(
    ("text", "line", "lost"),
    [
        ("REQUESTERS='U5,U6\n", 1, "REQUESTERS"),
        (f'PORT=3000\n\n# the log\nSEAL_KEY="{SECRET}\nHOST=::1\n', 4, "SEAL_KEY"),
        ("SUMMARY_CHANNEL: C0SEGMENTS\n", 1, "SUMMARY_CHANNEL"),
        ("SUMMARY_CHANNEL:C0SEGMENTS\n", 1, "SUMMARY_CHANNEL"),
        ("export SUMMARY_CHANNEL C0SEGMENTS", 1, "SUMMARY_CHANNEL"),
        ("PORT\n", 1, "PORT"),
        ("APPROVERS='U5' U6\n", 1, "APPROVERS"),
        ("NOTE='for Ana\r\nREQUESTERS=U5\r\nOTHER='\r\n", 1, "REQUESTERS"),
        (f"REQUESTERS='U5,U6\nSEAL_KEY='{SECRET}'\n", 1, "REQUESTERS and SEAL_KEY"),
        (f"\n\n{SECRET}\n", 3, ""),
        ("=3000\n", 1, ""),
    ],
)
def test_a_line_that_is_no_setting_stops_whatever_reads_the_file(
    text: str, line: int, lost: str, tmp_path: Path
) -> None:
    file = tmp_path / ".env"
    file.write_bytes(text.encode())
    of = f", of {lost}," if lost else ""
    for read in readings(file):
        with pytest.raises(WrongSettings) as told:
            read()
        assert (
            str(told.value) == f"{file}: line {line}{of} cannot be read. Write NAME=value, and close each quote in it."
        )


def test_lines_that_cannot_be_read_are_told_with_all_other_faults(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("REQUESTERS='U5\nLOG_FORMAT: json\nPORT=x\n", encoding="utf-8")
    with pytest.raises(WrongSettings) as told:
        load(("SLACK_SIGNING_SECRET",), environment={**RIGHT, "SLACK_SIGNING_SECRET": ""}, dotenv=file)
    starts = [re.split(" cannot|:", one.removeprefix(f"{file}: "))[0] for one in str(told.value).splitlines()]
    assert starts == ["line 1, of REQUESTERS,", "line 2, of LOG_FORMAT,", "PORT", "SLACK_SIGNING_SECRET"]


def test_what_other_programs_keep_in_the_file_is_their_own(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    text = "# REQUESTERS='U5\nPORTS=1\nPORT-X=2\nKEY='-----BEGIN\nabc\n-----END'\nexport 'PORT' = \"3001\" # mine\n"
    file.write_text(text, encoding="utf-8")
    assert load(environment=RIGHT, dotenv=file).PORT == 3001


TYPED = st.text("U5,='\" \\:", max_size=5)


@given(st.sampled_from(["=", ":", " = ", ": ", " "]), TYPED, TYPED, TYPED)
def test_however_people_are_named_they_are_read_or_nothing_starts(
    sign: str, before: str, behind: str, below: str
) -> None:
    """What cannot be read never lets every member ask."""
    with TemporaryDirectory() as folder:
        file = Path(folder, ".env")
        file.write_text(f"REQUESTERS{sign}{before}U5{behind}\nNOTE={below}\n", encoding="utf-8")
        with suppress(WrongSettings):
            assert load(environment=RIGHT, dotenv=file).REQUESTERS


def test_a_setting_that_a_mode_needs_is_missed_with_the_others() -> None:
    told = faults("SLACK_SIGNING_SECRET", SLACK_SIGNING_SECRET="", SLACK_BOT_TOKEN="")
    assert told == [
        "SLACK_BOT_TOKEN: missing. Bot token, from OAuth & Permissions.",
        "SLACK_SIGNING_SECRET: missing. Signing secret, for HTTP mode.",
    ]


def test_the_ledger_may_be_in_a_database_of_postgresql(tmp_path: Path) -> None:
    address = "postgresql://bot:secret@db/ledger"
    settings = load(environment=RIGHT | {"DATABASE": address}, dotenv=None)
    assert settings.DATABASE == ServerAddress(address) == database_address({"DATABASE": address}, tmp_path / ".env")
    assert settings.ledger_file is None
    assert "secret" not in repr(settings)
    assert load(environment=RIGHT, dotenv=None).ledger_file == Path("ledger.sqlite")


def test_the_database_is_known_whatever_else_is_missing(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    assert database_address({}, file) == Path("segment-bot.sqlite")
    file.write_text("DATABASE=from-file.sqlite\n", encoding="utf-8")
    assert database_address({}, file) == Path("from-file.sqlite")
    assert database_address({"DATABASE": "from-environment.sqlite"}, file) == Path("from-environment.sqlite")


def test_what_is_empty_in_the_environment_is_not_set_there_for_bot_and_shell(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text(f"DATABASE={tmp_path}/real.sqlite\nSEAL_KEY={SECRET}\n", encoding="utf-8")
    empty = RIGHT | {"DATABASE": "", "SEAL_KEY": ""}
    settings = load(environment=empty, dotenv=file)
    assert settings.DATABASE == database_address(empty, file) == tmp_path / "real.sqlite"
    assert settings.SEAL_KEY == seal_keys(empty, file) == SealKeys.parse(SECRET)


def test_the_keys_of_the_log_are_read_whatever_else_is_missing(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    assert not seal_keys({}, file)
    file.write_text(f"SEAL_KEY={'k' * 32}\n", encoding="utf-8")
    assert (
        seal_keys({}, file)
        == seal_keys({"SEAL_KEY": "k" * 32}, tmp_path / "none")
        == load(environment=RIGHT | {"SEAL_KEY": "k" * 32}, dotenv=None).SEAL_KEY
    )
    with pytest.raises(WrongSettings, match="SEAL_KEY: a key has at least 32 characters"):
        seal_keys({"SEAL_KEY": "short"}, file)
