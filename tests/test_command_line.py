"""The command line, as its user meets it: real processes, over the sandbox's control API."""

import asyncio
import json
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.__main__ import main
from bot.sandbox.workspace import people
from tests.harness import environment_for
from tests.onlooker import onlooker
from tests.postgres import address_of, own_database
from tests.processes import UNSET, running


def command(*arguments: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """``python -m bot *arguments``, run in ``folder`` with nothing but these settings."""
    return subprocess.run(
        [sys.executable, "-m", "bot", *arguments],
        cwd=folder,
        env=UNSET | environment,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that another program listens on."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        yield other.getsockname()[1]


async def test_the_sandbox_takes_a_script_from_the_request_to_the_undo(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with running("bot", "sandbox", "--port", "0", "--data", str(data), ready="stops it") as (_, line):
        url = re.findall(r"http://\S+", line)[0]
        async with onlooker(url) as looker:
            before = await looker.sizes(lambda sizes: "VIPs" in sizes)
            assert (await looker.type("ana", "/segment delete VIPs"))["ack_ms"] < 3000
            card = await looker.card("ana", 1, "Waiting for 1 approval")
            click = {"channel": "#approvals", "ts": card["ts"], "button": "Delete Segment"}
            await looker.act("press", user="ana", **click)
            await looker.until("ana", "state", lambda state: "You asked for change 1, so someone else" in str(state))
            assert "VIPs" in await looker.sizes(lambda _: True)

            await looker.act("press", user="ben", **click)
            await looker.card("ben", 1, "*:white_check_mark: Done*")
            after = await looker.sizes(lambda sizes: "VIPs" not in sizes)
            assert after == {name: size for name, size in before.items() if name != "VIPs"}

            await looker.type("ana", "/change undo 1")
            card = await looker.card("ben", 2, "Waiting for 1 approval")
            await looker.act("press", user="ben", channel="#approvals", ts=card["ts"], button="Undo Change")
            await looker.card("ben", 2, "*:white_check_mark: Done*")
            assert await looker.sizes(lambda sizes: "VIPs" in sizes) == before
    database = data / "segment-bot.sqlite"
    verified = command("audit", "verify", "--database", str(database), folder=tmp_path)
    assert (verified.returncode, verified.stderr) == (0, "")
    exported = command("audit", "export", "--database", str(database), folder=tmp_path)
    entries = [json.loads(line) for line in exported.stdout.splitlines()]
    assert [entry["number"] for entry in entries] == list(range(1, len(entries) + 1))
    assert {"asked", "planned", "refused", "approve", "step done", "finish"} <= {one["kind"] for one in entries}


async def test_a_sandbox_goes_on_where_it_was(tmp_path: Path) -> None:
    sandbox = ("bot", "sandbox", "--port", "0", "--data", str(tmp_path / "data"), "--customers", "40")
    with running(*sandbox, ready="stops it") as (_, line):
        async with onlooker(re.findall(r"http://\S+", line)[0]) as looker:
            await looker.type("ana", "/segment delete VIPs")
            await looker.card("ben", 1, "Waiting for 1 approval")
    with running(*sandbox, ready="stops it") as (_, line):
        async with onlooker(re.findall(r"http://\S+", line)[0]) as looker:
            card = await looker.card("ben", 1, "Waiting for 1 approval")
            await looker.act("press", user="ben", channel="#approvals", ts=card["ts"], button="Delete Segment")
            await looker.card("ben", 1, "*:white_check_mark: Done*")
            await looker.sizes(lambda sizes: "VIPs" not in sizes)


async def test_a_sandboxs_ledger_may_be_in_a_database_of_postgresql(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with own_database(empty=True) as name:
        data = ("--data", str(tmp_path / "data"), "--database", address_of(name))
        with running("bot", "sandbox", "--port", "0", "--customers", "40", *data, ready="stops it") as (_, line):
            url = re.findall(r"http://\S+", line)[0]
            async with onlooker(url) as looker:
                await looker.type("ana", "/segment delete VIPs")
                await looker.card("ana", 1, "Waiting for 1 approval")
        assert [path.name for path in (tmp_path / "data").glob("segment-bot*")] == []
        assert await asyncio.to_thread(main, ["audit", "verify", "--database", address_of(name)]) == 0
        assert "The log is intact" in capsys.readouterr().out
        assert await asyncio.to_thread(main, ["sandbox", "--fresh", "--port", "0", *data]) == 1
        assert "never emptied" in capsys.readouterr().err


async def test_the_doctor_finds_nothing_of_a_running_sandbox(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = tmp_path / "data"
    with running("bot", "sandbox", "--port", "0", "--data", str(data), "--customers", "40", ready="stops it") as (
        _,
        line,
    ):
        port = line.split("127.0.0.1:")[1].split()[0]
        before = {one.name for one in data.iterdir()}
        assert await asyncio.to_thread(main, ["doctor", "--sandbox", "--port", port, "--data", str(data)]) == 0
        assert capsys.readouterr().out.endswith("\nAll is well.\n")
        assert {one.name for one in data.iterdir()} == before


def test_all_faults_of_the_settings_are_told_at_once(tmp_path: Path) -> None:
    outcome = command("socket", folder=tmp_path, SLACK_BOT_TOKEN="xoxp-wrong", TIMEZONE="Mars", APPROVERS="Ben")
    assert outcome.returncode == 1
    for name in ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "TIMEZONE", "APPROVERS", "BIGCOMMERCE_STORE_HASH"):
        assert f"\n{name}: " in outcome.stderr
    assert "xoxp-wrong" not in outcome.stderr


def test_a_line_of_the_file_that_cannot_be_read_is_told_with_them_and_stops_who_reads_the_log(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("DATABASE='ledger.sqlite\n", encoding="utf-8")
    told = command("socket", folder=tmp_path).stderr
    assert ".env: line 1, of DATABASE, cannot be read." in told
    assert "APPROVERS: missing." in told
    outcome = command("audit", "verify", folder=tmp_path)
    assert (outcome.returncode, ".env: line 1, of DATABASE, cannot be read." in outcome.stderr) == (1, True)


@pytest.mark.parametrize("mode", ["socket", "http"])
def test_a_faulty_policy_stops_the_start_and_all_its_faults_are_told(mode: str, tmp_path: Path) -> None:
    rule = '[[rules]]\nsteps = ["drop_segment"]\napprovals = 3\n'
    (tmp_path / "policy.toml").write_text(f'breakers = ["head"]\n{rule}')
    outcome = command(mode, folder=tmp_path, POLICY="policy.toml")
    assert outcome.returncode == 1
    (told,) = [line for line in outcome.stderr.splitlines() if line.startswith("POLICY: ")]
    for where in ("breakers: head: ", "rules.0.steps: drop_segment: ", "rules.0.approvals: "):
        assert where in told
    assert "Traceback" not in outcome.stderr


def test_http_mode_asks_for_the_signing_secret(tmp_path: Path) -> None:
    assert "SLACK_SIGNING_SECRET: missing" in command("http", folder=tmp_path).stderr


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("sokcet",),
        ("sandbox", "--customers", "-1"),
        ("sandbox", "--database", "ledger.sqlite"),
        ("sandbox", "--parts", "shop"),
        ("sandbox", "--port", "65536"),
        ("audit",),
    ],
)
def test_wrong_use_exits_with_2(arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exit_:
        main(arguments)
    assert exit_.value.code == 2
    assert "usage: segment-bot" in capsys.readouterr().err


def test_no_slack_to_talk_to_is_a_sentence(tmp_path: Path) -> None:
    outcome = command("sandbox", "--parts", "bot", "--port", "1", folder=tmp_path)
    assert outcome.returncode == 1
    assert "Slack at http://127.0.0.1:1/api/" in outcome.stderr
    assert "Traceback" not in outcome.stderr


def test_a_sandbox_says_what_it_is_doing_until_it_runs(tmp_path: Path) -> None:
    sandbox = ("bot", "sandbox", "--port", "0", "--data", str(tmp_path), "--customers", "1200")
    with running(*sandbox, ready="Starting the sandbox…"):
        pass
    with running(*sandbox, ready="Filling a new store with 1,200 customers…"):
        pass


def test_a_taken_port_names_the_option_that_chooses_another(
    taken: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["sandbox", "--port", str(taken), "--data", str(tmp_path / "data")]) == 1
    said = f"Port {taken} on 127.0.0.1 is taken by another program. Choose another one with --port.\n"
    assert capsys.readouterr().err == said
    assert not (tmp_path / "data").exists()


def test_a_second_sandbox_removes_no_data_of_the_first(taken: int, tmp_path: Path) -> None:
    (tmp_path / "store.sqlite").write_bytes(b"used by the first")
    assert main(["sandbox", "--fresh", "--port", str(taken), "--data", str(tmp_path)]) == 1
    assert (tmp_path / "store.sqlite").exists()


def test_a_taken_port_names_the_setting_that_chooses_another(taken: int, tmp_path: Path) -> None:
    settings = environment_for("http://127.0.0.1:1", tmp_path / "ledger.sqlite") | {"PORT": str(taken)}
    outcome = command("http", folder=tmp_path, **settings)
    said = f"Port {taken} on 127.0.0.1 is taken by another program. Choose another one with the setting PORT.\n"
    assert (outcome.returncode, outcome.stderr) == (1, said)


def test_one_port_for_slack_and_for_probes_is_a_sentence(tmp_path: Path) -> None:
    settings = environment_for("http://127.0.0.1:1", tmp_path / "ledger.sqlite")
    outcome = command("http", folder=tmp_path, **settings, PORT="21772", HEALTH_PORT="21772")
    said = "PORT and HEALTH_PORT are the same. Set HEALTH_PORT to another port.\n"
    assert (outcome.returncode, outcome.stderr) == (1, said)


@pytest.mark.parametrize("mode", ["http", "socket", "doctor"])
def test_ctrl_c_on_the_way_is_a_sentence(mode: str, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        settings = environment_for(url, tmp_path / "ledger.sqlite") | {"PORT": "0"}
        started = subprocess.Popen(
            [sys.executable, "-m", "bot", mode],
            cwd=tmp_path,
            env=UNSET | settings,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        silent.settimeout(30)
        asked, _ = silent.accept()
        started.send_signal(signal.SIGINT)
        said, _ = started.communicate(timeout=30)
        asked.close()
    assert (started.returncode, said.splitlines()[-1]) == (130, "Stopped by Ctrl+C, before the end.")
    assert "Traceback" not in said


@pytest.mark.parametrize("host", ["192.0.2.1", "nowhere.invalid"])
def test_an_address_of_another_machine_is_a_sentence(host: str, tmp_path: Path) -> None:
    settings = environment_for("http://127.0.0.1:1", tmp_path / "ledger.sqlite") | {"HOST": host}
    outcome = command("http", folder=tmp_path, **settings)
    assert outcome.returncode == 1
    assert outcome.stderr.startswith(f"Nothing can listen on port 3000 of {host}: ")
    assert "It has to be an address of this machine" in outcome.stderr


def test_a_database_that_is_none_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("no database at all, but long enough to be read as one" * 20)
    outcome = command("audit", "verify", "--database", "notes.txt", folder=tmp_path)
    assert outcome.returncode == 1
    assert "cannot be used" in outcome.stderr
    missing = command("audit", "verify", folder=tmp_path, DATABASE="nowhere.sqlite")
    assert (missing.returncode, "There is no database nowhere.sqlite" in missing.stderr) == (1, True)


async def test_one_changed_byte_of_the_log_is_found(tmp_path: Path) -> None:
    with running("bot", "sandbox", "--port", "0", "--data", str(tmp_path), "--customers", "5", ready="stops it") as (
        _,
        line,
    ):
        async with onlooker(re.findall(r"http://\S+", line)[0]) as looker:
            await looker.type("ana", "/segment show VIPs")
    database = tmp_path / "segment-bot.sqlite"
    assert command("audit", "verify", "--database", str(database), folder=tmp_path).returncode == 0
    content = database.read_bytes()
    assert b"/segment show segment:" in content
    database.write_bytes(content.replace(b"/segment show segment:", b"/segment shoW segment:"))
    broken = command("audit", "verify", "--database", str(database), folder=tmp_path)
    assert broken.returncode == 1
    assert "Entry 2 is not what was sealed after entry 1" in broken.stderr  # the first one tells of the summary


async def test_a_list_is_imported_from_the_shell_beside_a_running_bot(tmp_path: Path) -> None:
    data, file = tmp_path / "data", tmp_path / "list.csv"
    sandbox = ("bot", "sandbox", "--port", "0", "--data", str(data), "--customers", "40")
    with running(*sandbox, ready="stops it") as (_, line):
        url = re.findall(r"http://\S+", line)[0]
        settings = environment_for(url, data / "segment-bot.sqlite")
        arguments = ("import", str(file), "--segment", "VIPs", "--mode", "equal", "--as", people.ANA)
        missing = command(*arguments, folder=tmp_path, **settings)
        assert (missing.returncode, missing.stderr) == (1, f"There is no file {file}.\n")
        file.write_text("customer_id\n1\n2\n", encoding="utf-8")
        asked = command(*arguments, folder=tmp_path, **settings)
        assert (asked.returncode, asked.stderr) == (0, "")
        assert "2 rows read from list.csv:" in asked.stdout
        assert "is asked in Slack to confirm this" in asked.stdout
        assert settings["SLACK_BOT_TOKEN"] not in asked.stdout + asked.stderr
        async with onlooker(url) as looker:
            await looker.until("ana", "state", lambda state: "asked for it in your name" in str(state))
    wrong = command("import", "x", "--segment", "VIPs", "--mode", "add", "--as", "ana", folder=tmp_path)
    assert wrong.returncode == 2
    assert "is not a member id" in wrong.stderr


def test_an_import_needs_the_ledger_of_a_bot(tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text("ada@example.com", encoding="utf-8")
    settings = environment_for("http://127.0.0.1:1", tmp_path / "none.sqlite")
    arguments = ("import", "list.csv", "--segment", "VIPs", "--mode", "add", "--as", people.ANA)
    refused = command(*arguments, folder=tmp_path, **settings)
    assert refused.returncode == 1
    assert refused.stderr.startswith(f"There is no ledger {tmp_path / 'none.sqlite'}. Start the bot first")
    assert not (tmp_path / "none.sqlite").exists()
