"""What may happen, who does it, and when: whatever the interleavings draw."""

from typing import Any

from hypothesis import strategies as st

from bot.core.approval.policy import Policy
from bot.core.approval.rule import DESTRUCTIVE, Rule
from bot.core.planning.steps import STEPS
from tests.approvals.team import ANA, APPROVERS, BEA, BEN, CLEO, DAN, EVE, MANAGERS

ONE = Policy(approvers=frozenset({APPROVERS}), breakers=frozenset({BEA}))
TWO = Policy(
    approvers=frozenset({APPROVERS}),
    rules=(
        Rule(steps=DESTRUCTIVE, approvals=1),
        Rule(steps=("update_segment",), approvals=1),
        Rule(steps=("remove_members",), approvals=1, approvers=frozenset({MANAGERS})),
        Rule(steps=("remove_members",), shoppers=3, approvals=2),
        Rule(steps=("delete_segment",), live=True, approvals=2),
    ),
)
STRICT = Policy(
    approvers=frozenset({APPROVERS}), breakers=frozenset({BEA}), rules=(Rule(steps=tuple(STEPS), approvals=2),)
)
UNKNOWN = "Kimberley Typed"
"""No shopper of the store's; a name, since addresses are kept out of the log in another place, too."""
NAMES = ("VIPs", "Newsletter", "Lapsed", "Wholesale", "New this quarter", "Coffee lovers")
SETTLED = 10_000
"""AckPriority of the loop: until nothing is under way any more."""

ASKS = (
    "segment delete",
    "segment delete",
    "segment remove",
    "segment clear",
    "segment add",
    "segment edit",
    "segment copy",
    "promotion target",
)
VERBS = ("withdraw", "except", "except", "stop", "break-glass", "review")
_MINE = "(SELECT position FROM segments WHERE name = :name)"
DRIFTS = (
    "UPDATE OR IGNORE segments SET name = :other WHERE name = :name",
    f"DELETE FROM members WHERE segment = {_MINE}",
    f"""DELETE FROM members WHERE segment = {_MINE};
        INSERT INTO members SELECT segments.position, profiles.position
        FROM profiles JOIN segments ON segments.position = {_MINE} LIMIT :some""",
    f"""INSERT OR IGNORE INTO members SELECT segments.position, profiles.position
        FROM profiles JOIN segments ON segments.position = {_MINE} ORDER BY profiles.position DESC LIMIT :some""",
    "DELETE FROM segments WHERE name = :name",
    "DELETE FROM profiles WHERE id = (SELECT id FROM profiles LIMIT 1 OFFSET :some)",
    "UPDATE promotions SET document = json_set(document, '$.status', 'DISABLED') WHERE id > :some % 6",
    "UPDATE promotions SET document = json_set(document, '$.status', 'ENABLED') WHERE id > :some % 6",
)
"""What somebody does in the store's control panel; numbers are at random."""
FAULTS: tuple[dict[str, Any], ...] = (
    {"status": 403},
    {"status": 429},
    {"status": 503},
    {"drop": True},
    {"drop": True, "carried_out": True},
    {"drop": True, "carried_out": True, "times": 9},
    {"drop": True, "times": 9},
)
PEOPLE = (ANA, BEA, BEN, CLEO, DAN, EVE)
people = st.sampled_from(PEOPLE)
requesters = st.sampled_from((ANA, ANA, ANA, ANA, BEN, CLEO, DAN))
approvers = st.sampled_from((BEN, CLEO, BEN, CLEO, EVE, ANA, DAN))
signers = st.sampled_from(((), (), (BEN,), (CLEO, BEN), (BEN, CLEO, EVE), (CLEO, CLEO, BEN)))
times = st.sampled_from(("", "", "", "in 5 minutes", "in 2 hours"))
"""When it is asked to run; empty for at once."""
ruled = st.sampled_from(("Newsletter", "Newsletter", "Newsletter", *NAMES))
"""Mostly one that is so large that a few may join and leave it without a click."""
all_sign = st.sampled_from(((BEN, CLEO, EVE), (CLEO, BEN, EVE), (BEN, CLEO, EVE), ()))
untils = st.sampled_from(("in 10 minutes", "in 3 hours", "in 2 days"))
schedules = st.sampled_from(("every hour", "every hour", "every day at 06:00", "only when you ask"))
goings_back = st.sampled_from(("undo", "undo", "retry"))
names = st.sampled_from(NAMES)
some = st.integers(1, 4)
which = st.sampled_from((0, 0, 1, 0, 2, 3))
"""A change: so many before the latest one."""
process = st.integers(0, 1)
policies = st.sampled_from((ONE, TWO, STRICT))
turns = st.sampled_from((SETTLED, SETTLED, SETTLED, 0, 1, 2, 3, 5, 8, 13, 21, 34))
"""How long the loop runs before something else happens."""
few = st.integers(0, 60)
