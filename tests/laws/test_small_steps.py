"""However small the steps are, and of whatever kind: no more stay for good without an approval than the rule lets."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from bot.core.approval.changes import State
from bot.core.approval.decisions import Verdict
from bot.core.approval.rule import Rule
from tests.disks import MEMORY
from tests.engine.bench import Bench, bench
from tests.laws.values import LAW
from tests.records import create_ledger

PEOPLE, MOST = 2, 1
RULE = Rule(steps=("add_members",), shoppers=MOST + 1, per="24h", approvals=1)

people = st.sampled_from(({0}, {1}, {0, 1}))
asks = st.one_of(
    st.builds(lambda who: ("segment add", {"who": who, "until": "in 2 days"}), people),
    st.builds(lambda who: ("segment add", {"who": who}), people),
    st.builds(lambda who: ("segment remove", {"who": who}), people),
    st.tuples(st.sampled_from(("change keep", "change keep", "change undo")), st.builds(dict, back=st.integers(0, 2))),
)


UNTIL = [("segment add", {"who": {one}, "until": "in 2 days"}) for one in range(PEOPLE)]
AGAIN = [("segment add", {"who": {one}}) for one in range(PEOPLE)]
KEPT = [("change keep", {"back": 1}), ("change keep", {"back": 0})]


async def ask(machine: Bench, profiles: list[str], command: str, *, who: set[int] | None = None, **said: Any) -> None:
    """Ana asks for it. Ben approves what ends, or takes somebody out, and nothing that lets anybody stay."""
    before = await machine.ledger.changes.count("all", "")
    if who:
        await machine.asks(command, segment=["VIPs"], shoppers=[" ".join(profiles[one] for one in who)], **said)
    else:
        await machine.asks(command, number=max(1, before - said["back"]))
    if await machine.ledger.changes.count("all", "") == before:
        return
    asked = await machine.latest()
    if asked.state is State.WAITING:
        lets_stay = asked.plan.until is None and any(step.is_addition for step in asked.plan.steps)
        machine.clock.forward(seconds=1)
        verdict = Verdict.REJECT if lets_stay else Verdict.APPROVE
        await machine.decides("UBEN", asked.number, verdict, reason="")


@given(st.lists(asks, min_size=4, max_size=12))
@example([*UNTIL, *AGAIN])
@example([*UNTIL, *KEPT])
@example([*UNTIL, KEPT[0], AGAIN[1]])
@LAW
async def test_no_more_stay_without_an_approval_than_the_rule_lets(asked: list[tuple[str, dict[str, Any]]]) -> None:
    with TemporaryDirectory(dir=MEMORY) as folder:
        path = Path(folder) / "ledger.sqlite"
        create_ledger(path)
        async with bench(path, customers=20, rules=(RULE,)) as machine:
            before = machine.members("VIPs")
            rows = machine.store.shop.rows("SELECT id FROM profiles ORDER BY position")
            profiles = [row["id"] for row in rows if row["id"] not in before][:PEOPLE]
            for command, values in asked:
                await ask(machine, profiles, command, **values)
            machine.clock.forward(days=4)
            for _ in range(3):
                await machine.sweeps()
            assert len(machine.members("VIPs") - before) <= MOST
