"""The small language in which Slack's limits are written down: a rule looks at a value and yields faults.

A fault is Slack's own sentence with a JSON pointer:
"must be less than 76 characters [json-pointer:/blocks/0/text]".
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

Faults = Iterator[str]
Rule = Callable[[Any, str], Faults]


def fault(sentence: str, pointer: str) -> str:
    """Write one fault."""
    return f"{sentence} [json-pointer:{pointer}]"


def string(most: int, least: int = 0) -> Rule:
    """Rule: a string of `least` to `most` characters."""

    def rule(value: Any, pointer: str) -> Faults:
        if not isinstance(value, str):
            yield fault("must be a string", pointer)
        elif len(value) > most:
            yield fault(f"must be less than {most + 1} characters", pointer)
        elif len(value) < least:
            yield fault(f"must be more than {least - 1} characters", pointer)

    return rule


def one_of(*allowed: str) -> Rule:
    """Rule: one of these words."""

    def rule(value: Any, pointer: str) -> Faults:
        if value not in allowed:
            yield fault(f"must be one of {', '.join(allowed)}", pointer)

    return rule


def number(least: float, most: float) -> Rule:
    """Rule: a number from `least` to `most`."""

    def rule(value: Any, pointer: str) -> Faults:
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            yield fault("must be a number", pointer)
        elif not least <= value <= most:
            yield fault(f"must be from {least} to {most}", pointer)

    return rule


def boolean(value: Any, pointer: str) -> Faults:
    """Rule: true or false."""
    if not isinstance(value, bool):
        yield fault("must be a boolean", pointer)


def anything(_value: Any, _pointer: str) -> Faults:
    """Rule: no limit is known."""
    return iter(())


def items(most: int, each: Rule, least: int = 1) -> Rule:
    """Rule: a list of `least` to `most` items, each of which keeps `each`."""

    def rule(value: Any, pointer: str) -> Faults:
        if not isinstance(value, list):
            yield fault("must be an array", pointer)
            return
        if len(value) > most:
            yield fault(f"no more than {most} items allowed", pointer)
        if len(value) < least:
            yield fault(f"no less than {least} items allowed", pointer)
        for index, one in enumerate(value):
            yield from each(one, f"{pointer}/{index}")

    return rule


def fields(required: Mapping[str, Rule], optional: Mapping[str, Rule] | None = None) -> Rule:
    """Rule: an object with these fields and no others."""
    allowed = {**required, **(optional or {})}

    def rule(value: Any, pointer: str) -> Faults:
        if not isinstance(value, dict):
            yield fault("must provide an object", pointer)
            return
        for name in required.keys() - value.keys():
            yield fault(f"missing required field: {name}", pointer)
        for name, inner in value.items():
            if name not in allowed:
                yield fault(f"invalid additional property: {name}", pointer)
            elif inner is not None or name in required:
                yield from allowed[name](inner, f"{pointer}/{name}")

    return rule


def typed(kinds: Mapping[str, Rule], what: str) -> Rule:
    """Rule: an object whose `type` chooses the rule for the rest."""

    def rule(value: Any, pointer: str) -> Faults:
        kind = value.get("type") if isinstance(value, dict) else None
        chosen = kinds.get(kind) if isinstance(kind, str) else None
        if chosen is None:
            yield fault(f"unsupported type for {what}: {kind}", pointer)
        else:
            yield from chosen(value, pointer)

    return rule


def both(*rules: Rule) -> Rule:
    """Rule: all of these."""

    def rule(value: Any, pointer: str) -> Faults:
        for one in rules:
            yield from one(value, pointer)

    return rule
