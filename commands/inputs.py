"""Arguments that several commands share: names, segments, shoppers, promotions, pages."""

from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field

from bot.core.errors import Impossible
from bot.core.language.args import DueInput, EndInput, PromotionInput, SegmentInput, ShopperInput, Text
from bot.core.language.normal_form import one_line
from bot.core.language.shopper_list import read_shoppers
from bot.core.language.tokenizer import split

DESCRIPTION = 3000
"""The most characters of a description, as in a field of a Slack form."""
RULE = 3000
"""The most characters of a rule, of a promotion or a segment, as in a field of a Slack form."""
BEFORE_A_NEW_NAME = ("to", "as", "into", "called", "named", "->", "→", "=>", "=")
"""What people write before the name that something is to have: ``copy VIPs to Gold``, ``rename VIPs -> Gold``."""
PAGE = r"[1-9]\d*|last"
"""What people type for a page."""
LAST_PAGE = 100_000
"""The number that stands for the last page, whatever its own."""
MOST_SHOPPERS = 10_000
"""The most shoppers named at once: more than anyone types, yet few enough not to keep the store busy for long."""


def lines(text: str) -> str:
    """Clean ``text`` line by line, as ``one_line`` does."""
    return "\n".join(map(one_line, text.splitlines())).strip()


def _page_number(value: object) -> object:
    """Return the first page if a form's field was left empty, and LAST_PAGE for ``last``."""
    return {"": 1, "last": LAST_PAGE}.get(value.strip().casefold(), value) if isinstance(value, str) else value


def one_shopper(text: str) -> str:
    """Return the word for one shopper, without what stands around it in an e-mail. Raises ValueError for several."""
    match read_shoppers((text,)).words:
        case (str(word),):
            return word
    raise ValueError("it has to be one email, customer id or profile id")


def shopper_lists(value: object) -> object:
    """Return lists of shoppers; a list that is given by itself is one. Raises ValueError for too many shoppers."""
    lists = (value,) if isinstance(value, str) else value
    if isinstance(lists, list | tuple) and (count := read_shoppers(map(str, lists)).count) > MOST_SHOPPERS:
        raise ValueError(f"at most {MOST_SHOPPERS:,} at once, not {count:,}")
    return lists


def refuse_long_rule(rule: str, owner: str, command: str) -> None:
    """Raise Impossible if a rule does not fit into its form; ``command`` is how a new one is typed."""
    if len(rule) > RULE:
        raise Impossible(f"The rule of “{owner}” is longer than a form holds. Type the whole new rule: `/{command} …`.")


def search_words(words: str) -> tuple[str, ...]:
    """Split a search into the parts that a name must contain: words, or quoted text."""
    return tuple(word.whole.casefold() for word in split(words))


Name = Annotated[str, AfterValidator(one_line), Field(min_length=1, max_length=255)]
Description = Annotated[str, AfterValidator(lines), Field(max_length=DESCRIPTION)]
OneSegment = Annotated[str, SegmentInput(label="Segment")]
Segments = Annotated[tuple[str, ...], Field(min_length=1, max_length=50), SegmentInput(label="Segment")]
Shoppers = Annotated[
    tuple[str, ...],
    BeforeValidator(shopper_lists),
    Field(min_length=1),
    ShopperInput(
        label="Shopper",
        hint="A list, or rows of a spreadsheet: emails, customer ids (#17 beside emails) or profile ids",
        placeholder="ada@example.com, #17",
    ),
]
OnePromotion = Annotated[str, PromotionInput(label="Promotion")]
RunAt = Annotated[
    str,
    Field(max_length=100),
    DueInput(
        label="Run at",
        hint="Empty for at once; otherwise a day and a time to come",
        placeholder="friday 16:00",
        max_length=100,
        option=True,
    ),
]
Until = Annotated[
    str,
    Field(max_length=100),
    EndInput(
        label="Until",
        hint="Empty for good; otherwise they are taken out again then, which someone has to approve",
        placeholder="31 Dec 18:00",
        max_length=100,
        option=True,
    ),
]
PageNumber = Annotated[
    int,
    BeforeValidator(_page_number),
    Field(ge=1, le=LAST_PAGE),
    Text(label="Page", option=True, bare=PAGE),
]
