"""Each morning the channel hears how the segments are: once, whatever happens to bot, store, Slack and clocks."""

import asyncio
import logging
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.core.audit.entries import RecordedEntry
from bot.sandbox.workspace import people
from tests.conftest import OpenWorld
from tests.harness import Json, World, said

BERLIN = ZoneInfo("Europe/Berlin")
CHANNELS = ("#segments", "#approvals")
REFUSALS = ("is_archived", "not_in_channel", "channel_not_found")


def at(day: int, hour: int, minute: int = 0, second: int = 0, *, month: int = 5) -> datetime:
    """A time of 2027 in Berlin; May 3rd is a Monday."""
    return datetime(2027, month, day, hour, minute, second, tzinfo=BERLIN).astimezone(UTC)


async def arrives(slack: World, time: datetime) -> None:
    """It is this time, and the bot looks around."""
    slack.clock.now = time
    await slack.sweep()


async def opened(open_world: OpenWorld, begun: datetime | None = None, **settings: str) -> World:
    """A world in Berlin, whose bot has run since Monday at 8, unless ``begun`` says otherwise; summaries come at 9."""
    where = {"SUMMARY_CHANNEL": people.SEGMENTS, "TIMEZONE": "Europe/Berlin"}
    slack = await open_world(running=False, **where | settings)
    slack.clock.now = begun or at(3, 8)
    await slack.start()
    await slack.sweep()
    return slack


async def starts(slack: World, time: datetime) -> None:
    """The bot is started at this time."""
    slack.clock.now = time
    await slack.start()
    await slack.sweep()


def public(slack: World, channel: str = "#segments") -> list[Json]:
    """What the bot said to everybody in a channel."""
    return [one for one in slack.messages(channel=channel) if one["bot"] and not one["ephemeral"]]


def told(slack: World, channel: str = "#segments") -> list[str]:
    return [said(one) for one in public(slack, channel)]


def outcomes(slack: World) -> list[tuple[str, str]]:
    """Which day's summary became what."""
    return [(one.detail["day"], one.kind.removeprefix("summary ")) for one in _entries(slack)]


def _entries(slack: World) -> list[RecordedEntry]:
    return [one for one in slack.entries() if one.kind.startswith("summary ")]


def reason(slack: World) -> Any:
    return _entries(slack)[-1].detail["reason"]


# Mornings as they should be


async def test_the_usual_morning(open_world: OpenWorld) -> None:
    slack = await opened(open_world)
    await arrives(slack, at(3, 8, 59, 59))
    assert told(slack) == []
    await arrives(slack, at(3, 9))
    assert len(told(slack)) == 1
    assert "12 of 1,000 segments used" in told(slack)[0]
    await slack.type("/segment remove VIPs " + " ".join(slack.emails(2, inside="VIPs")))
    await slack.press("Remove Shoppers", by="ben")
    slack.join("Reviewers", *slack.emails(3, outside="Reviewers"))
    for _ in range(3):
        await arrives(slack, slack.clock.now + timedelta(hours=7))
    assert len(told(slack)) == 1
    await arrives(slack, at(4, 9))
    _, summary = told(slack)
    assert summary.startswith("Reviewers grew by 3 to")
    assert "VIPs lost 2" in summary
    assert "1 change through the bot" in summary
    assert outcomes(slack) == [("2027-05-02", "begun"), ("2027-05-03", "posted"), ("2027-05-04", "posted")]


async def test_a_morning_after_a_day_on_which_nothing_happened(open_world: OpenWorld) -> None:
    slack = await opened(open_world)
    await arrives(slack, at(3, 9))
    await arrives(slack, at(4, 9))
    assert told(slack)[1].startswith("Nothing changed since yesterday: 12 segments")


async def test_a_summary_records_which_log_it_describes(open_world: OpenWorld) -> None:
    slack = await opened(open_world)
    await slack.type("/segment list")
    await arrives(slack, at(3, 9))
    entry = _entries(slack)[-1]
    witnessed = slack.entries()[entry.detail["entry"] - 1]
    assert (entry.kind, entry.channel, entry.detail["head"]) == ("summary posted", people.SEGMENTS, witnessed.seal)
    assert f"its head is {witnessed.seal}" in told(slack)[0]


async def test_the_first_day_ever_is_only_begun_where_its_time_has_passed(open_world: OpenWorld) -> None:
    slack = await opened(open_world, at(3, 9, 0, 1))
    await arrives(slack, at(3, 14))
    assert told(slack) == []
    assert outcomes(slack) == [("2027-05-03", "begun")]
    await arrives(slack, at(4, 9))
    assert told(slack)[0].startswith("The first summary: 12 segments")


