"""Settings, from the environment and then ``.env``; all missing and invalid ones are reported at once."""

import os
import re
from collections.abc import Mapping
from datetime import time
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from bot.core.audit.seal_keys import NO_KEYS, SealKeys
from bot.core.language.visible import HIDDEN
from bot.core.ledger_address import LedgerAddress, parse_address
from bot.dotenv_file import DotenvFile, read_dotenv
from bot.policy_file import PolicyFile, fault_of, load_policy

DOTENV = Path(".env")
"""The file of settings."""
ALL_ADDRESSES = frozenset({"0.0.0.0", "::"})  # noqa: S104 - somebody may set them
ONE_PORT = "PORT and HEALTH_PORT are the same."
_QUOTES = "\"'`´“”„«»‘’‚"


class CannotStart(Exception):
    """The bot cannot start; the text says why, and what to do."""


class WrongSettings(Exception):
    """Settings are missing or invalid; the text has one line for each."""


def _ids(value: str) -> frozenset[str]:
    ids = [one.strip() for one in value.split(",") if one.strip()]
    wrong = [one for one in ids if not re.fullmatch(r"[UWS][A-Z0-9]+", one)]
    if wrong:
        raise ValueError(f"{', '.join(wrong)}: not a user id (U…, W…) or user-group id (S…)")
    if not ids:
        raise ValueError("names nobody")
    return frozenset(ids)


def _channel(value: str) -> str:
    if not re.fullmatch(r"[CG][A-Z0-9]+", value):
        raise ValueError("not a channel id (C…); Slack shows it at the end of the channel's details")
    return value


def _token(value: str) -> str:
    if not re.fullmatch(r"[!-~]+", value):
        raise ValueError("has a blank or another character in it that no token has; copy it again")
    return value


def _bot_token(value: str) -> str:
    return _beginning("xoxb-", value)


def _app_token(value: str) -> str:
    return _beginning("xapp-", value)


def _beginning(prefix: str, token: str) -> str:
    if not token.startswith(prefix):
        raise ValueError(f"does not begin with {prefix}")
    return _token(token)


def _url(value: str) -> str:
    if not re.fullmatch(r"https?://[^\s/?#@]+(/[^\s?#@]*)?", value):
        raise ValueError("not a URL that begins with https:// (or http:// for a sandbox), without ?, # or @")
    _ = urlsplit(value).port  # raises ValueError
    return value


def _store_url(value: str) -> str:
    if re.search(r"/(stores|v[23])(/|$)", _url(value)):
        raise ValueError("has a path in it that the bot adds; leave out /stores/… and /v3")
    return value


def _store_hash(value: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9_-]+", value):
        raise ValueError("not a store's hash, which is the part behind /stores/ in the API path")
    return value


def _time_of_day(value: str) -> time:
    if not re.fullmatch(r"([01]?[0-9]|2[0-3])(:[0-5][0-9]){1,2}", value):
        raise ValueError("not a time of day like 09:00; its zone is TIMEZONE")
    hour, minute, second = [*map(int, value.split(":")), 0][:3]
    return time(hour, minute, second)


def _address(value: str) -> LedgerAddress:
    address = parse_address(value)
    return _new_or_existing(value) if isinstance(address, Path) else address


def _new_or_existing(value: str) -> Path:
    folder = os.path.dirname(value) or "."
    if os.path.isdir(value):
        raise ValueError(f"{value} is a directory, not a file")
    if not os.path.isdir(folder):
        raise ValueError(f"there is no directory {folder}")
    return Path(value)


