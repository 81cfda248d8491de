import inspect

import pytest

from bot.bigcommerce import (
    Conflict,
    DuplicateName,
    Forbidden,
    Invalid,
    NotFound,
    StoreError,
    TimedOut,
    Unreachable,
    errors,
)

ALL = [each for _, each in inspect.getmembers(errors, inspect.isclass) if issubclass(each, StoreError)]


def test_the_tree_in_the_docstring_is_the_tree() -> None:
    drawn = [line.strip("│├└─ ").split()[0] for line in (errors.__doc__ or "").splitlines() if "──" in line]

    assert sorted(drawn) == sorted(each.__name__ for each in ALL if each is not StoreError)
    assert issubclass(TimedOut, Unreachable)
    assert issubclass(DuplicateName, Conflict)


@pytest.mark.parametrize("kind", ALL)
def test_every_error_is_a_sentence(kind: type[StoreError]) -> None:
    assert str(kind()).endswith(".")
    assert "{" not in str(kind())


def test_after_an_error_about_what_one_request_names_those_about_others_go_on() -> None:
    about_some = {each.__name__ for each in ALL if each.is_about_some}
    assert about_some == {"Conflict", "DuplicateName", "Invalid", "NoId", "PartlyFailed", "TooLarge", "Unsent"}


def test_a_403_names_both_causes() -> None:
    text = str(Forbidden())

    assert all(word in text for word in ("plan", "Enterprise", "scope", "store_v2_customers", "store_v2_marketing"))


def test_the_stores_words_appear_once_and_their_braces_are_harmless() -> None:
    assert str(Invalid("name: {0} is blank.")).endswith("BigCommerce says: name: {0} is blank.")


def test_the_missing_thing_is_named() -> None:
    assert "no such promotion" in str(NotFound(about="promotion"))


def test_the_log_gets_status_request_and_fields_without_the_stores_words() -> None:
    fields = {"0.first_name": "'Zebedee' is bad", "zeb@example.com": "is bad", "the name of Zebedee": "is bad"}
    error = Invalid("'Zebedee' is bad", fields=fields, status=422, asked="POST customers", cause="422 'Zebedee'")

    told = "It answered 422 to POST customers, about 0.first_name."
    assert error.for_log == f"{Invalid.sentence} {told}"
    assert Unreachable("Zebedee").for_log == Unreachable.sentence


@pytest.mark.parametrize(
    ("status", "is_refusal"),
    [(None, False), (207, False), (399, False), (400, True), (499, True), (500, False), (506, False), (507, True)],
)
def test_a_refusal_is_what_the_store_said_no_to(status: int | None, is_refusal: bool) -> None:
    assert StoreError(status=status).is_refusal is is_refusal
    assert not StoreError(status=status, is_repeat=True).is_refusal
