"""The way to Slack: one client without retries, and what several checks ask of it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.core.people import is_group
from bot.doctor.findings import NotChecked, Once
from bot.slack.directory import SlackDirectory
from bot.slack.slack_errors import NOT_ANSWERED


@dataclass(frozen=True)
class SignedIn:
    """Slack's answer to the bot's token: whose it is, and the headers in lower case."""

    team: str
    team_id: str
    bot: str
    bot_id: str
    headers: Mapping[str, str]


class SlackSide:
    """Slack, as the bot reaches it. ``named``: the user and user-group ids of the settings."""

    def __init__(
        self,
        client: AsyncWebClient,
        session: aiohttp.ClientSession,
        named: frozenset[str],
        clock: Callable[[], datetime],
    ) -> None:
        self.client = client
        self.session = session
        self.sign_in = Once(self._sign_in)
        self.groups = Once(self._read_groups)
        self._named = named
        self._clock = clock
        self._directory: SlackDirectory | None = None

    async def signed_in(self) -> SignedIn:
        """Return whose the token is. Raises NotChecked where Slack does not take it: one check tells of that."""
        try:
            return await self.sign_in()
        except NOT_ANSWERED as error:
            raise NotChecked("Slack did not take the bot's token.") from error

    async def directory(self) -> SlackDirectory:
        """Return the people and groups as the bot sees them. Raises NotChecked."""
        team = (await self.signed_in()).team_id
        await self.groups()  # what is wrong with a group is told of what is read first
        if self._directory is None:
            self._directory = SlackDirectory(self.client, team_id=team, named=self._named, clock=self._clock)
        return self._directory

    async def _read_groups(self) -> Mapping[str, Sequence[str] | Exception]:
        """Return the members of each group that is named, or why they cannot be read."""
        return {group: await self._read_group(group) for group in sorted(filter(is_group, self._named))}

    async def _read_group(self, group: str) -> Sequence[str] | Exception:
        try:
            members: Sequence[str] = (await self.client.usergroups_users_list(usergroup=group))["users"]
        except NOT_ANSWERED as error:
            return error
        return members

    async def _sign_in(self) -> SignedIn:
        answer: AsyncSlackResponse = await self.client.auth_test()
        told: Any = answer.data
        headers = {name.lower(): str(value) for name, value in answer.headers.items()}
        return SignedIn(told["team"], told["team_id"], told["user"], told.get("bot_id", ""), headers)
