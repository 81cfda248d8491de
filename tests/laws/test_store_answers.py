"""Whatever a store answers to a write, and however late it shows it: what its change says is so, and leads back."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bot.core.approval.changes import StepState
from bot.core.planning.steps import CreateSegment, Step
from tests.engine.bench import bench
from tests.laws.shops import DRAWN, registered, snapshot
from tests.laws.steps import LASTING, every_written_kind, planned_now
from tests.laws.test_steps import undone
from tests.laws.values import FEW

BODIES: tuple[Any, ...] = (
    "",
    "null",
    "<html><title>Welcome</title></html>",
    {},
    {"data": None},
    {"data": []},
    {"data": [{}]},
    {"data": [{"id": None}], "meta": {"total": 1, "success": 1, "failed": 0}},
    {"data": [], "errors": [], "meta": {"total": 1, "success": 0, "failed": 1}},
    {"data": {}, "meta": {"success": "some"}},
    {"errors": {"0": "No."}},
    {"title": "No.", "errors": [{"title": "One."}, "Two"]},
)
SUCCESSES, REFUSALS = (200, 201, 202, 204, 207, 302, 500, 503), (400, 404, 409, 410, 422, 507)
late = st.tuples(st.sampled_from(SUCCESSES), st.sampled_from([0.0, 2.0, 6.0]))
at_once = st.tuples(st.sampled_from(REFUSALS), st.just(0.0))


@every_written_kind
@given(data=st.data())
@FEW
async def test_what_a_change_says_of_a_write_is_so(kind: type[Step], data: st.DataObject) -> None:
    async with bench(time_passes=True) as machine:
        plan = await planned_now(machine, DRAWN[kind](data, machine))
        before, known = snapshot(machine), registered(machine)
        (status, lag), body = data.draw(late | at_once), data.draw(st.sampled_from(BODIES))
        is_carried_out, times = data.draw(st.booleans()), data.draw(st.sampled_from([1, 99]))
        machine.store.set(lag_seconds=lag)
        for method in ("POST", "PUT", "DELETE"):
            machine.store.faults.add(method, "*", status=status, body=body, carried_out=is_carried_out, times=times)
        change = await machine.carry_out(plan)
        machine.store.faults.clear()
        machine.store.set(lag_seconds=0.0)
        (run,) = change.runs
        is_changed = (snapshot(machine), registered(machine)) != (before, known)
        assert is_changed or run.state is not StepState.DONE
        assert not is_changed or run.state is not StepState.FAILED
        # Who made what a refusal is about, or a segment whose answer was lost, nobody can tell: that stays.
        is_anybodys = status in REFUSALS or (kind is CreateSegment and run.state is StepState.UNSURE)
        if is_changed and kind not in LASTING and (change.can_be_undone or not is_anybodys):
            await undone(machine, change)
            assert snapshot(machine) == before
