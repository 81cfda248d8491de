"""Names and addresses of shoppers with signs and accents that can be written in several ways."""

import unicodedata
from itertools import product

from tests.harness import World
from tests.stories.judge import read

APOSTROPHES, HYPHENS = "'’‘ʼ´`′", "-‐‑–−"
SPELT = [
    *product([f"O{sign}Neill" for sign in APOSTROPHES], repeat=2),
    *product([f"Anne{sign}Marie" for sign in HYPHENS], repeat=2),
    *product([unicodedata.normalize(form, "Núñez") for form in ("NFC", "NFD")], repeat=2),
    ("Strauß", "STRAUSS"),
]
"""Last names as the store may have them, and as people may type them."""


async def test_a_name_is_found_however_its_signs_and_accents_are_written(slack: World) -> None:
    for number, (stored, typed) in enumerate(SPELT):
        email = f"una.{number}@example.com"
        slack.register(email, f"Una{number}", stored)
        await slack.type(f"/shopper find una{number} {typed}")
        assert email in slack.whisper(), (stored, typed)


async def test_a_last_name_alone_is_found_and_asked_about(slack: World) -> None:
    slack.register("una@example.com", "Una", "O’Neill")
    await slack.type("/shopper find O'Neill")
    assert "una@example.com" in slack.whisper()
    await slack.type("/segment add Reviewers Una O’Neill")
    assert slack.whisper().startswith("Whom did you mean by “Una O'Neill”: Una O’Neill (una@example.com)")


async def test_the_own_name_beside_an_address_is_known_however_it_is_written(slack: World) -> None:
    slack.register("una@example.com", "Una", "O’Néill")
    for segment, name in {"VIPs": "Una O'Néill", "Reviewers": "una o’ne\u0301ill"}.items():
        await slack.type(f"/segment add {segment} {name} una@example.com")
        told = "\n".join(map(read, slack.messages()))
        assert (slack.profile_id("una@example.com") in slack.members(segment), "left out" in told) == (True, False)


async def test_an_address_is_found_however_its_accents_are_written(slack: World) -> None:
    slack.register("josé@example.com")
    await slack.type("/shopper show jose\u0301@example.com")
    assert "josé@example.com" in slack.whisper()
