"""Words in lists of shoppers that say more than whom they name: they are asked about, and nobody is taken before.

“Ada but not Ben”, “either Ada or Ben”, “Ada, and remove Ben”, “Ada until Friday”, “ada at example dot com”.
"""

import re
from collections.abc import Sequence

from bot.core.errors import Question, Reading
from bot.core.language.addresses import with_addresses
from bot.core.language.left_out_words import before_exception, without_open_words
from bot.core.language.pasted_text import plain
from bot.core.language.phrases import capital, listing
from bot.core.language.second_acts import ACTS
from bot.core.language.shopper_list import ShopperWords, read_shoppers
from bot.core.language.telling_parts import telling_part
from bot.core.language.time_expressions import before_another_time, end_in
from bot.core.language.times_behind import time_behind, time_within
from bot.core.store_view.people_meant import BESIDE_NAMES, NAMES, listed, names_in

ENDS = "Only an addition can end by itself, with `until:` and the time (`until:31 Dec 18:00`)"
MOST_ALONE = 4
"""Of how many shoppers each is offered alone."""
_ACTS = "|".join(sorted(ACTS | {"clear", "drop", "kick", "move", "take"}))
_ACT = re.compile(rf"(?<![\w@.'-])(?P<verb>{_ACTS})\s+\S", re.IGNORECASE)
_AWAY = frozenset({"clear", "delete", "destroy", "drop", "erase", "kick", "remove", "take", "unassign"})
"""What nobody means who only says what the command does: “please add ada@example.com”."""
_RANGE = re.compile(
    r"(?<![\w@.,#/-])#?(?P<first>[1-9]\d{0,8})\s*(?:[-–—]|\.\.+|…|to|through|thru)\s*#?(?P<last>[1-9]\d{0,8})(?![\w@/-])",
    re.IGNORECASE,
)
_NUMBERS = re.compile(r"(?:[\s,;|#\d]|and)*", re.IGNORECASE)
_LONGEST = 100
"""How many customers one range of ids can mean."""


def ask_about_words(
    texts: Sequence[str], named: ShopperWords, field: str, *, is_one: bool = False, is_typed: bool = True
) -> None:
    """Raise Question if words in lists leave out or open who is meant, or say when, or what else to do.

    Tables and lists with many other words were not typed, so little of them counts; ``is_typed``: others may have been.
    ``is_one``: which of several is meant is asked elsewhere.
    """
    lists, is_short = [plain(text) for text in texts], is_typed and len(named.phrases) <= NAMES
    text = " ".join(telling_part(one, is_short=is_short) for one in lists)
    _ask_about_times(text, field)
    _ask_about_exceptions(text, field)
    if not is_one:
        _ask_about_acts(text, field)
        _ask_about_ranges(text, field)
        _ask_about_open_words(text, field)
    _ask_about_addresses(lists, named, field)


def _ask_about_exceptions(text: str, field: str) -> None:
    if found := before_exception(text):
        before, word = found
        sentence = f"“{word}” leaves someone out, and everyone named counts: name only those you mean."
        raise _only_those(before, sentence, "Only", field, for_log="A word leaves someone out.")


def _ask_about_times(text: str, field: str) -> None:
    """Raise Question if words say when it is to be done, or until when; what they say is offered, if it can be."""
    timed = next((one for one in (time_behind(text), time_within(text)) if one and _names_some(one.before)), None)
    if found := (timed.before, timed.words) if timed else before_another_time(text):
        before, when = found
        unless = "I do everything at once unless you say `at:`" if end_in(when) is None else ENDS
        sentence = f"{unless}, so “{when}” would be left out."
        now = _only_those(before, sentence, "Now,", field, for_log="Words say when it is to be done.")
        said = {timed.key: timed.time} if timed and field == "shoppers" else {}  # an imported list is no typed line
        later = [Reading({**one.values, **said}, f"{capital(when)}, {one.label[5:]}") for one in now.readings]
        raise now.also(later if said else ())


def _names_some(text: str) -> bool:
    return read_shoppers((text,)).count > 0


