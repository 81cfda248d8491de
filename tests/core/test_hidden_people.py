"""What of a change is read by whoever may not see whom it is about."""

import pytest

from bot.core.answers import Answer, Fields, File, Offer, Offers, Part, Sentence, Table
from bot.core.hidden_people import HIDDEN, without_addresses
from bot.core.written_text import WrittenText


@pytest.mark.parametrize(
    ("part", "shown"),
    [
        (Sentence("Ada Byron (ada@example.com)."), Sentence("Ada Byron.")),
        (Fields((("Reason", "Ask ada@example.com"),)), Fields((("Reason", "Ask [email]"),))),
        (Table("T", ("A", "B"), (("a@x.org", 1),)), Table("T", ("A", "B"), (("[email]", 1),))),
        (File("a@x.org.txt", "In: a@x.org, b@x.org.\n"), File("[email]", "In: [2 emails].\n")),
    ],
)
def test_no_part_has_an_address_and_whoever_reads_it_is_told(part: Part, shown: Part) -> None:
    assert without_addresses(Answer("Change 7", (part,))).parts == (shown, Sentence(HIDDEN, quiet=True))


def test_a_file_on_disk_has_no_address_either() -> None:
    (file, note) = without_addresses(Answer("Change 7", (File("x.csv", WrittenText(("a@x.org\n",))),))).parts
    assert (file, note) == (File("x.csv", "[email]\n"), Sentence(HIDDEN, quiet=True))
    bare = Answer("Change 7", (File("x.csv", WrittenText(("17\n",))),))
    assert without_addresses(bare) == bare


def test_an_answer_without_addresses_stays_as_it_is() -> None:
    answer = Answer("Change 7", (Sentence("VIPs"), Offers((Offer("Undo", "change undo 7"),))))
    assert without_addresses(answer) == answer
