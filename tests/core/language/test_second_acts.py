"""What may be another act behind a new name, and which names are honest."""

from typing import Annotated

import pytest

from bot.core.language.args import Args, Choice, SegmentInput, Text
from bot.core.language.second_acts import ACTS, MAYBE_ACTS, is_another_act, names_before_acts
from commands.segment import GROUP
from tests.core.language.test_readings import Copy


class Create(Args):
    name: Annotated[str, Text(label="Name", leads=("to",))]


class Combine(Args):
    first: Annotated[str, SegmentInput(label="First", leads=("and",))]
    how: Annotated[str, Choice(label="How", labels={"both": "Both", "either": "Either"})]
    into: Annotated[str, SegmentInput(label="Into", new=True, leads=("into",))]
    mode: Annotated[str, Choice(label="Mode", labels={"add": "Add", "equal": "Equal"}, option=True)] = "add"


def called(text: str) -> list[str]:
    return [one for one in ("Loyal", "Big Spenders") if one == text]


@pytest.mark.parametrize(
    ("args", "name", "others"),
    [
        (Copy, "A and X to B", ["A"]),
        (Copy, "A, X to B", ["A"]),
        (Copy, "A; and then X to B", ["A"]),
        (Copy, "A and C and X to B", ["A and C"]),
        (Copy, "A and X to B, Y to C", ["A"]),
        (Copy, "A and Back", []),
        (Copy, "A and to B", []),
        (Copy, "Road to Rome and Back", []),
        (Copy, "St. Road to Rome", []),
        (Create, "Rock and Roll to Go", []),
        (Combine, "A and X Loyal either B", ["A"]),
        (Combine, "A and X into B", ["A"]),
        (Combine, "A and X and B", []),
        (Combine, "A and X equal B", []),
        (Create, "A and delete Loyal", ["A"]),
        (Create, "A. Delete the rest.", ["A"]),
        (Create, "Search and delete", []),
        (Create, "A then clear", ["A"]),
        (Create, "A, then roll", []),
        (Create, "A & copy Big Spenders into it", ["A"]),
        (Create, "A + fill it", ["A"]),
        (Create, "A and make them", ["A"]),
        (Create, "Hair and Make Up", []),
        (Create, "Show and Tell, new and open", []),
        (Create, "either A or B", ["A", "B"]),
        (Create, "Now or Never", []),
        (Create, "A if Loyal is gone", ["A"]),
        (Create, "What if", []),
        (Create, "A instead of Big Spenders", ["A"]),
        (Create, "Bikes instead of cars", []),
        (Create, ", delete Loyal", [""]),
        (Create, "then delete Loyal", [""]),
        (Create, "; then clear", [""]),
        (Create, "and then there were none", []),
        (Create, "Then and Now", []),
        (Create, "A after that delete it", ["A"]),
        (Create, "A. Danach clear it", ["A"]),
        (Create, "A ; delete Loyal", ["A"]),
        (Create, "A delete Loyal", ["A"]),
        (Create, "delete Loyal", [""]),
        (Create, "delete others", []),
        (Create, "A show Loyal", []),
        (Copy, "instead of Loyal to A", ["A"]),
        (Copy, "rather than Big Spenders, to A", ["A"]),
        (Copy, "but not Loyal", [""]),
        (Copy, "not Loyal to A", ["A"]),
        (Copy, "Not Loyal", []),
        (Copy, "instead of cars to A", []),
        (Copy, "if Loyal is gone to A", ["A"]),
        (Copy, "if Loyal is gone", ["is gone"]),
        (Copy, "Once Loyal", []),
        (Create, "A", []),
    ],
)
def test_what_looks_like_an_order_may_be_one(args: type[Args], name: str, others: list[str]) -> None:
    assert list(names_before_acts(args, name, called)) == others


def test_a_sign_before_it_joins_an_order_to_what_stands_there() -> None:
    assert list(names_before_acts(Create, "clear it", called, ", ")) == [""]
    assert list(names_before_acts(Create, "clear it", called, " ")) == []


@pytest.mark.parametrize(
    "text", [" and delete Loyal", ", delete it", ". Then clear them", " then clear", "; copy Loyal"]
)
def test_a_text_behind_a_name_may_be_another_act(text: str) -> None:
    assert is_another_act(text, called)


@pytest.mark.parametrize(
    "text", [" Spent over 5, delete in May", " and more", " Delete in May", " and copy of all", " and"]
)
def test_a_text_behind_a_name_may_be_honest(text: str) -> None:
    assert not is_another_act(text, called)


def test_each_verb_for_segments_may_be_an_act() -> None:
    verbs = {verb for one in GROUP.commands for verb in (one.name, *one.aliases)}
    assert not {verb for verb in verbs if verb.isalpha()} - ACTS - MAYBE_ACTS
