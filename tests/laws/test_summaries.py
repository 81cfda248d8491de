"""Laws over the summary: it fits Slack whatever it tells, and the log's head always stands in it."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.answers import Answer
from bot.core.approval.brief import Brief
from bot.core.approval.need import Approval
from bot.core.summary.history import Effect, Size, Snapshot
from bot.core.summary.message import compose
from bot.core.summary.size_trend import size_trend
from bot.core.summary.summary import Summary
from bot.slack import answers
from bot.slack.blocks import TOO_LONG
from tests.core.samples import NOW, change, delete, plan
from tests.core.summary.days import HEAD, TODAY, days_ago, snapshot, summary
from tests.laws.test_cards import fits
from tests.laws.values import FEW, HOSTILE, texts

counts = st.integers(0, 3_000_000)
SIGNED = (Approval(actor="UBEN", at=NOW), Approval(actor="UCLEO", at=NOW))


@st.composite
def snapshots(draw: st.DrawFn, days: int, count: int) -> Snapshot:
    """Of ``count`` segments whose ids begin anywhere, so that some came and some went since another one."""
    first, names = draw(st.integers(0, 3)), draw(st.lists(texts, min_size=5, max_size=5))
    sizes = draw(st.lists(counts, min_size=7, max_size=7))
    found = tuple(Size(f"{at}", names[at % 5], sizes[at % 7]) for at in range(first, first + count))
    return snapshot(days, found, shoppers=draw(counts), entry=draw(counts))


@st.composite
def summaries(draw: st.DrawFn, count: int) -> Summary:
    briefs = tuple(Brief.of(change(number=10**9, plan=plan(delete(draw(texts))), approvals=SIGNED)) for _ in range(9))
    before = draw(st.none() | snapshots(draw(st.sampled_from((1, 3, 300))), count))
    week = draw(st.none() | snapshots(draw(st.sampled_from((7, 10))), count)) if before else None
    shown: dict[str, Any] = {
        key: briefs[: draw(st.sampled_from((0, 1, 9)))] for key in ("ended", "waiting", "unreviewed")
    }
    effects = {"1": Effect(draw(counts), draw(counts))}
    return summary(
        draw(snapshots(0, count)),
        before,
        week,
        effects,
        is_steady=draw(st.booleans()),
        is_certain=draw(st.booleans()),
        **shown,
    )


def drawn(found: Summary) -> str:
    message = answers.message(compose(found, "UANA"))
    assert fits(message)
    assert TOO_LONG not in str(message.blocks)
    assert HEAD in str(message.blocks[-1])
    return str(message.blocks)


@pytest.mark.parametrize("count", [0, 1, 50, 51, 1000])
@given(data=st.data())
@FEW
def test_any_summary_fits_slack_whole(count: int, data: st.DataObject) -> None:
    drawn(data.draw(summaries(count)))


@pytest.mark.parametrize("name", HOSTILE, ids=lambda name: name[:10])
def test_the_fullest_summary_of_hostile_names_fits_slack_whole(name: str) -> None:
    def full(days: int, first: int) -> Snapshot:
        named = tuple(Size(f"{at}", f"{days % 2} {name}", 7 * at + days) for at in range(first, first + 1000))
        return snapshot(days, (*named, *(Size(f"empty {days} {at}", name, 0) for at in range(20))))

    briefs = tuple(Brief.of(change(number=10**9, plan=plan(delete(name)), approvals=SIGNED)) for _ in range(9))
    shown: dict[str, Any] = {"ended": briefs, "waiting": briefs, "unreviewed": briefs}
    told = drawn(summary(full(0, 20), full(1, 0), full(10, 5), is_steady=False, is_certain=False, **shown))
    assert "data_visualization" in told
    assert "… and 820 more." in told


@given(st.lists(counts, min_size=31, max_size=31), counts)
@FEW
def test_the_course_of_any_segment_fits_slack(sizes: list[int], now: int) -> None:
    known = [(days_ago(30 - place), size) for place, size in enumerate(sizes)]
    for days in (1, 2, 20, 31):
        assert fits(answers.message(Answer("VIPs", size_trend(known[:days], TODAY, now))))
