import pytest

from bot.core.errors import Impossible
from bot.core.shop import PromotionUse
from bot.core.steps import CreateSegment, Naming, SegmentRef, added
from tests.core.samples import VIPS, add, delete, uuid


def test_a_segment_that_does_not_exist_yet_has_no_id() -> None:
    with pytest.raises(Impossible, match=r"The segment “New” does not exist yet."):
        _ = SegmentRef(name="New").known_id


def test_members_of_a_new_segment_are_bound_to_its_id_by_name() -> None:
    (waiting,) = added(SegmentRef(name="New"), ("x",))
    (bound,) = added(SegmentRef(name="New", id=uuid(1)), ("x",))
    assert waiting.bound({"New": uuid(1)}) == bound
    assert waiting.bound({"Other": uuid(1)}) == waiting
    assert bound.bound({"New": uuid(2)}) == bound
    assert CreateSegment(segment=Naming(name="New")).bound({"New": uuid(1)}).segment.name == "New"


def test_only_deleting_warns_and_it_names_every_promotion() -> None:
    uses = (
        PromotionUse(id=1, name="Spring", live=True, way="included"),
        PromotionUse(id=2, name="Autumn", live=False, way="excluded"),
    )
    assert delete(promotions=uses).warnings == (
        "“Spring” (live) includes VIPs.",
        "“Autumn” (off) excludes VIPs.",
        "Undo restores a segment under a new id, which promotions do not follow.",
    )
    assert delete().warnings == add(1).warnings == ()
    assert "could not be read" in delete(promotions=None).warnings[0]


def test_steps_are_frozen() -> None:
    with pytest.raises(ValueError, match="frozen"):
        delete().segment = VIPS
