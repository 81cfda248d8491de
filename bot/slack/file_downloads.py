"""Files that people uploaded to Slack, fetched for as long as they are read.

Facts: docs.slack.dev/reference/objects/file-object. Where the app lacks ``files:read``, Slack sends its sign-in page in
place of a file, with status 200.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import partial
from tempfile import TemporaryFile
from typing import Any, BinaryIO, NoReturn

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient
from yarl import URL

from bot.core.errors import Impossible
from bot.core.uploads import MOST_BYTES, Upload
from bot.slack.file_transfers import refuse_busy, transfer
from bot.slack.slack_errors import NOT_ANSWERED, error_code

CHUNK = 64 * 1024
GONE = frozenset({"file_not_found", "file_deleted", "HTTP 404", "HTTP 410"})
OUTSIDE = frozenset({"external", "tombstone", "hidden_by_limit"})
"""Modes of files whose content Slack does not keep, or not any more."""
SCOPE = "Whoever runs the bot can give the Slack app the scope `files:read`, and install it again."


class SlackUploads:
    """Opens files in Slack, as the app whose client this is."""

    def __init__(self, client: AsyncWebClient) -> None:
        self._client = client

    @asynccontextmanager
    async def open(self, upload: Upload) -> AsyncIterator[BinaryIO]:
        """Open a copy without a name, which no crash leaves behind. Raises Impossible."""
        with TemporaryFile() as copy:
            try:
                await self._fetch(upload, copy)
            except NOT_ANSWERED as error:
                _refuse_error(upload, error_code(error))
            copy.seek(0)
            yield copy

    async def _fetch(self, upload: Upload, copy: BinaryIO) -> None:
        answer = await self._client.files_info(file=upload.id)
        file: dict[str, Any] = answer["file"]
        url = URL(str(file.get("url_private_download") or ""))
        refuse_unkept(upload, file)
        if not is_own(url, URL(self._client.base_url)):
            _refuse(upload, "is not on Slack's own file host, so I did not fetch it. Upload the file itself.")
        await transfer(partial(self._download, upload, url, copy))

    async def _download(self, upload: Upload, url: URL, copy: BinaryIO) -> None:
        session, headers = self._client.session, {"Authorization": f"Bearer {self._client.token}"}
        assert session  # noqa: S101 - wiring gives every client one
        # A redirect would take the token elsewhere; Slack sends one to its sign-in page.
        async with session.get(url, headers=headers, allow_redirects=False) as response:
            if _is_sign_in(response):
                _refuse(upload, f"did not come: Slack asked me to sign in. {SCOPE}")
            refuse_busy(response)
            if response.status != 200:
                _refuse_error(upload, f"HTTP {response.status}")
            copy.truncate(copy.seek(0))
            async for chunk in response.content.iter_chunked(CHUNK):
                if copy.tell() + len(chunk) > MOST_BYTES:
                    _refuse_size(upload)
                copy.write(chunk)


def refuse_unkept(upload: Upload, file: Mapping[str, Any]) -> None:
    """Raise Impossible if Slack says of this file that it does not have its content, or that it is too large."""
    if file.get("mode") in OUTSIDE or file.get("is_external"):
        _refuse(upload, "is not kept in Slack. Download it, and upload the file itself.")
    if int(file.get("size") or 0) > MOST_BYTES:
        _refuse_size(upload)


def is_own(url: URL, api: URL) -> bool:
    """Return whether the token goes to this host anyway: that of the API, or of files beside it."""
    return url.origin() in (api.origin(), api.with_host(f"files.{api.host}").origin()) if url.is_absolute() else False


def _is_sign_in(response: aiohttp.ClientResponse) -> bool:
    """Return whether this is the sign-in page, or leads to it: a file comes as an attachment, whatever it is."""
    is_file = response.headers.get("Content-Disposition", "").startswith("attachment")
    return 300 <= response.status < 400 or (response.content_type == "text/html" and not is_file)


def _refuse(upload: Upload, why: str) -> NoReturn:
    raise Impossible(f"“{upload.name}” {why}", field="file", for_log=f"The file {why}")


def _refuse_size(upload: Upload) -> NoReturn:
    _refuse(upload, "is larger than 10 MB, the most that I read. Split it, or leave out columns that are not needed.")


def _refuse_error(upload: Upload, code: str) -> NoReturn:
    if code == "missing_scope":
        _refuse(upload, f"cannot be read. {SCOPE}")
    if code in GONE:
        _refuse(upload, "is not in Slack any more, or where I am not. Upload it again.")
    _refuse(upload, f"could not be fetched from Slack ({code}). Please try again.")