def _ask_about_acts(text: str, field: str) -> None:
    """Raise Question if a verb stands behind shoppers, or one that takes away stands before them."""
    if found := _ACT.search(text):
        before, verb = text[: found.start()], found["verb"]
        is_behind = read_shoppers((before,)).count > 0
        if is_behind or verb.casefold() in _AWAY:
            sentence = f"“{verb}” may be another command, and one line does one thing."
            meant = before if is_behind else text[found.end("verb") :]
            raise _only_those(meant, sentence, "Only", field, for_log="A verb stands among shoppers.")


def _only_those(meant: str, sentence: str, label: str, field: str, *, for_log: str) -> Question:
    """Offer the shoppers who stand in a text, if there are any."""
    named = read_shoppers((meant,))
    each = _each(named) if named.count else ()
    readings = (Reading({field: listed(*each)}, f"{label} {listing(each)}"),) if each else ()
    return Question(f"{sentence} Nothing was done yet.", readings, field=field, for_log=for_log)


def _ask_about_open_words(text: str, field: str) -> None:
    """Raise Question if a word leaves open who is meant: all of them are offered, and each of a few alone."""
    if found := without_open_words(text):
        word, rest = found
        each = _each(read_shoppers((rest,)))
        alone = [Reading({field: one}, f"Only {one}") for one in each] if 1 < len(each) <= MOST_ALONE else []
        whole = [Reading({field: listed(*each)}, listing(each) if each[1:] else f"Yes, {each[0]}")] if each else []
        raise Question(
            f"“{word}” leaves open who is meant, and everyone named counts: name only those you mean. "
            "Nothing was done yet.",
            [*whole, *alone],
            field=field,
            for_log="A word leaves open who is meant.",
        )


def _ask_about_ranges(text: str, field: str) -> None:
    """Raise Question if nothing but ids is typed, and ranges of them: “17-19” may mean three customers, or two."""
    found = list(_RANGE.finditer(text))
    is_short = all(0 < int(one["last"]) - int(one["first"]) < _LONGEST for one in found)
    if found and is_short and _NUMBERS.fullmatch(_RANGE.sub(" ", text)):
        ways = (_RANGE.sub(_written_out, text), _RANGE.sub(r" \g<first> \g<last> ", text))
        whole, ends = (tuple(f"#{one}" for one in re.findall(r"\d+", way)) for way in ways)
        every = listing(whole) if len(whole) <= MOST_ALONE else f"All {len(whole)}"
        only = [Reading({field: listed(*ends)}, f"Only {listing(ends)}")] if ends != whole else []
        raise Question(
            f"“{found[0][0].strip()}” may mean every id from the first to the last, or just these two. "
            "Nothing was done yet.",
            [Reading({field: listed(*whole)}, every), *only],
            field=field,
            for_log="A range of ids may mean all of them, or its ends.",
        )


def _written_out(found: re.Match[str]) -> str:
    """Return each id of a range."""
    return "".join(f" {one} " for one in range(int(found["first"]), int(found["last"]) + 1))


def _each(named: ShopperWords) -> tuple[str, ...]:
    """Return the words for each shopper of a list, so that each is read by itself."""
    names = (one for one in names_in(named) if not BESIDE_NAMES.issuperset(one.casefold().split()))
    marked = (f"#{one}" for one in named.customer_ids)
    return (*named.emails, *marked, *named.profile_ids, *map(str, named.numbers), *names)


def _ask_about_addresses(lists: Sequence[str], named: ShopperWords, field: str) -> None:
    """Raise Question if addresses stand in words in typed lists."""
    meant = [with_addresses(text) for text in lists] if names_in(named) else []
    spelled = [one for one in read_shoppers(meant).emails if one not in named.emails]
    if spelled:
        raise Question(
            f"Did you mean {listing(spelled)}? Nothing was done yet.",
            (Reading({field: listed(*meant)}, f"Yes, {listing(spelled)}"),),
            field=field,
            for_log="An address stands there in words.",
        )
