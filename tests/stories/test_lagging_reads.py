"""The store shows a write a few seconds late: the same lines lead to the same store, and nothing is told wrongly.

Time passes only while the bot waits, so that people act as if they were quicker than any store.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from bot.core.approval.changes import State
from tests.harness import World, buttons, said, world
from tests.stories.judge import judge, read

MEMBERS = "/segments/{id}/shopper-profiles"
SHORT, LONG = 2.0, 6.0
PROMOTION = '"Free shipping over 40"'


@asynccontextmanager
async def lagging(folder: Path, seconds: float) -> AsyncIterator[World]:
    """A bot, and a store whose lists are so many seconds behind."""
    own = folder / f"{seconds}"
    own.mkdir()
    async with world(own, customers=100, running=False) as slack:

        async def passing(waited: float) -> None:
            slack.clock.forward(seconds=waited)

        slack.pause = passing
        slack.store.set(lag_seconds=seconds)
        await slack.start()
        yield slack
        await judge(slack)


def with_names(slack: World, line: str) -> str:
    """Put people of this store into a line."""
    (outside,), (inside,) = slack.emails(1, outside="VIPs"), slack.emails(1, inside="VIPs")
    return line.format(outside=outside, inside=inside, without=slack.emails_without_profile(1)[0])


async def carry_out(slack: World, *lines: str) -> int:
    """Ask for these, one right after the other, and have them approved; return how many changes they led to."""
    number = 0
    for line in lines:
        await slack.type(line)
        if has_card(slack, number + 1):
            number += 1
            for _ in range(3):  # what is shown by then is another plan, for which people are asked again
                if "Waiting" in said(slack.card(number)):
                    await slack.press(buttons(slack.card(number))[0], by="ben", change=number)
    return number


def has_card(slack: World, number: int) -> bool:
    """Whether there is such a change."""
    seen = [one for channel in ("#approvals", "#segments") for one in slack.messages(by="ben", channel=channel)]
    return any(one["text"].startswith(f"Change {number}:") for one in seen)


def owners(slack: World) -> dict[str, set[str]]:
    """Whose addresses are in which segment."""
    sql = """SELECT segments.name, email FROM segments LEFT JOIN members ON segment = segments.position
             LEFT JOIN profiles ON profile = profiles.position LEFT JOIN customers ON customers.id = customer_id"""
    found: dict[str, set[str]] = {}
    for row in slack.store.shop.rows(sql):
        found.setdefault(row["name"], set()).update(filter(None, [row["email"]]))
    return found


SCRIPTS: dict[str, tuple[str, ...]] = {
    "added and undone": ("/segment add VIPs {outside}", "/change undo 1"),
    "added and cleared": ("/segment add VIPs {outside}", "/segment clear VIPs", "/change undo 2"),
    "added and deleted": ("/segment add VIPs {outside}", "/segment delete VIPs", "/change undo 2"),
    "added and removed": ("/segment add VIPs {outside}", "/segment remove VIPs {outside}", "/change undo 2"),
    "removed and undone": ("/segment remove VIPs {inside}", "/change undo 1"),
    "removed and deleted": ("/segment remove VIPs {inside}", "/segment delete VIPs", "/change undo 2"),
    "created and undone": ("/segment create Loyal", "/change undo 1"),
    "created, filled and undone": ("/segment create Loyal", "/segment add Loyal {outside}", "/change undo 1"),
    "created twice": ("/segment create Loyal", "/segment create Loyal"),
    "copied and undone": ("/segment copy Wholesale Traders", "/change undo 1"),
    "renamed and renamed": ("/segment edit VIPs name:Gold", "/segment edit Gold name:Best", "/change undo 2"),
    "deleted twice": ("/segment delete Lapsed", "/segment delete Lapsed", "/change undo 1"),
    "a profile deleted": ("/segment add Lapsed {inside}", "/shopper delete {inside}", "/change undo 2"),
    "a profile made": ("/segment add VIPs {without}", "/change undo 1", "/segment add VIPs {without}"),
    "registered": ("/shopper register new@example.com New One VIPs", "/change undo 1"),
    "untargeted": ('/promotion untarget "VIP early access"', "/change undo 1"),
    "disabled and targeted": (
        f"/promotion disable {PROMOTION}",
        f"/promotion target {PROMOTION} is Lapsed",
        "/change undo 1",
    ),
}


async def outcome(slack: World, lines: tuple[str, ...]) -> list[Any]:
    """What has become of the store, and of each change, once people asked for all this at once."""
    told = await carry_out(slack, *[with_names(slack, line) for line in lines])
    promotions = {id_: (one["status"], one["customer"]["segments"] is None) for id_, one in slack.promotions().items()}
    return [owners(slack), promotions, [(await slack.change(at)).state for at in range(1, told + 1)]]


@pytest.mark.parametrize("lag", [SHORT, LONG])
@pytest.mark.parametrize("lines", SCRIPTS.values(), ids=SCRIPTS.keys())
async def test_the_same_lines_lead_to_the_same_store(tmp_path: Path, lines: tuple[str, ...], lag: float) -> None:
    async with lagging(tmp_path, 0.0) as slack:
        expected = await outcome(slack, lines)
    async with lagging(tmp_path, lag) as slack:
        assert await outcome(slack, lines) == expected


WRITES = [
    ("POST", "/segments", "/segment create Loyal"),
    ("PUT", "/segments", "/segment edit Lapsed name:Sleepers"),
    ("POST", MEMBERS, "/segment add VIPs {outside}"),
    ("POST", "/customers", "/shopper register new@example.com New One"),
    ("POST", "/shopper-profiles", "/segment add Reviewers {without}"),
    ("DELETE", MEMBERS, "/segment remove VIPs {inside}"),
    ("DELETE", "/segments", "/segment delete Subscribers"),
    ("DELETE", "/shopper-profiles", "/shopper delete {inside}"),
    ("PUT", "/promotions/{id}", f"/promotion disable {PROMOTION}"),
    ("PUT", "/promotions/{id}", '/promotion untarget "VIP early access"'),
]


@pytest.mark.parametrize("answer", [{"status": 200, "body": "null"}, {"status": 201, "body": {"data": []}}])
@pytest.mark.parametrize(("method", "path", "line"), WRITES)
async def test_what_was_done_is_told_as_done_though_neither_answer_nor_list_shows_it_yet(
    tmp_path: Path, method: str, path: str, line: str, answer: dict[str, Any]
) -> None:
    async with lagging(tmp_path, SHORT) as slack:
        slack.store.faults.add(method, path, carried_out=True, **answer)
        await carry_out(slack, with_names(slack, line))
        change = await slack.change(1)
        assert change.state is State.DONE, read(slack.card(1))
        assert change.can_be_undone or path == "/customers"


@pytest.mark.parametrize(("method", "path", "line"), [one for one in WRITES if one[:2] != ("PUT", "/segments")])
async def test_what_is_shown_a_minute_late_is_not_told_as_undone(
    tmp_path: Path, method: str, path: str, line: str
) -> None:
    async with lagging(tmp_path, 60.0) as slack:
        slack.store.faults.add(method, path, carried_out=True, status=200, body="null")
        await carry_out(slack, with_names(slack, line))
        assert "Nothing was changed" not in read(slack.card(1))
