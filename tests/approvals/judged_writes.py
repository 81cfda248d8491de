"""Each write, judged as it leaves a bot and as it reaches the store."""

import json
from collections import Counter

import httpx

from bot.bigcommerce.connection import LONGEST_WRITE
from bot.bigcommerce.exchanges import FRESH
from bot.core.approval.changes import Change, Run, State, StepState
from bot.core.approval.policy import Policy
from bot.core.planning.steps import (
    AddMembers,
    AnyStep,
    CreatedIds,
    CreateProfiles,
    CreateSegment,
    DeleteProfiles,
    DeleteSegment,
    RemoveMembers,
    RetargetPromotion,
    UpdateSegment,
)
from bot.engine.run_fence import GAP
from tests.approvals.judgement import Gaps
from tests.approvals.scene import Scene
from tests.approvals.team import Process
from tests.approvals.wire import Sent, change_of, documents


class JudgedWrites(Scene):
    """No write but of a step that runs, by the bot that has it, on what it saw just now.

    ``drifted``: by change, and as 0 by the staff, how many clicks there were when it last changed the store.
    """

    def set_up(self, seed: int, policy: Policy) -> None:
        self.created = Counter[tuple[str, str]]()
        self.carried_out = set[tuple[int, int]]()
        self.tampered = set[int]()
        self.drifted = {0: 0}
        super().set_up(seed, policy)
        self.gaps = Gaps(self.clock.elapsed)

    def leaves(self, process: Process, request: httpx.Request) -> None:
        """A write leaves the bot that sends it: it has the change, long enough, and knows what it writes over."""
        about = change_of(request.headers.get("X-Correlation-Id", ""))
        self.gaps.asks(about)
        if request.method == "GET":
            return
        number, beat = about.removeprefix("change-"), process.engine.process
        query = "SELECT owner FROM changes WHERE number = :number"
        held_by = [row[0] for row in self.rows(query, number=int(number))] if number.isdecimal() else []
        path, sight = request.url.path.partition("/v3")[2], process.wire.sight
        breaches = {
            f"by a bot that has lost change {number}": held_by != [beat.owner],
            "by a bot whose lease may end before": beat.heartbeat.until < self.clock.elapsed() + LONGEST_WRITE,
            "on old sight": sight.age > GAP,
            "over what was read before it was last written, or long ago": request.method == "PUT"
            and sight.age_of(documents(request)) > FRESH,
        }
        self.violations += [f"{request.method} {path} {how}" for how, is_so in breaches.items() if is_so]

    def answers(self, request: httpx.Request) -> None:
        """The store answers."""
        self.gaps.hears(change_of(request.headers.get("X-Correlation-Id", "")))

    def heard(self, sent: Sent) -> None:
        """A request that writes belongs to a step that was started of a change that runs."""
        change = self._running(sent.about)
        run = next((run for run in change.runs if _asks_for(change, run, sent)), None) if change else None
        if change is None or change.state is not State.RUNNING or run is None or change.number in self.tampered:
            self.violations.append(f"{sent} is no started step's of {change}")
        elif change.due_at and change.started_at and change.started_at < change.due_at:
            self.violations.append(f"{sent} comes before its time")
        elif sent.status is None:
            self._judge_drift(change, run)
        elif sent.wrote:
            self.carried_out.add((change.number, run.position))
            self.drifted[change.number] = len(self.clicks)
            self.gaps.moved(sent.about)
        if sent.wrote and (sent.method, sent.path) == ("POST", "/segments"):
            self.created.update((sent.about, name) for name in sent.ids)

    def _judge_drift(self, change: Change, run: Run) -> None:
        """Where nobody else touched the store since the clicks that may have approved it, it is about what is there.

        Nor does it matter when that was, if the run had to look again since.
        """
        step = change.plan.steps[run.position]
        last = change.approvals[-1].actor if change.approvals else ""
        clicked = [click.at for click in self.clicks if click.actor == last and click.approves(change)]
        others = max((at for number, at in self.drifted.items() if number != change.number), default=0)
        is_seen = bool(clicked) and clicked[0] >= others
        if (is_seen or self.gaps.had_to_look(f"change-{change.number}")) and self._is_otherwise(step):
            self.violations.append(f"{step} is not so any more, and was approved all the same")
        if (
            is_seen
            and isinstance(step, DeleteSegment | RemoveMembers | UpdateSegment | RetargetPromotion)
            and not run.undo
        ):
            self.violations.append(f"{step} runs, and nothing was saved to undo it")

    def _is_otherwise(self, step: AnyStep) -> bool:
        """Whether the step shows something that is there, but not so."""
        rows = self.store.shop.rows
        if isinstance(step, RetargetPromotion):
            here = rows(
                "SELECT document ->> '$.customer.segments' AS segments FROM promotions WHERE id = ?", step.promotion.id
            )
            shown = step.before.to_json() if step.before else None
            return bool(here) and json.loads(here[0]["segments"] or "null") != shown
        if not isinstance(step, DeleteSegment | UpdateSegment):
            return False
        here = rows("SELECT name FROM segments WHERE id = ?", step.segment.known_id)
        name, members = (
            (step.before.name, None) if isinstance(step, UpdateSegment) else (step.segment.name, step.members)
        )
        return bool(here) and (name, members) != (
            here[0]["name"],
            None if members is None else len(self._members(here[0]["name"])),
        )

    def _running(self, about: str) -> Change | None:
        number = about.removeprefix("change-")
        return self._read(int(number)) if number.isdecimal() else None


def _asks_for(change: Change, run: Run, sent: Sent) -> bool:
    """Whether this is what the step, started and not over, asks the store for."""
    if change.plan.steps[run.position].only_logged:
        return False
    made = CreatedIds.of([one.applied for one in change.runs if one.applied])
    method, path, ids = _request(change.plan.steps[run.position].resolved(made))
    fits = (method, path) == (sent.method, sent.path) and (ids is None or sent.ids <= ids)
    return fits and run.state is StepState.STARTED


def _request(step: AnyStep) -> tuple[str, str, set[str] | None]:
    """Method and path that this step asks for, and the ids that it may name; None: profiles, which it looks up."""
    match step:
        case CreateSegment():
            return "POST", "/segments", {step.segment.name}
        case RetargetPromotion():
            return "PUT", f"/promotions/{step.promotion.id}", None
        case UpdateSegment():
            return "PUT", "/segments", {step.segment.known_id}
        case DeleteSegment():
            return "DELETE", "/segments", {step.segment.known_id}
        case AddMembers() | RemoveMembers():
            method = "POST" if isinstance(step, AddMembers) else "DELETE"
            return method, f"/segments/{step.segment.known_id}/shopper-profiles", set(step.profile_ids)
        case CreateProfiles():
            return "POST", "/shopper-profiles", set(map(str, step.customers))
        case DeleteProfiles():
            return "DELETE", "/shopper-profiles", None
    raise NotImplementedError(step.kind)
