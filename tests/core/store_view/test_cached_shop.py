import pytest

from bot.bigcommerce import NewSegment, Promotion, Segment
from bot.core.errors import Impossible, Misuse, NotPromotion, NotSegments
from bot.core.store_view.cached_shop import PromotionUse, Shop, describe_uses, live_uses
from bot.core.store_view.names import find_named, similar_names
from bot.sandbox.store import seeds
from tests.core.samples import uuid
from tests.engine.bench import Bench, bench

NAMES = ("VIPs", "Big Spenders", "Lapsed", "lapsed", "Straße")
SEGMENTS = tuple(Segment(id=uuid(10 + at), name=name) for at, name in enumerate(NAMES))


def use(*, live: bool) -> PromotionUse:
    return PromotionUse(id=1, name="Sale", live=live, way="included")


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
    found = find_named(word, SEGMENTS)
    assert found
    assert found.name == name


def test_nothing_is_named_by_an_unknown_word() -> None:
    assert find_named("Nobody", SEGMENTS) is None


def test_names_that_differ_only_in_case_must_be_spelt() -> None:
    spelt = rf"“Lapsed” \({uuid(12)}\), “lapsed” \({uuid(13)}\)"
    with pytest.raises(Misuse, match=rf"^“LAPSED” could be any of {spelt}. Type it exactly"):
        find_named("LAPSED", SEGMENTS)


def test_promotions_of_the_same_name_are_told_apart_by_id() -> None:
    alike = tuple(Promotion(id=at, name=name, status="ENABLED", document={}) for at, name in ((7, "Sale"), (8, "Sale")))
    sentence = r"^“Sale” could be any of “Sale” \(7\), “Sale” \(8\)\. Type it exactly, or use its id\.$"
    with pytest.raises(Misuse, match=sentence):
        find_named("Sale", alike)
    with pytest.raises(Misuse, match=sentence.replace("“Sale” could", "“SALE” could")):
        find_named("SALE", alike)
    assert find_named("8", alike) == alike[1]


def test_an_id_wins_over_a_segment_that_is_named_like_it() -> None:
    impostor = Segment(id=uuid(9), name=uuid(10))
    found = find_named(uuid(10), (impostor, *SEGMENTS))
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
    assert similar_names(word, SEGMENTS) == names


def test_no_more_than_three_near_names_are_offered() -> None:
    many = tuple(Segment(id=uuid(at), name=f"Group {at}") for at in range(9))
    assert len(similar_names("group", many)) == 3
    assert similar_names("group x", many) == ("Group 8", "Group 7", "Group 6")
    assert similar_names("g", many) == ()


@pytest.mark.parametrize(
    ("words", "close", "sentence"),
    [
        (("VIP",), ("VIPs",), "No segment is called “VIP”. Did you mean “VIPs”?"),
        (("a", "b"), ("A1", "B1"), "No segment is called “a” or “b”. Did you mean “A1” or “B1”?"),
        (("q",), (), "No segment is called “q”. `/segment list` shows every segment."),
    ],
)
def test_an_unknown_segment_gets_a_sentence(words: tuple[str, ...], close: tuple[str, ...], sentence: str) -> None:
    assert str(NotSegments(words, close)) == sentence


PROMOTIONS = tuple(Promotion(id=at, name=name, status="ENABLED", document={}) for at, name in ((7, "Sale"), (8, "17")))


def test_a_promotion_is_named_by_name_or_number() -> None:
    assert [found.id for word in ("sale", "7", "17") if (found := find_named(word, PROMOTIONS))] == [7, 7, 8]


@pytest.mark.parametrize(
    ("close", "sentence"),
    [
        (("Sale",), "No promotion is called “Sole”. Did you mean “Sale”?"),
        ((), "No promotion is called “Sole”. `/promotion list` shows every promotion."),
    ],
)
def test_an_unknown_promotion_gets_a_sentence(close: tuple[str, ...], sentence: str) -> None:
    error = NotPromotion("Sole", close)
    assert (str(error), error.field) == (sentence, "promotion")
    assert error.for_log == "No promotion is called that."


