"""What Slack puts off is sent and fetched when it says so; what stays broken is told."""

import aiohttp
import pytest

from bot.slack.file_transfers import LONGEST_WAIT, PutOff, transfer
from tests.harness import Json, World, said


class Attempts:
    """Attempts that end so, one after the other; and the waits between them."""

    def __init__(self, *ends: Exception | None) -> None:
        self.ends = list(ends)
        self.waits: list[float] = []

    async def __call__(self) -> None:
        if end := self.ends.pop(0):
            raise end

    async def pause(self, seconds: float) -> None:
        self.waits.append(seconds)


LIMITED, BUSY, BROKEN = PutOff(429, "7"), PutOff(503, None), aiohttp.ServerDisconnectedError()


@pytest.mark.parametrize(
    ("ends", "waits"),
    [
        ((None,), []),
        ((LIMITED, LIMITED, None), [7, 7]),
        ((PutOff(429, "soon"), None), [1]),
        ((BUSY, None), [0]),
        ((BROKEN, None), []),
        ((aiohttp.ClientPayloadError(), None), []),
    ],
)
async def test_what_passes_is_tried_again_when_slack_says_so(
    ends: tuple[Exception | None, ...], waits: list[float]
) -> None:
    attempts = Attempts(*ends)
    await transfer(attempts, pause=attempts.pause)
    assert (attempts.ends, attempts.waits) == ([], waits)


@pytest.mark.parametrize(
    "ends",
    [
        (LIMITED, LIMITED, LIMITED),
        (BUSY, BUSY),
        (BROKEN, BROKEN),
        (PutOff(429, f"{LONGEST_WAIT + 1:.0f}"),),
        (aiohttp.InvalidURL("x"),),
    ],
)
async def test_what_stays_is_told_and_tried_no_more(ends: tuple[Exception, ...]) -> None:
    attempts = Attempts(*ends)
    with pytest.raises(type(ends[-1])):
        await transfer(attempts, pause=attempts.pause)
    assert attempts.ends == []


async def import_file(slack: World, content: str) -> Json:
    await slack.type("/segment import VIPs")
    return await slack.submit({"What to do": "add", "File": {"name": "spring.csv", "content": content}})


@pytest.mark.parametrize("fault", [{"status": 429, "retry_after": 0, "times": 2}, {"status": 503}, {"drop": True}])
async def test_a_limit_of_slacks_delays_a_list_and_its_row_files(slack: World, fault: Json) -> None:
    for door in ("download", "upload"):
        slack.workspace.faults.add(door, **fault)
    outcome = await import_file(slack, "\n".join(slack.emails(30, outside="VIPs")))
    assert outcome["ok"], outcome
    assert "From spring.csv: 30 of 30 rows." in said(slack.card(1))
    assert len(slack.files()["Rows to add, VIPs.csv"].splitlines()) == 31
    assert slack.workspace.faults.listed() == []


@pytest.mark.parametrize("status", [429, 500])
async def test_a_list_that_slack_does_not_send_is_told(slack: World, status: int) -> None:
    slack.workspace.faults.add("download", status=status, retry_after=0, times=None)
    outcome = await import_file(slack, "ada@example.com")
    told = f"“spring.csv” could not be fetched from Slack (HTTP {status}). Please try again."
    assert outcome["errors"]["file"] == told
    assert not slack.cards(1)


@pytest.mark.parametrize("status", [429, 400])
async def test_row_files_that_slack_does_not_take_are_told(slack: World, status: int) -> None:
    slack.workspace.faults.add("upload", status=status, retry_after=0, times=None)
    await import_file(slack, "\n".join(slack.emails(30, outside="VIPs")))
    assert any(f"may not have reached you (HTTP {status})" in said(one) for one in slack.messages())
    assert "From spring.csv: 30 of 30 rows." in said(slack.card(1))
