"""Every id that goes to Slack and comes back, and what buttons carry: a few words, never the truth."""

import json
import re
from dataclasses import dataclass
from typing import Any

APPROVE = "approve"
REJECT = "reject"
EDIT = "edit"
RUN = "run"
"""A button that types a command; ``run:0``, ``run:1`` … since action ids are unique within a block."""
RUN_PATTERN = re.compile(rf"{RUN}:\d+")
COMMAND_FORM = "command"
REJECT_FORM = "reject"
SEGMENTS = "segments"
"""The type-ahead of segment fields."""
NEW_SEGMENT = "new-segment"
"""The same, of fields that also take a name that no segment has yet."""
PROMOTIONS = "promotions"
"""The type-ahead of promotion fields."""
SHOPPERS = "shoppers"
"""A list of shoppers, which is counted while somebody types it."""
VALUE = "value"
"""The element within any other field of a form; the field's name is the block id."""
REASON = "reason"
METADATA_LIMIT = 3000


@dataclass(frozen=True)
class Click:
    """A decision button's load: a change and the version that its card showed."""

    number: int
    version: int

    def pack(self) -> str:
        """``42.1``."""
        return f"{self.number}.{self.version}"

    @classmethod
    def unpack(cls, value: str) -> "Click":
        """Raises ValueError for what no button of ours carries."""
        number, version = value.split(".")
        return cls(int(number), int(version))


def pack_metadata(**values: Any) -> str:
    """A form's private metadata. Raises ValueError where Slack would refuse it."""
    metadata = packed(values)
    if len(metadata) > METADATA_LIMIT:
        raise ValueError(f"private metadata of {len(metadata)} characters")
    return metadata


def packed(values: dict[str, Any]) -> str:
    """JSON in as few characters as can be."""
    return json.dumps(values, separators=(",", ":"), ensure_ascii=False)
