"""What a change keeps of its request, while the rest of it is edited. Pure."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bot.core.command import Call
from bot.core.language.args import Kept, inputs_of


def with_kept(call: Call, before: Mapping[str, Any]) -> Call:
    """Return the call with what was kept ``before``, unless it has anew what that was made of; the rest is settled."""
    kinds = inputs_of(call.command.args)
    kept = {
        name: before[name]
        for name, kind in kinds.items()
        if isinstance(kind, Kept) and name in before and not any(call.values.get(each) for each in kind.of)
    }
    settled = frozenset(name for name, value in call.values.items() if value == before.get(name))
    return replace(call, values=kept | call.values, settled=settled)
