"""Home tabs, full and empty; the help below them is drawn with one group alone."""

from bot.core.answers import Chart
from bot.core.approval.brief import Brief
from bot.core.approval.changes import State
from bot.core.store_view.orphaned_promotions import Orphan
from bot.engine.home_tab.model import Home, SegmentSize, StoreOverview
from bot.slack.blocks import Block
from bot.slack.home import render_home
from tests.core.samples import change
from tests.core.told.changes import BEN, RULES, TWO

SIZES = (
    SegmentSize(name="VIPs <eu>", shoppers=12_345, promotions=2),
    SegmentSize(name="Staff", shoppers=0, promotions=0),
)
MOVERS = Chart("bar", "Largest movers", ("VIPs",), (("Change", (3,)),), "Largest movers: VIPs +3.")
READ = StoreOverview(segments=2, memberships=12_345, largest=SIZES)
ORPHANS = (Orphan(name="Spring", live=True), Orphan(name="Welcome", live=False))
MORE = StoreOverview(
    segments=1000,
    memberships=1,
    largest=(SIZES[0], SIZES[1].model_copy(update={"promotions": None})),
    movers=MOVERS,
    orphans=ORPHANS,
)


def homes() -> dict[str, Block]:
    """Draw every tab."""
    waits = tuple(Brief.of(change(number=at, need=TWO, approvals=(BEN,) * (at % 2))) for at in range(1, 4))
    mine = (
        Brief.of(change(number=8, state=State.DONE)),
        Brief.of(change(number=9, state=State.WAITING, need=RULES)),
        Brief.of(change(number=10, state=State.WAITING, need=TWO, approvals=(BEN,))),
    )
    tabs = {
        "nobody's": Home(refusal="Guests cannot use `this` bot."),
        "new": Home(),
        "in doubt": Home(doubt="The group cannot be read.", overview=StoreOverview(fault="It is away.")),
        "of one that waits": Home(waiting=1, waits=waits[:1], mine=mine[:1], overview=READ),
        "of some that wait": Home(waiting=5, waits=waits, others=waits[:2], mine=mine, untold=(4, 5), overview=MORE),
        "of all that wait": Home(waiting=3, waits=waits, overview=StoreOverview(segments=3, largest=SIZES)),
    }
    return {title: render_home(home, ()) for title, home in tabs.items()}
