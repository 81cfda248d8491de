"""Long lists, shown page by page, and their buttons."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from bot.core.answers import Cell, Offer, Offers, mention
from bot.core.approval.brief import Brief
from bot.core.approval.state_words import name_state
from bot.core.context import Context
from bot.core.errors import Misuse
from bot.core.language.hidden_addresses import hide_addresses
from bot.core.language.phrases import counted
from bot.core.named_elsewhere import named_elsewhere
from commands.inputs import LAST_PAGE, PAGE

T = TypeVar("T")
_PAGE = re.compile(rf"(?:(?P<words>.*\S)\s+|)page\s+(?P<page>{PAGE})", re.IGNORECASE)


@dataclass(frozen=True)
class Page(Generic[T]):
    """One page of a list of ``total``: ``items``, from ``first`` (from 0) on; ``words`` is the command to repeat."""

    items: Sequence[T]
    number: int
    first: int
    total: int
    words: str

    def title(self, noun: str) -> str:
        """Write ``1,000 segments, 51 to 100 shown``."""
        shown = len(self.items)
        part = f", {self.first + 1:,} to {self.first + shown:,} shown" if shown < self.total else ""
        return f"{counted(self.total, noun)}{part}"

    @property
    def more(self) -> tuple[Offer, ...]:
        """The button to the next page, if there is one."""
        is_last = self.first + len(self.items) >= self.total
        return () if is_last else (Offer("Next Page", f"{self.words} page:{self.number + 1}"),)


def page_of(items: Sequence[T], number: int, size: int, words: str) -> Page[T]:
    """Return page ``number`` (from 1). Raises Misuse beyond the last one."""
    number = page_number(number, len(items), size)
    first = (number - 1) * size
    return Page(items[first : first + size], number, first, len(items), words)


def page_number(asked: int, total: int, size: int) -> int:
    """Return the number of the page that was asked for, or of the last one. Raises Misuse beyond that."""
    pages = -(-total // size)
    if asked == LAST_PAGE:
        return max(1, pages)
    if total and asked > pages:
        raise no_such_page(pages)
    return asked


def page_meant(words: str, path: str) -> tuple[tuple[str, str], ...]:
    """Return the button to the page of a list that words may mean which nothing is called: ``loyal page 2``."""
    meant = _PAGE.fullmatch(words)
    typed = f"{path} {meant['words'] or ''}".strip() if meant else ""
    return ((f"Page {meant['page']}", f"{typed} page:{meant['page']}"),) if meant else ()


async def meant_elsewhere(words: str, group: str, ctx: Context) -> tuple[tuple[str, str], ...]:
    """Return the buttons to what words name that a list of this group does not hold: a change, a shopper."""
    return tuple((one.label, one.line) for one in await named_elsewhere(words, ctx, group))


def no_such_page(pages: int) -> Misuse:
    """Build the error for a page beyond the last one."""
    sentence = "There is only 1 page." if pages <= 1 else f"There are only {pages:,} pages."
    return Misuse(sentence, field="page")


COLUMNS = ("Change", "What", "Asked by", "State")


async def brief_rows(briefs: Sequence[Brief], ctx: Context) -> tuple[tuple[Cell, ...], ...]:
    """Render changes as the rows of a table with COLUMNS, with the addresses that the person who asks may see."""
    person = await ctx.person()
    seen = [ctx.policy.may_see(person, requester=one.requester, need=one.need) for one in briefs]
    headlines = [one.headline if may else hide_addresses(one.headline) for one, may in zip(briefs, seen, strict=True)]
    return tuple(
        (one.number, headline, mention(one.requester), name_state(one))
        for one, headline in zip(briefs, headlines, strict=True)
    )


def offers(*labelled: tuple[str, str], before: tuple[Offer, ...] = ()) -> Offers:
    """Build buttons from labels and the commands that they type."""
    return Offers((*before, *(Offer(label, words) for label, words in labelled)))
