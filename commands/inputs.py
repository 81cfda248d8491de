"""Arguments that several commands share: names, segments, shoppers, promotions, pages."""

from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field

from bot.core.language.args import PromotionInput, SegmentInput, ShopperInput, Text
from bot.core.language.tokenizer import split
from bot.core.language.visible import HIDDEN, JOINERS
from bot.core.store_view.shoppers import split_words

DESCRIPTION = 3000
"""The most characters of a description, as in a field of a Slack form."""
MOST_SHOPPERS = 10_000
"""The most shoppers named at once: more than anyone types, yet few enough not to keep the store busy for long."""


def one_line(text: str) -> str:
    """Remove line breaks, control characters and whatever else nobody could see."""
    kept = "".join(one if one.isprintable() or one in JOINERS else " " for one in HIDDEN.sub(" ", text))
    return " ".join(kept.split())


def lines(text: str) -> str:
    """Clean ``text`` line by line, as ``one_line`` does."""
    return "\n".join(map(one_line, text.splitlines())).strip()


def _first_if_left_empty(value: object) -> object:
    """Return the first page if a form's field was left empty."""
    return 1 if value == "" else value


def one_shopper(text: str) -> str:
    """Return the word for one shopper, without the characters around it in an e-mail. Raises ValueError for several."""
    match split_words(text):
        case (str(word),):
            return word
    raise ValueError("it has to be one email, customer id or profile id")


def search_words(words: str) -> tuple[str, ...]:
    """Split a search into the parts that a name must contain: words, or quoted text."""
    return tuple(word.whole.casefold() for word in split(words))


Name = Annotated[str, AfterValidator(one_line), Field(min_length=1, max_length=255)]
Description = Annotated[str, AfterValidator(lines), Field(max_length=DESCRIPTION)]
OneSegment = Annotated[str, SegmentInput(label="Segment")]
Segments = Annotated[tuple[str, ...], Field(min_length=1, max_length=50), SegmentInput(label="Segment")]
Shoppers = Annotated[
    tuple[str, ...],
    BeforeValidator(split_words),
    Field(min_length=1, max_length=MOST_SHOPPERS),
    ShopperInput(
        label="Shopper",
        hint="Emails, customer ids or profile ids, separated by spaces, commas or lines",
        placeholder="ada@example.com, 17",
    ),
]
OnePromotion = Annotated[str, PromotionInput(label="Promotion")]
PageNumber = Annotated[
    int, BeforeValidator(_first_if_left_empty), Field(ge=1, le=100_000), Text(label="Page", option=True)
]
