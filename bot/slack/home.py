"""The Home tab: changes that wait for you, your requests, the segments at a glance, and the commands. Pure."""

from collections.abc import Sequence

from bot.bigcommerce import MOST_SEGMENTS
from bot.core.answers import Answer, Offer
from bot.core.approval.brief import Brief
from bot.core.approval.changes import State
from bot.core.approval.changes_reader import describe_untold
from bot.core.approval.state_words import name_state
from bot.core.command import Group, Help
from bot.core.language.phrases import capital, counted
from bot.core.store_view.cached_shop import LACKS_SCOPE
from bot.core.store_view.orphaned_promotions import MEND, describe_orphaned
from bot.engine.home_tab.model import Home, StoreOverview
from bot.slack import answers, blocks
from bot.slack.action_ids import REVIEW, RUN
from bot.slack.blocks import Block
from bot.slack.card import waiting_for
from bot.slack.help import help_answer
from bot.slack.review_button import review_button

HOME_BLOCKS = 100
OTHERS = "others"
"""The block with the menu of changes that have no row."""
DIVIDER: Block = {"type": "divider"}
NEXT_ONES = (
    Offer("List Segments", "segment list"),
    Offer("Create Segment", "segment create"),
    Offer("Show a Segment", "segment show"),
)
ANSWERED = "Answers to these buttons appear in the Messages tab."
DECIDED = "Review shows a change and lets you approve or reject it, here or on its card in the approvals channel."
UNREAD = f"Promotions cannot be read: {LACKS_SCOPE}."


def render_home(home: Home, groups: tuple[Group, ...]) -> Block:
    """Render the Home tab of one person."""
    if home.refusal:
        return {"type": "home", "blocks": [blocks.section(blocks.rich(home.refusal))]}
    rendered = [
        *(blocks.section(blocks.rich(describe_untold(number))) for number in home.untold),
        *_waits(home),
        DIVIDER,
        *_requested(home.mine),
        DIVIDER,
        *_segments(home.overview),
        *(block for group in groups for block in (DIVIDER, *answers.message(_help(group)).blocks)),
    ]
    return {"type": "home", "blocks": rendered[:HOME_BLOCKS]}


def _waits(home: Home) -> list[Block]:
    if not home.waits:
        doubt = [blocks.section(blocks.rich(home.doubt))] if home.doubt else []
        return [blocks.header("Waiting for you" if doubt else "Nothing is waiting for you"), *doubt]
    are = "is" if home.waiting == 1 else "are"
    title = blocks.header(f"{counted(home.waiting, 'change')} {are} waiting for you")
    first = [blocks.section(blocks.rich("These expire first."))] if home.waiting > len(home.waits) else []
    each = _divided([[_waiting_row(one), _about(one)] for one in home.waits])
    return [title, *first, *each, *_other_waits(home.others), blocks.context(DECIDED)]


def _other_waits(others: tuple[Brief, ...]) -> list[Block]:
    """Render the changes that have no row as a list, each of which opens its form."""
    if not others:
        return []
    options = [blocks.option(one.headline, str(one.number), f"change {one.number}") for one in others[: blocks.OPTIONS]]
    words = blocks.plain(f"{len(others):,} more", blocks.PLACEHOLDER)
    menu: Block = {"type": "static_select", "action_id": REVIEW, "placeholder": words, "options": options}
    return [blocks.actions([menu]) | {"block_id": OTHERS}]


def _about(one: Brief) -> Block:
    asked = f"asked by <@{one.requester}> {blocks.time(one.created_at)}"
    why = blocks.escape(blocks.cut(one.need.why, blocks.SMALL_PRINT))
    expires = f"expires {blocks.time(one.expires_at)}"
    runs = f"runs {blocks.time(one.due_at)}" if one.due_at else ""
    return blocks.context(runs, expires, asked, why, _approval_count(one), f"change {one.number}")


def _approval_count(one: Brief) -> str:
    return one.need.describe_given(one.approvals) if one.approvals else ""


def _requested(requested: tuple[Brief, ...]) -> list[Block]:
    title = blocks.header("Your requests")
    if not requested:
        return [title, blocks.section(blocks.rich("You haven't asked for a change yet."))]
    rows = [[_row(one, f"{_state(one)}: {one.headline} · change {one.number}")] for one in requested]
    return [title, *_divided(rows)]


def _divided(rows: Sequence[list[Block]]) -> list[Block]:
    """Put a divider between rows, so that it is plain which button belongs to which change."""
    return [block for at, row in enumerate(rows) for block in ([DIVIDER] if at else []) + row]


def _state(one: Brief) -> str:
    if one.state is not State.WAITING:
        return capital(name_state(one))
    return f"Waiting for {waiting_for(one)}"


def _row(one: Brief, line: str) -> Block:
    """Render a change with its button."""
    details = blocks.button("Details", f"{RUN}:0", f"change show {one.number}")
    return {"type": "section", "text": blocks.plain(line, blocks.LINE), "accessory": details}


def _waiting_row(one: Brief) -> Block:
    return _row(one, one.headline) | {"accessory": review_button(one.number)}


def _segments(overview: StoreOverview | None) -> list[Block]:
    title = blocks.header("Segments")
    return [title, *_overview(overview), answers.offer_buttons(NEXT_ONES), blocks.context(ANSWERED)]


def _overview(overview: StoreOverview | None) -> list[Block]:
    if overview is None:
        return [blocks.section(blocks.rich("Loading…"))]
    if overview.fault:
        again = "Open this tab again to retry."
        return [blocks.section(blocks.rich(f"The store could not be read just now. {overview.fault} {again}"))]
    used = f"{overview.segments:,} of {MOST_SEGMENTS:,} segments used"
    totals = f"{used}, {counted(overview.memberships, 'membership')}."
    movers = answers.render_figure(overview.movers) if overview.movers else []
    return [blocks.section(blocks.rich(totals)), *_orphans(overview), *_largest(overview), *movers]


def _orphans(overview: StoreOverview) -> list[Block]:
    told = f"{describe_orphaned(overview.orphans)} {MEND}" if overview.orphans else ""
    return [blocks.section(blocks.rich(told))] if told else []


def _largest(overview: StoreOverview) -> list[Block]:
    rows = tuple((one.name, one.shoppers, one.promotions) for one in overview.largest)
    if not rows:
        return []
    caption = f"{len(rows)} largest segments" if len(rows) < overview.segments else "Segments, the largest first"
    note = [blocks.context(UNREAD)] if any(one.promotions is None for one in overview.largest) else []
    return [blocks.table(caption, ("Segment", "Shoppers", "Promotions"), rows), *note]


def _help(group: Group) -> Answer:
    shown = help_answer(Help((group,)))
    return Answer(f"/{group.name}", shown.parts)
