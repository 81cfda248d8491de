"""Files sent to Slack: a URL for each, its content there piece by piece, and one message that shares them all.

The SDK's own method holds every file in memory, twice. Facts: docs.slack.dev/messaging/working-with-files
"""

from collections.abc import AsyncIterator, Sequence
from functools import partial

from slack_sdk.web.async_client import AsyncWebClient

from bot.core.answers import File
from bot.core.written_text import WrittenText
from bot.slack.answers import file_name
from bot.slack.file_transfers import refuse_busy, transfer
from bot.slack.slack_errors import RefusedResponse


async def share_files(
    client: AsyncWebClient,
    channel: str,
    files: Sequence[File],
    *,
    comment: str | None = None,
    thread: str | None = None,
) -> None:
    """Share all files in one message, or none of them. Raises NOT_ANSWERED."""
    if not files:
        return
    contents = [WrittenText((one.content,)) if isinstance(one.content, str) else one.content for one in files]
    names = [file_name(one.name) for one in files]
    places = [
        await client.files_getUploadURLExternal(filename=name, length=content.size)
        for name, content in zip(names, contents, strict=True)
    ]
    for place, content in zip(places, contents, strict=True):
        await transfer(partial(_send, client, str(place["upload_url"]), content))
    await client.files_completeUploadExternal(
        files=[{"id": place["file_id"], "title": name} for place, name in zip(places, names, strict=True)],
        channel_id=channel,
        initial_comment=comment,
        thread_ts=thread,
    )


async def _send(client: AsyncWebClient, url: str, content: WrittenText) -> None:
    session = client.session
    assert session  # noqa: S101 - wiring gives every client one
    headers = {"Content-Length": str(content.size), "Content-Type": "application/octet-stream"}
    async with session.post(url, data=_pieces(content), headers=headers) as response:
        refuse_busy(response)
        status = response.status
    if status != 200:
        raise RefusedResponse(status, "")


async def _pieces(content: WrittenText) -> AsyncIterator[bytes]:
    for chunk in content.chunks():
        yield chunk