async def test_without_a_channel_for_it_there_is_no_summary_and_no_history(open_world: OpenWorld) -> None:
    slack = await open_world()
    for hours in range(30):
        slack.clock.forward(hours=hours)
        await slack.sweep()
    assert slack.kinds() == []
    assert slack.bot
    assert await slack.bot.engine.process.ledger.history.latest(slack.clock.now.date()) is None


async def test_a_sweep_with_nothing_due_asks_the_store_for_nothing(open_world: OpenWorld) -> None:
    slack = await opened(open_world)
    await arrives(slack, at(3, 9))
    asked = len(slack.store.requests())
    for _ in range(50):
        await arrives(slack, slack.clock.now + timedelta(seconds=1))
    assert len(slack.store.requests()) == asked
    assert len(told(slack)) == 1


# The bot was away


async def test_after_a_short_downtime_the_summary_is_caught_up_with(open_world: OpenWorld) -> None:
    slack = await opened(open_world)
    await slack.stop()
    await starts(slack, at(3, 15))
    assert len(told(slack)) == 1
    await slack.stop()
    await starts(slack, at(3, 16))
    await arrives(slack, at(4, 9))
    assert len(told(slack)) == 2


async def test_after_a_long_downtime_it_is_skipped_and_on_record(open_world: OpenWorld) -> None:
    slack = await opened(open_world)
    await slack.stop()
    await starts(slack, at(3, 15, 0, 1))
    await arrives(slack, at(3, 20))
    assert told(slack) == []
    assert outcomes(slack)[1:] == [("2027-05-03", "skipped")]
    assert "within six hours" in reason(slack)
    await slack.stop()
    await starts(slack, at(10, 8))
    assert outcomes(slack)[2:] == [("2027-05-09", "skipped")]
    await arrives(slack, at(10, 9))
    assert len(told(slack)) == 1


async def test_a_summary_interrupted_by_a_stop_is_posted_after_it(open_world: OpenWorld) -> None:
    slack = await opened(open_world)
    slack.clock.now = at(3, 9)
    stuck = slack.stick("GET", "/segments")
    await slack.tick()
    await stuck.reached.wait()
    await slack.stop()
    stuck.release.set()
    await slack.start()
    await slack.sweep()
    assert len(told(slack)) == 1
    assert outcomes(slack)[1:] == [("2027-05-03", "posted")]


async def test_two_bots_on_one_ledger_post_it_once(open_world: OpenWorld) -> None:
    slack = await opened(open_world)
    first = slack.bot
    await slack.start()
    second = slack.bot
    assert first
    assert second
    for day in (3, 4, 5):
        slack.clock.now = at(day, 9)
        await asyncio.gather(first.run_due(), second.run_due())
        await asyncio.gather(second.run_due(), first.run_due())
        assert len(told(slack)) == day - 2
    assert [outcome for _, outcome in outcomes(slack)] == ["begun", *["posted"] * 3]


# The store is down


async def test_a_store_that_is_down_is_asked_once_a_minute(open_world: OpenWorld) -> None:
    slack = await opened(open_world)
    slack.store.faults.add("GET", "/segments", status=403, times=None)
    asked = len(slack.store.requests())
    for second in range(10 * 60):
        if second % 5 == 0:
            await arrives(slack, at(3, 9) + timedelta(seconds=second))
    assert len(slack.store.requests()) - asked == 10
    assert told(slack) == []
    slack.store.faults.clear()
    await arrives(slack, at(3, 9, 10))
    assert told(slack)[0].startswith("The first summary")
    assert outcomes(slack)[1:] == [("2027-05-03", "posted")]


async def test_a_store_down_for_an_hour_is_reported_once(open_world: OpenWorld) -> None:
    slack = await opened(open_world)
    slack.store.faults.add("GET", "/segments", status=403, times=None)
    for minute in range(75):
        await arrives(slack, at(3, 9) + timedelta(minutes=minute))
        assert len(told(slack)) == (minute >= 60)
    assert told(slack)[0].startswith("There is no summary today. BigCommerce forbids this")
    assert outcomes(slack)[1:] == [("2027-05-03", "failed")]
    slack.store.faults.clear()
    await arrives(slack, at(3, 12))
    await arrives(slack, at(4, 9))
    assert len(told(slack)) == 2


# Slack is down, or does not let the bot in


@pytest.mark.parametrize("fault", [{"status": 429, "retry_after": 0}, {"status": 500}, {"error": "internal_error"}])
async def test_a_summary_that_slack_has_no_time_for_comes_a_minute_later(open_world: OpenWorld, fault: Json) -> None:
    slack = await opened(open_world)
    slack.workspace.faults.add("chat.postMessage", times=2, **fault)
    await arrives(slack, at(3, 9))
    await arrives(slack, at(3, 9, 0, 59))
    await arrives(slack, at(3, 9, 1))
    assert told(slack) == []
    await arrives(slack, at(3, 9, 2))
    await arrives(slack, at(3, 9, 3))
    assert len(told(slack)) == 1


