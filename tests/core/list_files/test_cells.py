"""What one cell says, at the edges of what a spreadsheet makes of numbers and of what an address can be."""

import pytest

from bot.core.list_files.cells import CellKind, addresses_in, is_shortened, kind_of, number_in, profile_in
from tests.core.list_files.files import PROFILE

ADA, BEN = "ada@example.com", "ben@example.com"


@pytest.mark.parametrize(
    ("cell", "number", "shortened"),
    [
        ("1", 1, False),
        ("0", None, False),
        ("'#017", 17, False),
        ("1.000000", 1, False),
        ("1.0000000", None, False),
        ("9" * 18, 10**18 - 1, False),
        ("9" * 19, None, False),
        ("1.00", 1, False),
        ("1.000", None, False),
        ("1,000", None, False),
        ("1E+05", None, True),
        ("9E17", None, True),
        ("'1,5e+01", None, True),
        ("1,5E0", None, True),
        ("0E5", None, True),
        ("1E100", None, False),
        ("1.5", None, False),
    ],
)
def test_a_number_is_whole_positive_and_of_eighteen_digits(cell: str, number: int | None, shortened: bool) -> None:
    assert (number_in(cell), is_shortened(cell)) == (number, shortened)
    assert kind_of(cell) is (CellKind.NUMBER if number or shortened else None)


@pytest.mark.parametrize(
    ("cell", "addresses", "is_theirs"),
    [
        (ADA, (ADA,), True),
        (f"Ada <{ADA}>", (ADA,), True),
        (f"see {ADA}", (ADA,), False),
        (f"{ADA}, {BEN}", (ADA, BEN), False),
        (f"Ada <{ADA}>, {ADA.upper()}", (ADA,), True),
        (f"<{ADA}>".ljust(400), (ADA,), True),
        (f"<{ADA}>".ljust(401), (), False),
        ("ada＠example.com", (ADA,), False),
        ("ada&#64;example.com", (ADA,), False),
        ("ada", (), False),
    ],
)
def test_a_cell_names_whom_its_only_address_names(cell: str, addresses: tuple[str, ...], is_theirs: bool) -> None:
    assert addresses_in(cell) == addresses
    assert kind_of(cell) is (CellKind.ADDRESS if is_theirs else None)


@pytest.mark.parametrize(
    ("cell", "profile"),
    [(PROFILE, PROFILE), (f"'{PROFILE.upper()}\"", PROFILE), (f"profile:{PROFILE}", PROFILE), (f"x{PROFILE}", "")],
)
def test_a_profile_id_is_read_without_what_stands_around_it(cell: str, profile: str) -> None:
    assert profile_in(cell) == profile
    assert kind_of(cell) is (CellKind.PROFILE if profile else None)