def _host(value: str, port: str = "PORT") -> str:
    try:
        ip_address(value)
    except ValueError as error:
        if not re.fullmatch(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?", value):
            raise ValueError(f"not an address like 127.0.0.1 or a host's name; the port is {port}") from error
    return value


def _health_host(value: str) -> str:
    return _host(value, "HEALTH_PORT")


def _zone(value: str) -> ZoneInfo:
    if value not in available_timezones():
        raise ValueError("not a time zone like Europe/Berlin or UTC")
    return ZoneInfo(value)


Rules = Annotated[PolicyFile | None, BeforeValidator(load_policy)]
Ids = Annotated[frozenset[str], BeforeValidator(_ids)]
Channel = Annotated[str, BeforeValidator(_channel)]
Secret = Annotated[str, BeforeValidator(_token), Field(repr=False)]


class Settings(BaseModel):
    """The bot's settings. Each field is the environment variable of that name."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True, hide_input_in_errors=True)

    SLACK_BOT_TOKEN: Annotated[
        str, BeforeValidator(_bot_token), Field(repr=False, description="Bot token, from OAuth & Permissions")
    ]
    SLACK_APP_TOKEN: Annotated[
        str, BeforeValidator(_app_token), Field(repr=False, description="App-level token, for Socket Mode")
    ] = ""
    SLACK_SIGNING_SECRET: Annotated[Secret, Field(description="Signing secret, for HTTP mode")] = ""
    SLACK_API_URL: Annotated[str, BeforeValidator(_url), Field(description="Slack's Web API")] = (
        "https://slack.com/api/"
    )
    BIGCOMMERCE_STORE_HASH: Annotated[str, BeforeValidator(_store_hash), Field(description="The store's hash")]
    BIGCOMMERCE_ACCESS_TOKEN: Annotated[Secret, Field(description="API token with Customers: modify")]
    BIGCOMMERCE_API_URL: Annotated[str, BeforeValidator(_store_url), Field(description="The store's API")] = (
        "https://api.bigcommerce.com"
    )
    QUOTA_LEFT: Annotated[
        int, Field(ge=0, le=90, description="Percent of the store's rate limit that long runs leave to others")
    ] = 20
    DATABASE: Annotated[
        LedgerAddress,
        BeforeValidator(_address),
        Field(repr=False, description="The ledger's file, or a postgresql:// address"),
    ] = Path("segment-bot.sqlite")
    SEAL_KEY: Annotated[
        SealKeys,
        BeforeValidator(SealKeys.parse),
        Field(repr=False, description="Secret that signs the log's entries; of several, with commas, the first signs"),
    ] = NO_KEYS
    APPROVALS_CHANNEL: Annotated[Channel, Field(description="Channel id where changes wait for approval")]
    SUMMARY_CHANNEL: Annotated[Channel | None, Field(description="Channel id of the daily summary")] = None
    SUMMARY_TIME: Annotated[time, BeforeValidator(_time_of_day), Field(description="When the summary is posted")] = (
        time(9)
    )
    TIMEZONE: Annotated[
        ZoneInfo, BeforeValidator(_zone), Field(description="The team's zone: of SUMMARY_TIME, and of what is typed")
    ] = ZoneInfo("UTC")
    APPROVERS: Annotated[Ids, Field(min_length=1, description="User and user-group ids who may approve")]
    REQUESTERS: Annotated[Ids, Field(description="User and user-group ids who may ask; none: every full member")] = (
        frozenset()
    )
    POLICY: Annotated[Rules, Field(description="TOML file with the rules of approval")] = None
    APPROVAL_HOURS: Annotated[float, Field(gt=0, le=24 * 30, description="How long a change waits")] = 24
    HOST: Annotated[str, BeforeValidator(_host), Field(description="Address that HTTP mode listens on")] = "127.0.0.1"
    PORT: Annotated[int, Field(ge=0, le=65535, description="Port that HTTP mode listens on")] = 3000
    HEALTH_HOST: Annotated[
        str, BeforeValidator(_health_host), Field(description="Address that probes and metrics listen on")
    ] = "127.0.0.1"
    HEALTH_PORT: Annotated[
        int | None, Field(ge=0, le=65535, description="Port that probes and metrics listen on; none: nowhere")
    ] = None
    LOG_FORMAT: Annotated[Literal["text", "json"], Field(description="How the log is written: text or json")] = "text"
    DRAIN_SECONDS: Annotated[
        float, Field(ge=0, le=60, description="How long HTTP mode still answers once it is told to stop")
    ] = 0

    @property
    def ledger_file(self) -> Path | None:
        """The ledger's file; None if it is in a database of PostgreSQL."""
        return self.DATABASE if isinstance(self.DATABASE, Path) else None

    @property
    def has_one_port_twice(self) -> bool:
        """Whether what is meant for Slack and for probes is the same port of the same address."""
        hosts = {self.HOST, self.HEALTH_HOST}
        return 0 != self.PORT == self.HEALTH_PORT and (len(hosts) == 1 or bool(hosts & ALL_ADDRESSES))


def database_address(environment: Mapping[str, str] = os.environ, dotenv: Path = DOTENV) -> LedgerAddress:
    """Return where the ledger is, whatever else is set or missing. Raises WrongSettings if that cannot be told."""
    text = given(environment, dotenv, whole=True).get("DATABASE")
    return parse_address(text or str(Settings.model_fields["DATABASE"].default))


def seal_keys(environment: Mapping[str, str] = os.environ, dotenv: Path = DOTENV) -> SealKeys:
    """Return the keys of the log, whatever else is set or missing. Raises WrongSettings."""
    try:
        return SealKeys.parse(given(environment, dotenv, whole=True).get("SEAL_KEY", ""))
    except ValueError as error:
        raise WrongSettings(f"SEAL_KEY: {error}. {_described('SEAL_KEY')}.") from error


def load(
    needed: tuple[str, ...] = (),
    *,
    environment: Mapping[str, str] = os.environ,
    dotenv: Path | None = DOTENV,
) -> Settings:
    """Load the settings; ``needed`` names optional ones that this mode requires. Raises WrongSettings."""
    known = {name: one for name, one in given(environment, dotenv).items() if name in Settings.model_fields}
    wrong = {name: fault for name, value in known.items() if (fault := _mistyped(value))}
    faults = [*dotenv_file(dotenv).faults, *(_describe_fault(name, "missing") for name in needed if name not in known)]
    faults += [_describe_fault(name, "mistyped", fault) for name, fault in wrong.items()]
    try:
        settings = Settings.model_validate(known)
    except ValidationError as error:
        found = [(str(fault["loc"][0]), fault["type"], fault["msg"]) for fault in error.errors()]
        faults += [_describe_fault(*fault) for fault in found if fault[0] not in wrong]
    if faults:
        raise WrongSettings("\n".join(sorted(faults)))
    return settings


def given(environment: Mapping[str, str], dotenv: Path | None, *, whole: bool = False) -> dict[str, str]:
    """Return what is set, by name: the environment goes first, and what is empty there is not set there.

    Raises WrongSettings if the file cannot be read; with ``whole``, also if any of its lines cannot.
    """
    file = dotenv_file(dotenv)
    if whole and file.faults:
        raise WrongSettings("\n".join(file.faults))
    return {name: value for name, value in (*file.values.items(), *environment.items()) if value}


def dotenv_file(path: Path | None) -> DotenvFile:
    """Return what stands in a ``.env`` file; nothing if there is none. Raises WrongSettings."""
    try:
        return read_dotenv(path, Settings.model_fields) if path else DotenvFile()
    except (OSError, UnicodeDecodeError) as error:
        raise WrongSettings(f"{path}: cannot be read ({error}).") from error


def _mistyped(value: str) -> str:
    """Return what is wrong with a value of any setting as it was typed or copied; empty if nothing is."""
    if HIDDEN.search(value):
        return "has a line break in it, or another character that nobody sees; type it again"
    if value[0] in _QUOTES or value[-1] in _QUOTES:
        return "has quotes around it; leave them out"
    return ""


def _described(name: str) -> str:
    return Settings.model_fields[name].description or ""


def _describe_fault(name: str, kind: str, message: str = "") -> str:
    fault = "missing" if kind == "missing" else fault_of(message)
    return f"{name}: {fault}. {_described(name)}."