async def test_what_happened_before_a_summary_that_nobody_got_is_told_by_the_next(open_world: OpenWorld) -> None:
    slack = await opened(open_world)
    await arrives(slack, at(3, 9))
    slack.enrol("VIPs", 43)
    await slack.type("/segment create Loyal")
    slack.workspace.faults.add("chat.postMessage", status=500, times=999)
    for minute in range(62):
        await arrives(slack, at(4, 9, 0) + timedelta(minutes=minute))
    assert outcomes(slack)[2:] == [("2027-05-04", "failed"), ("2027-05-04", "not delivered")]
    assert reason(slack) == "HTTP 500"
    slack.workspace.faults.clear()
    slack.enrol("VIPs", 45)
    await arrives(slack, at(5, 9))
    assert told(slack)[-1].startswith("VIPs grew by 5 to 45 since 3 May, Loyal was created; 1 change through the bot")
    await slack.type("/segment show VIPs")  # where the history has no hole
    assert "Size over 30 days: 40 shoppers on 3 May, 45 now." in said(slack.messages()[-1])
    (line,) = [one["chart"] for one in slack.messages()[-1]["blocks"] if one["type"] == "data_visualization"]
    assert [point["value"] for point in line["series"][0]["data"]] == [40, 43, 45]


@pytest.mark.parametrize("carried_out", [True, False])
async def test_a_lost_response_from_slack_posts_nothing_twice(open_world: OpenWorld, carried_out: bool) -> None:
    slack = await opened(open_world)
    slack.workspace.faults.add("chat.postMessage", drop=True, after=carried_out)
    for minute in range(90):
        await arrives(slack, at(3, 9) + timedelta(minutes=minute))
    assert len(told(slack)) == carried_out
    assert outcomes(slack)[1:] == [("2027-05-03", "unsure")]
    assert "so it may or may not be in the channel" in reason(slack)
    await arrives(slack, at(4, 9))
    assert len(told(slack)) == carried_out + 1


def _close(slack: World, how: str) -> None:
    channels = slack.workspace.directory.conversations
    if how == "is_archived":
        channels[people.SEGMENTS].archived = True
    elif how == "not_in_channel":
        channels[people.SEGMENTS].members.discard(people.BOT_USER_ID)
    else:
        slack.workspace.faults.add("chat.postMessage", error=how)


def _reopen(slack: World) -> None:
    channel = slack.workspace.directory.conversations[people.SEGMENTS]
    channel.archived = False
    channel.members.add(people.BOT_USER_ID)


@pytest.mark.parametrize("how", REFUSALS)
async def test_a_channel_that_is_closed_to_the_bot_is_told_where_approvals_stand(
    open_world: OpenWorld, how: str, caplog: pytest.LogCaptureFixture
) -> None:
    slack = await opened(open_world)
    _close(slack, how)
    with caplog.at_level(logging.WARNING, "bot.engine.daily_summary"):
        await arrives(slack, at(3, 9))
    await arrives(slack, at(3, 9, 5))
    sentence = f"The daily summary could not be posted in {people.SEGMENTS} ({how})."
    assert told(slack, "#approvals") == [f"{sentence} Invite me there or change SUMMARY_CHANNEL."]
    assert outcomes(slack)[1:] == [("2027-05-03", "failed")]
    assert f"Slack refused it in {people.SEGMENTS} ({how})." in caplog.text


async def test_approvers_hear_once_of_each_time_a_channel_is_closed(
    open_world: OpenWorld,
) -> None:
    slack = await opened(open_world)
    _close(slack, "is_archived")
    for day in (3, 4, 5):
        await arrives(slack, at(day, 9))
    assert len(told(slack, "#approvals")) == 1
    _reopen(slack)
    await arrives(slack, at(6, 9))
    assert len(told(slack)) == 1
    _close(slack, "is_archived")
    await arrives(slack, at(7, 9))
    assert len(told(slack, "#approvals")) == 2
    assert [outcome for _, outcome in outcomes(slack)[1:]] == ["failed", "failed", "failed", "posted", "failed"]


async def test_a_warning_that_slack_did_not_take_comes_the_next_morning(open_world: OpenWorld) -> None:
    slack = await opened(open_world)
    _close(slack, "not_in_channel")
    channels = slack.workspace.directory.conversations
    channels[people.APPROVALS].archived = True
    await arrives(slack, at(3, 9))
    channels[people.APPROVALS].archived = False
    await arrives(slack, at(4, 9))
    await arrives(slack, at(5, 9))
    assert len(told(slack, "#approvals")) == 1


