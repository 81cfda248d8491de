"""The faults that are planted: each says what is made wrong, which check has to find it, and the words of its fix."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from bot.ledger.sql.schema_version import OLDEST_WRITER, SCHEMA
from bot.sandbox.workspace import people
from bot.sandbox.workspace.people import Conversation
from tests.doctor import planting
from tests.doctor.clinic import MOUNTS, Clinic
from tests.doctor.planting import ONE, PEOPLE, TWO


@dataclass(frozen=True)
class Fault:
    """What is planted, the check that has to find it, a part of what it tells, and one of its fix."""

    plant: Callable[[Clinic], object | Awaitable[object]]
    check: str
    told: str
    fix: str


def setting(told: str, fix: str, **settings: str) -> Fault:
    """A setting that stops the start."""
    return Fault(lambda clinic: clinic.set(**settings), "settings", told, fix)


def slack_says(method: str, code: str, check: str, fix: str) -> Fault:
    """A code of Slack's for each call of a method."""
    return Fault(
        lambda clinic: clinic.slack.faults.add(method, error=code, times=None), check, f"Slack says {code}", fix
    )


def channel(check: Callable[[Conversation], object], told: str, fix: str, id_: str = people.APPROVALS) -> Fault:
    """Something done to a channel of the settings."""
    return Fault(lambda clinic: check(clinic.slack.directory.conversations[id_]), "channels", told, fix)


def policy(text: str, told: str, fix: str, **settings: str) -> Fault:
    """A policy that no one can satisfy."""

    def plant(clinic: Clinic) -> None:
        clinic.write_policy(text)
        clinic.set(**settings)

    return Fault(plant, "rules", told, fix)


def store_says(path: str, status: int, check: str, fix: str, **fault: Any) -> Fault:
    """A status of the store's for each request of a path."""

    def plant(clinic: Clinic) -> None:
        clinic.store.faults.add("GET", path, status=status, times=None, **fault)

    return Fault(plant, check, f"It answered {status}", fix)


_INVITE = "type /invite @segment-bot in it"
_ENTERPRISE = "part of the plan Enterprise"
_CHANNEL_ID = "Copy the channel's id (C…)"
_IDS = "Name member ids (U…) and user-group ids (S…)"

_BESIDE = "of an earlier version" if OLDEST_WRITER < SCHEMA else "too old to write to the ledger"
_REPLACE = "Finish the deploy" if OLDEST_WRITER < SCHEMA else "Start this version in its place"

