"""Plain books of who is in which segment, by what was asked and what rules say: nothing of the bot's is used."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

HAND = 0
"""What stands for the change where somebody did it outside of the bot, and for an addition that does not end."""


class Move(NamedTuple):
    """That somebody came or went, by a change or by a hand."""

    at: datetime
    is_in: bool
    by: int


class Did(NamedTuple):
    """What a change did to one customer: by which addition they were in before, and are now; None: they are out."""

    before: int | None
    after: int | None


@dataclass
class Books:
    """Who is in a segment, and by which addition that will take them out (0: for good)."""

    names: Sequence[str]
    inside: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    owners: dict[tuple[str, int], int] = field(default_factory=dict)
    moves: dict[tuple[str, int], list[Move]] = field(default_factory=lambda: defaultdict(list))
    did: dict[int, dict[tuple[str, int], Did]] = field(default_factory=lambda: defaultdict(dict))
    ends: dict[int, datetime] = field(default_factory=dict)
    ended: dict[int, datetime] = field(default_factory=dict)

    def by_hand(self, name: str, one: int, at: datetime, *, is_in: bool) -> None:
        """Somebody puts a customer in, or takes them out, past the bot."""
        if is_in != (one in self.inside[name]):
            (self.inside[name].add if is_in else self.inside[name].discard)(one)
            self.moves[name, one].append(Move(at, is_in, HAND))

    def puts(self, number: int, name: str, people: Iterable[int], at: datetime, *, owner: int = HAND) -> None:
        """A change puts people in who are not in yet; those who are, and were to leave, stay by this one."""
        for one in people:
            was = self.owners.get((name, one), HAND)
            if one not in self.inside[name]:
                self.inside[name].add(one)
                self.moves[name, one].append(Move(at, True, number))
                self.did[number][name, one] = Did(None, owner)
                self._owned(name, one, owner)
            elif was and not (owner and self.ends[owner] == self.ends.get(was)):
                self.did[number][name, one] = Did(was, owner)
                self._owned(name, one, owner)

    def takes(self, number: int, name: str, people: Iterable[int], at: datetime) -> None:
        """A change takes out those who are in."""
        for one in set(people) & self.inside[name]:
            self.did[number][name, one] = Did(self.owners.pop((name, one), HAND), None)
            self.inside[name].remove(one)
            self.moves[name, one].append(Move(at, False, number))

    def adds(self, number: int, name: str, people: Iterable[int], at: datetime, until: datetime | None) -> None:
        """Somebody adds people, for good or until a time."""
        if until:
            self.ends[number] = until
        self.puts(number, name, people, at, owner=number if until else HAND)

    def ends_now(self, number: int, ended: int, at: datetime) -> None:
        """An addition ends: whoever is in by it is taken out."""
        for name in self.names:
            leaving = [one for one in self.inside[name] if self.owners.get((name, one)) == ended]
            self.takes(number, name, leaving, at)
        for pair, did in self.did[number].items():
            self.did[number][pair] = Did(HAND, did.after)
        self.ended[ended] = at

    def passes(self, now: datetime) -> None:
        """It is so late that these additions have ended, also where nobody was left to be taken out."""
        self.ended |= {number: at for number, at in self.ends.items() if at <= now and number not in self.ended}

    def leaving(self, ended: int) -> bool:
        """Whether anybody is in by this addition."""
        return any(owner == ended and one in self.inside[name] for (name, one), owner in self.owners.items())

    def undoes(self, number: int, undone: int, at: datetime) -> None:
        """Whom a change put in is taken out again, and whom it took out is put in again."""
        for (name, one), did in list(self.did[undone].items()):
            if did.before is None and did.after is not None:
                self.takes(number, name, [one], at)
            elif did.after is None and one not in self.inside[name]:
                self.puts(number, name, [one], at, owner=HAND if did.before in self.ended else did.before or HAND)

    def _owned(self, name: str, one: int, owner: int) -> None:
        if owner:
            self.owners[name, one] = owner
        else:
            self.owners.pop((name, one), None)
