import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.bigcommerce import All, Any_, AnyOf, Not, Segment, Targeting, Unread
from bot.core.errors import Misuse, NotSegments, Question
from bot.core.language.logic_parser import MOST_PARENTHESES
from bot.core.language.tokenizer import QUOTES
from bot.core.store_view.targeting import MOST_LEVELS, describe, parse, read_rule
from tests.core.samples import uuid
from tests.laws.values import LAW, examples

MANY = settings(LAW, max_examples=examples(100))
SHOP = ("VIPs", "Loyal", "Staff", "Big Spenders", "VIPs (EU)", "Try and Buy", "Men's wear", "Win-back")


def shop(*names: str) -> tuple[Segment, ...]:
    return tuple(Segment(id=uuid(10 + at), name=name) for at, name in enumerate(names))


def names_of(segments: tuple[Segment, ...]) -> dict[str, str]:
    return {one.id: one.name for one in segments}


def ids(*numbers: int) -> AnyOf:
    return AnyOf(tuple(uuid(10 + number) for number in numbers))


SEGMENTS = shop(*SHOP)
NAMES = names_of(SEGMENTS)
VIPS, LOYAL, STAFF = ids(0), ids(1), ids(2)


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (VIPS, "in VIPs"),
        (ids(0, 1), "in VIPs or Loyal"),
        (ids(0, 1, 3), "in VIPs or Loyal or Big Spenders"),
        (Not(VIPS), "not in VIPs"),
        (Not(ids(0, 1)), "in neither VIPs nor Loyal"),
        (Not(ids(0, 1, 2)), "in neither VIPs nor Loyal nor Staff"),
        (Not(Not(VIPS)), "not (not in VIPs)"),
        (Not(All((VIPS, LOYAL))), "not (in VIPs, and in Loyal)"),
        (All((ids(0, 1), Not(STAFF))), "in VIPs or Loyal, and not in Staff"),
        (Any_((VIPS, LOYAL, Not(STAFF))), "in VIPs, or in Loyal, or not in Staff"),
        (All((Any_((VIPS, LOYAL)), STAFF)), "(in VIPs, or in Loyal), and in Staff"),
        (
            Any_((All((VIPS, LOYAL)), Not(All((STAFF, VIPS))))),
            "(in VIPs, and in Loyal), or not (in Staff, and in VIPs)",
        ),
        (ids(4, 5, 6), "in “VIPs (EU)” or “Try and Buy” or Men's wear"),
    ],
)
def test_a_described_rule_parses_to_itself(rule: Targeting, words: str) -> None:
    assert describe(rule, NAMES) == words
    assert parse(words, SEGMENTS) == rule


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (All((VIPS,)), "in VIPs"),
        (Any_((All((VIPS, STAFF)),)), "in VIPs, and in Staff"),
        (Not(All((ids(0, 1),))), "in neither VIPs nor Loyal"),
        (All((Any_((Not(VIPS),)), STAFF)), "not in VIPs, and in Staff"),
        (ids(0, 0, 1, 0), "in VIPs or Loyal"),
    ],
)
def test_a_rule_that_says_something_needlessly_is_told_plainly(rule: Targeting, words: str) -> None:
    assert describe(rule, NAMES) == words


