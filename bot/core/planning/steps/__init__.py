"""The closed set of what can be done to a store. Each Step knows its own danger and its own undo.

The ChangeRunner uses the same four methods of each Step:

1. ``refreshed``: the step for the store's current state. Called when planning; Impossible if it cannot be done.
2. ``inverse``: the steps that undo it. Called just before it runs, and saved *before* anything is sent.
3. ``already_applied``: whether it was carried out already. Called when a run resumes after a crash.
4. ``apply``: carry it out.

A new kind of Step is a module here and a member of ``AnyStep``. The policy, the log, cards and Details need no more.
"""

from collections.abc import Mapping
from typing import Annotated, get_args

from pydantic import Field

from bot.core.items import CustomerKey
from bot.core.planning.steps.customers import CreateCustomer
from bot.core.planning.steps.keeping import KeepMembers, kept
from bot.core.planning.steps.members import AddMembers, RemoveMembers, added, removed
from bot.core.planning.steps.profiles import CreateProfiles, DeleteProfiles, created, deleted
from bot.core.planning.steps.promotion_status import SwitchPromotion
from bot.core.planning.steps.promotions import RetargetPromotion, pointed
from bot.core.planning.steps.references import Naming, PromotionRef, Restored, SegmentRef
from bot.core.planning.steps.results import Applied, CreatedIds
from bot.core.planning.steps.segment_naming import UpdateSegment
from bot.core.planning.steps.segment_rules import DropRule, FollowRule
from bot.core.planning.steps.segments import CreateSegment, DeleteSegment
from bot.core.planning.steps.step import BATCH, Gone, Moves, Step, Unclear

AnyStep = Annotated[
    CreateSegment
    | UpdateSegment
    | DeleteSegment
    | AddMembers
    | RemoveMembers
    | KeepMembers
    | CreateCustomer
    | CreateProfiles
    | DeleteProfiles
    | RetargetPromotion
    | SwitchPromotion
    | FollowRule
    | DropRule,
    Field(discriminator="kind"),
]
STEPS: Mapping[str, type[Step]] = {kind.model_fields["kind"].default: kind for kind in get_args(get_args(AnyStep)[0])}
"""Every kind of Step, by its ``kind``."""
Applied.model_rebuild(_types_namespace={"AnyStep": AnyStep})

__all__ = [
    "BATCH",
    "STEPS",
    "AddMembers",
    "AnyStep",
    "Applied",
    "CreateCustomer",
    "CreateProfiles",
    "CreateSegment",
    "CreatedIds",
    "CustomerKey",
    "DeleteProfiles",
    "DeleteSegment",
    "DropRule",
    "FollowRule",
    "Gone",
    "KeepMembers",
    "Moves",
    "Naming",
    "PromotionRef",
    "RemoveMembers",
    "Restored",
    "RetargetPromotion",
    "SegmentRef",
    "Step",
    "SwitchPromotion",
    "Unclear",
    "UpdateSegment",
    "added",
    "created",
    "deleted",
    "kept",
    "pointed",
    "removed",
]
