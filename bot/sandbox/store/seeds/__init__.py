"""What a new shop is filled with."""

from bot.sandbox.store.seeds.shop import SEGMENTS, courses, seed

__all__ = ["SEGMENTS", "courses", "seed"]
