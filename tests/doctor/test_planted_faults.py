"""Each planted fault is found by its check, with the right fix, and no other check is wrong about it."""

from inspect import isawaitable
from pathlib import Path

import pytest

from tests.doctor.clinic import clinic
from tests.doctor.faults import FAULTS
from tests.doctor.secrets import leaks
from tests.doctor.server_faults import SERVER_FAULTS

ALL = FAULTS | {f"PostgreSQL: {name}": fault for name, fault in SERVER_FAULTS.items()}


@pytest.mark.parametrize("name", ALL)
async def test_a_planted_fault_is_found_with_its_fix(name: str, tmp_path: Path) -> None:
    fault = ALL[name]
    async with clinic(tmp_path) as patient:
        planted = fault.plant(patient)
        if isawaitable(planted):
            await planted
        results = await patient.examined()
    wrong = [one for one in results if not one.ok]
    assert {one.check for one in wrong} == {fault.check}, wrong
    assert any(fault.told in one.told and fault.fix in one.fix for one in wrong), wrong
    assert leaks(results, patient) == []


def test_there_are_forty_and_more() -> None:
    assert len(FAULTS) >= 40
