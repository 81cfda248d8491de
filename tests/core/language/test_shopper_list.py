import pytest

from bot.core.language.addresses import find_address
from bot.core.language.pasted_table import Row, parse_table
from bot.core.language.pasted_text import plain
from bot.core.language.shopper_list import ShopperWords, read_shoppers
from tests.core.samples import uuid


def emails(*addresses: str) -> ShopperWords:
    return ShopperWords(emails=addresses)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", ShopperWords()),
        (" ,; \n•", ShopperWords()),
        ("ada@example.com", emails("ada@example.com")),
        ("ada@example.com, #17\n#42", ShopperWords(emails=("ada@example.com",), customer_ids=(17, 42))),
        ("ada@x.org;ben@x.org; cleo@x.org", emails("ada@x.org", "ben@x.org", "cleo@x.org")),
        ("Ada@x.org ada+x@x.org ADA@x.org", emails("Ada@x.org", "ada+x@x.org")),
        (f"{uuid(1).upper()} {uuid(1)} profile:{uuid(2)}", ShopperWords(profile_ids=(uuid(1), uuid(2)))),
        ("17 18 #0019 customer:20", ShopperWords(customer_ids=(19, 20, 17, 18))),
        ("17,18", ShopperWords(customer_ids=(17, 18))),
        ("1. ada@x.org\n2) ben@x.org", emails("ada@x.org", "ben@x.org")),
        ("1. 17", ShopperWords(customer_ids=(1, 17))),
        # a number beside other words is not known to be a customer
        ("ada@x.org 17", ShopperWords(emails=("ada@x.org",), numbers=(17,))),
        ("#17 ada@x.org 17 5", ShopperWords(emails=("ada@x.org",), customer_ids=(17,), numbers=(5,))),
        ("room 17", ShopperWords(numbers=(17,), others=("room",))),
        ("ada@x.org (202) 555-0143", ShopperWords(emails=("ada@x.org",), others=("(202) 555-0143",))),
        ("+1 202 555 0143, ada@x.org", ShopperWords(emails=("ada@x.org",), others=("+1 202 555 0143",))),
        ("ada@x.org 1,024 02134", ShopperWords(emails=("ada@x.org",), others=("1,024", "02134"))),
        ("ada@x.org,1,024", ShopperWords(emails=("ada@x.org",), numbers=(1,), others=("024",))),
        ("17,421", ShopperWords(others=("17,421",))),
        ("#1,024", ShopperWords(others=("#1,024",))),
        ("#1,024, #17", ShopperWords(customer_ids=(17,), others=("#1,024",))),
        ("ada@x.org,#1,024", ShopperWords(emails=("ada@x.org",), others=("#1,024",))),
        ("#17,#18", ShopperWords(customer_ids=(17, 18))),
        ("ada@x.org order #17", ShopperWords(("ada@x.org",), numbers=(17,), others=("order",))),
        ("ada@x.org (Ticket #17), #18", ShopperWords(("ada@x.org",), (18,), numbers=(17,), others=("(Ticket",))),
        # of a run of numbers behind the word for another thing none is a customer, until something ends it
        ("orders #17, #18 and #19 ada@x.org, #20", ShopperWords(("ada@x.org",), (20,), (), (17, 18, 19), ("orders",))),
        ("Invoices 17 & #18; customer: 19 #20", ShopperWords((), (19, 20), (), (17, 18), ("Invoices",))),
        ("ticket no. #17\n#18", ShopperWords(customer_ids=(18,), numbers=(17,), others=("ticket", "no"))),
        ("order number: (#17), #18", ShopperWords(numbers=(17, 18), others=("order", "number"))),
        ("ada@x.org, 5 Main St. #17", ShopperWords(("ada@x.org",), numbers=(5, 17), others=("Main", "St"))),
        ("ada@x.org payment #17, Rank: #1", ShopperWords(("ada@x.org",), numbers=(17, 1), others=("payment", "Rank"))),
        ("customer no. #17", ShopperWords(customer_ids=(17,), others=("customer", "no"))),
        ("order #17 customer:18", ShopperWords(customer_ids=(18,), numbers=(17,), others=("order",))),
        ("id #17, orders 5", ShopperWords(customer_ids=(17,), numbers=(5,), others=("id", "orders"))),
        # numbers that may only count the items of a list
        ("#1 ada@x.org\n#2 Ben <ben@x.org>", ShopperWords(("ada@x.org", "ben@x.org"), numbers=(1, 2))),
        (
            "#1: ada@x.org, #2: ben@x.org, (#3) cleo@x.org #17",
            ShopperWords(("ada@x.org", "ben@x.org", "cleo@x.org"), (17,), numbers=(1, 2, 3)),
        ),
        ("#1) ada@x.org\n#2. ben@x.org", emails("ada@x.org", "ben@x.org")),
        ("#26 ada@x.org;#27 ben@x.org", ShopperWords(("ada@x.org", "ben@x.org"), numbers=(26, 27))),
        ("#1 ada@x.org", ShopperWords(("ada@x.org",), (1,))),
        ("#2 ada@x.org #1 ben@x.org", ShopperWords(("ada@x.org", "ben@x.org"), (2, 1))),
        ("ada@x.org #1, ben@x.org #2", ShopperWords(("ada@x.org", "ben@x.org"), (1, 2))),
        ("#1\n#2 ada@x.org", ShopperWords(("ada@x.org",), (1, 2))),
        ("Ada Byron #17", ShopperWords(customer_ids=(17,), others=("Ada", "Byron"))),
        ("0 " + "1" * 20, ShopperWords(others=("0", "1" * 20))),
        # a label says what stands behind it
        ("Shopper: ada@x.org, Emails = ben@x.org", emails("ada@x.org", "ben@x.org")),
        ("email=ada@x.org; E-mail address:cleo@x.org", emails("ada@x.org", "cleo@x.org")),
        ("ada@x.org, customer = 17\nCUSTOMER ID: #18", ShopperWords(emails=("ada@x.org",), customer_ids=(17, 18))),
        ("customer_no.=19 x", ShopperWords(customer_ids=(19,), others=("x",))),
        ("ada@x.org new customer: 3", ShopperWords(emails=("ada@x.org",), numbers=(3,), others=("new", "customer"))),
        ("ada@x.org id: 4", ShopperWords(emails=("ada@x.org",), numbers=(4,), others=("id",))),
        # names before addresses
        ("Ada Byron <ada@x.org>; Byron, Ben <ben@x.org>", emails("ada@x.org", "ben@x.org")),
        ("de la Cruz, Ada <ada@x.org>; Ruiz Gómez, Ben J. <ben@x.org>", emails("ada@x.org", "ben@x.org")),
        ("Byron, Ada <ada@x.org>\nByron, Ben <ben@x.org>", emails("ada@x.org", "ben@x.org")),
        ("cleo@x.org, Byron, Ada <ada@x.org>", emails("cleo@x.org", "ada@x.org")),
        ("Ada Lovelace, Ben Moss <ben@x.org>", ShopperWords(("ben@x.org",), others=("Ada", "Lovelace"))),
        ("O, Ada <ada@x.org>; U., Ben <ben@x.org>", emails("ada@x.org", "ben@x.org")),
        ("cleo@x.org Ada Byron 5 <ada@x.org>", ShopperWords(emails=("cleo@x.org", "ada@x.org"), numbers=(5,))),
        ('cleo@x.org "" <ada@x.org>', emails("cleo@x.org", "ada@x.org")),
        ('cleo@x.org Ada" <ada@x.org>', ShopperWords(("cleo@x.org", "ada@x.org"), others=("Ada",))),
        ("Ben; Ada <ada@x.org>", ShopperWords(("ada@x.org",), others=("Ben",))),
        ('"ada@x.org ben@x.org"', emails("ada@x.org", "ben@x.org")),
        ("17, Ben <ben@x.org>", ShopperWords(("ben@x.org",), numbers=(17,))),
        ("cleo@x.org, <ben@x.org>", emails("cleo@x.org", "ben@x.org")),
        ('"Byron, Ada" <ada@x.org>, Ben <ben@x.org>', emails("ada@x.org", "ben@x.org")),
        ("cleo@x.org Ada 5 <ada@x.org>", ShopperWords(emails=("cleo@x.org", "ada@x.org"), numbers=(5,))),
        (f"{uuid(1)} <ada@x.org>", ShopperWords(emails=("ada@x.org",), profile_ids=(uuid(1),))),
        ('"Ada Byron <ada@x.org>"', emails("ada@x.org")),
        ('"Ada Byron" "17"', ShopperWords(numbers=(17,), others=("Ada Byron",))),
        ("['ada@x.org', 'o'neil@x.org']", emails("ada@x.org", "o'neil@x.org")),
        ('"doe, jane"@x.org', emails('"doe, jane"@x.org')),
        ("a@b@c <a@b@c>", ShopperWords(others=("a@b@c",))),
    ],
)
def test_a_list_is_read_word_by_word(typed: str, words: ShopperWords) -> None:
    assert read_shoppers((typed,)) == words


