"""No channel reads an address, whatever a message is made of."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.core.answers import Answer, Fields, Sentence, Table
from bot.core.language.hidden_addresses import hide_addresses
from bot.slack import answers, blocks
from bot.slack.blocks import Message
from bot.slack.public_text import counts_addresses, without_addresses
from tests.laws.values import LAW


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Ada Byron (ada@example.com) and 17.", "Ada Byron and 17."),
        ("Ada Byron (ada@exam…", "Ada Byron"),
        ("Not in the store: ada@example.com.", "Not in the store: [email]."),
        ("Not in the store: a@x.org, b@x.org and “c d”@x.org.", "Not in the store: [2 emails] and “c d”@x.org."),
        ('Not in the store: "doe, jane"@example.com!', "Not in the store: [email]!"),
        ("Reason: ask o'brien+tea@mail.example.co.uk, please", "Reason: ask [email], please"),
        ("Cut at ada@exa…", "Cut at [email]"),
        ("<@UBEN> asked at 12:00", "<@UBEN> asked at 12:00"),
        ("The segment fans@home (3 shoppers)", "The segment fans@home (3 shoppers)"),
        ("nothing", "nothing"),
    ],
)
def test_a_name_stays_and_an_address_is_counted(text: str, shown: str) -> None:
    assert hide_addresses(text) == shown


def test_every_part_of_a_message_is_covered_and_values_stay() -> None:
    answer = Answer(
        "Ask ada@x.org",
        (
            Sentence("quiet a@x.org", quiet=True),
            Fields((("By", "b@x.org"),)),
            Table("c@x.org", ("d@x.org",), (("e@x.org",),)),
        ),
    )
    button = blocks.button("f@x.org", "run:0", "segment add g@x.org")
    made = answers.message(answer)
    shown = without_addresses(Message(made.text, [*made.blocks, blocks.actions([button])]))
    assert str(shown).count("@") == 1
    assert "segment add g@x.org" in str(shown)
    assert counts_addresses(shown)
    assert not counts_addresses(Message("fine", [blocks.header("VIPs")]))


names = st.text(st.characters(categories=("L", "N")), min_size=1, max_size=8)
locals_ = st.from_regex(r"[a-z0-9'+._%-]{1,12}", fullmatch=True)
domains = st.from_regex(r"[a-z0-9-]{1,8}(\.[a-z]{2,5}){1,3}", fullmatch=True)
around = st.sampled_from(("", " ", " (", ")", ", ", ". ", "“", "”", ": ", " and ", "; ", "!", "\n", "…", "<", ">"))


@given(st.lists(st.tuples(names, around, locals_, domains, around), min_size=1, max_size=5))
@example([("A", "", "a", "x.org", " and "), ("", "", "b", "x.org", "")])
@LAW
def test_whatever_stands_around_an_address_it_is_hidden(parts: list[tuple[str, str, str, str, str]]) -> None:
    text = "".join(f"{name}{before}{local}@{domain}{after}" for name, before, local, domain, after in parts)
    shown = hide_addresses(text)
    assert not any(f"@{domain}" in shown for _, _, _, domain, _ in parts)
