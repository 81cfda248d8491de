"""The deliveries of Slack: what kinds there are, and how long each takes until it is acknowledged."""

from collections.abc import Callable, Mapping
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.middleware.authorization.async_single_team_authorization import AsyncSingleTeamAuthorization
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.core.meters import NO_METERS, Meters
from bot.engine.process import elapsed

_KINDS = {
    "block_actions": "click",
    "block_suggestion": "suggestion",
    "event_callback": "event",
    "message_action": "shortcut",
    "view_submission": "form",
}


def kind_of(body: Mapping[str, Any]) -> str:
    """Return what people did for this to be delivered, in a word of a closed set."""
    return "command" if "command" in body else _KINDS.get(str(body.get("type")), "other")


class TimedApp(AsyncApp):
    """Bolt's app, which tells the ``meters`` how long each delivery took.

    ``signed_in``: what Slack says of the token. Bolt would ask at the first delivery, and lose it without an answer.
    """

    def __init__(
        self,
        signed_in: AsyncSlackResponse,
        meters: Meters = NO_METERS,
        elapsed: Callable[[], float] = elapsed,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        self._meters, self._elapsed = meters, elapsed
        for one in self._async_middleware_list:
            if isinstance(one, AsyncSingleTeamAuthorization):
                one.auth_test_result = signed_in

    async def async_dispatch(self, req: AsyncBoltRequest) -> BoltResponse:
        """Have a delivery answered."""
        began = self._elapsed()
        try:
            return await super().async_dispatch(req)
        finally:
            self._meters.acknowledged(kind_of(req.body), self._elapsed() - began)
