"""Letting a segment follow a rule, or be a plain list again. The store has no rules: the log keeps them."""

from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self

from bot.bigcommerce import Reader, Store
from bot.core.errors import NothingToDo
from bot.core.planning.steps.references import SegmentRef
from bot.core.planning.steps.results import Applied, CreatedIds
from bot.core.planning.steps.step import ChangedSince, Step, present
from bot.core.segment_rules.followed import Followed
from bot.core.segment_rules.rule import with_segments
from bot.core.segment_rules.schedule import describe_schedule
from bot.core.store_view.cached_shop import Shop

if TYPE_CHECKING:
    from bot.core.planning.steps import AnyStep

_LIST = "was made a plain list again since, and stays one."


class OnRule(Step):
    """A Step that changes which rule a segment follows, and nothing in the store. ``before``: the rule until then.

    There is nothing to carry out: the segment follows the other rule once this Step is on record as done.
    """

    only_logged: ClassVar[bool] = True
    segment: SegmentRef
    before: Followed | None = None

    @property
    def target(self) -> SegmentRef:
        """The segment."""
        return self.segment

    @property
    def follows(self) -> Followed | None:
        """The rule from then on."""
        return None

    @property
    def batch_key(self) -> tuple[str, str]:
        """The kind and segment: one line per segment."""
        return (self.kind, self.segment.name)  # type: ignore[attr-defined]  # each kind of Step has it

    def resolved(self, created_ids: CreatedIds) -> Self:
        """Return it with the id of a segment that an earlier Step created, and in rules those of restored ones."""
        before = self.before and _renewed(self.before, created_ids)
        return self.model_copy(update={"segment": created_ids.segment(self.segment), "before": before})

    async def sparing(self, shop: Shop) -> tuple[Self, tuple[str, ...]]:
        """Return it, if its segment still follows the rule that this undoes. Raises Gone, and ChangedSince."""
        now = await OnRule.refreshed(self, shop)
        if not (_is_same(now.before, self.before) or _is_same(now.before, self.follows)):
            follows = f"follows another rule since, and goes on so: {now.before.words}" if now.before else _LIST
            raise ChangedSince(f"{now.segment.name} {follows}")
        return self, ()

    async def refreshed(self, shop: Shop) -> Self:
        """Return it with the segment's current name and rule; one that is not there yet has none. Raises Gone."""
        if self.segment.id is None:
            return self
        segment = await present(self.segment, shop)
        now = await shop.rules.of(segment.id)
        return self.model_copy(update={"segment": SegmentRef.of(segment), "before": now.followed if now else None})

    async def apply(self, store: Store) -> Applied:
        """Do nothing: what is recorded of its run is all."""
        return Applied()


class FollowRule(OnRule):
    """Let a segment follow a rule."""

    kind: Literal["follow_rule"] = "follow_rule"
    does: ClassVar[str] = "let a segment follow a rule"
    destructive: ClassVar[bool] = True
    after: Followed

    @property
    def follows(self) -> Followed:
        """The rule from then on."""
        return self.after

    @property
    def risk(self) -> str:
        """That a rule decides who is in the segment."""
        return "lets a segment follow a rule"

    @property
    def warnings(self) -> tuple[str, ...]:
        """The rule, and what it was until then."""
        return (self.after.told, *self._until_now, *_later_runs(self.after))

    def describe(self, shoppers: int) -> str:
        """Describe that the segment follows a rule from then on."""
        if self.before is None or self.before.rule != self.after.rule:
            return f"Let the segment {self.segment.name} follow {'another' if self.before else 'a'} rule"
        run = "run" if self.before.schedule != self.after.schedule else "go on running"
        return f"Let the rule of the segment {self.segment.name} {run} {describe_schedule(self.after.schedule)}"

    def before_and_after(self, applied: Applied, moved: int) -> tuple[Any, Any]:
        """Return the words of both rules."""
        return _words(self.before), _words(self.after)

    def resolved(self, created_ids: CreatedIds) -> Self:
        """Return it with new ids of segments that were created again, in its rule, too."""
        return super().resolved(created_ids).model_copy(update={"after": _renewed(self.after, created_ids)})

    async def refreshed(self, shop: Shop) -> Self:
        """Return it with the segment's current name and rule. Raises Gone; NothingToDo if it follows this one."""
        now = await super().refreshed(shop)
        if now.before and now.before.does_as(now.after):
            raise NothingToDo(f"{now.segment.name} follows this rule already.")
        return now

    @property
    def _until_now(self) -> tuple[str, ...]:
        """What it followed before, as far as that differs."""
        if self.before is None:
            return ()
        runs = f", {describe_schedule(self.before.schedule)}" if self.before.schedule != self.after.schedule else ""
        if self.before.rule != self.after.rule:
            return (f"Until now it follows another rule: {self.before.words}{runs}",)
        return (f"Until now it runs {describe_schedule(self.before.schedule)}",) if runs else ()

    async def inverse(self, reader: Reader) -> "tuple[AnyStep, ...]":
        """Return the Step that lets it follow the rule of before, or none."""
        if self.before is None:
            return (DropRule(segment=self.segment, before=self.after),)
        return (FollowRule(segment=self.segment, before=self.after, after=self.before),)


class DropRule(OnRule):
    """Let a segment that follows a rule be a plain list again, with the shoppers whom it has."""

    kind: Literal["drop_rule"] = "drop_rule"
    does: ClassVar[str] = "make a segment that follows a rule a plain list"

    @property
    def warnings(self) -> tuple[str, ...]:
        """The rule that it follows until then."""
        return (f"Until now it follows a rule: {self.before.words}",) if self.before else ()

    def describe(self, shoppers: int) -> str:
        """Describe that it is a list again."""
        return f"Make the segment {self.segment.name} a plain list again"

    def before_and_after(self, applied: Applied, moved: int) -> tuple[Any, Any]:
        """Return the words of the rule, and that there is none afterwards."""
        return _words(self.before), _words(None)

    async def refreshed(self, shop: Shop) -> Self:
        """Return it with the segment's current name and rule. Raises Gone; NothingToDo if it follows none."""
        now = await super().refreshed(shop)
        if now.before is None:
            raise NothingToDo(f"{now.segment.name} is a plain list already: it follows no rule.")
        return now

    async def inverse(self, reader: Reader) -> "tuple[AnyStep, ...]":
        """Return the Step that lets it follow the rule again."""
        return (FollowRule(segment=self.segment, after=self.before),) if self.before else ()


def _is_same(one: Followed | None, other: Followed | None) -> bool:
    """Return whether both say the same, whichever policy they were approved under."""
    return one.under("").does_as(other.under("")) if one and other else one is other


def _renewed(followed: Followed, created_ids: CreatedIds) -> Followed:
    """Return it for the segments of its rule under the ids that they have since they were created again."""
    rule = with_segments(followed.rule, lambda id_: created_ids.restored.get(id_, id_))
    return followed.model_copy(update={"rule": rule})


def _later_runs(followed: Followed) -> tuple[str, ...]:
    """Tell when the rule runs after the first time, and when it asks again."""
    runs = describe_schedule(followed.schedule)
    if not followed.has_slots:
        return (f"After that: {runs}",)
    return (f"After that: {runs}, without asking again", f"Asks again: {followed.guard.describe()}")


def _words(followed: Followed | None) -> dict[str, str | None]:
    runs = {"runs": describe_schedule(followed.schedule)} if followed and followed.has_slots else {}
    return {"rule": followed.words if followed else None, **runs}
