"""The Home tab: what waits, what I asked for lately, and what one can type. Pure."""

from bot.core.answers import Answer
from bot.core.changes import Change
from bot.core.command import Group, Help
from bot.slack import answers, blocks, helping
from bot.slack.blocks import Block
from bot.slack.ids import RUN

SHOWN = 10
HOME_BLOCKS = 100


def home(pending: tuple[Change, ...], mine: tuple[Change, ...], groups: tuple[Group, ...]) -> Block:
    """The view for one person."""
    drawn = [
        *_list("Waits for a second person", pending, "Nothing waits."),
        *_list("What you asked for lately", mine, "You have not asked for a change yet."),
        *(block for group in groups for block in answers.message(_help(group)).blocks),
    ]
    return {"type": "home", "blocks": drawn[:HOME_BLOCKS]}


def refused(reason: str) -> Block:
    """The view for somebody who may not use the bot."""
    return {"type": "home", "blocks": [blocks.section(blocks.rich(reason))]}


def _help(group: Group) -> Answer:
    shown = helping.answer(Help((group,)))
    return Answer(f"/{group.name}", shown.parts)


def _list(title: str, changes: tuple[Change, ...], nothing: str) -> list[Block]:
    if not changes:
        return [blocks.header(title), blocks.section(blocks.rich(nothing))]
    lines = (f"Change {one.number} ({one.state.value}): {one.plan.headline}" for one in changes[:SHOWN])
    buttons = [
        blocks.button(f"Show {one.number}", f"{RUN}:{index}", f"change show {one.number}")
        for index, one in enumerate(changes[:SHOWN])
    ]
    return [blocks.header(title), blocks.bullets(lines), blocks.actions(buttons), {"type": "divider"}]
