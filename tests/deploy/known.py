"""What the files with which a company runs the bot may name: commands and settings."""

from argparse import Namespace
from pathlib import Path

from annotated_types import Le

from bot.__main__ import _parser
from bot.settings import Settings

PROJECT = Path(__file__).parents[2]
DEPLOY = PROJECT / ".deploy"


def understood(command: list[str]) -> Namespace:
    """How the command line reads this; it exits where it does not."""
    return _parser(Path("segment-bot.sqlite")).parse_args(command)


def unknown_settings(names: set[str]) -> set[str]:
    """Which of these are neither settings nor variables that Python and PostgreSQL's client read."""
    return names - set(Settings.model_fields) - {"PYTHONDONTWRITEBYTECODE", "PGPASSWORD"}


def longest_drain() -> float:
    """The most that DRAIN_SECONDS can be."""
    return next(float(str(one.le)) for one in Settings.model_fields["DRAIN_SECONDS"].metadata if isinstance(one, Le))
