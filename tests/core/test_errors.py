"""Each refusal is a sentence for its person; where that repeats their words, the log has one of its own."""

import pytest

from bot.core.errors import (
    AskedAlready,
    Impossible,
    Misuse,
    NobodyCanApprove,
    NotPromotion,
    NotSegments,
    OldButton,
    OldVersion,
    OtherChange,
    OverLimit,
    Question,
    Reading,
    Refusal,
    SelfApproval,
    UnknownChange,
)
from bot.core.planning.revalidation import Drifted
from bot.core.planning.steps.step import Gone

NOT_UNDERSTOOD = "The words could not be understood."
ITS_OWN: tuple[tuple[Refusal, str, str], ...] = (
    (Misuse("What is Ada?"), "What is Ada?", NOT_UNDERSTOOD),
    (Misuse("What is Ada?", for_log="It is."), "What is Ada?", "It is."),
    (Question("Ada?", (), for_log="Who?"), "Ada?", "Who?"),
    (
        NotSegments(("Ada",), ("Adam",)),
        "No segment is called “Ada”. Did you mean “Adam”?",
        "No segment is called that.",
    ),
    (
        NotPromotion("Ada", ()),
        "No promotion is called “Ada”. `/promotion list` shows every promotion.",
        "No promotion is called that.",
    ),
    (
        NotSegments(("Ada", "Eve"), ()).renamed({"Ada": "Adam"}),
        "No segment is called “Ada” or “Eve”. “Ada” is called “Adam” now. Ask for this again by the new name.",
        "No segment is called that.",
    ),
    (
        NotSegments(("a1", "b2"), ()).gone(("Ada", "Eve")),
        "The segments “Ada” and “Eve” are no longer in the store.",
        "No segment is called that.",
    ),
    (
        NotPromotion("7", ()).gone(("Ada",)),
        "The promotion “Ada” is no longer in the store.",
        "No promotion is called that.",
    ),
    (UnknownChange(42), "There is no change 42. `/change list all` shows the latest ones.", "There is no such change."),
    (
        Drifted(["Ada came."]),
        "The store changed after this was approved, so it was not done. Ada came. "
        "“Try Again” plans what is left anew, and asks for approval.",
        "The store changed after this was approved, so it was not done.",
    ),
)
THE_SAME: tuple[tuple[Refusal, str], ...] = (
    (Impossible("The store is full."), "The store is full."),
    (OverLimit(42), "Together with what you asked for at the same time, change 42 needs approval."),
    (AskedAlready(42), "Change 42 does the same, and waits for approval."),
    (OldButton(42), "The card of change 42 has new ones now: read it, then decide."),
    (OtherChange(42), "`/change show 42` shows which change has the number 42 now."),
    (OldVersion(42), "Change 42 has a new version, since the store or the request changed, so nothing was done."),
    (SelfApproval(42), "`/change withdraw 42` takes it back."),
    (NobodyCanApprove(2, 1), "This needs 2 approvals, and only 1 person other than you can give one"),
    (NobodyCanApprove(2, 2, ("a", "b")), "This needs approvals under 2 rules"),
    (Gone("VIPs"), "The segment “VIPs” is no longer in the store."),
    (Gone("Sale", what="promotion"), "The promotion “Sale” is no longer in the store."),
)


@pytest.mark.parametrize(("error", "told", "logged"), ITS_OWN)
def test_what_repeats_words_is_logged_without_them(error: Refusal, told: str, logged: str) -> None:
    assert (str(error), error.for_log) == (told, logged)


@pytest.mark.parametrize(("error", "told"), THE_SAME)
def test_what_repeats_no_words_is_logged_as_it_is_told(error: Refusal, told: str) -> None:
    assert told in str(error)
    assert error.for_log == str(error)


def test_only_readings_within_a_commands_fields_are_offered() -> None:
    asked = Question("Until Friday?", [Reading({"at": "friday"}), Reading({"until": "friday"})], for_log="When?")
    assert [one.values for one in asked.within(("at", "segment")).readings] == [{"at": "friday"}]
