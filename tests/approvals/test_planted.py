"""The broken laws that the interleavings are tried on can be planted in the bot as it is now."""

import pytest

from tests.approvals.planted import PLANTS, ROOT, Plant


@pytest.mark.parametrize("plant", PLANTS.values(), ids=PLANTS)
def test_each_broken_law_still_has_its_place(plant: Plant) -> None:
    fault = plant.fault(ROOT)
    source = (ROOT / plant.path).read_bytes()
    compile(fault.planted(source), plant.path, "exec")
