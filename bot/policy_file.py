"""The file that the setting POLICY names: the rules of approval, and who may do the rare things."""

import tomllib
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError

from bot.core.approval.rule import RULES, PeopleIds, Rule


def _not_empty(rules: tuple[Rule, ...]) -> tuple[Rule, ...]:
    # Pydantic's own minimum length counts an invalid rule as none.
    if not rules:
        raise ValueError("there is none; leave rules out to keep the default ones")
    return rules


class PolicyFile(BaseModel):
    """A policy file: the approval rules that replace the built-in ones, and who may do the rare things.

    ``breakers`` may break the glass, ``auditors`` may read the audit log.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    rules: Annotated[tuple[Rule, ...], AfterValidator(_not_empty)] = RULES
    breakers: PeopleIds = frozenset()
    auditors: PeopleIds = frozenset()


def load_policy(path: str) -> PolicyFile:
    """Load the policy file at this path. Raises ValueError with all its faults."""
    try:
        return PolicyFile.model_validate(tomllib.loads(Path(path).read_text(encoding="utf-8")))
    except OSError as error:
        raise ValueError(f"{path} cannot be read ({error.strerror})") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"{path} is not TOML ({error})") from error
    except ValidationError as error:
        faults = (f"{'.'.join(map(str, one['loc']))}: {fault_of(one['msg'])}" for one in error.errors())
        raise ValueError(f"{path}: {'; '.join(faults)}") from error


def fault_of(message: str) -> str:
    """Return one of pydantic's messages as a sentence that goes on."""
    return message.removeprefix("Value error, ").rstrip(".")
