"""What the work under way is about, of which each line of the log tells."""

from bot.core.work import about, known, learn


def test_what_becomes_known_is_told_of_the_rest_of_the_work() -> None:
    learn("change", 1)
    assert known() == {}
    with about("invocation", "a"):
        learn("change", 0)
        assert known() == {"invocation": "a"}
        learn("change", 7)
        assert known() == {"invocation": "a", "change": "7"}
    assert known() == {}
