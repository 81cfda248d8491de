"""People and user groups, fetched from Slack: cached briefly, and never guessed."""

import logging
from collections.abc import Callable, Coroutine, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any, TypeVar

from slack_sdk.web.async_client import AsyncWebClient

from bot.core.language.normal_form import normal_form
from bot.core.people import Actor, Standing, is_group, unreadable_group
from bot.engine.ttl_cache import TtlCache
from bot.slack.slack_errors import NOT_ANSWERED, error_code

TTL = timedelta(seconds=30)
"""Slack allows a group to be read 20 times a minute, so a response is reused for a while."""
UNREADABLE = {
    "missing_scope": "the Slack app lacks the scope usergroups:read",
    "no_such_subteam": "there is no such group",
    "plan_upgrade_required": "user groups are not part of this workspace's plan",
}
"""Codes of groups that cannot be read until somebody mends that, and why, to end a sentence."""
PEOPLE_AT_ONCE = 1000
"""People on one page of a list, the most that Slack sends."""
T = TypeVar("T")
log = logging.getLogger(__name__)


def decode_standing(user: Mapping[str, Any], team_id: str) -> Standing:
    """Decode a person's standing from ``users.info`` (docs.slack.dev/reference/objects/user-object)."""
    if user.get("deleted"):
        return Standing.DEACTIVATED
    if user.get("is_bot") or user.get("id") == "USLACKBOT":
        return Standing.BOT
    if user.get("is_stranger") or team_id not in _teams(user, team_id):
        return Standing.STRANGER
    if user.get("is_restricted") or user.get("is_ultra_restricted"):
        return Standing.GUEST
    return Standing.MEMBER


def _teams(user: Mapping[str, Any], team_id: str) -> frozenset[str]:
    """Return the workspaces that a person belongs to; on Enterprise Grid these may be several.

    Without any, it is this one: Slack leaves the field out where there is only one.
    """
    grid = user.get("enterprise_user") or {}
    return frozenset({user.get("team_id") or team_id, *(grid.get("teams") or ())})


def is_called(user: Mapping[str, Any], name: str) -> bool:
    """Return whether this is a person's name, one word of it, or the handle."""
    profile, wanted = user.get("profile") or {}, normal_form(name.removeprefix("@"))
    names = [normal_form(one) for one in (_real_name(user), profile.get("display_name") or "", user.get("name") or "")]
    return not user.get("is_bot") and wanted in {*names, *(word for one in names for word in one.split())}


def _real_name(user: Mapping[str, Any]) -> str:
    return str(user.get("real_name") or (user.get("profile") or {}).get("real_name") or user.get("name") or "")


class SlackDirectory:
    """A Directory, implemented with Slack's Web API. ``named``: the user and user-group ids that the settings name."""

    def __init__(
        self, client: AsyncWebClient, *, team_id: str, named: frozenset[str], clock: Callable[[], datetime]
    ) -> None:
        self._client = client
        self._team_id = team_id
        self._groups = frozenset(filter(is_group, named))
        self._clock = clock
        self._cached: dict[str, TtlCache[Any]] = {}
        self._unreadable: dict[str, str] = {}
        self._locales: dict[str, str] = {}

    async def actor(self, user_id: str) -> Actor:
        """Return this person with their current standing and groups."""
        standing = await self._standing(user_id)
        read = {group: await self._group(group) for group in self._groups}
        return Actor(
            id=user_id,
            standing=standing or Standing.UNKNOWN,
            groups=frozenset(group for group, members in read.items() if members and user_id in members),
            unread=frozenset(group for group, members in read.items() if members is None),
            unreadable=tuple((group, why) for group, why in sorted(self._unreadable.items())),
        )

    async def locale(self, user_id: str) -> str:
        """Return the locale that this person chose in Slack (en-US); empty if it cannot be read."""
        await self._standing(user_id)
        return self._locales.get(user_id, "")

    async def unreadable_groups(self) -> tuple[str, ...]:
        """Return a sentence for each group of the settings that cannot be read for good."""
        for group in self._groups:
            await self._group(group)
        return tuple(unreadable_group(*one) for one in sorted(self._unreadable.items()))

    async def members(self, ids: frozenset[str]) -> frozenset[str]:
        """Return the ids of the people and of the groups' members behind these ids."""
        people = {one for one in ids if not is_group(one)}
        for group in filter(is_group, ids):
            people |= await self._group(group) or frozenset()
        return frozenset(people)

    def forget(self, ids: frozenset[str]) -> None:
        """Drop what is cached about these users and user groups."""
        for one in ids & self._cached.keys():
            self._cached[one].expire()

    async def read_group(self, group: str) -> frozenset[str] | None:
        """Return the ids of the group's members; None if it cannot be read, for good or just now."""
        members = await self._group(group)
        return None if group in self._unreadable else members

    async def group_names(self) -> Mapping[str, str]:
        """Return the names of all user groups, by id; empty if they cannot be read."""
        try:
            answer = await self._client.usergroups_list()
        except NOT_ANSWERED as error:
            log.warning("Names of groups cannot be read: %s", error_code(error))
            return {}
        return {str(one["id"]): str(one["name"]) for one in answer["usergroups"]}

    async def people_called(self, name: str) -> Mapping[str, str]:
        """Return the names of people who are called so in full, in part or by their handle, by id; none if unread."""
        found: dict[str, str] = {}
        try:
            async for answer in await self._client.users_list(limit=PEOPLE_AT_ONCE):
                found |= {str(one["id"]): _real_name(one) for one in answer["members"] if is_called(one, name)}
        except NOT_ANSWERED as error:
            log.warning("People cannot be looked up: %s", error_code(error))
            return {}
        return found

    async def _standing(self, user_id: str) -> Standing | None:
        try:
            return await self._fresh(user_id, self._fetch_standing)
        except NOT_ANSWERED as error:
            log.warning("Slack does not tell who %s is: %s", user_id, error_code(error))
            return None

    async def _group(self, group: str) -> frozenset[str] | None:
        """Return the members of a group: none if it cannot be read for good, None if it cannot be read just now."""
        try:
            members = await self._fresh(group, self._fetch_group)
        except NOT_ANSWERED as error:
            code = error_code(error)
            log.warning("Group %s cannot be read, so no one in it counts now: %s", group, code)
            self._unreadable |= {group: UNREADABLE[code]} if code in UNREADABLE else {}
            return frozenset() if code in UNREADABLE else None
        self._unreadable.pop(group, None)
        return members

    async def _fresh(self, id_: str, fetch: Callable[[str], Coroutine[Any, Any, T]]) -> T:
        if id_ not in self._cached:
            self._cached[id_] = TtlCache(partial(fetch, id_), ttl=TTL, clock=self._clock)
        value: T = await self._cached[id_].get()
        return value

    async def _fetch_standing(self, user_id: str) -> Standing:
        try:
            answer = await self._client.users_info(user=user_id, include_locale=True)
        except NOT_ANSWERED as error:
            if error_code(error) in ("user_not_found", "user_not_visible"):
                return Standing.STRANGER
            raise
        user: dict[str, Any] = answer["user"]
        self._locales[user_id] = str(user.get("locale") or "")
        return decode_standing(user, self._team_id)

    async def _fetch_group(self, group: str) -> frozenset[str]:
        answer = await self._client.usergroups_users_list(usergroup=group)
        users: list[str] = answer["users"]
        return frozenset(users)
