"""Words in typed lists that say more than whom they name: what is asked, and what each answer would type."""

import pytest

from bot.core.errors import Question
from bot.core.language.shopper_list import read_shoppers
from bot.core.store_view.telling_words import ask_about_words

SIX = ", ".join(f"{name} Doe {name.lower()}@x.org" for name in ("Ada", "Bo", "Cy", "Di", "Ed", "Flo"))
EACH = "ada@x.org, bo@x.org, cy@x.org, di@x.org, ed@x.org, flo@x.org"
"""Six people by name and address: no list so long has to be typed, but it may be. Their addresses."""
ASKED: dict[str, tuple[str, ...]] = {
    "ada@x.org tomorrow": ("at once unless you say `at:`, so “tomorrow”", "ada@x.org", "ada@x.org"),
    "ada@x.org until Friday": ("with `until:` and the time", "ada@x.org", "ada@x.org"),
    "ada@x.org for a while": ("with `until:` and the time", "ada@x.org"),
    "tomorrow ada@x.org": ("so “tomorrow” would be left out", "ada@x.org", "ada@x.org"),
    "until Friday 9am ada@x.org": ("so “until Friday 9am” would be left out", "ada@x.org", "ada@x.org"),
    "ada@x.org for 2 days, bo@x.org": ("so “for 2 days” would be left out", *2 * ["ada@x.org, bo@x.org"]),
    "ada@x.org at 16:00 bo@x.org": ("so “at 16:00” would be left out", *2 * ["ada@x.org, bo@x.org"]),
    "temporarily ada@x.org": ("so “temporarily ada@x.org” would be left out",),
    "ada@x.org if not bo@x.org": ("so “if not bo@x.org” would be left out", "ada@x.org"),
    "ada@x.org, please but not bo@x.org": ("“but” leaves someone out", "ada@x.org"),
    "all but ada@x.org": ("“but” leaves someone out",),
    "ada@x.org !bo@x.org": ("“!” leaves someone out", "ada@x.org"),
    "ada@x.org, then remove bo@x.org": ("“remove” may be another command", "ada@x.org"),
    "Remove ada@x.org": ("“Remove” may be another command", "ada@x.org"),
    "either #17 or Bo Diddley": ("“either” leaves open who", "#17, Bo Diddley", "#17", "Bo Diddley"),
    "any one of these ada@x.org 17": ("“any one of” leaves open who", "ada@x.org, 17", "ada@x.org", "17"),
    "ada@x.org/bo@x.org": ("“/” leaves open who", "ada@x.org, bo@x.org", "ada@x.org", "bo@x.org"),
    "Perhaps ada@x.org": ("“Perhaps” leaves open who", "ada@x.org"),
    "1 or 2, 3, 4, 5": ("“or” leaves open who", "#1, #2, #3, #4, #5"),
    "or": ("“or” leaves open who",),
    "17-19": ("“17-19” may mean every id", "#17, #18, #19", "#17, #19"),
    "#17 – #19": ("“#17 – #19” may mean", "#17, #18, #19", "#17, #19"),
    "3, 17 to 18 and #20": ("“17 to 18” may mean", "#3, #17, #18, #20"),
    "1 through 6": ("may mean", "#1, #2, #3, #4, #5, #6", "#1, #6"),
    "keep ada@x.org": ("“keep” leaves someone out",),
    # what was added to a list that was not typed
    f"{SIX}, but not Guy Doe guy@x.org": ("“but” leaves someone out", EACH),
    f"{SIX}; leave guy@x.org in": ("“leave” leaves someone out", EACH),
    f"{SIX}, but not Doe, Guy <guy@x.org>": ("“but” leaves someone out", EACH),
    SIX.replace(", ", "\n") + "\nPlease not Doe, Guy <guy@x.org>": ("“not” leaves someone out", EACH),
    f"{SIX}, but not Flo": ("“but” leaves someone out", EACH),
    SIX.replace(", ", "\n") + "\nand not:\nguy@x.org": ("“not” leaves someone out", EACH),
    SIX.replace(", ", "\n") + "\nuntil Friday": ("with `until:` and the time", EACH, EACH),
    SIX.replace(", ", "\t") + " until Friday": ("with `until:` and the time", EACH, EACH),
    "Email\tName\nada@x.org\tAda\nuntil Friday": ("with `until:` and the time", "ada@x.org", "ada@x.org"),
    "Name\tEmail\nNot\tada@x.org\nBo\tnot bo@x.org": ("“not” leaves someone out", "ada@x.org"),
    "Customer ID\n17\nbut not 18": ("“but” leaves someone out", "#17"),
    "ada at x dot org": ("Did you mean ada@x.org?", "ada@x.org"),
}
"""A part of each question, and what its answers would type."""


