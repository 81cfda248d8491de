"""What the ``ack`` benchmark compares, each as a process of its own over signed HTTP.

``bare`` only acknowledges, as the bot does, before the response; ``bare_default`` does it in Bolt's default way.
``bare_recording`` commits a row first: the limit for whoever promises that what was asked is on disk. The bot itself
runs as ``python -m bot http``.
"""

import asyncio
import os
import sqlite3
import sys
from pathlib import Path

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack import transports

ROW = "x" * 1_000


def recording(path: Path) -> sqlite3.Connection:
    """Open a file with as little around a commit as SQLite has, as durable as the bot's: WAL, FULL."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE IF NOT EXISTS rows (id INTEGER PRIMARY KEY, body TEXT NOT NULL) STRICT")
    return connection


def commit_row(connection: sqlite3.Connection) -> None:
    """Commit one row of 1 kB."""
    connection.execute("INSERT INTO rows (body) VALUES (?)", (ROW,))


def bare(*, process_before_response: bool, records: sqlite3.Connection | None = None) -> AsyncApp:
    """A Bolt app that acknowledges `/segment` and does nothing else; with ``records``, one row is committed first."""
    client = AsyncWebClient(token=os.environ["SLACK_BOT_TOKEN"], base_url=os.environ["SLACK_API_URL"])
    app = AsyncApp(
        client=client,
        request_verification_enabled=False,
        process_before_response=process_before_response,
    )

    @app.command("/segment")
    async def acknowledge(ack: AsyncAck) -> None:
        if records:
            commit_row(records)
        await ack()

    return app


async def serve(name: str) -> None:
    """Serve one of them until the process is ended."""
    records = recording(Path(os.environ["DATABASE"])) if name == "bare_recording" else None
    app = bare(process_before_response=name != "bare_default", records=records)

    async def healthy() -> bool:
        return True

    served = transports.http(app, healthy, os.environ["SLACK_SIGNING_SECRET"])
    async with transports.listening(served, "127.0.0.1", int(os.environ["PORT"])):
        print("Ready", flush=True)  # noqa: T201 - the benchmark waits for this line
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1]))
