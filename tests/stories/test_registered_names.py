"""Names of whom somebody registers: each was typed as one, and what a segment is called is asked about."""

import pytest

from tests.harness import World, buttons
from tests.stories.judge import read

TO = "eve@example.com"


async def asked(slack: World, words: str) -> str:
    """What is asked about a line that registers somebody."""
    before = len(slack.writes())
    await slack.type(f"/shopper register {TO} {words}")
    assert len(slack.writes()) == before
    return read(slack.messages()[-1])


@pytest.mark.parametrize("words", ["Ida VIPs", "Ida vips", "Ida VIPs Lapsed", "Ida Coffee lovers"])
async def test_a_last_name_that_a_segment_has_is_asked_about(slack: World, words: str) -> None:
    told = await asked(slack, words)
    typed = words.removeprefix("Ida ").removesuffix(" Lapsed")
    assert f"Last name: “{typed}”" in told
    assert f"First name: “Ida”; Segments: “{typed}”" in told
    assert "“to”" not in told


async def test_the_answer_asks_for_the_last_name_that_is_missing(slack: World) -> None:
    await asked(slack, "Ida VIPs")
    await slack.press("Register Shopper", by="ana", channel="#segments")
    await slack.submit({"Last name": "Moss"})
    assert (slack.named(TO), slack.profile_id(TO) in slack.members("VIPs")) == ("Ida Moss", True)


@pytest.mark.parametrize("words", ['Ida "VIPs"', "Ida last_name:VIPs"])
async def test_what_is_said_to_be_the_last_name_is(slack: World, words: str) -> None:
    await slack.type(f"/shopper register {TO} {words}")
    assert slack.named(TO) == "Ida VIPs"


@pytest.mark.parametrize(
    ("words", "times"),
    [
        ("Ida Moss in VIPs for 2 days", "Segments: “VIPs”; Until: “2 days”"),
        ("Ida Moss for 2 days", "Until: “2 days”"),
        ("Ida Moss VIPs tomorrow 9am", "Segments: “VIPs”; Run at: “tomorrow 9am”"),
    ],
)
async def test_a_time_behind_names_is_none_of_them(slack: World, words: str, times: str) -> None:
    told = await asked(slack, words)
    assert f"Last name: “Moss”; {times}" in told
    assert len(buttons(slack.messages()[-1])) == 1


@pytest.mark.parametrize("words", ["Ida Moss for 2 days VIPs", "Ida Moss 2 VIPs please", "Ida for 2 days VIPs"])
async def test_no_number_is_offered_as_a_name(slack: World, words: str) -> None:
    told = await asked(slack, words)
    assert "name: “2" not in told
    assert "name: “days" not in told
