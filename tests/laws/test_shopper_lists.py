"""Laws over what people paste: an address is found in any dress, and nobody is read who is not named."""

import csv
import io
from collections.abc import Callable, Sequence
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.language.addresses import find_address
from bot.core.language.shopper_list import ShopperWords, read_shoppers
from tests.core.samples import uuid
from tests.laws.values import LAW, examples

UNSEEN = "\u200b\u200c\u200d\u2060\ufeff\u00ad\u200e\u200f\u202a\u202c\u2066\u2069\u034f\u180e\ufe0f\x00"
BLANKS = " \u00a0\u2002\u2007\u2009\u202f\u205f\u3000\u2800"
PAIRS = ("<>", "()", "[]", "{}", '""', "''", "“”", "„“", "«»", "‹›", "‘’", "‚‘", "＂＂", "``", "**", "__")
ENDS = ("", ".", ",", ";", ":", "!", "?", "…", ".,", ";\n", "\t", " |")
PREFIXES = ("", "mailto:", "MAILTO:", "Mailto:", "SMTP:", "email:", "E-mail: ", "> ", "• ", "– ", "- ")
LOCALS = st.from_regex(r"[a-z0-9][a-z0-9'+._-]{0,12}[a-z0-9]", fullmatch=True)
DOMAINS = st.from_regex(r"[a-z][a-z0-9-]{0,8}[a-z0-9]\.(org|com|co\.uk|museum)", fullmatch=True)
ADDRESSES = st.builds("{}@{}".format, LOCALS, DOMAINS)


def sprinkled(text: str, unseen: Sequence[str], random: Random) -> str:
    """The text with marks that nobody sees between its letters."""
    letters = list(text)
    for mark in unseen:
        letters.insert(random.randint(0, len(letters)), mark)
    return "".join(letters)


@st.composite
def dressed(draw: st.DrawFn) -> tuple[str, str]:
    """An address, and the same as it may be pasted."""
    address, random = draw(ADDRESSES), Random(draw(st.integers()))
    inner = draw(st.sampled_from(PREFIXES)) + draw(st.sampled_from((address, address.upper(), address.title())))
    pair = draw(st.sampled_from(("", *PAIRS)))
    around = f"{pair[:1]}{inner}{pair[1:]}" + draw(st.sampled_from(ENDS))
    blank = draw(st.sampled_from(BLANKS))
    return address, f"{blank}{sprinkled(around, draw(st.lists(st.sampled_from(UNSEEN), max_size=4)), random)}{blank}"


@given(dressed())
@settings(LAW, max_examples=examples(150))
def test_a_dressed_address_is_found(pair: tuple[str, str]) -> None:
    address, worn = pair
    assert (found := find_address(worn))
    assert found.casefold() == address
    read = read_shoppers((worn,))
    assert [one.casefold() for one in read.emails] == [address]
    assert (read.customer_ids, read.profile_ids, read.numbers) == ((), (), ())


NAMES = st.from_regex(r"[A-Z][a-zéü]{1,8}( [A-Z][a-z]{1,8}){0,2}", fullmatch=True)


@given(st.lists(st.tuples(NAMES, ADDRESSES), min_size=1, max_size=6, unique_by=lambda each: each[1]), st.data())
@LAW
def test_a_list_of_recipients_names_its_addresses_alone(people: list[tuple[str, str]], data: st.DataObject) -> None:
    written = [data.draw(st.sampled_from((f"{name} <{one}>", f'"{name}" <{one}>', one))) for name, one in people]
    joined = data.draw(st.sampled_from(("; ", ", ", ";", "\n", ";\r\n"))).join(written)
    assert read_shoppers((joined,)) == ShopperWords(emails=tuple(one for _, one in people))


def _mailchimp(random: Random, email: str) -> dict[str, str]:
    return {
        "Email Address": email,
        "First Name": "Alma",
        "Last Name": "Moss",
        "Address": f"{random.randint(1, 99)} Main St  Springfield  IL  {random.randint(501, 99950):05}  US",
        "Phone Number": f"({random.randint(201, 989)}) 555-{random.randint(0, 9999):04}",
        "MEMBER_RATING": str(random.randint(1, 5)),
        "OPTIN_TIME": "2024-05-14 09:34:00",
        "OPTIN_IP": "12.34.5.6",
        "LATITUDE": f"{random.uniform(-90, 90):.4f}",
        "GMTOFF": str(random.randint(-11, 12)),
        "LEID": str(random.randint(1, 10**9)),
        "EUID": f"{random.getrandbits(40):x}",
        "TAGS": '"VIP","Wholesale 2024"',
    }


def _shopify(random: Random, email: str) -> dict[str, str]:
    return {
        "Customer ID": random.choice(("'", "")) + str(random.randint(1, 10**13)),
        "First Name": "Alma",
        "Last Name": "Moss",
        "Email": email,
        "Accepts Email Marketing": random.choice(("yes", "no")),
        "Default Address Company": "Moss, Byron & Co",
        "Default Address Address1": f"{random.randint(1, 400)} Rue de l'Église",
        "Default Address Zip": f"'{random.randint(501, 99950):05}",
        "Default Address Phone": f"+1{random.randint(2010000000, 9899999999)}",
        "Total Spent": f"{random.uniform(0, 9000):,.2f}",
        "Total Orders": str(random.randint(0, 300)),
        "Note": "Called twice.\nAsk for 17",
        "Tax Exempt": "no",
    }


