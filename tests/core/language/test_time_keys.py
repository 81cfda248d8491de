"""Keys of times with a blank or another sign behind them are read as those without."""

from typing import Annotated

import pytest

from bot.core.language.args import Args, DueInput, EndInput, SegmentInput, ShopperInput, Text
from bot.core.language.readings import fill
from bot.core.language.time_keys import with_time_keys
from bot.core.language.tokenizer import as_typed, split


class Add(Args):
    segment: Annotated[str, SegmentInput(label="Segment")]
    shoppers: Annotated[tuple[str, ...], ShopperInput(label="Shoppers")]
    at: Annotated[str, DueInput(label="Run at", option=True)] = ""
    until: Annotated[str, EndInput(label="Until", option=True)] = ""


class Create(Args):
    name: Annotated[str, Text(label="Name")]
    at: Annotated[str, DueInput(label="Run at", option=True)] = ""


@pytest.mark.parametrize("sign", [":", ": ", "=", "= ", " = ", " : ", " =", " :"])
@pytest.mark.parametrize("key", ["until", "Until", "at"])
@pytest.mark.parametrize("time", ["friday 9am", "24 Dec 9:00", "31 Feb", '"2026-12-01 09:00"'])
def test_a_key_takes_its_time_whatever_stands_between_them(key: str, sign: str, time: str) -> None:
    plain = {"segment": "VIPs", "shoppers": ("a@x.org",), key.lower(): time.strip('"')}
    assert fill(Add, f"VIPs a@x.org {key}{sign}{time}") == plain


def test_both_times_are_read() -> None:
    assert fill(Add, "VIPs a@x.org at: monday noon until = friday 9am") == {
        "segment": "VIPs",
        "shoppers": ("a@x.org",),
        "at": "monday noon",
        "until": "friday 9am",
    }


def test_what_a_name_may_hold_is_still_as_it_was_typed() -> None:
    assert as_typed(with_time_keys(Add, split("Meet at: noon"))) == "Meet at: noon"


@pytest.mark.parametrize("line", ['"until: friday" x', "until", "until:", "before until", "", "sign = until"])
def test_other_words_stay_as_they_are(line: str) -> None:
    assert with_time_keys(Add, split(line)) == split(line)


def test_where_any_text_may_stand_nothing_is_taken_for_a_key() -> None:
    assert with_time_keys(Create, split("Meet at: noon")) == split("Meet at: noon")
