"""Three bots on one ledger of PostgreSQL, killed, stopped and paused at random, while twenty people type and click."""

import logging
from pathlib import Path

import pytest

from tests.approvals.judged_replicas import judged

log = logging.getLogger(__name__)
QUICK, DEEP = 5, 300


@pytest.mark.parametrize(("harms", "scale"), [(QUICK, 0.1), (DEEP, 0.2)])
async def test_replicas_lose_and_double_nothing_however_they_are_killed(
    harms: int, scale: float, tmp_path: Path, deep: bool
) -> None:
    if harms > QUICK and not deep:
        pytest.skip("with --deep")
    log.info("%s", await judged(tmp_path, harms, seed=harms, scale=scale))