@pytest.mark.parametrize(
    ("rule", "words", "refusal"),
    [
        (
            None,
            "everyone",
            "“everyone” can't be part of a rule. To reach everyone, take the rule away with `/promotion un",
        ),
        (All((VIPS, All(()))), "in VIPs, and everyone", "for all but some, name those: `not in Staff`"),
        (AnyOf(()), "in no segment", "“in no segment” reaches no one. Name the segments"),
        (Not(AnyOf(())), "not (in no segment)", "“in no segment” reaches no one"),
        (All((VIPS, Any_(()))), "in VIPs, and in no segment", "“in no segment” reaches no one"),
        (
            AnyOf((uuid(10), "gone-1")),
            "in VIPs or a deleted segment",
            "A deleted segment can't be part of a rule. Leave it out",
        ),
        (
            All((VIPS, Not(Unread({"new": "x"})))),
            "in VIPs, and not (by a rule that is not readable here)",
            "“by a rule that is not readable here” can't be part of a rule. Type the whole rule again",
        ),
    ],
)
def test_phrases_for_unreadable_rules_cannot_be_typed(rule: Targeting | None, words: str, refusal: str) -> None:
    assert describe(rule, NAMES) == words
    with pytest.raises(Misuse, match=refusal.replace("(", r"\(").replace(")", r"\)")):
        parse(words, SEGMENTS)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("vips", VIPS),
        ("IN VIPS", VIPS),
        (uuid(10), VIPS),
        (uuid(10).upper(), VIPS),
        ("(((VIPs)))", VIPS),
        ("in (VIPs)", VIPS),
        ("VIPs or Loyal", ids(0, 1)),
        ("in VIPs or in Loyal OR vips", ids(0, 1)),
        ("(VIPs or Loyal) or Staff", ids(0, 1, 2)),
        ("VIPs, or Loyal", Any_((VIPS, LOYAL))),
        ("VIPs or Loyal, or Staff", Any_((ids(0, 1), STAFF))),
        ("VIPs and Loyal", All((VIPS, LOYAL))),
        ("VIPs and Loyal, or Staff", Any_((All((VIPS, LOYAL)), STAFF))),
        ("VIPs and (Loyal or Staff)", All((VIPS, ids(1, 2)))),
        ("VIPs or not Staff", Any_((VIPS, Not(STAFF)))),
        ("VIPs or Loyal or not Staff", Any_((ids(0, 1), Not(STAFF)))),
        ("not VIPs", Not(VIPS)),
        ("not (VIPs)", Not(VIPS)),
        ("not in (VIPs or Loyal)", Not(ids(0, 1))),
        ("not (VIPs and Loyal)", Not(All((VIPS, LOYAL)))),
        ("not VIPs and not Loyal", All((Not(VIPS), Not(LOYAL)))),
        ("not VIPs or neither Loyal nor Staff", Any_((Not(VIPS), Not(ids(1, 2))))),
        ("not VIPs, or Loyal", Any_((Not(VIPS), LOYAL))),
        ("not (VIPs and Loyal) or Staff", Any_((Not(All((VIPS, LOYAL))), STAFF))),
        ("neither VIPs nor Loyal", Not(ids(0, 1))),
        ("IN NEITHER VIPs nor in Loyal", Not(ids(0, 1))),
        ("neither VIPs, Loyal nor Staff", Not(ids(0, 1, 2))),
        ("neither VIPs, Loyal, nor Staff", Not(ids(0, 1, 2))),
        ("neither (VIPs and Loyal) nor Staff", Not(Any_((All((VIPS, LOYAL)), STAFF)))),
        ("VIPs, Loyal or Staff", ids(0, 1, 2)),
        ("VIPs, Loyal, or Staff", ids(0, 1, 2)),
        ("in VIPs, in Loyal and not in Staff", All((VIPS, LOYAL, Not(STAFF)))),
        ("VIPs, Loyal, and Staff", All((VIPS, LOYAL, STAFF))),
    ],
)
def test_people_may_say_it_shorter(text: str, rule: Targeting) -> None:
    assert parse(text, SEGMENTS) == rule


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("  in\u00a0VIPs\n\tOR\u2003Loyal\u200b,\r\nand  not\u00a0in Staff ", All((ids(0, 1), Not(STAFF)))),
        ("in\u00a0neither VIPs nor\ufeffLoyal", Not(ids(0, 1))),
        ('„big  spenders“ or “VIPs (eu)" or «try and\u00a0buy»', ids(3, 4, 5)),
        ("Men’s wear or Win—back or win–back", ids(6, 7)),
    ],
)
def test_what_phones_make_of_blanks_quotes_and_dashes_does_not_matter(text: str, rule: Targeting) -> None:
    assert parse(text, SEGMENTS) == rule


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("", "Say which segments to reach. For example: `in VIPs or "),
        (" \n\u200b ", "Say which segments to reach. "),
        ("VIPs or", "After the “or” at the end, a segment is missing."),
        ("VIPs,", "After the “,” at the end, a segment is missing."),
        ("not VIPs or", "After the “or” at the end, a segment is missing."),
        ("in", "After the “in” at the end, a segment is missing."),
        ("and VIPs", "Before the “and” at the beginning, a segment is missing."),
        ("VIPs or and Loyal", "Between “or” and “and”, a segment is missing."),
        ("VIPs or ()", "Between “(” and “)”, a segment is missing."),
        ("in in VIPs", "Between “in” and “in”, a segment is missing."),
        ("not not VIPs", "“not not” takes itself back."),
        ("not in neither VIPs nor Loyal", "“not” and “neither” take each other back."),
        ("in not VIPs", "“in not” is the wrong way round: `not in VIPs`."),
        ("(VIPs or (Loyal and Staff)", "The “(” before “VIPs” is not closed."),
        ("VIPs) or Loyal", "The “)” after “VIPs” closes nothing."),
        ("“VIPs” Loyal", "Between “VIPs” and “Loyal”, say “and” or “or”: `in VIPs, and not in Staff`."),
        ("VIPs (EU)", "If it is all one name, put it in quotes."),
        ("VIPs not in Staff", "Between “VIPs” and “not”, say “and” or “or”"),
        ("vips loyal", "“vips loyal” is no segment, but “vips” and “loyal” are. Say “and” or “or” between them"),
        ("VIPs nor Loyal", "The “nor” after “VIPs” needs a “neither”: `in neither VIPs nor Loyal`."),
        ("neither VIPs or Loyal", "After “VIPs”, “neither” needs “nor”"),
        ("VIPs and Loyal or Staff", "“VIPs and Loyal or Staff” can be read in more than one way. Use parentheses: `("),
        ("VIPs, and Loyal, or Staff", "“VIPs, and Loyal, or Staff” can be read in more than one way."),
        ("Loyal or (VIPs or (Staff) and Loyal)", "“VIPs or (Staff) and Loyal” can be read in more than one way."),
        ("VIPs, Loyal or Staff, and Big Spenders", "can be read in more than one way."),
        ("VIPs, Loyal", "In “VIPs, Loyal”, say “and” or “or” after the comma"),
        ("VIPs or Loyal, not Staff", "In “VIPs or Loyal, not Staff”, say “and” or “or” after the comma"),
        ("not VIPs or Loyal", "Does “not” still hold after the “or” that follows “VIPs”? If so, write `in neither"),
        ("not VIPs and in Loyal", "If so, write `in neither VIPs nor Loyal`; if not, `not in VIPs, and in Loyal`."),
        ("not VIPs or (Loyal and Staff)", "Does “not” still hold after the “or” that follows “VIPs”?"),
        ("not in VIPs, Loyal or Staff", "Does “not” still hold after the “,” that follows “VIPs”?"),
        ("neither VIPs nor Loyal or Staff", "Does “neither” still hold after the “or” that follows “Loyal”?"),
        ("neither VIPs nor (Loyal) or Staff", "Does “neither” still hold after the “or” that follows “)”?"),
        ("VIPs or “Loyal", "The quote before “Loyal” is not closed."),
        ("VIPs or “ ”", "There is nothing between the quotes."),
        ("in Everyone", "“everyone” can't be part of a rule."),
        ("everyone and not Staff", "for all but some, name those: `not in Staff`."),
        ("not (not (not (not VIPs)))", "This rule has 5 levels inside one another, and the store takes 4."),
        ("(" * (MOST_PARENTHESES + 1), "More than 20 “(” stand inside one another."),
        ("(" * 100_000, "More than 20 “(” stand inside one another."),
    ],
)
def test_an_unclear_rule_is_refused_with_place_and_advice(text: str, refusal: str) -> None:
    with pytest.raises(Misuse) as refused:
        parse(text, SEGMENTS)
    assert refusal in str(refused.value)


