"""Values as a Command's arguments take them, and what is said of one that they do not. Pure."""

from typing import Annotated, Any, TypeVar

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from bot.core.errors import Misuse
from bot.core.language.args import Args, Choice, input_of, takes_many

A = TypeVar("A", bound=Args)


def check(args: type[A], values: dict[str, Any]) -> A:
    """Validate the values. Raises Misuse about the first invalid one, with its field."""
    try:
        return args.model_validate({name: _normalize_choice(args, name, value) for name, value in values.items()})
    except ValidationError as error:
        raise _misuse(args, error) from error


def check_one(args: type[A], name: str, value: Any) -> Any:
    """Validate the value of one field, whatever the others have. Raises Misuse."""
    field = args.model_fields[name]
    type_: Any = Annotated[field.annotation, *field.metadata]
    try:
        return TypeAdapter(type_).validate_python(value)
    except ValidationError as error:
        raise _misuse(args, error, name) from error


def _misuse(args: type[Args], error: ValidationError, name: str = "") -> Misuse:
    fault = error.errors()[0]
    name = name or (str(fault["loc"][0]) if fault["loc"] else "")
    sentence = _describe_fault(args, name, fault)
    return Misuse(sentence, field=name or None, for_log=sentence)


def _normalize_choice(args: type[Args], name: str, value: Any) -> Any:
    kind = input_of(args.model_fields[name]) if name in args.model_fields else None
    return kind.chosen(value) if isinstance(kind, Choice) and isinstance(value, str) else value


_SENTENCES = {
    "missing": "{label} is missing.",
    "missing many": "{label} is missing.",
    "int_parsing": "{label} must be a whole number.",
    "int_from_float": "{label} must be a whole number.",
    "greater_than_equal": "{label} must be {ge} or more.",
    "less_than_equal": "{label} must be {le:,} or less.",
    "string_too_short": "{label} cannot be empty.",
    "too_short": "{label} cannot be empty.",
    "too_short many": "{label} is missing.",
    "string_too_long": "{label} can have at most {max_length:,} characters.",
    "too_long": "{label} can have at most {max_length:,} characters.",
    "too_long many": "{label}: at most {max_length:,} at once.",
}
"""Sentences for pydantic's error types (docs.pydantic.dev, Validation Errors)."""


def _describe_fault(args: type[Args], name: str, fault: ErrorDetails) -> str:
    kind, field = str(fault["type"]), args.model_fields.get(name)
    asked = input_of(field) if field else None
    if isinstance(asked, Choice):
        return f"Say {asked.expected} next."
    label = (asked.word.capitalize() or asked.label) if asked else ""
    sentence = _SENTENCES.get(f"{kind} many" if field and takes_many(field) else kind)
    if sentence:
        return sentence.format(label=label, **fault.get("ctx", {}))
    message = fault["msg"].removeprefix("Value error, ").rstrip(".")
    return f"{label}: {message}." if label else f"{message}."
