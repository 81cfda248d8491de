"""What a value says where nothing is said: nothing, but for the few that are named here.

A later version reads what an earlier one stored, which lacks the newer fields: they mean "as before".
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import timedelta
from decimal import Decimal
from importlib import import_module
from inspect import get_annotations, isclass
from math import inf
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from bot.bigcommerce.models import Received
from bot.bigcommerce.turns import Lane
from bot.core.approval.rule import RULES
from bot.core.language.args import Args
from bot.core.meters import NO_METERS
from bot.core.planning.steps import STEPS
from bot.core.summary.history import Effect
from bot.engine.facts.reading import report_nothing
from bot.engine.process import elapsed
from bot.slack.payloads import _Payload

KINDS_OF_RULES = (
    *("spent", "ordered", "last_ordered", "never_ordered", "registered", "in_group", "in_country", "has_attribute"),
    *("accepts_marketing", "in_segment", "not", "all"),
)
BOUNDED = {
    "Actor.unreadable": {"maxItems": 2, "minItems": 2},
    "AddMembers.newcomers": {"maxItems": 500},
    "AddMembers.profile_ids": {"maxItems": 500},
    "BlockActions.actions": {"minItems": 1},
    "Guard.most": {"minimum": 0},
    "Guard.most_live": {"minimum": 0},
    "Guard.percent": {"maximum": 100, "minimum": 0},
    "HasAttribute.values": {"minItems": 1},
    "InCountry.countries": {"minItems": 1},
    "InGroup.group_ids": {"minItems": 1},
    "InSegment.segment_ids": {"minItems": 1},
    "Ordered.times": {"maximum": 1_000_000, "minimum": 0},
    "Period.count": {"minimum": 1},
    "Spent.amount": {"maximum": 10**15, "minimum": 0},
    "CreateProfiles.customers": {"maxItems": 500, "minItems": 1},
    "DeleteProfiles.customer_ids": {"maxItems": 500, "minItems": 1},
    "Plan.steps": {"minItems": 1},
    "Rule.approvals": {"maximum": 2, "minimum": 0},
    "Rule.share": {"maximum": 1, "minimum": 0},
    "Rule.shoppers": {"minimum": 0},
    "Rule.steps": {"minItems": 1},
    "Membership.profile_ids": {"maxItems": 500},
    "_State.values": {"minProperties": 1},
}
MADE_ANEW = {
    "Applied": ("profiles", "customers", "renewed"),
    "Caller": ("fence",),
    "Choice": ("also",),
    "Command": ("aliases",),
    "Confirmed": ("customers", "segments"),
    "CreatedIds": ("segments", "profiles", "customers", "renewed", "restored"),
    "Entry": ("detail",),
    "Findings": ("segments", "customers", "customer_ids", "profiles", "changes"),
    "Group": ("elsewhere", "meant"),
    "Life": ("runs",),
    "Message": ("blocks",),
    "Post": ("record",),
    "Process": ("heartbeat", "paces", "share", "_renewing"),
    "RecordedEntry": ("detail",),
    "RunPaces": ("_counts",),
    "RunRecord": ("_saving",),
    "Response": ("headers",),
    "SealKeys": ("by_id",),
    "Snapshot": ("restored",),
    "_Collected": ("emails", "customers", "profiles", "numbers", "others", "phrases", "_phrase"),
}
"""What each value has its own of, where nothing is said."""
UNSAID = {
    "Call": {
        "words": "compare",
        "positional": "compare",
        "unknown": "compare",
        "otherwise": "compare",
        "settled": "compare",
    },
    "Layout": {"width": "compare"},
    "Request": {"body": "repr"},
    "Response": {"body": "repr"},
    "SealKeys": {"by_id": "repr hash"},
    "ServerAddress": {"url": "repr"},
    "ShopperWords": {"phrases": "compare"},
}
"""What stays out of comparisons, of what is printed (keys, people), or of hashes."""
GATHERING = {"Attempt", "Findings", "RunFence", "RunRecord", "StepFence", "StepRun", "_Collected", "_Reader"}
"""The few values that change."""
ROOT = Path(__file__).parent.parent
LAYERS = ("bigcommerce", "core", "ledger", "engine", "slack")
BOUNDS = {"minItems", "maxItems", "minLength", "maxLength", "minProperties", "minimum", "maximum", "exclusiveMinimum"}
SAYS_SOMETHING: Mapping[str, Mapping[str, Any]] = {
    "Approval": {"counts_for": (0,)},  # of an earlier version, which knew one requirement
    "ByHand": {"kind": "by_hand"},
    "Caller": {"lane": Lane.AWAITED},
    "Change": {"version": 1, "revision": 1, "state": "planned"},
    "Clicked": {"kind": "clicked"},
    "Confirming": {"kind": "confirming"},
    "Due": {"kind": "due"},
    "Edited": {"kind": "edited"},
    "Encoding": {"is_certain": True},
    "FromShell": {"kind": "shell"},
    "Daily": {"kind": "daily"},
    "DueInput": {"max_length": 255},
    "EndInput": {"max_length": 255},
    "FirstName": {"max_length": 255},
    "Guard": {"percent": 10, "most": 50, "most_live": 25},
    "Hourly": {"kind": "hourly"},
    "Kept": {"private": True},
    "LastName": {"max_length": 255},
    "Layout": {"width": 1},
    "Life": {"version": 1, "state": "planned", "is_whole": True},
    "Lease": {
        "lasts": timedelta(seconds=15),
        "heartbeat": timedelta(seconds=2),
        "longest_write": 10,
        "margin": 1,
    },
    "Listing": {"about": "segment", "version": "v3"},
    "Order": {"rate": Decimal(1)},
    "Pace": {"left": 0.02, "plenty": 0.5},
    "FactsReading": {"report": report_nothing},
    "Patience": {"home": 0.5, "rule": 1.0, "question": 2.0},
    "Policy": {"rules": RULES},
    "NewName": {"max_length": 255},
    "Process": {"elapsed": elapsed, "meters": NO_METERS},
    "Reply": {"content_type": "text/plain"},
    "Request": {"about": "segment", "repeatable": True, "version": "v3"},
    "ResolvedShoppers": {"field": "shoppers"},
    "RuleInput": {"max_length": 255},
    "RuleRuns": {"effect": Effect(0, 0)},
    "ShopperInput": {"private": True},
    "StepFence": {"_until": -inf},
    "Submitted": {"kind": "submitted"},
    "Subscriber": {"consents": ("marketing_newsletter",)},
    "Summary": {"is_steady": True, "is_certain": True},
    "Text": {"max_length": 255},
    "TimeInput": {"max_length": 255},
    "Typed": {"kind": "typed"},
    **{step.__name__: {"kind": kind} for kind, step in STEPS.items()},
    **{kind.title().replace("_", ""): {"kind": kind} for kind in KINDS_OF_RULES},
    "Any_": {"kind": "any"},
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
    said = defaultdict[str, dict[str, Any]](dict)  # several classes may have one name
    for one in declared():
        said[one.__name__] |= {name: default for name, default in defaults_of(one).items() if default}
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


def made_anew(value: type[Any]) -> tuple[str, ...]:
    """The fields that have a value of their own each time."""
    found = value.model_fields if issubclass(value, BaseModel) else value.__dataclass_fields__
    own = get_annotations(value)
    return tuple(name for name, one in found.items() if name in own and one.default_factory not in (None, MISSING))


def test_each_value_has_its_own_of_what_is_told_here() -> None:
    values = [one for one in declared() if issubclass(one, BaseModel) or is_dataclass(one)]
    found = {one.__name__: names for one in values if (names := made_anew(one))}
    assert found | MADE_ANEW == found


def test_what_is_not_compared_printed_or_hashed_is_told_here() -> None:
    said = defaultdict[str, dict[str, str]](dict)
    for one in filter(is_dataclass, declared()):
        said[one.__name__] |= {
            field.name: " ".join(name for name in ("compare", "repr", "hash") if getattr(field, name) is False)
            for field in fields(one)
            if not (field.compare and field.repr)
        }
    assert {name: unsaid for name, unsaid in said.items() if unsaid} == UNSAID


def is_frozen(value: Any) -> bool:
    """Whether a dataclass was declared so that nobody can change it."""
    return bool(value.__dataclass_params__.frozen)


def test_values_do_not_change_but_for_those_told_here() -> None:
    models = [one for one in declared() if issubclass(one, BaseModel)]
    assert [one.__name__ for one in models if not one.model_config.get("frozen")] == []
    changing = {one.__name__ for one in declared() if is_dataclass(one) and not is_frozen(one)}
    assert changing == GATHERING


def test_what_comes_in_may_say_more_and_what_is_stored_may_not() -> None:
    models = [one for one in declared() if issubclass(one, BaseModel)]
    received = {one for one in models if issubclass(one, Received)}
    payloads = {one for one in models if issubclass(one, _Payload)}
    assert {one for one in models if one.model_config.get("extra") != "forbid"} == received | payloads
    assert all(one.model_config.get("hide_input_in_errors") for one in received)
    assert Args.model_config.get("str_strip_whitespace")