def test_all_unknown_names_are_refused_at_once_with_near_ones() -> None:
    with pytest.raises(NotSegments, match=r"No segment is called “VIP” or “Loyle”. Did you mean “Loyal”"):
        parse("VIP or Staff, and not in Loyle", SEGMENTS)


def test_an_unquoted_name_with_keywords_is_suggested_in_quotes() -> None:
    with pytest.raises(NotSegments, match="Did you mean “Try and Buy”"):
        parse("Try and Buy", SEGMENTS)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("Try and Buy", ids(5)),
        ("in try  and buy or VIPs, and not in Staff", All((ids(5, 0), Not(STAFF)))),
        ("in VIPs (EU) or Loyal", ids(4, 1)),
        ("in neither Try and Buy nor VIPs (EU)", Not(ids(5, 4))),
        ("in “Try and Buy”", ids(5)),
        ("in VIPs or Loyal", ids(0, 1)),
    ],
)
def test_names_of_the_store_say_where_a_name_in_a_rule_ends(text: str, rule: Targeting) -> None:
    assert read_rule(text, SEGMENTS, can_ask=True) == rule


def test_a_rule_that_may_be_two_is_asked_about_and_not_again_later() -> None:
    segments = shop("Try", "Buy", "Try and Buy", "VIPs or Try")
    with pytest.raises(Question, match="Which rule did you mean") as asked:
        read_rule("in Try and Buy", segments, can_ask=True)
    texts = [one.values["rule"] for one in asked.value.readings]
    assert texts == ["in “Try”, and in “Buy”", "in “Try and Buy”"]
    assert [read_rule(text, segments, can_ask=True) for text in texts] == [All((ids(0), ids(1))), ids(2)]
    assert read_rule("in Try and Buy", segments, can_ask=False) == All((ids(0), ids(1)))
    with pytest.raises(Misuse, match="No segment is called “Sell”"):
        read_rule("in Sell and Try and Buy", segments, can_ask=True)


