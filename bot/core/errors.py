"""The errors of the core; ``str(error)`` is the sentence that the person reads.

Refusal
├── Misuse              the words or the form's values make no sense; says what to type
│   ├── Question        the words can be read in several ways; asks which one is meant
│   └── NotNamed        a name that nothing in the store has; suggests similar ones
│       ├── NotSegments
│       └── NotPromotion
├── NotAllowed          this person may not do this
│   ├── SelfApproval
│   └── NobodyCanApprove
├── Impossible          the store's current state does not allow it
│   ├── OverLimit
│   ├── AskedAlready
│   ├── NotReadYet
│   └── NothingToDo
├── UnknownChange
├── OldButton           an earlier version of the bot drew the button
├── OtherChange         the button belongs to a change that is not on record
└── TooLate             the change has moved on
    └── OldVersion

NotRecorded             the ledger cannot be written; not a Refusal, since it rejects or ends no change
└── LedgerLost          and it will not be written again by this process, which has to stop
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import Any


@dataclass(frozen=True)
class Instead:
    """A line that may have been meant, without the slash, and the label of the button that types it."""

    label: str
    line: str


class Refusal(Exception):
    """A request that is refused. ``field`` names the field of Args at fault, if there is one.

    ``for_log`` is the sentence without anything that may name a shopper: the audit log outlives a shopper's erasure.
    ``instead`` has buttons for what may have been meant.
    """

    def __init__(
        self, sentence: str, *, field: str | None = None, for_log: str = "", instead: Sequence[Instead] = ()
    ) -> None:
        super().__init__(sentence)
        self.field = field
        self.for_log = for_log or sentence
        self.instead = tuple(instead)


class Misuse(Refusal):
    """The words or values cannot be understood; the sentence says what to type instead.

    It may repeat them, so the log has a sentence of its own.
    """

    def __init__(
        self, sentence: str, *, field: str | None = None, for_log: str = "", instead: Sequence[Instead] = ()
    ) -> None:
        super().__init__(
            sentence, field=field, for_log=for_log or "The words could not be understood.", instead=instead
        )


@dataclass(frozen=True)
class Reading:
    """A way to read what was typed: the values that say just that, and the label of its button, if it has its own.

    ``fault``: why it cannot be done, if that is known.
    """

    values: Mapping[str, Any]
    label: str = ""
    fault: str = ""


class Question(Misuse):
    """The words can be read in several ways, or lack something. Nothing is done before one of ``readings`` is chosen.

    A reading may hold only the values that differ from what was typed. ``names``: what people call a value that is
    an id.
    """

    def __init__(
        self,
        sentence: str,
        readings: Sequence[Reading],
        *,
        field: str | None = None,
        for_log: str,
        names: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(sentence, field=field, for_log=for_log)
        self.readings = tuple(readings)
        self.names = names or {}

    def about(self, values: Mapping[str, Any]) -> "Question":
        """Return the same question, each of whose readings has these values, too."""
        return self._with([replace(one, values={**values, **one.values}) for one in self.readings])

    def also(self, readings: Sequence[Reading]) -> "Question":
        """Return the same question with these readings behind its own."""
        return self._with([*self.readings, *readings])

    def within(self, fields: Collection[str]) -> "Question":
        """Return the same question without the readings for which the command would need other fields."""
        return self._with([one for one in self.readings if set(fields).issuperset(one.values)])

    def tried(self, faults: Sequence[str]) -> "Question":
        """Return the same question, whose first readings have these faults; an empty one is none."""
        each = zip_longest(self.readings, faults, fillvalue="")
        return self._with([replace(one, fault=fault) for one, fault in each if isinstance(one, Reading)])

    def _with(self, readings: Sequence[Reading]) -> "Question":
        return Question(str(self), readings, field=self.field, for_log=self.for_log, names=self.names)


class NotRecorded(Exception):
    """The ledger cannot be written, so nothing is done: what cannot be recorded does not happen.

    ``reason`` is the middle of a sentence: "the disk is full".
    """

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"This could not be put on record ({reason}), so nothing was done. "
            "Try again in a minute; if this keeps happening, tell whoever runs the bot."
        )
        self.reason = reason


class LedgerLost(NotRecorded):
    """This process must not write the ledger any more, and stops; ``for_operator`` says why, and what to do."""

    def __init__(self, reason: str, for_operator: str) -> None:
        super().__init__(reason)
        self.for_operator = for_operator


class NotNamed(Misuse):
    """Nothing of this ``noun`` in the store has these names; ``near`` are similar ones that are there."""

    def __init__(self, noun: str, words: Sequence[str], near: Sequence[str], *, field: str | None = None) -> None:
        self.noun, self.words = noun, tuple(words)
        self.unknown = f"No {noun} is called {' or '.join(f'“{word}”' for word in words)}."
        meant = f"Did you mean {' or '.join(f'“{name}”' for name in near)}?"
        ask = meant if near else f"`/{noun} list` shows every {noun}."
        super().__init__(f"{self.unknown} {ask}", field=field, for_log=f"No {noun} is called that.")

    def renamed(self, names: Mapping[str, str]) -> Misuse:
        """Return the error about a request from before: what some of the words named has these names now."""
        now = " ".join(f"“{word}” is called “{name}” now." for word, name in names.items())
        return Misuse(f"{self.unknown} {now} Ask for this again by the new name.", for_log=self.for_log)

    def gone(self, names: Sequence[str]) -> Misuse:
        """Return the error about a request from before whose words are the ids of what had these names."""
        quoted = " and ".join(f"“{name}”" for name in names)
        them, are = (f"{self.noun}s", "are") if len(names) > 1 else (self.noun, "is")
        return Misuse(f"The {them} {quoted} {are} no longer in the store.", for_log=self.for_log)


class NotSegments(NotNamed):
    """No segment of the store has these names."""

    def __init__(self, words: Sequence[str], near: Sequence[str], *, field: str | None = None) -> None:
        super().__init__("segment", words, near, field=field)


class NotPromotion(NotNamed):
    """No promotion of the store has this name."""

    def __init__(self, word: str, near: Sequence[str]) -> None:
        super().__init__("promotion", (word,), near, field="promotion")


class NotAllowed(Refusal):
    """This person may not do this."""


class SelfApproval(NotAllowed):
    """The requester tried to approve their own change."""

    def __init__(self, number: int) -> None:
        super().__init__(
            f"You asked for change {number}, so someone else has to approve it. "
            f"`/change withdraw {number}` takes it back."
        )


class NobodyCanApprove(NotAllowed):
    """A change needs approvals that too few people may give. ``rules``: why it needs some of each of several rules.

    ``is_new``: its requester reads this and nothing waits yet; otherwise whoever reads its card.
    """

    def __init__(self, needed: int, found: int, rules: Sequence[str] = (), *, is_new: bool = True) -> None:
        number = f"{needed} {'approval' if needed == 1 else 'approvals'}"
        requester, so = ("you", "so it was not requested") if is_new else ("its requester", "so it can't be approved")
        who = f"This needs {number}, and {_so_many(found)} other than {requester} can give one, {so}. "
        both = (
            f"This needs approvals under {len(rules)} rules, and no two people other than {requester} satisfy them "
            f"all, {so}: it {'; it '.join(rules)}. Ask for its parts in changes of their own. "
        )
        name = "Whoever runs the bot can name more approvers (the APPROVERS setting)."
        super().__init__((both if rules else who) + name)


def _so_many(found: int) -> str:
    return f"only {found} {'person' if found == 1 else 'people'}" if found else "no one"


class Impossible(Refusal):
    """The store's current state does not allow this."""


