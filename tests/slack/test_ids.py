import pytest

from bot.slack.action_ids import METADATA_LIMIT, Click, pack_metadata


def test_a_click_comes_back_as_it_was_packed() -> None:
    assert Click(42, 7).pack() == "42.7"
    assert Click.unpack("42.7") == Click(42, 7)


@pytest.mark.parametrize("value", ["", "42", "42.x", "a.1", "1.2.3", "change show 42"])
def test_what_no_button_of_ours_carries_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match=r"unpack|invalid literal"):
        Click.unpack(value)


def test_metadata_is_compact_and_within_slacks_limit() -> None:
    assert (
        pack_metadata(command="segment edit", given={"name": "❤"}) == '{"command":"segment edit","given":{"name":"❤"}}'
    )
    assert len(pack_metadata(x="❤" * (METADATA_LIMIT - 8))) == METADATA_LIMIT
    with pytest.raises(ValueError, match="private metadata of 3001 characters"):
        pack_metadata(x="x" * (METADATA_LIMIT - 7))
