"""What the ``ack`` benchmark compares, each as a process of its own over signed HTTP.

``bare`` only acknowledges, as the bot does, before the response; ``bare_default`` does it in Bolt's default way.
The bot itself runs as ``python -m bot http``.
"""

import asyncio
import os
import sys

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack import transports


def bare(*, process_before_response: bool) -> AsyncApp:
    """A Bolt app that acknowledges `/segment` and does nothing else."""
    client = AsyncWebClient(token=os.environ["SLACK_BOT_TOKEN"], base_url=os.environ["SLACK_API_URL"])
    app = AsyncApp(
        client=client,
        request_verification_enabled=False,
        process_before_response=process_before_response,
    )

    @app.command("/segment")
    async def acknowledge(ack: AsyncAck) -> None:
        await ack()

    return app


async def serve(name: str) -> None:
    """Serve one of them until the process is ended."""
    app = bare(process_before_response=name == "bare")

    async def healthy() -> bool:
        return True

    served = transports.http(app, healthy, os.environ["SLACK_SIGNING_SECRET"])
    async with transports.listening(served, "127.0.0.1", int(os.environ["PORT"])):
        print("Ready", flush=True)  # noqa: T201 - the benchmark waits for this line
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1]))