class OverLimit(Impossible):
    """A change that needed no approval alone, and does together with what its requester asked for meanwhile."""

    def __init__(self, number: int) -> None:
        super().__init__(
            f"Together with what you asked for at the same time, change {number} needs approval. "
            "Nothing was changed. Ask for it again."
        )


class AskedAlready(Impossible):
    """A change that waits does the very same."""

    def __init__(self, number: int) -> None:
        super().__init__(f"Change {number} does the same, and waits for approval.")


class NotReadYet(Impossible):
    """What this goes by is still being read from the store: the same may be possible in a minute."""


class NothingToDo(Impossible):
    """The store is already in the requested state."""


class UnknownChange(Refusal):
    """No change has this number."""

    def __init__(self, number: int) -> None:
        sentence = f"There is no change {number}. `/change list all` shows the latest ones."
        super().__init__(sentence, for_log="There is no such change.")


class OldButton(Refusal):
    """The button does not say which change it was drawn for: an earlier version of the bot drew it."""

    def __init__(self, number: int) -> None:
        super().__init__(
            "An earlier version of me drew this button, so nothing was done. "
            f"The card of change {number} has new ones now: read it, then decide."
        )


class OtherChange(Refusal):
    """The button was drawn for a change of this number that is in another ledger, or in none any more."""

    def __init__(self, number: int) -> None:
        super().__init__(
            "The change that this button belongs to is not on record any more, so nothing was done. "
            f"`/change show {number}` shows which change has the number {number} now."
        )


class TooLate(Refusal):
    """The change is no longer in a state that allows this."""


class OldVersion(TooLate):
    """The click was on a card that has since been redrawn with another plan."""

    def __init__(self, number: int) -> None:
        super().__init__(
            f"Change {number} has a new version, since the store or the request changed, so nothing was done. "
            "Read its card, then decide."
        )