async def test_where_slack_refuses_for_another_reason_nobody_is_asked_to_invite_the_bot(open_world: OpenWorld) -> None:
    slack = await opened(open_world)
    slack.workspace.faults.add("chat.postMessage", error="restricted_action")
    await arrives(slack, at(3, 9))
    assert "An admin of the workspace has to let me post in the channel." in told(slack, "#approvals")[0]


async def test_another_channel_for_the_summary_is_tried_the_next_morning(open_world: OpenWorld) -> None:
    slack = await opened(open_world, SUMMARY_CHANNEL=people.RANDOM)
    await arrives(slack, at(3, 9))
    assert f"in {people.RANDOM} (not_in_channel)" in told(slack, "#approvals")[0]
    await slack.stop()
    slack.overrides["SUMMARY_CHANNEL"] = people.SEGMENTS
    await starts(slack, at(3, 10))
    await arrives(slack, at(4, 9))
    assert len(told(slack)) == 1


# Clocks


@pytest.mark.parametrize(
    ("time", "month", "day", "moment"),
    [
        ("02:30", 3, 28, datetime(2027, 3, 28, 1, 30, tzinfo=UTC)),  # clocks show 3:30 then
        ("02:30", 10, 31, datetime(2027, 10, 31, 0, 30, tzinfo=UTC)),  # and an hour later 2:30 again
    ],
    ids=["left out", "shown twice"],
)
async def test_a_time_that_clocks_leave_out_or_show_twice_is_one_moment(
    open_world: OpenWorld, time: str, month: int, day: int, moment: datetime
) -> None:
    slack = await opened(open_world, at(day - 1, 12, month=month), SUMMARY_TIME=time)
    await arrives(slack, moment - timedelta(seconds=1))
    assert told(slack) == []
    for hours in range(24):
        await arrives(slack, moment + timedelta(hours=hours))
        assert len(told(slack)) == 1 + (hours == 23 and month == 3)
    assert outcomes(slack)[1] == (f"2027-{month:02}-{day:02}", "posted")
    await arrives(slack, moment + timedelta(hours=25))
    assert len(told(slack)) == 2


async def test_a_clock_that_goes_back_after_the_summary_brings_no_second_one(open_world: OpenWorld) -> None:
    slack = await opened(open_world)
    await arrives(slack, at(3, 9))
    await arrives(slack, at(4, 9))
    for hours in (-1, -24, -25, -60, -1, 0):
        await arrives(slack, at(4, 9) + timedelta(hours=hours))
    await slack.stop()
    await starts(slack, at(3, 9))
    await arrives(slack, at(4, 9))
    assert len(told(slack)) == 2
    await arrives(slack, at(5, 9))
    assert len(told(slack)) == 3


async def test_a_corrected_clock_skips_no_summary(open_world: OpenWorld) -> None:
    slack = await opened(open_world)
    await arrives(slack, at(3, 9, month=9))
    assert len(told(slack)) == 1
    for day in (3, 4, 5):
        await arrives(slack, at(day, 9))
    assert len(told(slack)) == 4


async def test_a_clock_set_back_does_not_delay_the_next_try(open_world: OpenWorld) -> None:
    slack = await opened(open_world)
    slack.store.faults.add("GET", "/segments", status=403)
    await arrives(slack, at(3, 11))
    await arrives(slack, at(3, 9))
    assert len(told(slack)) == 1


async def test_a_day_has_one_summary_although_its_time_and_zone_change(open_world: OpenWorld) -> None:
    slack = await opened(open_world, SUMMARY_TIME="08:30")
    await arrives(slack, at(3, 8, 30))
    for time, zone in (("17:00", "Europe/Berlin"), ("09:00", "America/New_York"), ("23:00", "Pacific/Auckland")):
        await slack.stop()
        slack.overrides |= {"SUMMARY_TIME": time, "TIMEZONE": zone}
        await starts(slack, at(3, 9))
        for hour in range(9, 24):
            await arrives(slack, at(3, hour))
    days = [day for day, _ in outcomes(slack)]
    assert len(days) == len(set(days))
    assert len(told(slack)) == 1


async def test_an_earlier_time_that_has_passed_already_is_caught_up_with(open_world: OpenWorld) -> None:
    slack = await opened(open_world, SUMMARY_TIME="17:00")
    await arrives(slack, at(3, 12))
    await slack.stop()
    slack.overrides["SUMMARY_TIME"] = "09:00"
    await starts(slack, at(3, 12))
    assert len(told(slack)) == 1
    assert outcomes(slack)[-1] == ("2027-05-03", "posted")
