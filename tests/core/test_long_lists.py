"""What is worked on beside others: in which thread, and in which order."""

import threading
from collections.abc import AsyncIterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.long_lists import AT_ONCE, in_batches, in_pieces, made_of


@pytest.mark.parametrize(("many", "beside"), [(AT_ONCE, False), (AT_ONCE + 1, True)])
async def test_what_takes_long_is_made_in_a_thread(many: int, beside: bool) -> None:
    made_in = await made_of(range(many), threading.get_ident)
    assert (made_in != threading.get_ident()) is beside


@given(st.lists(st.integers(0, 400)))
def test_pieces_together_are_sorted_as_one(numbers: list[int]) -> None:
    ordered = list(in_pieces(enumerate(numbers), lambda one: one[1], lambda number: number // 7))
    assert ordered == sorted(enumerate(numbers), key=lambda one: one[1])


@pytest.mark.parametrize("many", [0, 1, 3, 4, 6])
async def test_batches_are_full_but_for_the_last(many: int) -> None:
    async def numbers() -> AsyncIterator[int]:
        for number in range(many):
            yield number

    found = [list(batch) async for batch in in_batches(numbers(), 3)]
    assert found == [list(range(first, min(first + 3, many))) for first in range(0, many, 3)]