def test_of_names_that_overlap_only_one_is_quoted_at_a_time() -> None:
    segments = shop("Try or Buy", "Buy or Sell", "Try", "Sell")
    with pytest.raises(Question) as asked:
        read_rule("in Try or Buy or Sell", segments, can_ask=True)
    texts = [one.values["rule"] for one in asked.value.readings]
    assert texts == ["in “Try or Buy” or “Sell”", "in “Try” or “Buy or Sell”"]
    with pytest.raises(NotSegments, match="No segment is called “Nobody Try Sell”"):
        parse("in Nobody Try Sell", segments[2:])


def test_a_described_rule_never_reads_like_another_name() -> None:
    segments = shop("Try", "Buy", "Try or Buy")
    assert describe(ids(0, 1), names_of(segments)) == "in “Try” or “Buy”"


def test_names_that_only_a_keyboard_tells_apart_must_be_spelt() -> None:
    segments = shop("Win-back", "Win—back", "lapsed", "Lapsed")

    assert parse("Win—back or Lapsed", segments) == ids(1, 3)
    ways = rf"“Win-back” \({uuid(10)}\), “Win—back” \({uuid(11)}\)"
    with pytest.raises(Misuse, match=rf"“Win–back” could be any of {ways}. Type it exactly"):
        parse("Win–back", segments)
    spelt = rf"“lapsed” \({uuid(12)}\), “Lapsed” \({uuid(13)}\)"
    with pytest.raises(Misuse, match=rf"^“LAPSED” could be any of {spelt}. Type it exactly"):
        parse("LAPSED", segments)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("R&D - 20% off!", "R&D - 20% off!"),
        ("Indoor", "Indoor"),
        ("ın", "ın"),
        ("In", "“In”"),
        ("Not yet", "“Not yet”"),
        ("everyone else", "“everyone else”"),
        ("No segment", "“No segment”"),
        ("No segments", "No segments"),
        ("a, b", "“a, b”"),
        ("two  blanks", "“two  blanks”"),
        ("Größe ❤", "Größe ❤"),
        ('5" disks', "5' disks"),
        ("“In” crowd", "'In' crowd"),
        ("“In” and out", "“'In' and out”"),
        ("  ", uuid(10)),
        ("", uuid(10)),
        (uuid(11), uuid(10)),
    ],
)
def test_a_name_is_quoted_or_an_id_where_it_would_be_misread(name: str, told: str) -> None:
    segments = shop(name, "Other")

    assert describe(VIPS, names_of(segments)) == f"in {told}"
    assert parse(f"in {told}", segments) == VIPS


