"""Names that segments are to have: what people call a segment that is made, or made anew. Pure."""

from dataclasses import dataclass

from bot.core.language.args import Input, SegmentInput, Text


@dataclass(frozen=True, kw_only=True)
class NewName(Text):
    """The name that a segment is to have."""


def is_new_name(kind: Input) -> bool:
    """Return whether a value of this kind is the name that a segment is to have."""
    return isinstance(kind, NewName) or (isinstance(kind, SegmentInput) and kind.new)
