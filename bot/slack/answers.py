"""An Answer as a message. Pure."""

from bot.core.answers import Answer, Fields, Offer, Offers, Part, Sentence, Table
from bot.slack import blocks
from bot.slack.blocks import Block, Message
from bot.slack.ids import RUN


def message(answer: Answer) -> Message:
    """The message that shows ``answer``."""
    drawn = [blocks.section(blocks.rich(answer.title, bold=_is_title(answer)))]
    for part in answer.parts:
        drawn += _drawn(part)
    return Message(blocks.escape(answer.title), drawn)


def _is_title(answer: Answer) -> bool:
    return bool(answer.parts)


def _drawn(part: Part) -> list[Block]:
    match part:
        case Sentence(text=text, url=url) if url:
            return [blocks.section([blocks.link(text, url)])]
        case Sentence(text=text, quiet=True):
            return [blocks.context(blocks.escape(blocks.cut(text, blocks.SMALL_PRINT)))]
        case Sentence(text=text):
            return [blocks.section(blocks.rich(text))]
        case Fields(pairs=pairs):
            return [blocks.fields(pairs)] if pairs else []
        case Offers(offers=offers):
            return [offer_buttons(offers)] if offers else []
        case Table():
            return _table(part)


def _table(part: Table) -> list[Block]:
    shown = blocks.table_fits(part.columns, part.rows)
    rest = len(part.rows) - shown
    more = [blocks.context(f"… and {rest} more.")] if rest else []
    drawn = [blocks.table(part.caption, part.columns, part.rows)] if shown else []
    return [*drawn, *more]


def offer_buttons(offers: tuple[Offer, ...]) -> Block:
    """Buttons that type commands."""
    return blocks.actions(
        [blocks.button(offer.label, f"{RUN}:{index}", offer.words) for index, offer in enumerate(offers)]
    )
