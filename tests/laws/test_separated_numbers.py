"""A law: of a list of numbers, however they are written, nobody is read whom none of them is."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.errors import Misuse, Question
from bot.core.language.shopper_list import read_shoppers
from bot.core.list_files.reading import Brought, read_list
from tests.laws.values import LAW

SIGNS = (",", ",", ".", "'", "’", " ", "\u00a0")
WRITTEN = ("{:,}", "#{:,}", "${:,}.00", "{}.00")
BETWEEN = ("\n", "\n", "; ", ";", "\t", ", ")


@st.composite
def lists(draw: st.DrawFn) -> tuple[set[int], str]:
    """Ids, each by itself on a line or in one row, and numbers among them with separators: blanks may part ids."""
    ids, sign = draw(st.lists(st.integers(1, 999), max_size=4)), draw(st.sampled_from(SIGNS))
    others = draw(st.lists(st.integers(1, 5_000_000), min_size=1, max_size=2))
    words = [*map(str, ids), *(draw(st.sampled_from(WRITTEN)).format(one).replace(",", sign) for one in others)]
    header = draw(st.sampled_from(("", "", "customer_id\n", "id\n")))
    text = draw(st.sampled_from(BETWEEN)).join(draw(st.permutations(words)))
    groups = [f"{one:,}".split(",") for one in others] if sign.isspace() else []
    parted = [each for each in groups if not any(one.startswith("0") for one in each)]
    return {*ids, *others, *(int(one) for each in parted for one in each)}, header + text


@given(lists())
@LAW
def test_no_customer_is_read_who_is_not_written(listed: tuple[set[int], str]) -> None:
    numbers, text = listed
    try:
        rows = list(read_list(Brought(io.BytesIO(text.encode()), "list.csv")))
    except (Misuse, Question):
        return
    assert {row.customer_id for row in rows if row.customer_id} <= numbers, rows


@pytest.mark.parametrize("before", ["", "ada@example.com "])
@given(lists())
@LAW
def test_no_customer_is_typed_who_is_not_written(before: str, listed: tuple[set[int], str]) -> None:
    numbers, text = listed
    if not {" ", "\u00a0", ",", "."} & {*text}:  # as parts of several ids, blanks are read on purpose
        assert {*read_shoppers((before + text,)).customer_ids} <= numbers
