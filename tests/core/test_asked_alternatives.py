"""Lines that leave open which of their names is meant, or go on with another command: what is offered."""

import pytest

from tests.core.test_resolution import asked

OPEN = {
    "segment delete VIPs Gold or Top": ("or", ["VIPs Gold and Top", "VIPs Gold", "Top"]),
    "segment delete Either Top 10 or Top": ("Either", ["Top 10 and Top", "Top 10", "Top"]),
    "segment delete Top, perhaps VIPs Gold": ("perhaps", ["Top and VIPs Gold", "Top", "VIPs Gold"]),
    "segment add any of Top, Top 10 a@b.c": ("any", ["Top and Top 10", "Top", "Top 10"]),
}


@pytest.mark.parametrize("line", OPEN)
async def test_all_names_are_offered_and_each_alone(line: str) -> None:
    word, names = OPEN[line]
    told, offers = await asked(line)
    assert told[0] == f"“{word}” leaves open which of them is meant. Which do you mean? Nothing was done yet."
    assert [label.partition(": ")[2] for label, _ in offers[: len(names)]] == names


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("segment delete perhaps Top", "Top"),  # a single one
        ("promotion target Win back is either VIPs Gold or Top", "Win back, VIPs Gold and Top"),  # any of them is meant
        ("segment delete Top please VIPs Gold", "Top and VIPs Gold"),
    ],
)
async def test_what_is_not_left_open_is_asked_about_as_ever(line: str, name: str) -> None:
    told, offers = await asked(line)
    assert "Did you mean this?" in told[0]
    assert [label.partition(": ")[2] for label, _ in offers] == [name]


@pytest.mark.parametrize(
    ("line", "verb", "name"),
    [
        ("segment delete Top and rename VIPs Gold to Best", "rename", "Top"),
        ("segment delete Top Remove VIPs Gold", "Remove", "Top"),
        ("segment show Top, then members", "members", "Top"),
        ("segment show Top; clear it", "clear", "Top"),
        ("segment show Top, list VIPs Gold", "list", "Top"),
    ],
)
async def test_what_stands_before_another_command_is_offered(line: str, verb: str, name: str) -> None:
    told, offers = await asked(line)
    assert told[0].startswith(f"“{verb}” may be another command, and one line does one thing. Did you mean this?")
    assert [label.partition(": ")[2] for label, _ in offers] == [name]


@pytest.mark.parametrize(
    "line",
    [
        "segment delete Top and delete VIPs Gold",
        "segment show Top open please",
    ],
)
async def test_the_same_verb_or_none_is_no_other_command(line: str) -> None:
    assert "another command" not in (await asked(line))[0][0]
