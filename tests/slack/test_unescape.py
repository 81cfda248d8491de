import pytest

from bot.slack.unescape import unescaped


@pytest.mark.parametrize(
    ("sent", "typed"),
    [
        ("recent by:<@U0BEN00001|ben>", "recent by:<@U0BEN00001>"),
        ("recent by:<@W0BEN>", "recent by:<@W0BEN>"),
        ('segment:"R&amp;D &lt;new&gt;"', 'segment:"R&D <new>"'),
        ("segment:&lt;!channel&gt;", "segment:<!channel>"),
        ("&amp;lt;", "&lt;"),
        ("<!channel> <!here|here>", "@channel @here"),
        ("<!subteam^S1|@team>", "@team"),
        ("<#C1|general> <#C2>", "#general #C2"),
        ("shopper:<mailto:ada@example.com|ada@example.com>", "shopper:ada@example.com"),
        ("<https://x.example|x.example> <https://y.example>", "x.example https://y.example"),
        ("nothing special", "nothing special"),
        ("", ""),
    ],
)
def test_what_slack_escaped_is_what_was_typed_with_people_as_ids(sent: str, typed: str) -> None:
    assert unescaped(sent) == typed
