"""Whom words may mean that are neither addresses nor ids: each name that is somebody's, and those that are nobody's."""

import pytest

from bot.core.errors import Question
from bot.core.language.shopper_list import read_shoppers
from bot.core.store_view.cached_shop import Shop
from bot.core.store_view.people_meant import ask_whom
from bot.sandbox.store.resources import customers as store_customers
from tests.engine.bench import bench

PEOPLE = (("ada@x.org", "Ada", "Byron"), ("bo@x.org", "Bo", "Diddley"), ("ada2@x.org", "Ada", "Zander"))


async def asked(words: str) -> tuple[str, ...]:
    """What is asked about these words, and each answer; empty if nothing is."""
    async with bench(seeded=False) as machine:
        drafts = [{"email": email, "first_name": first, "last_name": last} for email, first, last in PEOPLE]
        store_customers.create(machine.store.shop, drafts)
        try:
            await ask_whom(read_shoppers((words,)), Shop(machine.client), "shoppers")
        except Question as question:
            whom = str(question).removeprefix("Whom did you mean by ").removesuffix("? Nothing was done yet.")
            return (whom, *(str(reading.values["shoppers"]) for reading in question.readings))
        return ()


BO, ADA = "Bo Diddley (bo@x.org) #2", "Ada Byron (ada@x.org) #1"
ADAS = f"{ADA} and Ada Zander (ada2@x.org) #3"
WORDS: dict[str, tuple[str, ...]] = {
    "Bo Diddley": (f"“Bo Diddley”: {BO}", "#2"),
    "Bo Diddley, Nobody Here": (f"“Bo Diddley”: {BO}", "#2, Nobody Here", "Nobody Here"),
    "Byron, Ada": (f"“Byron Ada”: {ADA}", "#1"),
    "Ada": (f"“Ada”: {ADAS}", "#1", "#3"),
    "Ada, Bo Diddley, Nobody": (f"“Ada”: {ADAS}", *(f"{one}Bo Diddley, Nobody" for one in ("#1, ", "#3, ", ""))),
    "Bo please": (f"“Bo”: {BO}", "#2"),
    "please Bo now": (f"“Bo”: {BO}", "#2"),
    "bo@x.org Ada": (f"“Ada”: {ADAS}", "bo@x.org, #1", "bo@x.org, #3", "bo@x.org"),
    "ada@x.org Ada Byron": (),
    "Nobody": (),
    "Bo Diddley x y z w": (),
}
"""Whom a question names, and what each of its answers would type."""


@pytest.mark.parametrize("words", WORDS)
async def test_names_are_asked_about_and_those_of_nobody_are_told(words: str) -> None:
    assert await asked(words) == WORDS[words]
