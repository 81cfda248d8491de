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


def test_a_403_names_both_causes() -> None:
    text = str(Forbidden())

    assert all(word in text for word in ("plan", "Enterprise", "scope", "store_v2_customers", "store_v2_marketing"))


def test_the_stores_own_words_are_told_once_and_braces_in_them_do_no_harm() -> None:
    assert str(Invalid("name: {0} is blank.")).endswith("It says: name: {0} is blank.")


def test_the_missing_thing_is_named() -> None:
    assert "no such promotion" in str(NotFound(about="promotion"))
