"""Twenty people who type and click, each by dice of their own, while bots come and go."""

import asyncio
import random
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from bot.core.approval.changes import State
from bot.ledger.ledger import Ledger
from bot.sandbox.workspace import people
from bot.sandbox.workspace.people import Person
from bot.sandbox.workspace.refusals import Misuse
from bot.slack.action_ids import APPROVE
from tests.harness import World
from tests.records import rows_of

SIZE = 20
APPROVERS = 5
MEMBERS = 30
ADDED = 60
"""Customers, some of whom are members already."""
KINDS = ("delete", "clear", "add", "rename", "copy")
_WAITING = "SELECT number FROM changes WHERE state = 'waiting' AND card_ts IS NOT NULL"
_CARD = "SELECT card_ts FROM changes WHERE number = :number"
_BY_STATE = "SELECT number FROM changes WHERE state = :state"
LARGE = "Everyone"
"""A segment whose copies are made by long runs: all who have a profile are in it."""
ALL = -1
COPIES = f'%"{LARGE}"%'
"""What stands in the bodies of these changes."""
_SMALL = f"{_BY_STATE} AND body NOT LIKE '{COPIES}'"
PAUSE = (1.0, 12.0)
"""Seconds between what somebody does: together they need less than the store's quota."""
SPARED = 0.9
"""How often who stops something lets the long runs go on."""
_ACTS = ("ask",) * 5 + ("decide",) * 6 + ("undo", "withdraw", "stop", "look", "look")


@dataclass
class Crowd:
    """``asked``: what was asked for of each segment, once; ``said``: how much each person did, ``acked``: was taken."""

    world: World
    ledger: Ledger
    dice: random.Random
    asked: dict[str, str] = field(default_factory=dict)
    said: Counter[str] = field(default_factory=Counter)
    acked: Counter[str] = field(default_factory=Counter)
    is_over: bool = False
    rests: bool = False

    def __post_init__(self) -> None:
        directory = self.world.workspace.directory
        for number in range(len(directory.humans), SIZE):
            directory.hire(Person(f"U0PERSON{number:02}", f"p{number:02}", f"Person {number}", "", "#000000"))
        approvers = directory.groups[people.APPROVERS_GROUP].members
        approvers += directory.humans[-(APPROVERS - len(approvers)) :]
        self.world.permitted |= set(approvers)
        self.world.put(LARGE)
        self.world.enrol(LARGE, ALL)

    @property
    def people(self) -> list[str]:
        """Everybody, but the guest."""
        return [one for one in self.world.workspace.directory.humans if one != people.DAN]

    def unrecorded(self, person: str) -> int:
        """How often this person was told that it could not be put on record, so that nothing was done."""
        places = self.world.workspace.archive.messages.values()
        messages = [one for place in places for one in place.values() if one.visible_to == person]
        return sum("could not be put on record" in str(one.message) for one in messages)

    async def live(self) -> None:
        """Until it is over."""
        async with asyncio.TaskGroup() as group:
            for person in self.people:
                group.create_task(self._live(person, random.Random(f"{self.dice.random()} {person}")))

    async def _live(self, person: str, dice: random.Random) -> None:
        while not self.is_over:
            await asyncio.sleep(dice.uniform(*PAUSE))
            if not self.rests:
                with suppress(Misuse):  # what they wanted to press is gone
                    await self._act(person, dice)

    async def copy_all(self, person: str, name: str) -> None:
        """Ask for a copy of the large segment."""
        self.asked[name] = "copy all"
        await self._type(person, f"/segment copy {LARGE} {name}")

    async def _act(self, person: str, dice: random.Random) -> None:
        match dice.choice(_ACTS):
            case "ask":
                await self._type(person, self._something(dice))
            case "decide":
                await self._decide(person, dice)
            case "look":
                await self._type(person, dice.choice(("/segment list", "/change list mine", "/audit recent")))
            case "undo":
                await self._about(person, "undo", State.DONE, dice)
            case "withdraw":
                await self._about(person, "withdraw", State.WAITING, dice)
            case "stop":
                await self._about(person, "stop", State.RUNNING, dice)

    async def _type(self, person: str, line: str) -> None:
        self._count(person, await self.world.client.type(person, "#segments", line))

    async def _about(self, person: str, verb: str, state: State, dice: random.Random) -> None:
        query = _SMALL if verb == "stop" and dice.random() < SPARED else _BY_STATE
        if numbers := [row[0] for row in rows_of(self.ledger, query, {"state": state})]:
            await self._type(person, f"/change {verb} {dice.choice(numbers)}")

    async def _decide(self, person: str, dice: random.Random) -> None:
        """Whoever may not is refused."""
        if waiting := rows_of(self.ledger, _WAITING):
            (number,) = dice.choice(waiting)
            await self.approve(person, number)

    async def approve(self, person: str, *numbers: int) -> None:
        """Press the button on these changes' cards."""
        for number in numbers:
            ((ts,),) = rows_of(self.ledger, _CARD, {"number": number})
            if ts:
                self._count(person, await self.world.client.press(person, "#approvals", APPROVE, ts=ts))

    def _count(self, person: str, outcome: Any) -> None:
        self.said[person] += 1
        self.acked[person] += bool(outcome["ok"])

    def _something(self, dice: random.Random) -> str:
        """A line about a segment that is new, and that nobody else asks about."""
        name, kind = f"R{len(self.asked)}", dice.choice(KINDS)
        self.asked[name] = kind
        self.world.put(name)
        self.world.enrol(name, MEMBERS)
        customers = " ".join(f"#{number}" for number in range(1, ADDED + 1))
        lines = {
            "delete": f"/segment delete {name}",
            "clear": f"/segment clear {name}",
            "add": f"/segment add {name} {customers}",
            "rename": f"/segment edit {name} name:{name}-renamed",
            "copy": f"/segment copy {name} {name}-copy",
        }
        return lines[kind]
