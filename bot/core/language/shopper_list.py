"""Lists of shoppers, as people type and paste them: which words name whom, and which name nobody. Pure.

Beside addresses or other words a number may be anything: a part of a phone's, a zip code, a count of orders. So it is a
customer only where it says so: as ``#17``, in a column of customer ids, or in a list of nothing but ids.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from bot.bigcommerce import is_uuid
from bot.core.language.addresses import address_in
from bot.core.language.counted_items import counts_items, with_bare_counts
from bot.core.language.other_things import names_other_things, with_things_named
from bot.core.language.pasted_table import Row, parse_table
from bot.core.language.pasted_text import plain
from bot.core.language.phrases import counted, listing

_ANGLE = re.compile(r"<(?P<inside>[^<>|]*@[^<>|]*)>")
_PHONE = r"(?<![\w@.,#])(?:\+|\(\+?\d|0)(?:[ ().\-/]{0,3}\d){6,14}(?![\w@]|-\w)"
_LOCAL = r"(?<![\w@.,#/-])(?:(?:1[ .-])?\d{3}[ .-])?\d{3}[ .-]\d{4}(?![\w@]|-\w|[ ./]\d)"
"""A telephone number without the sign of a country or a city: ``555 7946``. It may be two ids, too."""
_GROUPED = r"(?:(?<![\w.,#])[$€£¥]?|(?<![\w.#])#)\d{1,3}(?:,\d{3})+(?:\.\d+)?(?![\w@]|,\S)"
_TOKEN = re.compile(
    r"(?P<local>\"[^\"@<>]+\"@[^\s,;\"<>]+)|\"(?P<quoted>[^\"]*)\""
    rf"|(?P<whole>{_PHONE}|{_LOCAL}|{_GROUPED})|(?P<bare>[^\s,;|\"<>]+)|(?P<end>[,;|\t])"
)
_IDS = re.compile(r"[\s,;|]*(?:#?[1-9]\d*(?:[\s,;|]+|$))+")
"""A list of nothing but ids, whose numbers are no parts of a telephone's."""
_LABEL = re.compile(
    r"(?<![\w@.#=-])(?:(?:e-?mail )?address|e-?mail|mail|shopper|customer|item)(?:es|s)?\s*[:=]\s*(?=[^\s,;:=]*@)",
    re.IGNORECASE,
)
_LABEL_OF_ID = re.compile(
    r"(?:(?<![^,;|\n])[ \t]*customer|(?<![\w@.#=-])customer[ _-]?(?:id|no|number)\.?)\s*[:=]\s*#?(?=[1-9])",
    re.IGNORECASE,
)
"""What says of an address, or of a number, what it is: ``Email: ada@example.com``, ``customer=17``."""
_JOINING = ("and", "or")
_MARK_IN_A_LIST = re.compile(r"\s*\d{1,4}[.)]\s+")
_BEFORE_A_NAME = ',;|\t>"'
PARTICLES = frozenset(
    {"van", "von", "de", "del", "della", "der", "den", "di", "da", "dos", "la", "le", "el", "al", "ter", "ten", "zu"}
)
"""What surnames of several words begin with."""
SAYING_SO = frozenset({"customer", "customers", "customer id", "id", "shopper", "shoppers", "no", "number"})
"""Words before a number that only say what it is: nobody is called like that."""
_SURNAME = re.compile(rf"\s*(?:(?:{'|'.join(sorted(PARTICLES))})\s+)*[^\W\d_][\w'.-]*\s*", re.IGNORECASE)
_SURNAMES = re.compile(r"\s*(?:[^\W\d_][\w'.-]*\s*){1,3}")
"""A surname, as Outlook writes it before the first name; and of several words, where a semicolon stands before it."""
_EDGES = " ()[]{}<>,;.:!?*•·|='\"`~"
_ENDS = " ,;:.!?*'\""
_MARKED = re.compile(r"(?:#|customer:#?)0*([1-9]\d{0,17})")
_NUMBER = re.compile(r"[1-9]\d{0,17}")