@pytest.mark.parametrize(
    ("uses", "ending"),
    [
        (None, ""),
        ((), ""),
        ((use(live=False),), ""),
        ((use(live=True), use(live=False)), " in it that 1 live promotion uses"),
        ((use(live=True), use(live=True)), " in it that 2 live promotions use"),
    ],
)
def test_only_live_promotions_make_a_danger_greater(uses: tuple[PromotionUse, ...] | None, ending: str) -> None:
    assert live_uses(uses, " in it") == ending


def asked(machine: Bench) -> list[str]:
    """What the store was asked, without its prefix and its query."""
    return [one["path"].split("/v3")[-1].split("?")[0] for one in machine.store.requests()]


async def test_each_list_is_read_once() -> None:
    async with bench(customers=20) as machine:
        shop = Shop(machine.client)
        vips = await shop.segment("vips")
        assert (await shop.by_id(vips.id), await shop.by_id("x")) == (vips, None)
        assert (await shop.by_name("VIPS"), await shop.by_name("VIPS", exactly=True)) == (vips, None)
        assert [one.id for one in await shop.find((vips.id, "Lapsed", "vips"))] == [
            vips.id,
            machine.segments()["Lapsed"],
        ]
        uses = await shop.uses(vips.id)
        assert uses
        assert [(one.id, one.live, one.way) for one in uses] == [
            (1, True, "included"),
            (2, True, "excluded"),
            (6, False, "included"),
        ]
        assert (await shop.promotion("WIN BACK")).id == 4
        assert asked(machine) == ["/segments", "/promotions"]


async def test_words_that_together_are_one_segment_name_it() -> None:
    async with bench(customers=20) as machine:
        shop = Shop(machine.client)
        assert [one.name for one in await shop.find(("Tea", "drinkers"))] == ["Tea drinkers"]
        with pytest.raises(NotSegments, match=r"No segment is called “Tee” or “drunkers”\. Did you mean"):
            await shop.find(("Tee", "drunkers", "VIPs"))
        await machine.client.create_segments(NewSegment(name="Tea"), NewSegment(name="drinkers"))
        found = await Shop(machine.client).find(("Tea", "drinkers"))
        assert [one.name for one in found] == ["Tea", "drinkers"]


async def test_an_unknown_promotion_is_answered_with_similar_names() -> None:
    async with bench(customers=20) as machine:
        shop = Shop(machine.client)
        with pytest.raises(NotPromotion, match=r"No promotion is called “winback”\. Did you mean “Win back”"):
            await shop.promotion("winback")
        assert await shop.promotion_by_id(99) is None
        found = await shop.promotion_by_id(4)
        assert found
        assert found.name == "Win back"


async def test_promotions_that_may_not_be_read_are_told_apart_from_none() -> None:
    async with bench(customers=20) as machine:
        machine.store.faults.add("GET", "/promotions", status=403, times=None)
        shop = Shop(machine.client)
        assert await shop.promotions() is None
        assert await shop.uses(machine.segments()["VIPs"]) is None
        with pytest.raises(Impossible, match=r"^The bot may not read promotions: its token lacks a Marketing scope"):
            await shop.promotion("Win back")
        (line,) = describe_uses("VIPs", None)
        assert line == "Whether promotions use VIPs could not be read: the token lacks store_v2_marketing_read_only."


async def test_customers_who_were_seen_are_not_asked_for_again() -> None:
    async with bench(customers=20) as machine:
        shop = Shop(machine.client)
        first, second = await shop.customers(ids=(1, 2))
        assert await shop.customers(ids=(2, 99, 1, 2)) == (second, first)
        assert asked(machine) == ["/customers", "/customers"]  # the second time only for 99
        (third,) = await shop.customers(emails=(first.email.upper(),))
        assert third == first
        assert await shop.customers(ids=(1,), emails=(second.email,)) == (first, second)
        assert await shop.customers() == ()
        assert len(asked(machine)) == 4


