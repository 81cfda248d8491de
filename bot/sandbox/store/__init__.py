"""The emulated store: BigCommerce's API, backed by a shop in a SQLite file."""

from bot.sandbox.store.api.app import application
from bot.sandbox.store.state import Store

__all__ = ["Store", "application"]
