"""Both ways in which Slack's deliveries reach a bot, and what its keeper asks whether it is well."""

from pathlib import Path

from aiohttp import ClientSession

from tests.harness import world


async def test_socket_mode_brings_what_is_typed(tmp_path: Path) -> None:
    async with world(tmp_path, customers=5) as slack:
        await slack.type("/segment list loyal")
        assert "loyal" in slack.whisper().lower()


async def test_http_mode_brings_what_is_typed(tmp_path: Path) -> None:
    async with world(tmp_path, customers=5, signed_http=True) as slack:
        await slack.type("/segment list loyal")
        assert "loyal" in slack.whisper().lower()


async def test_http_mode_says_whether_the_bot_is_well(tmp_path: Path) -> None:
    async with world(tmp_path, customers=5, signed_http=True) as slack, ClientSession() as session:
        answer = await session.get(slack.request_url.replace("/slack/events", "/healthz"))
        assert (answer.status, await answer.json()) == (200, {"ok": True})
