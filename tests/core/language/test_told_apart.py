"""Names of people are told apart as a channel reads them, which reads no addresses."""

from bot.core.language.hidden_addresses import told_apart
from bot.core.planning.plan import Person, naming

ADA, OTHER_ADA, BEN = "Ada Abbott (ada@example.com)", "Ada Abbott (ada@example.org)", "Ben Quinn (ben@example.com)"


def test_of_people_with_one_name_the_first_is_told() -> None:
    assert told_apart((ADA, OTHER_ADA, BEN, ADA)) == (ADA, BEN)


def test_addresses_without_names_differ() -> None:
    alone = ("a@example.com", "b@example.com")
    assert told_apart((*alone, *alone)) == alone


def test_a_plan_names_those_who_can_be_told_apart() -> None:
    people = [Person(name=one) for one in (ADA, OTHER_ADA, OTHER_ADA, BEN)]
    assert naming(people, 5, ())["remarks"] == (f"{ADA}, {BEN} and 3 more.",)
    assert naming(people[:1], 1, ())["named"] == ADA
