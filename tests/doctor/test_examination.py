"""What a healthy bot is told, beside what was not looked at, what hangs, and what breaks; nothing is written."""

import asyncio
import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import partial
from pathlib import Path

import pytest

from bot.__main__ import main
from bot.core.audit.seal_keys import SealKeys
from bot.doctor.clock_checks import compare
from bot.doctor.examination import CHECKS
from bot.doctor.findings import Check, Finding, NotChecked, run
from bot.doctor.ledger_checks import LEDGER_CHECKS
from bot.doctor.machine import Machine
from bot.doctor.policy_checks import POLICY_CHECKS
from bot.doctor.server_checks import LOOKS, SERVER_CHECKS
from bot.doctor.slack_checks import compare_scopes
from bot.doctor.store_checks import limit_of
from bot.doctor_cli import as_lines, examine
from bot.health.readiness import Readiness
from bot.health.server import probes, serving
from bot.ledger.ports.checkup import Server
from bot.ledger.postgres.ledger import open_postgres
from bot.ledger.sql.schema_version import SCHEMA
from bot.sandbox.workspace import people
from bot.sandbox.workspace.people import Group
from tests.doctor.clinic import MOUNTS, Clinic, clinic
from tests.doctor.planting import KEY
from tests.doctor.server_faults import SERVER_FAULTS
from tests.doctor.servers import database_of, healthy, written
from tests.ledger.sqlite.files import older
from tests.postgres import BOT, address_of, ledger_database, superuser, url_of

SECOND = timedelta(seconds=1)


def files(folder: Path) -> dict[str, bytes]:
    """What lies in a folder, apart from the memory that SQLite's readers share."""
    return {one.name: b"" if one.name.endswith("-shm") else one.read_bytes() for one in folder.iterdir()}


def copy_file(path: Path, target: Path) -> None:
    target.write_bytes(path.read_bytes())
    target.chmod(0o600)


def told(results: Sequence[Finding], check: str) -> str:
    return "\n".join(one.told for one in results if one.check == check)


def faults(results: Sequence[Finding]) -> list[Finding]:
    return [one for one in results if not one.ok]


async def test_nothing_is_found_of_a_healthy_bot(tmp_path: Path) -> None:
    async with clinic(tmp_path) as patient:
        before = files(tmp_path)
        results = await patient.examined()
        assert faults(results) == []
        assert [one for one in results if "Not checked" in one.told] == []
        assert {one.check for one in results} == {one.name for one in CHECKS}
        assert files(tmp_path) == before


async def test_nothing_is_found_or_written_beside_a_bot_that_runs(tmp_path: Path) -> None:
    async with clinic(tmp_path, running=True) as patient:
        await patient.world.type("/segment create Loyal")
        await patient.world.settled()
        await patient.world.sweep()
        before, sent, made = files(tmp_path), len(patient.world.sent), len(patient.store.requests())
        results = await patient.examined()
        assert faults(results) == []
        assert told(results, "bots").startswith("1 bot lives: since 20")
        assert files(tmp_path) == before
        asked = {name for name, _ in patient.world.sent[sent:]}
        assert asked <= {
            "apps.connections.open",
            "auth.test",
            "bots.info",
            "conversations.info",
            "usergroups.users.list",
            "users.info",
        }
        assert {one["method"] for one in patient.store.requests(made)} == {"GET"}


async def test_orders_are_needed_where_segments_follow_rules_alone(tmp_path: Path) -> None:
    async with clinic(tmp_path) as patient:
        patient.store.scopes = {"store_v2_customers", "store_v2_marketing"}
        results = await patient.examined()
        assert faults(results) == []
        assert "nothing needs them: no segment follows a rule" in told(results, "store orders")


async def test_a_bot_that_was_never_started_is_healthy(tmp_path: Path) -> None:
    async with clinic(tmp_path) as patient:
        patient.ledger.unlink()
        results = await patient.examined()
        assert faults(results) == []
        assert "the first start makes it" in told(results, "ledger file")
        assert told(results, "ledger chain") == "Not checked: there is no ledger yet."
        assert as_lines(results).splitlines()[-1] == "Nothing to mend was found. Not checked: 8."
        assert files(tmp_path) == {}


