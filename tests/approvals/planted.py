"""Break each law of the design once, in a copy of the tree, and tell how soon the deep test finds it.

python -m tests.approvals.planted
python -m tests.approvals.planted --most 200 --seed 7 fence claim
"""

import argparse
import re
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.mutation.faults import Fault
from tests.mutation.trial import Copy

ROOT = Path(__file__).parent.parent.parent
MOST = 200
"""Interleavings within which each has to be found."""
PATIENCE = 1800
_BREACH = re.compile(r"^(?:[\w.]*(?:Error|Exception)|KeyError)\b.*", re.MULTILINE)


@dataclass(frozen=True)
class Plant:
    """A law that is broken: in this file, ``now`` stands where ``was`` stood."""

    law: str
    path: str
    was: str
    now: str

    def fault(self, root: Path) -> Fault:
        """Return where it stands; there has to be one such place."""
        source = (root / self.path).read_text(encoding="utf-8")
        before, found, after = source.partition(self.was)
        if not found or self.was in after:
            raise LookupError(f"{self.path} does not have this once: {self.was}")
        begin = len(before.encode())
        end = begin + len(self.was.encode())
        line = before.count("\n") + 1
        lines = range(line, line + self.was.rstrip("\n").count("\n") + 1)
        return Fault(self.path, line, "by hand", begin, end, self.was, self.now, lines)