def test_each_list_says_by_itself_what_its_numbers_are() -> None:
    lists = ("ada@x.org", "17", "ADA@x.org 5 Ada", uuid(1))
    assert read_shoppers(lists) == ShopperWords(("ada@x.org",), (17,), (uuid(1),), (5,), ("Ada",))
    assert read_shoppers(()) == ShopperWords()


def test_the_shoppers_of_a_list_can_be_written_in_one_line() -> None:
    words = read_shoppers((f"ada@x.org #17 {uuid(1)}", "Ada 5"))
    assert (words.line, words.count) == (f"ada@x.org #17 {uuid(1)}", 3)
    assert words.words == ("ada@x.org", "17", "5", uuid(1), "Ada")


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "0 shoppers recognised."),
        ("Ada", "0 shoppers recognised. Not understood: Ada."),
        ("a@x.org", "1 shopper recognised: 1 email."),
        ("a@x.org b@x.org #17", "3 shoppers recognised: 2 emails and 1 customer id."),
        (
            f"a@x.org #17 #18 {uuid(1)} Ada Ben",
            "4 shoppers recognised: 1 email, 2 customer ids and 1 profile id. Not understood: Ada and Ben.",
        ),
        (
            "a@x.org 17 18",
            "1 shopper recognised: 1 email. A number beside other words is a customer only as #17 and #18.",
        ),
    ],
)
def test_what_was_recognised_is_counted_in_words(typed: str, sentence: str) -> None:
    assert read_shoppers((typed,)).description == sentence


