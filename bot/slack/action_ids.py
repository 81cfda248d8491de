"""Every id that goes to Slack and comes back, and the payloads of buttons: references, looked up and checked."""

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
"""The type-ahead of segment fields that also accept a new name."""
PROMOTIONS = "promotions"
"""The type-ahead of promotion fields."""
SHOPPERS = "shoppers"
"""A list of shoppers, which are counted while it is being typed."""
VALUE = "value"
"""The element within any other field of a form; the field's name is the block id."""
REASON = "reason"
METADATA_LIMIT = 3000


@dataclass(frozen=True)
class Click:
    """The payload of a decision button: a change, and the version that its card showed."""

    number: int
    version: int

    def pack(self) -> str:
        """Encode it: ``42.1``."""
        return f"{self.number}.{self.version}"

    @classmethod
    def unpack(cls, value: str) -> "Click":
        """Decode it. Raises ValueError if it is not from one of our buttons."""
        number, version = value.split(".")
        return cls(int(number), int(version))


def pack_metadata(**values: Any) -> str:
    """Encode a form's private metadata. Raises ValueError if it is too long for Slack."""
    metadata = compact_json(values)
    if len(metadata) > METADATA_LIMIT:
        raise ValueError(f"private metadata of {len(metadata)} characters")
    return metadata


def compact_json(values: dict[str, Any]) -> str:
    """Encode as JSON in as few characters as possible."""
    return json.dumps(values, separators=(",", ":"), ensure_ascii=False)
