"""``/segment``: segments, their members, sets of them, and the promotions that use them."""

from bot.core.command import Group
from commands.segment import members, promotion_uses, segments, sets

GROUP = Group(
    "segment",
    "Customer segments: see, create, fill, combine and delete them",
    commands=(
        segments.list_segments,
        segments.show,
        segments.create,
        segments.edit,
        segments.delete,
        members.members,
        members.add,
        members.remove,
        members.clear,
        members.export,
        sets.copy,
        sets.combine,
        sets.overlap,
        promotion_uses.promotions,
    ),
)
