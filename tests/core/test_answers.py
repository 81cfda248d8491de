import pytest

from bot.core.answers import MENTION, mention
from bot.core.asks import masked


def test_a_mention_is_found_in_a_sentence_and_cannot_be_made_up() -> None:
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
