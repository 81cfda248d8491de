"""Targeting in words: describes whom a promotion reaches, and parses such words: "in VIPs or Loyal, and not in Staff".

| words | rule |
|---|---|
| ``in A or B`` | in at least one of them |
| ``not in A``, ``in neither A nor B`` | in none of them |
| ``X and Y``, ``X or Y`` | both hold, at least one holds |
| ``X, and Y``, ``X, or Y`` | the same, but binding more loosely than anything between commas |
| ``A, B or C`` | a list: each comma stands for the word before the last name |
| ``(X)`` | grouping |

``in`` may be left out. Ambiguous words are refused, never guessed: ``A and B or C``, ``not A or B``. Where a name
holds such words itself, the store's names say where it ends, or people are asked (``rule_readings.py``).
"""

from bot.core.store_view.targeting.description import describe
from bot.core.store_view.targeting.parser import MOST_LEVELS, parse
from bot.core.store_view.targeting.rule_readings import read_rule

__all__ = ["MOST_LEVELS", "describe", "parse", "read_rule"]
