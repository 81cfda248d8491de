"""Settings: the environment over ``.env``, each fault with its setting's name and what it is for."""

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.settings import WrongSettings, database_path, load
from tests.harness import environment_for

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
        ("APPROVALS_CHANNEL", "#approvals", "not a channel id (C…)"),
        ("SUMMARY_CHANNEL", "D0DIRECT", "not a channel id (C…)"),
        ("BIGCOMMERCE_API_URL", "api.bigcommerce.com", "not a URL that begins with https://"),
        ("TIMEZONE", "Mars", "not a time zone like Europe/Berlin or UTC"),
        ("POLICY", "nowhere.toml", "nowhere.toml cannot be read (No such file or directory)"),
        ("PORT", "65536", "Input should be less than or equal to 65535"),
    ],
)
def test_a_wrong_setting_says_what_it_has_to_be(name: str, value: str, fault: str) -> None:
    [told] = faults(**{name: value})
    assert told.startswith(f"{name}: {fault}")


def test_a_setting_that_a_mode_needs_is_missed_with_the_others() -> None:
    told = faults("SLACK_SIGNING_SECRET", SLACK_SIGNING_SECRET="", SLACK_BOT_TOKEN="")
    assert told == [
        "SLACK_BOT_TOKEN: missing. Bot token, from OAuth & Permissions.",
        "SLACK_SIGNING_SECRET: missing. Signing secret, for HTTP mode.",
    ]


def test_the_database_is_known_whatever_else_is_missing(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    assert database_path({}, file) == Path("segment-bot.sqlite")
    file.write_text("DATABASE=from-file.sqlite\n", encoding="utf-8")
    assert database_path({}, file) == Path("from-file.sqlite")
    assert database_path({"DATABASE": "from-environment.sqlite"}, file) == Path("from-environment.sqlite")