async def test_nothing_is_found_of_a_healthy_ledger_on_postgresql(tmp_path: Path) -> None:
    async with clinic(tmp_path) as patient:
        await written(keys=SealKeys.parse(KEY), set_key=KEY)(patient)
        results = await patient.examined()
        assert faults(results) == []
        assert [one for one in results if one.is_open] == []
        assert {one.check for one in results} == {one.name for one in CHECKS}
        assert "None is needed" in told(results, "ledger file")
        assert told(results, "bots") == "None lives on the ledger."
        assert told(results, "ledger chain") == "As sealed: 5 entries."
        assert "It agrees with the database's." in told(results, "clock")


async def test_the_bots_that_live_on_postgresql_are_told_by_its_clock(tmp_path: Path) -> None:
    """The bot renewed its lease by the database's clock, which this machine's is a minute behind."""
    async with clinic(tmp_path) as patient:
        name = healthy(patient)
        now = datetime.now(UTC)
        async with open_postgres(url_of(name, BOT)) as ledger:
            await ledger.leases.renew(owner="gone", until=now - SECOND, now=now - SECOND)
            await ledger.leases.renew(owner="one", until=now + 59 * SECOND, now=now - 5 * SECOND)
            await ledger.leases.renew(owner="two", until=now + 59 * SECOND, now=now)
            await ledger.leases.renew(owner="one", until=now + 59 * SECOND, now=now)
            patient.is_ahead(seconds=-58)
            results = await patient.examined()
            first, second = (
                f"since {now - ago:%Y-%m-%d %H:%M:%S} (schema {SCHEMA})" for ago in (5 * SECOND, 0 * SECOND)
            )
            assert told(results, "bots") == f"2 bots live: {first} and {second}."
            assert faults(results) == []


@pytest.mark.parametrize("name", [name for name, fault in SERVER_FAULTS.items() if "into psql" in fault.fix])
async def test_the_statements_that_are_told_guard_the_log_again(name: str, tmp_path: Path) -> None:
    async with clinic(tmp_path) as patient:
        SERVER_FAULTS[name].plant(patient)
        (fault,) = faults(await patient.examined(SERVER_CHECKS))
        with superuser(database_of(patient)) as owner:
            owner.execute(fault.fix.partition("into psql: ")[2])
        assert faults(await patient.examined(SERVER_CHECKS)) == []


def test_a_standby_that_is_waited_for_forgets_nothing() -> None:
    server = Server("bot", "UTF8", False, datetime.now(UTC), 10, 1, True, True, True, True, (), (), (), {})
    found = [look(server) for look in LOOKS]
    assert faults(found) == []
    assert "standbys are waited for" in "".join(one.told for one in found)


@pytest.mark.parametrize("before", ["0007_nonces", "0011_schema", "0012_lists"])
async def test_a_ledger_of_an_earlier_version_is_healthy(before: str, tmp_path: Path) -> None:
    async with clinic(tmp_path) as patient:
        patient.ledger.unlink()
        with older(patient.ledger, before=before):
            patient.ledger.chmod(0o600)
        results = await patient.examined()
        assert faults(results) == []
        assert "the next start migrates it" in told(results, "ledger")
        assert "Its schema is older" in told(results, "messages")


async def test_a_ledger_that_was_copied_with_its_log_of_writes_is_read_in_whole(tmp_path: Path) -> None:
    async with clinic(tmp_path, running=True) as patient:
        await patient.world.type("/segment create Loyal")
        await patient.world.settled()
        copied = tmp_path / "copied"
        copied.mkdir()
        for end in ("", "-wal"):
            copy_file(Path(f"{patient.ledger}{end}"), copied / f"ledger.sqlite{end}")
        patient.set(DATABASE=str(copied / "ledger.sqlite"))
        before = files(copied)
        results = await patient.examined()
        assert faults(results) == []
        assert told(results, "ledger chain") != "As sealed: 0 entries."
        assert files(copied) == before


async def test_what_hangs_says_so_and_holds_up_nothing_else(tmp_path: Path) -> None:
    async with clinic(tmp_path) as patient:
        patient.slack.faults.add("auth.test", delay=3600, times=None)
        patient.store.faults.add("GET", "*", delay=3600, times=None)
        patient.has(answer_seconds=0.05)
        results = await patient.examined()
        assert [one.check for one in faults(results)] == ["bot token", "store"]
        assert "did not answer (TimeoutError)" in told(results, "bot token")
        assert told(results, "store") == "It did not answer in time."
        assert told(results, "scopes") == "Not checked: Slack did not take the bot's token."
        assert told(results, "store plan") == "Not checked: the store did not answer as it should."