PLANTS = {
    "fence": Plant(
        "A lease is asked for before each write request",
        "bot/engine/run_fence.py",
        "if not await self.process.ledger.leases.holds(self.number, owner=self.process.owner):",
        "if False:",
    ),
    "margin": Plant(
        "A lease outlasts the write that it lets out",
        "bot/engine/run_fence.py",
        "while process.elapsed() + process.lease.needed > self._until:",
        "while False:",
    ),
    "gap": Plant(
        "Nobody acts on old sight",
        "bot/engine/run_fence.py",
        "self.gaps += 1",
        "pass",
    ),
    "document": Plant(
        "A whole document is never sent twice",
        "bot/bigcommerce/connection.py",
        "                request = await draft()\n",
        "                request = locals().get('request') or await draft()\n",
    ),
    "claim": Plant(
        "What one bot holds, no other one takes",
        "bot/ledger/sql/leases.py",
        "        return is_claimed\n",
        "        return True\n",
    ),
    "swap": Plant(
        "Moves are compare-and-swap: the second clicker loses",
        "bot/ledger/sql/change_rows.py",
        '"WHERE number = ? AND revision = ?"\n',
        '"WHERE number = ? AND revision >= 0 * ?"\n',
    ),
    "replan": Plant(
        "Approval plans again and compares fingerprints",
        "bot/engine/renewing.py",
        "if does_the_same and need == change.need and not gone:",
        "if need == change.need and not gone:",
    ),
    "signers": Plant(
        "An approval counts if its giver may still approve when the change starts",
        "bot/engine/renewing.py",
        "gone = () if in_emergency or change.emergency else await self.approvers.gone(change)",
        "gone = ()",
    ),
    "rules": Plant(
        "Every rule of the policy that applies has to be satisfied",
        "bot/core/approval/need.py",
        "    kept = strictest(requirements, everyone=everyone)\n    if not kept:",
        "    kept = strictest(requirements, everyone=everyone)[:1]\n    if not kept:",
    ),
    "narrow": Plant(
        "Narrowing never lowers a need",
        "bot/engine/decider.py",
        '"least": change.need}',
        '"least": None}',
    ),
    "words": Plant(
        "Only the store's confirmed ids are logged",
        "bot/core/command.py",
        "{name: self._inputs[name].logged(self.each(name), known) for name in said}",
        "{name: self.each(name) for name in said}",
    ),
    "twice": Plant(
        "One person is one approval",
        "bot/engine/decider.py",
        "if change.has_approved(user_id):",
        "if False:",
    ),
    "own": Plant(
        "Nobody approves what they asked for",
        "bot/core/approval/policy.py",
        "        if actor.id == requester:\n",
        "        if False:\n",
    ),
    "button": Plant(
        "A button carries what it was drawn for",
        "bot/core/approval/refusals.py",
        "def refuse_unlike(change: Change, shown: Shown) -> None:\n",
        "def refuse_unlike(change: Change, shown: Shown) -> None:\n    return\n",
    ),
    "log": Plant(
        "The sealed log authorises",
        "bot/engine/authorization.py",
        "        fault = await self.process.ledger.changes.contradiction(number)\n",
        '        fault = ""\n',
    ),
    "clicks": Plant(
        "What was asked stands in the log, or nobody asked it",
        "bot/engine/housekeeper.py",
        "if not await self.process.ledger.invocations.was_asked(invocation):",
        "if False:",
    ),
    "undo": Plant(
        "The undo is saved before anything is sent",
        "bot/engine/step_run.py",
        'saved = run.model_copy(update={"undo": undo})',
        "saved = run",
    ),
    "again": Plant(
        "Before a started step is applied again it is asked whether it already happened",
        "bot/engine/step_execution.py",
        "return await self.step.already_applied(self.store) if self.is_in_doubt else None",
        "return None",
    ),
    "expiry": Plant(
        "Who decides too late decides nothing",
        "bot/engine/decider.py",
        "        if change.expires_at <= now:\n",
        "        if False:\n",
    ),
    "restored": Plant(
        "Restoring closes what was open",
        "bot/ledger/sql/restoring.py",
        "    for number in numbers:\n",
        "    for number in ():\n",
    ),
    "outcome": Plant(
        "Every person is told",
        "bot/engine/card_reconciler.py",
        "                await self._announcer.report_outcome(change)\n",
        "                pass\n",
    ),
    "once": Plant(
        "Every person is told once",
        "bot/engine/card_reconciler.py",
        'if not await self._process.claim(number, role="renderer"):',
        'if not await self._process.claim(number, role="renderer") and False:',
    ),
    "cover": Plant(
        "What goes without a click stays within what was approved",
        "bot/engine/covers.py",
        '        return claim.covered.model_copy(update={"lapse": lapse})\n',
        "        return claim.covered\n",
    ),
    "kept": Plant(
        "Who is added again stays when the addition before ends",
        "bot/core/approval/temporary.py",
        "                owners.pop(one, None)\n",
        "                pass\n",
    ),
    "emergency": Plant(
        "Emergencies are heard of",
        "bot/engine/decider.py",
        'notices, event = tuple(("glass", one) for one in ids), Event.BREAK',
        "notices, event = (), Event.BREAK",
    ),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Return 0 if every plant was found."""
    parser = argparse.ArgumentParser(prog="python -m tests.approvals.planted", description=__doc__.splitlines()[0])
    parser.add_argument("plants", nargs="*", default=list(PLANTS), help=f"of {', '.join(PLANTS)} (default: all)")
    parser.add_argument("--most", type=int, default=MOST, help="interleavings for each (default %(default)s)")
    parser.add_argument("--seed", type=int, default=0, help="the same seed tries the same interleavings")
    options = parser.parse_args(arguments)
    missed = 0
    with TemporaryDirectory() as folder:
        copy = Copy(ROOT, Path(folder))
        for name in options.plants:
            began = time.monotonic()
            found = found_in(copy, PLANTS[name], options.most, options.seed)
            missed += not found
            print(f"{name}: {found or 'NOT FOUND'} ({time.monotonic() - began:.0f} s)", flush=True)
    print(f"{len(options.plants) - missed} of {len(options.plants)} broken laws were found.")
    return bool(missed)


def found_in(copy: Copy, plant: Plant, most: int, seed: int) -> str:
    """Return after how many interleavings the broken law was found, and as what; empty if it was not."""
    command = [sys.executable, "-m", "tests.approvals.interleave", str(most), "--seed", str(seed)]
    with copy.planted(plant.fault(copy.folder)):
        ended = subprocess.run(command, cwd=copy.folder, capture_output=True, text=True, timeout=PATIENCE, check=False)
    return "" if ended.returncode == 0 else ended.stdout.strip()


if __name__ == "__main__":
    raise SystemExit(main())