@dataclass(frozen=True)
class ShopperWords:
    """Words for shoppers, by what each can be, without duplicates; addresses keep their case.

    ``numbers`` stand beside other words, and nothing says what they are. ``others`` are no shoppers; ``phrases`` are
    those of a list that stand together, which may be names.
    """

    emails: tuple[str, ...] = ()
    customer_ids: tuple[int, ...] = ()
    profile_ids: tuple[str, ...] = ()
    numbers: tuple[int, ...] = ()
    others: tuple[str, ...] = ()
    phrases: tuple[str, ...] = field(default=(), compare=False)

    @property
    def count(self) -> int:
        """The number of shoppers named."""
        return len(self.emails) + len(self.customer_ids) + len(self.profile_ids)

    @property
    def words(self) -> tuple[str, ...]:
        """Each word by itself, also those that are no shoppers."""
        ids = map(str, (*self.customer_ids, *self.numbers))
        return (*self.emails, *ids, *self.profile_ids, *self.others)

    @property
    def line(self) -> str:
        """The shoppers named, in one line that is read as just these."""
        return " ".join((*self.emails, *(f"#{one}" for one in self.customer_ids), *self.profile_ids))

    @property
    def description(self) -> str:
        """What was recognised: ``3 shoppers recognised: 2 emails and 1 customer id.``, and what was not."""
        kinds = (("email", self.emails), ("customer id", self.customer_ids), ("profile id", self.profile_ids))
        counts = listing([counted(len(words), noun) for noun, words in kinds if words])
        recognised = f"{counted(self.count, 'shopper')} recognised{f': {counts}' if counts else ''}."
        marked = listing([f"#{one}" for one in self.numbers])
        unclear = f" A number beside other words is a customer only as {marked}." if marked else ""
        others = f" Not understood: {listing(self.others)}." if self.others else ""
        return recognised + unclear + others


@dataclass
class _Collected:
    """What was read so far: each once, in order."""

    emails: dict[str, str] = field(default_factory=dict)
    customers: dict[int, None] = field(default_factory=dict)
    profiles: dict[str, None] = field(default_factory=dict)
    numbers: dict[int, None] = field(default_factory=dict)
    others: dict[str, None] = field(default_factory=dict)
    phrases: dict[str, None] = field(default_factory=dict)
    _phrase: list[str] = field(default_factory=list)
    _runs_on: bool = False

    def add(self, word: str) -> None:
        """Add a word, to the phrase of those before it if it may be a name; an empty one ends that."""
        if not word or word.casefold() in _JOINING:
            self._close_phrase()
            return
        if self._names(word) or not any(map(str.isalpha, word)):
            self._close_phrase()
        else:
            self._phrase.append(word.strip(_ENDS))
        if any(map(str.isalpha, word)) or word.count(")") > word.count("("):
            self._runs_on = False

    def end_line(self) -> None:
        """End the phrase, and the run of numbers: the next line says by itself what its numbers are."""
        self._close_phrase()
        self._runs_on = False

    def _close_phrase(self) -> None:
        """Take the other words that stood together for one phrase."""
        self.phrases |= {" ".join(self._phrase): None} if self._phrase else {}
        self._phrase = []

    def _names(self, word: str) -> bool:
        """Add a word as what it can be by itself; return whether that is an address, an id or a number."""
        bare = word.strip(_EDGES)
        profile = bare.removeprefix("profile:")
        if "@" in word and (address := address_in(word)):
            self.emails.setdefault(address.casefold(), address)
        elif is_uuid(profile):
            self.profiles[profile.lower()] = None
        elif marked := _MARKED.fullmatch(bare):
            is_other = self._is_of_another_thing() and not bare.startswith("customer:")
            (self.numbers if is_other else self.customers)[int(marked[1])] = None
        elif _NUMBER.fullmatch(bare):
            self._is_of_another_thing()
            self.numbers[int(bare)] = None
        else:
            self.others |= {word.strip(_ENDS): None} if any(map(str.isalnum, bare)) else {}
            return False
        return True

    def _is_of_another_thing(self) -> bool:
        """Note whether words before a run of numbers say that they are no customers', and return it for each of them.

        ``orders #17, #18 and #19``.
        """
        if self._phrase:
            self._runs_on = names_other_things(self._phrase)
        return self._runs_on

    def add_row(self, row: Row) -> None:
        """Add a row of a table: the person with its address, else with its ids. Its other cells name nobody."""
        for cell in row.emails:
            words = list(_words(cell))
            if any(map(address_in, words)):
                for word in words:
                    self._add_of_cell(word)
                return
        if is_uuid(row.profile_id):
            self.profiles[row.profile_id.lower()] = None
        elif _NUMBER.fullmatch(id_ := row.customer_id.removeprefix("#")):
            self.customers[int(id_)] = None
        elif any(map(str.isalnum, row.text)):
            self.others[row.text] = None

    def _add_of_cell(self, word: str) -> None:
        """Add a word beside which an address stands in its cell: another address, or a word that names nobody."""
        if address := address_in(word):
            self.emails.setdefault(address.casefold(), address)
        elif any(map(str.isalnum, word)) and word.casefold() not in _JOINING:
            self.others[word.strip(_ENDS)] = None

    def add_all(self, words: ShopperWords) -> None:
        """Add what was read of another list."""
        for email in words.emails:
            self.emails.setdefault(email.casefold(), email)
        self.customers |= dict.fromkeys(words.customer_ids)
        self.profiles |= dict.fromkeys(words.profile_ids)
        self.numbers |= dict.fromkeys(words.numbers)
        self.others |= dict.fromkeys(words.others)
        self.phrases |= dict.fromkeys(words.phrases)

    def settled(self) -> ShopperWords:
        """Return what was read."""
        unclear = tuple(one for one in self.numbers if one not in self.customers)
        named = (tuple(self.emails.values()), tuple(self.customers), tuple(self.profiles))
        return ShopperWords(*named, unclear, tuple(self.others), tuple(self.phrases))