async def test_a_check_without_an_answer_or_that_breaks_is_told() -> None:
    async def hangs(_: str) -> Sequence[Finding]:
        await asyncio.Event().wait()
        return ()

    async def breaks(patient: str) -> Sequence[Finding]:
        raise LookupError(patient)

    async def waits(_: str) -> Sequence[Finding]:
        raise NotChecked("not now.")

    checks = (Check("one", hangs, 0.01), Check("two", breaks), Check("three", waits))
    one, two, three = await run(checks, "what it was about")
    assert (one.told, one.ok) == ("There was no answer within 0.01 s.", False)
    assert (two.told, two.ok) == ("The check itself broke (LookupError).", False)
    assert (three.told, three.ok) == ("Not checked: not now.", True)


async def test_groups_that_slack_does_not_tell_leave_the_rules_open(tmp_path: Path) -> None:
    async with clinic(tmp_path) as patient:
        patient.set(APPROVERS=f"{people.BEN},{people.CLEO}")
        patient.write_policy('[[rules]]\nsteps = ["delete_segment"]\napprovals = 2\n')
        for check in POLICY_CHECKS[1:]:
            patient.slack.faults.add("users.info", error="internal_error")
            result = (await patient.examined((check,)))[0]
            assert result.ok
            assert result.told.startswith("Not checked: ")
            assert "Slack did not tell who" in result.told


@pytest.mark.parametrize(
    ("policy", "settings"),
    [
        (f'[[rules]]\nsteps = ["add_members"]\napprovals = 0\nrequesters = ["{people.ANA}"]\n', {}),
        (f'[[rules]]\nsteps = ["delete_segment"]\napprovals = 1\nrequesters = ["{people.BEN}"]\n', {}),
        ('[[rules]]\nsteps = ["delete_segment"]\napprovals = 1\n', {"REQUESTERS": people.ANA}),
        ('[[rules]]\nsteps = ["add_members"]\nshoppers = 9\nper = "1h"\napprovals = 2\n', {}),
    ],
)
async def test_a_policy_that_someone_can_satisfy_is_healthy(
    policy: str, settings: dict[str, str], tmp_path: Path
) -> None:
    async with clinic(tmp_path) as patient:
        patient.write_policy(policy)
        patient.set(**settings)
        assert faults(await patient.examined()) == []


async def test_of_a_large_group_only_few_are_looked_up(tmp_path: Path) -> None:
    async with clinic(tmp_path) as patient:
        members = [people.ANA, people.BEN, people.CLEO, *(f"U0MANY{number:04}" for number in range(500))]
        patient.slack.directory.groups[people.APPROVERS_GROUP] = Group(people.APPROVERS_GROUP, "all", "All", members)
        assert faults(await patient.examined()) == []
        assert len([name for name, _ in patient.world.sent if name == "users.info"]) <= 4


async def test_http_mode_needs_no_app_token(tmp_path: Path) -> None:
    async with clinic(tmp_path) as patient:
        patient.set(SLACK_APP_TOKEN="", PORT="0")
        results = await patient.examined()
        assert faults(results) == []
        assert told(results, "app token") == "None is needed: HTTP mode."
        assert told(results, "port") == "127.0.0.1:0 is free.\nNone is set for probes."


async def test_a_bot_that_listens_takes_no_port_from_itself(tmp_path: Path) -> None:
    async with clinic(tmp_path) as patient:
        patient.world.signed_http = True
        await patient.world.start()
        port = patient.world.request_url.split(":")[2].split("/")[0]
        patient.set(SLACK_APP_TOKEN="", PORT=port)
        results = await patient.examined()
        assert faults(results) == []
        assert told(results, "port").startswith(f"The bot listens on 127.0.0.1:{port}.")


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0", "::1", "::"])
async def test_a_bot_that_listens_for_probes_takes_no_port_from_itself(tmp_path: Path, host: str) -> None:
    async with clinic(tmp_path) as patient:
        await patient.world.start()
        assert patient.world.bot
        readiness = Readiness(patient.world.bot.engine.process)
        async with serving(probes(readiness, None), host, 0) as port:
            patient.set(HEALTH_HOST=host, HEALTH_PORT=str(port))
            results = await patient.examined()
        assert faults(results) == []
        assert f"The bot listens on {host}:{port}." in told(results, "port")