FAULTS: dict[str, Fault] = {
    # Settings
    "no bot token": setting("SLACK_BOT_TOKEN: missing", "Bot User OAuth Token", SLACK_BOT_TOKEN=""),
    "exchanged tokens": setting(
        "SLACK_BOT_TOKEN: does not begin with xoxb-",
        "SLACK_BOT_TOKEN and SLACK_APP_TOKEN are exchanged",
        SLACK_BOT_TOKEN=people.APP_TOKEN,
    ),
    "bot token as app token": setting(
        "SLACK_APP_TOKEN: does not begin with xapp-",
        "SLACK_APP_TOKEN and SLACK_BOT_TOKEN are exchanged",
        SLACK_APP_TOKEN=people.BOT_TOKEN,
    ),
    "user token": setting("does not begin with xoxb-", "Bot User OAuth Token", SLACK_BOT_TOKEN="xoxp-1"),
    "neither mode": setting(
        "Neither SLACK_APP_TOKEN", "connections:write", SLACK_APP_TOKEN="", SLACK_SIGNING_SECRET=""
    ),
    "quoted token": setting("has quotes around it", "access token of an API account", BIGCOMMERCE_ACCESS_TOKEN="'t'"),
    "no store hash": setting("BIGCOMMERCE_STORE_HASH: ", "behind /stores/", BIGCOMMERCE_STORE_HASH=""),
    "name of a channel": setting("not a channel id", _CHANNEL_ID, APPROVALS_CHANNEL="#approvals"),
    "names of people": setting("not a user id", _IDS, APPROVERS="@ben"),
    "unknown zone": setting("not a time zone", "Europe/Berlin", TIMEZONE="Mars"),
    "no time of day": setting("not a time of day", "09:00", SUMMARY_TIME="9 in the morning"),
    "summary without channel": setting(
        "no summary is posted", "Set SUMMARY_CHANNEL", SUMMARY_TIME="09:00", SUMMARY_CHANNEL=""
    ),
    "short key": setting("at least 32 characters", "openssl rand -hex 32", SEAL_KEY="short"),
    "no folder": setting("there is no directory", "a directory that is there", DATABASE="/nowhere/ledger.sqlite"),
    "port beyond all": setting("PORT: ", "Correct PORT", PORT="99999"),
    "no policy file": setting("cannot be read", "bot/README.md shows one", POLICY="/nowhere.toml"),
    "faulty policy": Fault(
        lambda clinic: clinic.write_policy('[[rules]]\nsteps = ["drop_segment"]\napprovals = 1\n'),
        "settings",
        "drop_segment: not a kind of step",
        "Mend the file",
    ),
    "unreadable .env": Fault(
        planting.write_dotenv(b"\xff\xfe\xff"), "settings", "cannot be read", "a text file in UTF-8"
    ),
    "folder .env": Fault(lambda clinic: clinic.dotenv.mkdir(), "settings", "cannot be read (", "a text file in UTF-8"),
    "open quote in .env": Fault(
        planting.write_dotenv(b"REQUESTERS='U0ANA00001\n"),
        "settings",
        "line 1, of REQUESTERS, cannot",
        "lists all settings",
    ),
    "colon in .env": Fault(
        planting.write_dotenv(b"SUMMARY_CHANNEL: C0SEGMENTS\n"),
        "settings",
        "line 1, of SUMMARY_CHANNEL, cannot",
        "lists all settings",
    ),
    "slip in .env": Fault(
        planting.write_dotenv(b"REQUESTER=U0ANA00001\n"),
        "settings",
        "REQUESTER, which is no setting",
        "Call it REQUESTERS",
    ),
    "slip that leaves a setting missing": Fault(
        planting.misname_approvals_channel, "settings", "APPROVAL_CHANNEL, which is no", "Call it APPROVALS_CHANNEL"
    ),
    "open .env": Fault(planting.write_dotenv(b"PORT=3000\n", 0o644), "ledger file", ".env", "chmod 600 "),
    # Slack
    "wrong bot token": Fault(
        lambda clinic: clinic.set(SLACK_BOT_TOKEN="xoxb-wrong"),
        "bot token",
        "Slack says invalid_auth",
        "Copy the Bot User",
    ),
    "revoked bot token": slack_says("auth.test", "token_revoked", "bot token", "Install the app again"),
    "uninstalled app": slack_says("auth.test", "account_inactive", "bot token", "Install the app again"),
    "no Slack": Fault(
        lambda clinic: clinic.set(SLACK_API_URL="http://127.0.0.1:1/api/"),
        "bot token",
        "Slack did not answer (ClientConnectorError)",
        "Check SLACK_API_URL",
    ),
    "Slack is down": Fault(
        lambda clinic: clinic.slack.faults.add("*", status=503, times=None),
        "bot token",
        "Slack did not answer (HTTP 503)",
        "Check SLACK_API_URL",
    ),
    "wrong app token": Fault(
        lambda clinic: clinic.set(SLACK_APP_TOKEN="xapp-wrong"),
        "app token",
        "Slack says invalid_auth",
        "Make an app-level token",
    ),
    "app token without scope": slack_says("apps.connections.open", "missing_scope", "app token", "connections:write"),
    "tokens of two apps": Fault(
        planting.other_app, "app token", "of the app A0OTHERAPP", "both tokens from the same app"
    ),
    "old manifest": Fault(
        lambda clinic: clinic.lacks_scopes("files:read", "files:write"),
        "scopes",
        "lacks files:read, files:write",
        "manifest.yml anew",
    ),
    "unknown channel": Fault(planting.unknown_channel, "channels", "C0NOWHERE1 is no channel", "set SUMMARY_CHANNEL"),
    "private channel": Fault(planting.private_channel, "channels", "a private one without the bot", _INVITE),
    "archived channel": channel(lambda room: setattr(room, "archived", True), "#approvals is archived", "Unarchive it"),
    "channel without bot": channel(
        lambda room: room.members.discard(people.BOT_USER_ID), "not in #segments", _INVITE, people.SEGMENTS
    ),
    "channels that are not told": slack_says("conversations.info", "internal_error", "channels", "Check SLACK_API_URL"),
    # People
    "no such group": Fault(
        lambda clinic: clinic.set(APPROVERS=f"{people.APPROVERS_GROUP},S0NOWHERE1"),
        "groups",
        "no_such_subteam",
        "Take the group's id",
    ),
    "groups beyond the plan": Fault(
        lambda clinic: clinic.slack.faults.add("usergroups.users.list", error="plan_upgrade_required", times=None),
        "groups",
        "plan_upgrade_required",
        "name people (U…) in APPROVERS instead",
    ),
    "group that is refused once": Fault(
        lambda clinic: clinic.slack.faults.add("usergroups.users.list", error="no_such_subteam"),
        "groups",
        "no_such_subteam",
        "Take the group's id",
    ),
    "empty group": Fault(planting.empty_group, "groups", "no one in S0EMPTY001", "Put people into the group"),
    "deactivated approver": Fault(
        planting.person("ana", deleted=True), "people", "is deactivated", f"Take {people.ANA} out"
    ),
    "guest as approver": Fault(
        planting.person("ana", guest=True), "people", "is a guest", f"Take {people.ANA} out of APPROVERS"
    ),
    "stranger as approver": Fault(
        lambda clinic: clinic.set(APPROVERS=f"{PEOPLE},U0STRANGER"), "people", "is no member", "Take U0STRANGER out"
    ),
    "approvers who left": Fault(
        planting.everyone_left, "rules", "0 people can approve", "Name more people in APPROVERS"
    ),
    "one approver for two": Fault(
        planting.one_of_two_left, "rules", "wants 2 approvals, and 1 person can", "Name more people"
    ),
    "only oneself": policy(
        ONE + f'requesters = ["{people.BEN}"]\napprovers = ["{people.BEN}"]\n',
        "wants 1 approval, and 1 person can",
        "the rule's approvers (POLICY)",
    ),
    "requesters who cannot": policy(
        ONE + f'requesters = ["{people.ANA}"]\n',
        "lets no one ask",
        "Name members in the rule's requesters",
        REQUESTERS=people.BEN,
    ),
    "two rules of different people": policy(
        f'{TWO}approvers = ["{people.ANA}", "{people.BEN}"]\n{TWO}',
        "no two people can satisfy both",
        "Name in APPROVERS whoever approves under a rule",
        APPROVERS=people.APPROVERS_GROUP,
    ),
    # The store
    "no store": Fault(
        lambda clinic: clinic.set(BIGCOMMERCE_API_URL="http://127.0.0.1:1"),
        "store",
        "It cannot be reached",
        "Check BIGCOMMERCE_API_URL",
    ),
    "wrong store token": Fault(
        lambda clinic: clinic.set(BIGCOMMERCE_ACCESS_TOKEN="wrong-token"),
        "store",
        "401 (Unauthorized)",
        "Set BIGCOMMERCE_ACCESS_TOKEN",
    ),
    "other store": Fault(
        lambda clinic: clinic.set(BIGCOMMERCE_STORE_HASH="other"), "store", "404", "Set BIGCOMMERCE_STORE_HASH"
    ),
    "no customers": Fault(planting.marketing_only, "store", "403", "Customers: modify"),
    "read-only token": Fault(planting.read_only_token, "store scopes", "403", "Customers: modify"),
    "no marketing": Fault(
        planting.customers_only, "store scopes", "403 (Forbidden) to GET promotions", "Marketing: modify"
    ),
    "no orders, and a rule": Fault(
        planting.rule_without_orders, "store orders", "403 (Forbidden) to GET orders/count", "Orders: read-only"
    ),
    "no orders, and a rule that was asked for": Fault(
        planting.rule_that_lacked_orders, "store orders", "403", "Orders: read-only"
    ),
    "lesser plan": Fault(planting.lesser_plan, "store plan", "not available on this store's plan", _ENTERPRISE),
    "store is down": store_says("/customers", 503, "store", "status.bigcommerce.com"),
    "firewall's refusal": Fault(
        lambda clinic: clinic.store.faults.add("GET", "*", status=403, body="<title>Blocked</title>", times=None),
        "store",
        "cannot be read",
        "a proxy or a firewall",
    ),
    "odd refusal": store_says("/customers", 423, "store", "Do what the store says"),
    "asked too often": Fault(
        lambda clinic: clinic.slack.faults.add("auth.test", status=429, times=None),
        "bot token",
        "Slack says ratelimited",
        "Wait a minute",
    ),
    "segments are down": store_says("/segments", 503, "store plan", "status.bigcommerce.com"),
    "firewall": Fault(
        lambda clinic: clinic.store.faults.add("GET", "*", status=200, body="<title>Blocked</title>", times=None),
        "store",
        "cannot be read",
        "a proxy or a firewall",
    ),
    "used up limit": Fault(planting.quota_used_up, "store", "429", "which other apps use up the store's limit"),
    # The clock
    "clock ahead": Fault(
        lambda clinic: clinic.is_ahead(minutes=7), "clock", "7 minutes ahead of Slack's", "timedatectl"
    ),
    "clock behind": Fault(
        lambda clinic: clinic.is_ahead(minutes=-7), "clock", "7 minutes behind the store's", "timedatectl"
    ),
    # The ledger
    "no ledger at all": Fault(planting.no_ledger, "ledger", "file is not a database", "Set DATABASE to the ledger"),
    "held ledger": Fault(planting.held, "ledger", "database is locked", "Stop the program that holds the file"),
    "another's tables": Fault(planting.foreign_tables, "ledger", "another program's tables", "Set DATABASE to a file"),
    "newer schema": Fault(planting.newer_schema, "ledger", "Only later versions", "Install the newer version"),
    "damaged pages": Fault(planting.damaged, "ledger", "It is damaged", "segment-bot ledger restore"),
    "edited entry": Fault(planting.edited, "ledger chain", "not what was sealed", "Keep the file as evidence"),
    "six bots": Fault(
        planting.living(*[SCHEMA] * 6), "bots", "6 bots live, and 5 at most can share a ledger", "Stop all but 5"
    ),
    "bot of an earlier version": Fault(
        planting.living(SCHEMA - 1, SCHEMA),
        "bots",
        f"1 bot {_BESIDE} lives: since a time not on record (schema {SCHEMA - 1}).",
        _REPLACE,
    ),
    "bot that may not write": Fault(
        planting.keep_out, "bots", "1 bot too old to write to the ledger lives", "Start this version in its place"
    ),
    "archive": Fault(planting.archive_instead, "ledger kind", "It is an archive", "Set DATABASE to the ledger"),
    "no key": Fault(planting.sign, "ledger key", "which SEAL_KEY does not hold", "Set SEAL_KEY"),
    "wrong key": Fault(planting.sign_and_set_another, "ledger key", "which SEAL_KEY does not hold", "Set SEAL_KEY"),
    "other workspace": Fault(
        lambda clinic: planting.write_log(clinic, "T0OTHER001"),
        "ledger workspace",
        "written for the workspace T0OTHER001",
        "Set the tokens of that workspace",
    ),
    "open ledger": Fault(
        lambda clinic: clinic.ledger.chmod(0o640), "ledger file", "Others on this machine", "chmod 600 "
    ),
    "unwritable ledger": Fault(
        lambda clinic: clinic.has(is_writable=lambda path: path != clinic.ledger),
        "ledger file",
        "cannot read and write",
        "Give the file to the bot's user",
    ),
    "unreadable ledger": Fault(
        lambda clinic: clinic.has(is_readable=lambda path: path != clinic.ledger),
        "ledger file",
        "cannot read and write",
        "Give the file to the bot's user",
    ),
    "unwritable folder": Fault(
        lambda clinic: clinic.has(is_writable=lambda path: path != clinic.ledger.parent),
        "ledger file",
        "cannot write to the directory",
        "Give it to the bot's user",
    ),
    "full disk": Fault(lambda clinic: clinic.has(free=lambda _: 5_000_000), "ledger file", "Only 5 MB", "Make room"),
    "network disk": Fault(
        lambda clinic: clinic.has(mounts=lambda: f"{MOUNTS}\n9 8 0:9 / {clinic.ledger.parent} rw - nfs4 srv:/x rw"),
        "ledger file",
        "network file system (nfs4)",
        "to a disk of this machine",
    ),
    "network disk behind a link": Fault(
        planting.moved_and_linked("nfs"), "ledger file", "network file system (nfs4)", "to a disk of this machine"
    ),
    "unwritable folder behind a link": Fault(
        planting.moved_and_linked("unwritable"), "ledger file", "cannot write to the directory", "Give it to the bot"
    ),
    "open companion behind a link": Fault(
        planting.moved_and_linked("open"), "ledger file", "Others on this machine", "chmod 600 "
    ),
    "link to nowhere": Fault(
        planting.linked_to_nowhere, "ledger file", "no directory /nowhere that this user can open", "Make it"
    ),
    "closed folder": Fault(
        lambda clinic: clinic.has(is_enterable=lambda folder: folder != clinic.ledger.parent),
        "ledger file",
        "no directory",
        "give it to the bot's user",
    ),
    "emergency": Fault(planting.emergency, "emergencies", "not reviewed: change 1", "/change review 1"),
    "undrawn card": Fault(planting.undrawn_card, "messages", "the card of change 1", "Start the bot"),
    "undrawn card of a bot that runs": Fault(
        planting.undrawn_beside_a_bot, "messages", "the card of change 1", "told here of Slack"
    ),
    "undrawn card of a change that was archived": Fault(
        planting.undrawn_and_archived, "messages", "the card of change 1", "Start the bot"
    ),
    # HTTP mode
    "taken port": Fault(planting.port_of_another, "port", "Another program listens", "set PORT to another one"),
    "one port for both": Fault(
        lambda clinic: clinic.set(SLACK_APP_TOKEN="", PORT="21772", HEALTH_PORT="21772"),
        "port",
        "PORT and HEALTH_PORT are the same",
        "Set HEALTH_PORT to another port",
    ),
    "one port for both, on all addresses": Fault(
        lambda clinic: clinic.set(SLACK_APP_TOKEN="", PORT="21772", HEALTH_PORT="21772", HEALTH_HOST="0.0.0.0"),
        "port",
        "PORT and HEALTH_PORT are the same",
        "Set HEALTH_PORT to another port",
    ),
    "foreign address": Fault(
        lambda clinic: clinic.set(SLACK_APP_TOKEN="", HOST="192.0.2.1"), "port", "cannot listen", "Set HOST"
    ),
}
