"""The contents of a new shop."""

from bot.sandbox.store.seeds.shop import SEGMENTS, courses, seed

__all__ = ["SEGMENTS", "courses", "seed"]