@pytest.mark.parametrize(
    ("dressed", "address"),
    [
        ("ada@x.org", "ada@x.org"),
        ("\u200bada@\u00adx.org\ufeff", "ada@x.org"),
        ("\u202aada@x.org\u202c\u00a0", "ada@x.org"),
        ("„ada@x.org“,", "ada@x.org"),
        ("‹ada@x.org›", "ada@x.org"),
        ("mailto:ada%2Bx@x.org?subject=Hi", "ada+x@x.org"),
        ("MAILTO:ada@x.org.", "ada@x.org"),
        ("SMTP:ada@x.org;", "ada@x.org"),
        ("<mailto:ada@x.org>", "ada@x.org"),
        ("<mailto:ada@x.org|Ada>", "ada@x.org"),
        ("<MailTo:Ada@x.org|ada@x.org>", "Ada@x.org"),
        ("<mailto:ada%2Bx@x.org|ada+x@x.org>", "ada+x@x.org"),
        ("<mailto:eve@x.org|ada@x.org>", None),
        ("[ada@x.org](mailto:ada@x.org)", "ada@x.org"),
        ("*ada@x.org*", "ada@x.org"),
        ("_ada@x.org_", "ada@x.org"),
        ("_ada@x.org", "_ada@x.org"),
        ("o’neil@x.org", "o'neil@x.org"),
        ("ada＠x．org", "ada@x.org"),
        ("ada&#64;x.org", "ada@x.org"),
        ("Ada", None),
        ("@ada", None),
        ("a@b@c", None),
    ],
)
def test_an_address_is_found_in_its_dress(dressed: str, address: str | None) -> None:
    assert find_address(dressed) == address


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\u3000b\u2007c\u2800d", "a b c d"),
        ("a\r\nb\rc\u2028d", "a\nb\nc\nd"),
        ("a\tb\u200d\u200e\x00c", "a\tbc"),
        ("Ada &lt;ada@x.org&gt; &amp; Co", "Ada <ada@x.org> & Co"),
        ("<https://x.org/|x.org> <tel:+1202|+1 202>", " x.org   +1 202 "),
        ("AT&T", "AT&T"),
        ("\uff01\uff20\uff5e\uff5f\uff00 \ufe6b\uff64\ufe6a", "!@~\uff5f\uff00 @,\ufe6a"),
    ],
)
def test_pasted_text_becomes_plain(text: str, shown: str) -> None:
    assert plain(text) == shown


