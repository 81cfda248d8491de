import pytest

from bot.bigcommerce import Segment
from bot.core.errors import Misuse, NotSegments
from bot.core.shop import named, near
from tests.core.samples import uuid

NAMES = ("VIPs", "Big Spenders", "Lapsed", "lapsed", "Straße")
SEGMENTS = tuple(Segment(id=uuid(10 + at), name=name) for at, name in enumerate(NAMES))


@pytest.mark.parametrize(
    ("word", "name"),
    [
        ("VIPs", "VIPs"),
        ("vips", "VIPs"),
        ("BIG SPENDERS", "Big Spenders"),
        ("STRASSE", "Straße"),
        ("Lapsed", "Lapsed"),
        ("lapsed", "lapsed"),
        (uuid(10), "VIPs"),
        (uuid(10).upper(), "VIPs"),
    ],
)
def test_a_segment_is_named_by_name_or_id_whatever_the_case(word: str, name: str) -> None:
    found = named(word, SEGMENTS)
    assert found
    assert found.name == name


def test_nothing_is_named_by_an_unknown_word() -> None:
    assert named("Nobody", SEGMENTS) is None


def test_names_that_differ_only_in_case_must_be_spelt() -> None:
    with pytest.raises(Misuse, match=r"“LAPSED” could be any of “Lapsed”, “lapsed”. Type it exactly"):
        named("LAPSED", SEGMENTS)


def test_an_id_wins_over_a_segment_that_is_named_like_it() -> None:
    impostor = Segment(id=uuid(9), name=uuid(10))
    found = named(uuid(10), (impostor, *SEGMENTS))
    assert found
    assert found.name == "VIPs"


@pytest.mark.parametrize(
    ("word", "names"),
    [
        ("VIP", ("VIPs",)),
        ("spender", ("Big Spenders",)),
        ("bigspender", ("Big Spenders",)),
        ("q", ()),
        ("nothing like it", ()),
    ],
)
def test_near_names_are_close_or_contain_the_word(word: str, names: tuple[str, ...]) -> None:
    assert near(word, SEGMENTS) == names


def test_no_more_than_three_near_names_are_offered() -> None:
    many = tuple(Segment(id=uuid(at), name=f"Group {at}") for at in range(9))
    assert len(near("group", many)) == 3


@pytest.mark.parametrize(
    ("words", "close", "sentence"),
    [
        (("VIP",), ("VIPs",), "There is no segment “VIP”. Did you mean “VIPs”?"),
        (("a", "b"), ("A1", "B1"), "There is no segment “a” and no segment “b”. Did you mean “A1” or “B1”?"),
        (("q",), (), "There is no segment “q”. `/segment list` shows every segment."),
    ],
)
def test_an_unknown_segment_gets_a_sentence(words: tuple[str, ...], close: tuple[str, ...], sentence: str) -> None:
    assert str(NotSegments(words, close)) == sentence