@pytest.mark.parametrize(("status", "phrase"), [(503, "503 (Service Unavailable)"), (522, "522"), (599, "599")])
async def test_a_status_that_no_standard_has_is_told_by_its_number(tmp_path: Path, status: int, phrase: str) -> None:
    async with clinic(tmp_path) as patient:
        patient.store.faults.add("GET", "/customers", status=status, times=None)
        found = [one.told for one in faults(await patient.examined()) if one.check == "store"]
        assert [one.startswith(f"It answered {phrase} to GET") for one in found] == [True]


async def test_a_port_for_probes_is_looked_at(tmp_path: Path) -> None:
    async with clinic(tmp_path) as patient:
        taken = patient.world.url.rpartition(":")[2]
        patient.set(HEALTH_PORT=taken)
        (fault,) = faults(await patient.examined())
        assert (fault.check, fault.fix) == ("port", "Stop it, or set HEALTH_PORT to another one.")


async def test_a_silent_program_on_the_port_is_another(tmp_path: Path) -> None:
    async with clinic(tmp_path) as patient:
        server = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0)
        async with server:
            port = server.sockets[0].getsockname()[1]
            patient.set(SLACK_APP_TOKEN="", PORT=str(port))
            assert [one.check for one in faults(await patient.examined())] == ["port"]


async def test_answers_that_tell_nothing_leave_things_open(tmp_path: Path) -> None:
    async with clinic(tmp_path) as patient:
        patient.slack.faults.add("bots.info", error="internal_error", times=None)
        patient.has(is_installed=lambda _: False)
        patient.set(HEALTH_PORT="0")
        results = await patient.examined()
        assert faults(results) == []
        assert told(results, "app token") == "Slack opens connections with it."
        assert "segment-bot[xlsx]" in told(results, "extras")
        assert "segment-bot[metrics]" in told(results, "extras")


@pytest.mark.parametrize("scope", ["channels:read", "usergroups:read", "users:read"])
async def test_a_missing_scope_is_told_once(scope: str, tmp_path: Path) -> None:
    async with clinic(tmp_path) as patient:
        patient.lacks_scopes(scope)
        patient.set(APPROVERS=f"{people.BEN},{people.APPROVERS_GROUP}")
        assert [one.told for one in faults(await patient.examined())] == [f"The app lacks {scope}."]


def test_an_answer_without_headers_leaves_open_what_they_tell() -> None:
    for look in (compare_scopes, limit_of, partial(compare, Machine(), "Slack's")):
        with pytest.raises(NotChecked):
            look({})


@pytest.mark.parametrize("name", ["left", "quota"])
def test_half_of_what_is_told_of_a_limit_tells_nothing(name: str) -> None:
    with pytest.raises(NotChecked, match="did not tell its limit"):
        limit_of({f"x-rate-limit-requests-{name}": "5"})


@pytest.mark.parametrize(("seconds", "ok"), [(-61, False), (-60, True), (60, True), (61, False)])
def test_a_clock_may_be_a_minute_apart(seconds: int, ok: bool) -> None:
    now = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)
    date = format_datetime(now - timedelta(seconds=seconds), usegmt=True)
    found = compare(Machine(clock=lambda: now), "Slack's", {"date": date})
    assert found.ok is ok
    assert ("ahead of" in found.told, "behind" in found.told) == (seconds > 60, seconds < -60)


@pytest.mark.parametrize(
    ("kind", "is_network"),
    [
        ("nfs", True),
        ("nfs4", True),
        ("cifs", True),
        ("smb3", True),
        ("fuse.sshfs", True),
        ("ext4", False),
        ("fuse", False),
    ],
)
def test_the_inmost_mount_says_whose_disk_it_is(kind: str, is_network: bool) -> None:
    inner = f"9 8 0:9 / /srv/the\\040bot rw,relatime shared:1 - {kind} source rw"
    machine = Machine(mounts=lambda: f"{MOUNTS}\n{inner}")
    found = machine.network_file_system(Path("/srv/the bot/data/ledger.sqlite"))
    assert found == (kind if is_network else "")
    assert machine.network_file_system(Path("/srv/other/ledger.sqlite")) == ""