def read_shoppers(texts: Iterable[str]) -> ShopperWords:
    """Read typed or pasted lists. Whether a number is a customer depends on its own list alone."""
    collected = _Collected()
    for text in texts:
        collected.add_all(_read(plain(text)))
    return collected.settled()


def _read(typed: str) -> ShopperWords:
    said = with_bare_counts(typed) if counts_items(typed) else typed
    text = _LABEL_OF_ID.sub(" customer:", _LABEL.sub("", with_things_named(said)))
    collected, rows, is_ids = _Collected(), parse_table(typed), bool(_IDS.fullmatch(text))
    for row in rows or ():
        collected.add_row(row)
    for line in (text.split() if is_ids else text.splitlines()) if rows is None else ():
        mark = _MARK_IN_A_LIST.match(line) if "@" in line else None
        for word in _words(line[mark.end() :] if mark else line):
            collected.add(word)
        collected.end_line()
    may_be_a_phone = re.fullmatch(_LOCAL, text.strip())
    if not collected.emails and not collected.others and not may_be_a_phone:
        collected.customers, collected.numbers = {**collected.customers, **collected.numbers}, {}
    return collected.settled()


def _words(line: str) -> Iterator[str]:
    """Split a line into words; the name before ``<an address>`` is none, and a quoted name is one."""
    end = 0
    for angle in _ANGLE.finditer(line):
        yield from _split(_without_name(line[end : angle.start()]))
        yield angle["inside"]
        end = angle.end()
    yield from _split(line[end:])


def _split(text: str) -> Iterator[str]:
    for match in _TOKEN.finditer(text):
        quoted = match["quoted"]
        if quoted is None:
            yield "" if match["end"] else match[0]
        elif "@" in quoted or not any(map(str.isalpha, quoted)):
            yield from _words(quoted)
        else:
            yield quoted


def _without_name(text: str) -> str:
    """Return what stands before an address in angle brackets, without the name of its owner. A number is no name."""
    before = text.rstrip()
    if before.endswith('"') and '"' in before[:-1]:
        return before[: before.rindex('"', 0, -1)]
    start = _start_of_name(before)
    words = before[start:].split()
    named = next((at for at in range(len(words), 0, -1) if "@" in words[at - 1]), 0)
    kept = [*words[:named], *(word for word in words[named:] if not any(map(str.isalpha, word)) or is_uuid(word))]
    return " ".join((before[:start], *kept))


def _start_of_name(before: str) -> int:
    """Return where the name at the end begins: behind what separates people; in ``Brown, Bianca`` a comma does not."""
    start = max(map(before.rfind, _BEFORE_A_NAME)) + 1
    if before[start - 1 : start] != "," or not before[start:].strip():
        return start
    surname = max(map(before[: start - 1].rfind, _BEFORE_A_NAME)) + 1
    is_alone = before[surname - 1 : surname] == ";"
    text = before[surname : start - 1]
    is_surname = _SURNAME.fullmatch(text) or (is_alone and _SURNAMES.fullmatch(text))
    return surname if is_surname else start