def test_names_that_differ_only_in_their_quotes_are_told_by_id() -> None:
    segments = shop('5" disks', "5” disks", "5' disks")

    assert describe(ids(0, 1, 2), names_of(segments)) == f"in {uuid(10)} or {uuid(11)} or 5' disks"
    assert parse(f"{uuid(10)} or {uuid(11)} or 5' disks", segments) == ids(0, 1, 2)


def test_one_name_for_two_ids_is_told_by_id() -> None:
    assert describe(ids(0, 1), names_of(shop("VIPs", "VIPs"))) == f"in {uuid(10)} or {uuid(11)}"


def test_twenty_nested_parentheses_are_parsed() -> None:
    assert parse(f"{'(' * MOST_PARENTHESES}VIPs{')' * MOST_PARENTHESES}", SEGMENTS) == VIPS
    assert parse(" or ".join(["(VIPs)"] * (MOST_PARENTHESES + 1)), SEGMENTS) == VIPS


KEYWORDS = ("in", "not", "neither", "nor", "and", "or", "everyone")
HOSTILE = (
    *KEYWORDS,
    *(f"{word.upper()} x" for word in KEYWORDS),
    *(f"x {word}" for word in KEYWORDS),
    *(f"a{quote}b" for quote in QUOTES),
    *(f"{quote}" for quote in QUOTES),
    "a'b",
    "A’B",
    "no segment",
    "a deleted segment",
    "a deleted segment",
    "by a rule that is not readable here",
    "by a rule that is",
    "readable here",
    "a, or b",
    "a (b)",
    ")(",
    " a",
    "a\u00a0b",
    "a \u200b b",
    "a\nb",
    "a — b",
    "a – b",
    "VIPs",
    "vips",
    "Straße",
    "STRASSE",
    "ın",
    "❤️ 👩‍👧",
    "\u202eright to left",
    uuid(10),
    uuid(11).upper(),
    " ",
    "",
)
SHOPS = st.lists(st.sampled_from(HOSTILE) | st.text(max_size=6), min_size=6, max_size=6, unique=True).map(
    lambda names: shop(*names)
)
LEAVES = st.lists(st.integers(0, 5), min_size=1, max_size=3).map(lambda numbers: ids(*numbers))


def trees(leaves: st.SearchStrategy[Targeting], least: int = 1) -> st.SearchStrategy[Targeting]:
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            st.builds(Not, inner),
            st.builds(All, st.lists(inner, min_size=least, max_size=3).map(tuple)),
            st.builds(Any_, st.lists(inner, min_size=least, max_size=3).map(tuple)),
        ),
        max_leaves=8,
    )


def plain(rule: Targeting) -> Targeting:
    """The rule without what `tell` leaves out: repeated ids, and an "all" or "any" around one part."""
    match rule:
        case AnyOf(numbers):
            return AnyOf(tuple(dict.fromkeys(numbers)))
        case Not(part):
            return Not(plain(part))
        case All((part,)) | Any_((part,)):
            return plain(part)
        case All(parts) | Any_(parts):
            return type(rule)(tuple(plain(part) for part in parts))
    return rule


