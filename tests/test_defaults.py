"""What a value says where nothing is said: nothing, but for the few that are named here.

A later version reads what an earlier one stored, which lacks the newer fields: they mean "as before".
"""

from collections.abc import Iterator, Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import timedelta
from importlib import import_module
from inspect import isclass
from math import inf
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from bot.bigcommerce.turns import Lane
from bot.core.approval.rule import RULES
from bot.core.planning.steps import STEPS
from bot.engine.process import elapsed

BOUNDED = {
    "Actor.unreadable": {"maxItems": 2, "minItems": 2},
    "AddMembers.newcomers": {"maxItems": 500},
    "AddMembers.profile_ids": {"maxItems": 500},
    "BlockActions.actions": {"minItems": 1},
    "CreateProfiles.customers": {"maxItems": 500, "minItems": 1},
    "DeleteProfiles.customer_ids": {"maxItems": 500, "minItems": 1},
    "Plan.steps": {"minItems": 1},
    "Rule.approvals": {"maximum": 2, "minimum": 0},
    "Rule.share": {"maximum": 1, "minimum": 0},
    "Rule.shoppers": {"minimum": 0},
    "Rule.steps": {"minItems": 1},
    "_Membership.profile_ids": {"maxItems": 500},
    "_State.values": {"minProperties": 1},
}
ROOT = Path(__file__).parent.parent
LAYERS = ("bigcommerce", "core", "ledger", "engine", "slack")
BOUNDS = {"minItems", "maxItems", "minLength", "maxLength", "minProperties", "minimum", "maximum", "exclusiveMinimum"}
SAYS_SOMETHING: Mapping[str, Mapping[str, Any]] = {
    "Approval": {"counts_for": (0,)},  # of an earlier version, which knew one requirement
    "Caller": {"lane": Lane.AWAITED},
    "Change": {"version": 1, "revision": 1, "state": "planned"},
    "Clicked": {"kind": "clicked"},
    "Edited": {"kind": "edited"},
    "Encoding": {"is_certain": True},
    "Kept": {"private": True},
    "Life": {"version": 1, "state": "planned", "is_whole": True},
    "Lease": {
        "lasts": timedelta(seconds=15),
        "heartbeat": timedelta(seconds=2),
        "longest_write": 10,
        "margin": 1,
    },
    "Listing": {"about": "segment"},
    "Pace": {"left": 0.02, "plenty": 0.5},
    "Policy": {"rules": RULES},
    "Process": {"elapsed": elapsed},
    "Reply": {"content_type": "text/plain"},
    "Request": {"about": "segment", "repeatable": True},
    "ResolvedShoppers": {"field": "shoppers"},
    "RunFence": {"_until": -inf},
    "ShopperInput": {"private": True},
    "Submitted": {"kind": "submitted"},
    "Summary": {"is_steady": True, "is_certain": True},
    "Text": {"max_length": 255},
    "Typed": {"kind": "typed"},
    **{step.__name__: {"kind": kind} for kind, step in STEPS.items()},
    "UploadInput": {"private": True},
}


def declared() -> Iterator[type[Any]]:
    """Every model and dataclass that would be stored, sent, or handed from room to room."""
    for path in sorted(path for layer in LAYERS for path in (ROOT / "bot" / layer).rglob("*.py")):
        module = import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
        yield from (one for one in vars(module).values() if isclass(one) and one.__module__ == module.__name__)


def defaults_of(value: type[Any]) -> dict[str, Any]:
    """Defaults by name, but for those that are made anew each time, and for values that have defaults of their own."""
    if issubclass(value, BaseModel):
        found = {name: field.default for name, field in value.model_fields.items()}
    else:
        found = {field.name: field.default for field in fields(value)} if is_dataclass(value) else {}
    unsaid = (MISSING, PydanticUndefined)
    return {name: one for name, one in found.items() if one not in unsaid and not isinstance(one, BaseModel)}


def test_what_is_left_out_means_nothing_or_what_is_told_here() -> None:
    said = {
        one.__name__: {name: default for name, default in defaults_of(one).items() if default} for one in declared()
    }
    assert {name: defaults for name, defaults in said.items() if defaults} == SAYS_SOMETHING


def bounds_in(schema: Any) -> Iterator[tuple[str, int]]:
    """Every bound in a JSON schema."""
    if isinstance(schema, dict):
        yield from ((name, value) for name, value in schema.items() if name in BOUNDS and not isinstance(value, dict))
        for inner in schema.values():
            yield from bounds_in(inner)


def test_what_is_stored_or_comes_in_is_bounded_as_told_here() -> None:
    models = [one for one in declared() if issubclass(one, BaseModel)]
    found = {
        f"{model.__name__}.{name}": dict(bounds)
        for model in models
        for name, field in model.model_json_schema().get("properties", {}).items()
        if name in model.__annotations__ and (bounds := [*bounds_in(field)])
    }
    assert found | BOUNDED == found
