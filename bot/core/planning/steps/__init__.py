"""The closed set of what can be done to a store. Danger belongs to the Step, and so does the way back.

The Runner takes each Step through the same four questions:

1. ``observed``: what is this step in the store as it is now? Asked when planning; Impossible where it cannot be done.
2. ``inverse``: which steps undo it? Read just before it runs, and saved *before* anything is sent.
3. ``happened``: was it carried out already? Asked when a run goes on after a crash.
4. ``apply``: do it.
"""

from typing import Annotated

from pydantic import Field

from bot.core.planning.steps.members import AddMembers, RemoveMembers, added, removed
from bot.core.planning.steps.profiles import CreateCustomer, CreateProfiles, DeleteProfiles, created, deleted
from bot.core.planning.steps.promotions import RetargetPromotion
from bot.core.planning.steps.segments import CreateSegment, DeleteSegment, UpdateSegment
from bot.core.planning.steps.step import BATCH, Applied, CustomerKey, Gone, Made, Naming, PromotionRef, SegmentRef, Step

AnyStep = Annotated[
    CreateSegment
    | UpdateSegment
    | DeleteSegment
    | AddMembers
    | RemoveMembers
    | CreateCustomer
    | CreateProfiles
    | DeleteProfiles
    | RetargetPromotion,
    Field(discriminator="kind"),
]
Applied.model_rebuild(_types_namespace={"AnyStep": AnyStep})

__all__ = [
    "BATCH",
    "AddMembers",
    "AnyStep",
    "Applied",
    "CreateCustomer",
    "CreateProfiles",
    "CreateSegment",
    "CustomerKey",
    "DeleteProfiles",
    "DeleteSegment",
    "Gone",
    "Made",
    "Naming",
    "PromotionRef",
    "RemoveMembers",
    "RetargetPromotion",
    "SegmentRef",
    "Step",
    "UpdateSegment",
    "added",
    "created",
    "deleted",
    "removed",
]