def _klaviyo(random: Random, email: str) -> dict[str, str]:
    return {
        "Email": email,
        "Klaviyo ID": f"01H{random.getrandbits(80):020X}",
        "First Name": "Alma",
        "Last Name": "Moss",
        "Phone Number": f"+49 {random.randint(30, 999)} {random.randint(100000, 9999999)}",
        "Zip Code": str(random.randint(501, 99950)),
        "Latitude": f"{random.uniform(-90, 90):.6f}",
        "Historic Number Of Orders": str(random.randint(0, 90)),
        "Historic Customer Lifetime Value": f"${random.uniform(0, 9000):,.2f}",
        "First Active": "2023-11-02T10:00:00+00:00",
    }


def _hubspot(random: Random, email: str) -> dict[str, str]:
    return {
        "Record ID": str(random.randint(1, 10**11)),
        "First Name": "Alma",
        "Last Name": "Moss",
        "Email": email,
        "Phone Number": f"{random.randint(201, 989)}-555-{random.randint(0, 9999):04}",
        "Contact owner": "Ben Carter (ben@ourselves.example)",
        "Create Date": "2024-05-14 09:34",
        "Associated Company IDs": ";".join(str(random.randint(1, 10**10)) for _ in range(2)),
        "Number of Form Submissions": str(random.randint(0, 40)),
    }


def _bigcommerce(random: Random, email: str) -> dict[str, str]:
    return {
        "Customer ID": str(random.randint(1, 50_000)),
        "Customer Name": "Moss, Alma",
        "Email": email,
        "Phone": f"{random.randint(2010000000, 9899999999)}",
        "Company": "7 Seas 24",
        "Store Credit": f"{random.uniform(0, 900):.2f}",
        "Customer Group": "Wholesale",
        "Date Joined": "14/05/2024",
        "Orders": f"{random.randint(0, 4000):,}",
    }


EXPORTS = (_mailchimp, _shopify, _klaviyo, _hubspot, _bigcommerce)
OWNERS = {"ben@ourselves.example"}
"""Who stands in a row of HubSpot's besides the contact; without the header nothing says that."""


def _csv(rows: list[dict[str, str]], *, header: bool, delimiter: str) -> str:
    file = io.StringIO()
    writer = csv.DictWriter(file, rows[0], delimiter=delimiter)
    if header:
        writer.writeheader()
    writer.writerows(rows)
    return file.getvalue()


@pytest.mark.parametrize("export", EXPORTS, ids=lambda export: export.__name__.strip("_"))
def test_of_exported_rows_nobody_is_read_who_is_not_named(export: Callable[[Random, str], dict[str, str]]) -> None:
    random = Random(export.__name__)
    emails = [f"alma.{number}@example.com" for number in range(400)]
    rows = [export(random, email) for email in emails]
    for delimiter in ",\t;":
        read = read_shoppers((_csv(rows, header=True, delimiter=delimiter),))
        assert read == ShopperWords(emails=tuple(emails))
        for email, row in zip(emails, rows, strict=True):
            one = read_shoppers((_csv([row], header=False, delimiter=delimiter),))
            assert (one.customer_ids, one.profile_ids) == ((), ())
            assert email in one.emails
            assert {*one.emails} <= {email, *OWNERS}


@given(st.lists(st.one_of(ADDRESSES, st.integers(1, 10**9).map("#{}".format), st.just(uuid(7))), max_size=8))
@LAW
def test_what_was_read_is_read_the_same_from_its_line(words: list[str]) -> None:
    read = read_shoppers((", ".join(words),))
    assert read_shoppers((read.line,)) == read


@given(
    st.sampled_from(("order", "Orders", "ticket no.", "(invoice", "PO number:", "order id", "Case nr.")),
    st.lists(st.sampled_from(("#{}", "{}", "(#{})")), min_size=1, max_size=5),
    st.sampled_from((" ", ", ", " and ", "; ", " & ")),
    st.sampled_from(("", " ada@x.org", ", ada@x.org, #99")),
)
@LAW
def test_of_a_run_of_numbers_of_other_things_none_is_a_customer(
    thing: str, dresses: list[str], between: str, behind: str
) -> None:
    run = between.join(dress.format(at) for at, dress in enumerate(dresses, 1))
    read = read_shoppers((f"{thing} {run}{behind}",))
    assert read.numbers == tuple(range(1, len(dresses) + 1))
    assert read.customer_ids == ((99,) if "99" in behind else ())


NOTED = st.tuples(
    st.lists(st.integers(1, 9).map("person{}@example.com".format), min_size=1, max_size=3),
    st.sampled_from(("Ada", '"Ada', 'Ada "A" B', '"A" B', "")),
)
"""The addresses of a row, and what a note beside them says."""


@given(st.lists(NOTED, min_size=1, max_size=5), st.sampled_from((", ", "; ", " ", " and ")))
@LAW
def test_under_a_header_all_addresses_are_read_whatever_is_noted(
    rows: list[tuple[list[str], str]], between: str
) -> None:
    pasted = "\n".join(("Email\tNote", *(f"{between.join(each)}\t{note}" for each, note in rows)))
    meant = dict.fromkeys(one for each, _ in rows for one in each)
    assert read_shoppers((pasted,)) == ShopperWords(emails=tuple(meant))
