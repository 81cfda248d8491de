"""Three bots on one ledger of PostgreSQL, killed, stopped and paused at random, while twenty people type and click."""

import logging
from pathlib import Path

import pytest

from tests.approvals.judged_replicas import CUSTOMERS, judged

log = logging.getLogger(__name__)
QUICK, DEEP = 5, 300
SCALE = 0.1


@pytest.mark.parametrize(("harms", "customers"), [(QUICK, 3_000), (DEEP, CUSTOMERS)])
async def test_replicas_lose_and_double_nothing_however_they_are_killed(
    harms: int, customers: int, tmp_path: Path, deep: bool
) -> None:
    if harms > QUICK and not deep:
        pytest.skip("with --deep")
    log.info("%s", await judged(tmp_path, harms, seed=harms, scale=SCALE, customers=customers))
