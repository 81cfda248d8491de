"""Slack's Web API and response URLs; what becomes of each request is counted."""

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.core import work
from bot.core.meters import NO_METERS, Meters, Outcome
from bot.slack.blocks import Block
from bot.slack.slack_errors import NOT_ANSWERED, RefusedResponse, UnreadableResponse, error_code

_LIMITED = frozenset({"ratelimited", "rate_limited", "HTTP 429"})


class SlackClient(AsyncWebClient):
    """The client for all that the bot sends to Slack, but for the bytes of files."""

    def __init__(self, token: str, base_url: str, *, meters: Meters = NO_METERS, **options: Any) -> None:
        super().__init__(token, base_url, **options)
        self._meters = meters

    async def api_call(self, api_method: str, **options: Any) -> AsyncSlackResponse:
        """Call a method. Raises NOT_ANSWERED."""
        with self._counted():
            answer = await super().api_call(api_method, **options)
            work.learn("slack_request", _request_id(answer))
            return answer

    async def _request(self, *, http_verb: str, api_url: str, req_args: dict[str, Any]) -> dict[str, Any]:
        """Send a request. Raises NOT_ANSWERED: an UnreadableResponse where the SDK would take any body for Slack's.

        Slack's own is an object that says whether it is ``ok``.
        """
        try:
            answer = await super()._request(http_verb=http_verb, api_url=api_url, req_args=req_args)
        except UnicodeDecodeError as error:
            raise UnreadableResponse(str(error)) from error
        data = answer["data"]
        if answer["status_code"] < HTTPStatus.MULTIPLE_CHOICES and not (isinstance(data, dict) and "ok" in data):
            raise UnreadableResponse(f"The response of {api_url} is not Slack's.")
        return answer

    async def respond(self, url: str, text: str, blocks: list[Block] | None) -> None:
        """Post to a response URL what one person sees. Raises NOT_ANSWERED."""
        with self._counted():
            webhook = AsyncWebhookClient(url, session=self.session)
            answer = await webhook.send(text=text, blocks=blocks, response_type="ephemeral", replace_original=False)
            if answer.status_code != 200:
                raise RefusedResponse(answer.status_code, answer.body)

    @contextmanager
    def _counted(self) -> Iterator[None]:
        try:
            yield
        except NOT_ANSWERED as error:
            self._meters.requested("slack", _outcome(error))
            work.learn("slack_request", _request_id(getattr(error, "response", None)))
            raise
        self._meters.requested("slack", "ok")


def _request_id(answer: object) -> str:
    """Return the id by which Slack's support finds the request; empty without a response."""
    return str(answer.headers.get("x-slack-req-id", "")) if isinstance(answer, AsyncSlackResponse) else ""


def _outcome(error: Exception) -> Outcome:
    """Return what became of a request that ended with this error."""
    code = error_code(error)
    if code in _LIMITED:
        return "limited"
    if isinstance(error, SlackApiError) and isinstance(error.response, AsyncSlackResponse):
        return "refused" if error.response.status_code < 500 else "failed"
    return "refused" if isinstance(error, RefusedResponse) else "unanswered"