@pytest.mark.parametrize("words", ASKED)
def test_what_says_more_than_whom_it_names_is_asked_about(words: str) -> None:
    sentence, *answers = ASKED[words]
    with pytest.raises(Question) as caught:
        ask_about_words((words,), read_shoppers((words,)), "shoppers")
    assert sentence in str(caught.value)
    assert [one.values["shoppers"] for one in caught.value.readings] == answers


@pytest.mark.parametrize(
    "words",
    [
        "ada@x.org and bo@x.org",
        "please add ada@x.org",
        '"Trick or Treat" <ada@x.org>',
        "or@x.org, Orlando, not@x.org ada.or.bo@x.org",
        "email,status\nada@x.org,not subscribed or gone",
        "name\temail\nBut Or\tada@x.org\nAda or Bo\tn/a or none",
        SIX.replace(", ", "\tnot here\tfor Bo\tor so\n"),
        SIX.replace(", ", ", not subscribed\n"),
        f"{SIX}, a, or b, c, d, e, f",
        f"{SIX}\tnot subscribed",
        "ada@x.org a, or b, c, d, e, f",
        "555-7946",
        "2026-11-24",
        "19-17",
        "17-19 1000..9999",
        "ada@x.org 17-19",
        "ada@x.org for Bo, through the shop, up to date, forever",
    ],
)
def test_whoever_is_plainly_named_is_not_asked_about(words: str) -> None:
    ask_about_words((words,), read_shoppers((words,)), "shoppers")


def test_where_one_is_asked_for_anyway_no_one_is_asked_which_of_them() -> None:
    ask_about_words(("ada@x.org or bo@x.org",), read_shoppers(("ada@x.org or bo@x.org",)), "shopper", is_one=True)


@pytest.mark.parametrize(
    ("words", "label", "times"),
    [
        ("on Monday", "On Monday, ada@x.org", {"at": "Monday"}),
        ("at friday 16:00", "At friday 16:00, ada@x.org", {"at": "friday 16:00"}),
        ("Friday 9am", "Friday 9am, ada@x.org", {"at": "Friday 9am"}),
        ("later", "", {}),
        ("until Friday 18:00", "Until Friday 18:00, ada@x.org", {"until": "Friday 18:00"}),
        ("TILL Friday", "TILL Friday, ada@x.org", {"until": "Friday"}),
        ("’til Friday", "'til Friday, ada@x.org", {"until": "Friday"}),
        ("through Friday", "Through Friday, ada@x.org", {"until": "Friday"}),
        ("for 3 days", "For 3 days, ada@x.org", {"until": "3 days"}),
        ("for the next two weeks", "", {}),
        ("for now", "", {}),
        ("temporarily", "", {}),
    ],
)
def test_what_can_be_done_later_or_end_is_offered_so(words: str, label: str, times: dict[str, str]) -> None:
    with pytest.raises(Question) as caught:
        ask_about_words((f"ada@x.org {words}",), read_shoppers((f"ada@x.org {words}",)), "shoppers")
    now, *others = caught.value.readings
    assert now.values == {"shoppers": "ada@x.org"}
    given = {"shoppers": "ada@x.org", **times}
    assert [(one.label, one.values) for one in others] == ([(label, given)] if times else [])


def test_of_a_list_that_is_imported_nothing_is_done_later() -> None:
    with pytest.raises(Question) as caught:
        ask_about_words(("ada@x.org tomorrow",), read_shoppers(("ada@x.org tomorrow",)), "text")
    assert [dict(one.values) for one in caught.value.readings] == [{"text": "ada@x.org"}]