EXPORTED = f"""customer_id,email,first_name,last_name,profile_id
17,ada@x.org,Ada,"Byron, née
Gordon",{uuid(1)}
18,,,,{uuid(2)}
19,,,,

"""


def test_the_bots_own_export_names_each_of_its_shoppers_once() -> None:
    words = read_shoppers((EXPORTED,))
    assert words == ShopperWords(("ada@x.org",), (19,), (uuid(2),))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Email\nada@x.org\nBen <ben@x.org>", emails("ada@x.org", "ben@x.org")),
        ("Email\n\nada@x.org\n , \nben@x.org", emails("ada@x.org", "ben@x.org")),
        ("Customer ID\n17\n#18\n0019\n", ShopperWords(customer_ids=(17, 18), others=("0019",))),
        # a comma in a cell before it moves a number out of its column
        ("Spent,Customer ID\n1,50,17\n2,18\n3,19,\n", ShopperWords(customer_ids=(18, 19), others=("1 50 17",))),
        (
            "Email,Spent,Customer ID\nada@x.org,1,50,17\n,2,50,18\n,2,19",
            ShopperWords(("ada@x.org",), (19,), others=("2 50 18",)),
        ),
        (
            "Name\tE-Mail\tOrders\nAda\tada@x.org\t5\nBen\tnone\t6\n",
            ShopperWords(("ada@x.org",), others=("Ben none 6",)),
        ),
        ("Email;Customer email\n;ada@x.org\nben@x.org;cleo@x.org\n\n", emails("ada@x.org", "ben@x.org")),
        ("email|zip\nada@x.org|2134\nben@x.org", emails("ada@x.org", "ben@x.org")),
        # several addresses in a cell
        (
            "Email:\nada@x.org, ben@x.org and Cleo at x\n",
            ShopperWords(("ada@x.org", "ben@x.org"), others=("Cleo", "at", "x")),
        ),
        ('Email\nada@x.org\tben@x.org\n"cleo@x.org", –', emails("ada@x.org", "ben@x.org", "cleo@x.org")),
        ("Name,Email\nAda,ada@x.org; ben@x.org", emails("ada@x.org", "ben@x.org")),
        # a quote that is not closed in its line, or closed by the next one
        ('Email\tName\nada@x.org\t"Ada\nben@x.org\tBen', emails("ada@x.org", "ben@x.org")),
        (
            'Email\tName\nada@x.org\t"Ada\nben@x.org\tBen\ncleo@x.org\t"Cleo',
            emails("ada@x.org", "ben@x.org", "cleo@x.org"),
        ),
        # columns of what is no customer
        (
            "Order #\tContact\n#17\tada@x.org\n18\tben2@x.org\n",
            ShopperWords(("ada@x.org", "ben2@x.org"), others=("Order", "Contact", "Order#17", "Order#18")),
        ),
        ("Name;Ticket\nAda;#17\nBen", ShopperWords(others=("Name", "Ticket", "Ada", "Ticket#17", "Ben"))),
        ("Orders\n#17, #18", ShopperWords(others=("Orders", "Orders#17", "Orders#18"))),
        ("Order #17\n#18", ShopperWords(customer_ids=(18,), numbers=(17,), others=("Order",))),
        ("Order status\n#18", ShopperWords(customer_ids=(18,), others=("Order", "status"))),
        ("Orders, ada@x.org\n#18", ShopperWords(("ada@x.org",), (18,), others=("Orders",))),
        # another shop's ids
        (
            "Customer ID,First Name,Email,Accepts Email Marketing\n17,Ada,,yes\n18,Ben,ben@x.org,no",
            ShopperWords(("ben@x.org",), others=("17 Ada yes",)),
        ),
    ],
)
def test_columns_say_what_their_cells_are(text: str, words: ShopperWords) -> None:
    assert read_shoppers((text,)) == words


@pytest.mark.parametrize("text", ["", "Email", "Name\nAda", "ada@x.org,Email\n17", "17\n18"])
def test_a_text_without_a_header_is_no_table(text: str) -> None:
    assert parse_table(text) is None


def test_a_row_is_told_in_one_line() -> None:
    assert parse_table("Id,Email\n 5 , ada@x.org \n") == (Row(("ada@x.org",), "", "", "5 ada@x.org"),)