@MANY
@given(trees(LEAVES), SHOPS)
def test_what_was_told_is_read_back_whatever_the_segments_are_called(
    rule: Targeting, segments: tuple[Segment, ...]
) -> None:
    told = describe(rule, names_of(segments))

    if plain(rule).depth <= MOST_LEVELS:
        assert parse(told, segments) == plain(rule)
        assert read_rule(told, segments, can_ask=True) == plain(rule)
    else:
        with pytest.raises(Misuse, match="levels inside one another"):
            parse(told, segments)


@MANY
@given(
    trees(LEAVES).filter(lambda rule: rule.depth <= MOST_LEVELS),
    SHOPS,
    st.sets(st.integers(0, 5).map(lambda at: uuid(10 + at))),
)
def test_the_rule_that_is_read_reaches_whom_the_told_one_reaches(
    rule: Targeting, segments: tuple[Segment, ...], shopper: set[str]
) -> None:
    assert parse(describe(rule, names_of(segments)), segments).reaches(shopper) is rule.reaches(shopper)


UNASKABLE = st.sampled_from([Unread({"new": "x"}), Unread(None), AnyOf(()), All(()), Any_(()), AnyOf(("gone",))])


@MANY
@given(trees(LEAVES, least=2), UNASKABLE, SHOPS, st.data())
def test_an_unparsable_description_is_refused_not_misread(
    rule: Targeting, part: Targeting, segments: tuple[Segment, ...], data: st.DataObject
) -> None:
    whole = data.draw(st.sampled_from([part, Not(part), All((rule, part)), Any_((part, Not(rule)))]))

    with pytest.raises(Misuse, match=r"can't be part of a rule|reaches no one"):
        parse(describe(whole, names_of(segments)), segments)


SOUP = st.lists(
    st.sampled_from(
        (*KEYWORDS, "VIPs", "vips", "Loyal", "Staff", '"Big Spenders"', "(", ")", ",", ", and", ", or", "“", "x")
    ),
    max_size=12,
).map(" ".join)


@settings(MANY, max_examples=examples(300))
@given(st.text(max_size=40) | SOUP)
def test_any_text_is_a_rule_or_gets_a_sentence(text: str) -> None:
    try:
        rule = parse(text, SEGMENTS)
    except Misuse as refused:
        assert str(refused).endswith((".", "?", "`"))  # noqa: PT017 - either outcome is fine, a third is not
    else:
        assert parse(describe(rule, NAMES), SEGMENTS) == rule


PHRASES = st.recursive(
    st.sampled_from(
        [("VIPs", VIPS), ("in Loyal", LOYAL), ("not in Staff", Not(STAFF)), ("neither VIPs nor Staff", Not(ids(0, 2)))]
    ),
    lambda inner: st.one_of(
        inner.map(lambda said: (f"not ({said[0]})", Not(said[1]))),
        st.tuples(inner, inner).map(lambda two: (f"({two[0][0]}) and ({two[1][0]})", All((two[0][1], two[1][1])))),
        st.tuples(inner, inner).map(lambda two: (f"({two[0][0]}) or ({two[1][0]})", Any_((two[0][1], two[1][1])))),
        st.tuples(inner, inner).map(lambda two: (f"({two[0][0]}), or ({two[1][0]})", Any_((two[0][1], two[1][1])))),
    ),
    max_leaves=5,
)


@MANY
@given(PHRASES, st.sets(st.integers(0, 2).map(lambda at: uuid(10 + at))))
def test_typed_words_reach_whom_they_say(phrase: tuple[str, Targeting], shopper: set[str]) -> None:
    text, meant = phrase
    try:
        rule = parse(text, SEGMENTS)
    except Misuse as refused:
        assert "levels inside one another" in str(refused)  # noqa: PT017 - deeper than the store takes
        assert meant.depth > MOST_LEVELS
    else:
        assert rule.reaches(shopper) is meant.reaches(shopper)
