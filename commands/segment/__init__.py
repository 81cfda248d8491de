"""``/segment``: segments, their members, sets of them, and the promotions that use them."""

from bot.core.command import Group
from commands import verbs
from commands.segment import export, imports, members, promotion_uses, rules, segments, set_operations

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
        imports.import_list,
        members.clear,
        rules.rule,
        rules.run,
        rules.freeze,
        export.export,
        set_operations.copy,
        set_operations.combine,
        set_operations.overlap,
        promotion_uses.promotions,
    ),
    meant=verbs.SEGMENT,
)
