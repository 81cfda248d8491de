"""Every id that goes to Slack and comes back, and the payloads of buttons: references, looked up and checked."""

import json
import re
from typing import Any

from bot.core.approval.shown_change import Shown

APPROVE = "approve"
REJECT = "reject"
EDIT = "edit"
CONFIRM = "confirm"
"""The button by which a person confirms what was asked for from the shell in their name; its value is that request."""
DISOWN = "disown"
"""The button by which they say that it was not them."""
RUN = "run"
"""A button that types a command; ``run:0``, ``run:1`` … since action ids are unique within a block."""
RUN_PATTERN = re.compile(rf"{RUN}:\d+")
UPLOAD = "upload"
"""A button that opens the form that takes a file; ``upload:0``, ``upload:1`` … as above."""
UPLOAD_PATTERN = re.compile(rf"{UPLOAD}:\d+")
USE_LIST = "use_this_list"
"""The shortcut in a message's menu that does the same with the message's file, as manifest.yml declares it."""
COMMAND_FORM = "command"
REJECT_FORM = "reject"
REVIEW = "review"
"""The button that opens the form in which a change is decided."""
REVIEW_FORM = "review"
SEGMENTS = "segments"
"""The type-ahead of segment fields."""
NEW_SEGMENT = "new-segment"
"""The type-ahead of segment fields that also accept a new name."""
PROMOTIONS = "promotions"
"""The type-ahead of promotion fields."""
SHOPPER_SEARCH = "shopper-search"
"""The type-ahead of shopper fields, beside the one for lists and addresses."""
SHOPPERS = "shoppers"
"""A list of shoppers, which are counted while it is being typed."""
RULE_PART = "rule-part"
"""What is typed or chosen in a row of the form that builds a segment's rule."""
RULE_ADD = "rule-add"
RULE_REMOVE = "rule-remove"
RULE_AS_TEXT = "rule-as-text"
RULE_AS_ROWS = "rule-as-rows"
RULE_CHOICES = {"segments": "rule-segments", "groups": "rule-groups", "attribute": "rule-attribute"}
"""The type-aheads in such a row, by the part of the condition."""
RULE_PATTERN = re.compile(r"rule-[a-z-]+")
VALUE = "value"
"""The element within any other field of a form; the field's name is the block id."""
REASON = "reason"
METADATA_LIMIT = 3000


_SHOWN = r"(?P<number>\d{1,15})\.(?P<version>\d{1,9})(\.(?P<nonce>\w*)\.(?P<fingerprint>\w*))?"
_ABOUT_CHANGE = re.compile(rf"{_SHOWN} (?P<words>.*)", re.DOTALL)
_BY_EARLIER_VERSIONS = re.compile(r"change (except|details|stop|retry|undo|repoint|withdraw) (?P<number>\d{1,15})")
"""What earlier versions drew on cards of changes: they carried nothing else."""


def pack_shown(shown: Shown) -> str:
    """Encode what a button was drawn for: ``42.1.<nonce>.<fingerprint>``."""
    return f"{shown.number}.{shown.version}.{shown.nonce}.{shown.fingerprint}"


def unpack_shown(value: str) -> Shown:
    """Decode it; ``42.1`` is an earlier version's. Raises ValueError if it is not from one of our buttons."""
    match = re.fullmatch(_SHOWN, value)
    if match is None:
        raise ValueError("not the value of a button of a change")
    return _shown(match)


def pack_words(words: str, shown: Shown | None) -> str:
    """Encode the command that a button types, and the change that the button was drawn for, if there is one."""
    return f"{pack_shown(shown)} {words}" if shown else words


def unpack_words(value: str) -> tuple[str, Shown | None]:
    """Decode the command that a button types, and the change that the button was drawn for, if there is one."""
    if match := _ABOUT_CHANGE.fullmatch(value):
        return match["words"], _shown(match)
    earlier = _BY_EARLIER_VERSIONS.fullmatch(value)
    return value, Shown(number=int(earlier["number"])) if earlier else None


def _shown(match: re.Match[str]) -> Shown:
    parts = {name: match[name] or "" for name in ("nonce", "fingerprint")}
    return Shown(number=int(match["number"]), version=int(match["version"]), **parts)


def pack_metadata(**values: Any) -> str:
    """Encode a form's private metadata. Raises ValueError if it is too long for Slack."""
    metadata = compact_json(values)
    if len(metadata) > METADATA_LIMIT:
        raise ValueError(f"private metadata of {len(metadata)} characters")
    return metadata


def compact_json(values: dict[str, Any]) -> str:
    """Encode as JSON in as few characters as possible."""
    return json.dumps(values, separators=(",", ":"), ensure_ascii=False)