async def test_200_mb_are_enough(tmp_path: Path) -> None:
    async with clinic(tmp_path) as patient:
        for free, ok in ((200_000_000, True), (199_999_999, False)):
            patient.has(free=lambda _, free=free: free)
            assert all(one.ok for one in await patient.examined(LEDGER_CHECKS[:1])) is ok


def test_the_machine_is_asked_for_its_mounts_and_room(tmp_path: Path) -> None:
    machine = Machine()
    assert machine.network_file_system(tmp_path / "ledger.sqlite") == ""
    assert machine.free(tmp_path) > 0
    assert machine.is_writable(tmp_path)
    assert machine.is_installed("json")
    assert not machine.is_installed("no_such_module")


def shell(patient: Clinic, *, as_json: bool = False) -> int:
    return examine(patient.environment, patient.dotenv, as_json=as_json)


async def test_the_shell_tells_each_check_in_a_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    async with clinic(tmp_path) as patient:
        assert await asyncio.to_thread(shell, patient) == 0
        lines = capsys.readouterr().out.splitlines()
        assert lines[-1] == "All is well."
        assert all(line.startswith("ok    ") for line in lines[:-1])
        patient.set(SLACK_BOT_TOKEN="xoxb-wrong")
        assert await asyncio.to_thread(shell, patient) == 1
        lines = capsys.readouterr().out.splitlines()
        at = next(at for at, line in enumerate(lines) if line.startswith("MEND"))
        assert lines[at].split("  ") == ["MEND", "bot token", *[""] * 3, " Slack says invalid_auth."]
        assert lines[at + 1].strip().startswith("Copy the Bot User OAuth Token")
        assert lines[-1] == "To mend: 1. Not checked: 8."
        assert len([line for line in lines if line.startswith("?   ")]) == 8


async def test_programs_get_the_same_as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    async with clinic(tmp_path) as patient:
        patient.set(APPROVERS="@ben")
        assert await asyncio.to_thread(shell, patient, as_json=True) == 1
        no_file, only = json.loads(capsys.readouterr().out)
        assert no_file["told"].startswith(f"There is no file {patient.dotenv}")
        assert (only["check"], only["ok"], list(only)) == ("settings", False, ["check", "ok", "told", "fix"])
        assert only["told"] == "APPROVERS: @ben: not a user id (U…, W…) or user-group id (S…)."
        assert only["fix"].startswith("Name member ids")


def test_a_file_of_settings_that_is_unreadable_is_told_with_its_fix(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / ".env").write_bytes(b"\xff\xfe\xff")
    monkeypatch.chdir(tmp_path)
    assert main(["doctor"]) == 1
    told, fix, last = capsys.readouterr().out.splitlines()
    assert told.startswith("MEND  settings  .env: cannot be read")
    assert fix.strip() == "Make .env a text file in UTF-8 that the bot's user can read."
    assert last == "To mend: 1."


async def test_a_sandboxs_database_is_examined_where_it_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    async with clinic(tmp_path) as patient:
        port = patient.world.url.rpartition(":")[2]
        with ledger_database() as name:
            place = ["--port", port, "--data", str(tmp_path), "--database", address_of(name, BOT)]
            assert await asyncio.to_thread(main, ["doctor", "--sandbox", *place]) == 0
    told = capsys.readouterr().out
    assert "The database can be written." in told
    assert "All is well." in told


async def test_a_sandbox_is_examined_by_its_port(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    async with clinic(tmp_path) as patient:
        patient.ledger.rename(tmp_path / "segment-bot.sqlite")
        port = patient.world.url.rpartition(":")[2]
        arguments = ["doctor", "--sandbox", "--port", port, "--data", str(tmp_path), "--json"]
        assert await asyncio.to_thread(main, arguments) == 0
        found = json.loads(capsys.readouterr().out)
        assert {one["ok"] for one in found} == {True}
        assert {one["check"] for one in found} == {one.name for one in CHECKS}
