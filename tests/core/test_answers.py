import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.answers import MENTION, mention
from bot.core.audit.masking import masked


def test_a_mention_cannot_be_forged() -> None:
    assert MENTION.sub(r"@\1", f"By {mention('UBEN')}.") == "By @UBEN."
    assert not MENTION.search("\ue000UBEN\ue000 \ue00000000000:UBEN\ue000 <@UBEN>")


def test_the_log_holds_plain_user_ids() -> None:
    assert masked(f"rejected by {mention('UBEN')}") == "rejected by UBEN"


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("/segment add VIPs ann@example.com, bo@x.org", "/segment add VIPs [e-mail], [e-mail]"),
        ("<mailto:ann@example.com|ann@example.com>", "<mailto:[e-mail]|[e-mail]>"),
        ("name:ann@example.com “bo@x.org”", "name:[e-mail] “[e-mail]”"),
        ('of "doe, jane"@example.com, 17', "of [e-mail], 17"),
        ("of “doe, jane”@example.com", "of [e-mail]"),
        ("no address @ all", "no address @ all"),
    ],
)
def test_the_log_holds_no_addresses(said: str, kept: str) -> None:
    assert masked(said) == kept


@given(st.text(alphabet='ab@:, "“<|\n', max_size=30))
def test_the_log_holds_no_part_of_an_address(said: str) -> None:
    anywhere = r"(?:[\"“”][^\"“”]*[\"“”]|[^\s<>|:,\"“”]+)@[^\s<>|,\"“”]+"
    assert masked(said) == re.sub(anywhere, "[e-mail]", said)


@pytest.mark.parametrize("said", ["x" * 50_000, "@ " + "x" * 50_000, '"' * 50_000 + " @", "x@" * 25_000 + " @"])
def test_long_words_do_not_take_long(said: str) -> None:
    began = time.process_time()
    masked(said)
    assert time.process_time() - began < 0.5
