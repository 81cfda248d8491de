import pytest

from bot.core.language.tokenizer import QUOTES, SINGLE_QUOTES, Word, quote, split, split_otherwise, without_open_quote


def texts(line: str) -> list[str]:
    return [word.whole for word in split(line)]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("", []),
        ("  \n\t ", []),
        ("VIPs Lapsed", ["VIPs", "Lapsed"]),
        ("VIPs,Lapsed , New", ["VIPs", "Lapsed", "New"]),
        ("VIPs\nLapsed\xa0New", ["VIPs", "Lapsed", "New"]),
        ('"Big Spenders" VIPs', ["Big Spenders", "VIPs"]),
        ("“Big Spenders” VIPs", ["Big Spenders", "VIPs"]),
        ("„Große Käufer“ VIPs", ["Große Käufer", "VIPs"]),
        ('«Grands clients» "a, b"', ["Grands clients", "a, b"]),
        ('“Big Spenders" VIPs', ["Big Spenders", "VIPs"]),
        ('" padded "', ["padded"]),
        ('""', [""]),
        ("it's", ["it's"]),
        ("<!channel> `x` |", ["<!channel>", "`x`", "|"]),
    ],
)
def test_blanks_and_commas_separate_and_any_quotes_keep_together(line: str, words: list[str]) -> None:
    assert texts(line) == words


def test_a_quote_that_is_never_closed_runs_to_the_end() -> None:
    assert texts("show “Big Spenders and all") == ["show", "Big Spenders and all"]


@pytest.mark.parametrize("sign", QUOTES + SINGLE_QUOTES)
def test_a_quote_that_is_never_closed_holds_the_rest_or_is_a_letter(sign: str) -> None:
    line = f"copy VIPs to {sign}Gold two"
    ways = {tuple(word.whole for word in words) for words in (split(line), split_otherwise(line))}
    assert ways == {("copy", "VIPs", "to", "Gold two"), ("copy", "VIPs", "to", f"{sign}Gold", "two")}


@pytest.mark.parametrize(
    "line",
    ["'90s kids, rock 'n roll, men's 'wear' '", '"Half" and “half„', '"Half \uf8fe', 'Screens 15"', "VIPs"],
)
def test_only_a_quote_that_is_never_closed_can_be_split_otherwise(line: str) -> None:
    assert split_otherwise(line) == split(line)


def test_a_line_has_no_open_quote_without_it() -> None:
    assert without_open_quote('"VIPs" and "Gold two') == '"VIPs" and Gold two'
    assert without_open_quote('"VIPs" and Gold two') == '"VIPs" and Gold two'


def test_a_quote_behind_a_digit_that_is_never_closed_is_a_sign_for_inches() -> None:
    assert texts('Screens 15"') == ["Screens", '15"']
    assert texts('name:15" screens') == ['name:15"', "screens"]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("<mailto:ann@example.com|ann@example.com>", ["ann@example.com"]),
        ("<mailto:ann@example.com>", ["ann@example.com"]),
        ("<http://vips.example|vips.example>", ["vips.example"]),
        ("<tel:555|555>, x", ["555", "x"]),
        ("<https://x.example|>", []),
    ],
)
def test_what_slack_wrapped_is_unwrapped(line: str, words: list[str]) -> None:
    assert texts(line) == words


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("name:VIPs", Word("VIPs", key="name", typed="name:VIPs")),
        (
            'name:"Very Important"',
            Word("Very Important", quoted=True, key="name", typed='name:"Very Important"'),
        ),
        ("since:2026-01-01T10:00", Word("2026-01-01T10:00", key="since", typed="since:2026-01-01T10:00")),
        ("name:", Word("name:", typed="name:")),
        (":x:", Word(":x:", typed=":x:")),
    ],
)
def test_a_key_stands_before_a_colon(line: str, word: Word) -> None:
    assert split(line) == (word,)


def test_typed_words_together_are_the_line() -> None:
    line = 'Our 5" disks,  “big” and: name:x'
    assert "".join(word.typed for word in split(line)) == line


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("VIPs", "VIPs"),
        ("Big Spenders", '"Big Spenders"'),
        ("a,b", '"a,b"'),
        ("name:x", '"name:x"'),
        ("", '""'),
        ('5" disks', '"5\' disks"'),
    ],
)
def test_quote_makes_one_word_of_a_text(text: str, word: str) -> None:
    assert quote(text) == word
    assert [one.text for one in split(word)] == [text.replace('"', "'")]


@pytest.mark.parametrize(
    "address", ['"doe, jane"@example.com', "“doe, jane”@example.com", '"doe jane"@example.com', '"a"@x.org']
)
def test_an_address_whose_first_part_is_in_quotes_is_one_word(address: str) -> None:
    plain = address.translate(str.maketrans("“”", '""'))
    assert split(f"VIPs {address}, bo@x.org") == (
        Word("VIPs", typed="VIPs"),
        Word(plain, typed=f" {address}"),
        Word("bo@x.org", typed=", bo@x.org"),
    )


def test_a_link_that_shows_something_else_than_its_address_stays_whole() -> None:
    assert [word.text for word in split("<mailto:ada@x.org|Ada> <MAILTO:ben@x.org|ben@x.org>")] == [
        "<mailto:ada@x.org|Ada>",
        "ben@x.org",
    ]
