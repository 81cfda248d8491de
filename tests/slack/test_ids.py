import pytest

from bot.core.approval.shown_change import Shown
from bot.slack.action_ids import METADATA_LIMIT, pack_metadata, pack_shown, pack_words, unpack_shown, unpack_words

SHOWN = Shown(number=42, version=7, nonce="00c0ffee00c0ffee", fingerprint="0123456789abcdef")
EARLIER = Shown(number=42)


def test_what_a_button_was_drawn_for_comes_back_as_it_was_packed() -> None:
    assert pack_shown(SHOWN) == "42.7.00c0ffee00c0ffee.0123456789abcdef"
    assert unpack_shown(pack_shown(SHOWN)) == SHOWN


def test_a_button_of_an_earlier_version_has_no_nonce() -> None:
    assert unpack_shown("42.7") == Shown(number=42, version=7)


@pytest.mark.parametrize("value", ["", "42", "42.x", "a.1", "1.2.3", "change show 42", "1.2.a-b.c", f"{'9' * 16}.1"])
def test_what_no_button_of_ours_carries_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match="not the value of a button"):
        unpack_shown(value)


@pytest.mark.parametrize("shown", [SHOWN, None])
@pytest.mark.parametrize("words", ["change show 42", "segment show a\nb", "segment list page:2"])
def test_a_command_comes_back_with_the_change_it_is_about(words: str, shown: Shown | None) -> None:
    assert unpack_words(pack_words(words, shown)) == (words, shown)


@pytest.mark.parametrize("verb", ["except", "details", "stop", "retry", "undo", "repoint", "withdraw"])
def test_a_command_that_earlier_versions_drew_on_cards_has_no_nonce(verb: str) -> None:
    assert unpack_words(f"change {verb} 42") == (f"change {verb} 42", EARLIER)


def test_metadata_is_compact_and_within_slacks_limit() -> None:
    assert (
        pack_metadata(command="segment edit", given={"name": "❤"}) == '{"command":"segment edit","given":{"name":"❤"}}'
    )
    assert len(pack_metadata(x="❤" * (METADATA_LIMIT - 8))) == METADATA_LIMIT
    with pytest.raises(ValueError, match="private metadata of 3001 characters"):
        pack_metadata(x="x" * (METADATA_LIMIT - 7))