@pytest.mark.parametrize(
    ("customers", "names", "requests", "reads_everybody"),
    [
        (20, ("VIPs", "Lapsed"), 2, False),
        (20, ("VIPs", "Lapsed", "Newsletter"), 2, True),
        (600, ("VIPs", "Lapsed", "Newsletter"), 4, False),
        (600, tuple(kind.name for kind in seeds.SEGMENTS), 4, True),
    ],
)
async def test_sizes_are_counted_the_cheaper_way(
    customers: int, names: tuple[str, ...], requests: int, reads_everybody: bool
) -> None:
    async with bench(customers=customers) as machine:
        shop = Shop(machine.client)
        segments = await shop.find(names)
        sizes = await shop.sizes(segments)
        assert sizes == {one.id: len(machine.members(one.name)) for one in segments}
        assert len(asked(machine)) == 1 + requests  # one for the list of segments
        assert any(path.endswith("/shopper-profiles") for path in asked(machine)) is not reads_everybody


async def test_a_segment_that_goes_while_it_is_counted_holds_nobody() -> None:
    async with bench(customers=40) as machine:
        shop = Shop(machine.client)
        vips, lapsed = await shop.find(("VIPs", "Lapsed"))
        machine.forget("VIPs")
        assert await shop.sizes((vips, lapsed)) == {vips.id: 0, lapsed.id: len(machine.members("Lapsed"))}


async def test_no_segments_have_no_sizes() -> None:
    async with bench(customers=20) as machine:
        assert (await Shop(machine.client).sizes(()), machine.store.requests()) == ({}, [])


async def test_how_many_are_in_a_segment_is_asked_once() -> None:
    async with bench(customers=20) as machine:
        shop, vips = Shop(machine.client), machine.segments()["VIPs"]
        assert [await shop.size(vips), await shop.size(vips)] == [len(machine.members("VIPs"))] * 2
        assert len(machine.store.requests()) == 1


@pytest.mark.parametrize(
    ("customers", "asked_for", "requests"),
    [(400, 2, 1 + 1), (3000, 3, 1 + 3), (3000, 8, 1 + 7)],
    ids=["the one page", "a request each", "all six pages, the last of them full"],
)
async def test_who_is_among_the_members_is_asked_the_cheaper_way(customers: int, asked_for: int, requests: int) -> None:
    async with bench(customers=customers) as machine:
        shop, newsletter = Shop(machine.client), machine.segments()["Newsletter"]
        members = sorted(machine.members("Newsletter"))
        everybody = {row["id"] for row in machine.store.shop.rows("SELECT id FROM profiles")}
        others = sorted(everybody - set(members))
        asked_about = [members[0], *others[: asked_for - 1]]
        assert await shop.members_among(newsletter, asked_about) == {members[0]}
        assert len(asked(machine)) == requests  # one of them for the size


async def test_a_profile_that_is_gone_is_among_no_members() -> None:
    async with bench(customers=3000) as machine:
        assert await Shop(machine.client).members_among(machine.segments()["Newsletter"], [uuid(1)]) == frozenset()


def test_who_names_what_is_not_there_is_told_in_which_field() -> None:
    refusals = [NotSegments(("a", "b"), ("A",), field="first"), NotSegments(("a",), ()), NotPromotion("x", ())]
    assert [(str(one), one.field, one.for_log) for one in refusals] == [
        ("No segment is called “a” or “b”. Did you mean “A”?", "first", "No segment is called that."),
        ("No segment is called “a”. `/segment list` shows every segment.", None, "No segment is called that."),
        (
            "No promotion is called “x”. `/promotion list` shows every promotion.",
            "promotion",
            "No promotion is called that.",
        ),
    ]
