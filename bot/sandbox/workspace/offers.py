"""The options that external selects have shown to people: what was seen may be chosen without asking again."""

from bot.sandbox.workspace.refusals import Json
from bot.sandbox.workspace.triggers import Recent

Where = tuple[str, str, str]
"""Whose select it is: user id, block_id, action_id."""


class Offers:
    """Remembers options by their value, for each person and select."""

    def __init__(self) -> None:
        self._seen: Recent[Where, dict[str, Json]] = Recent()

    def keep(self, where: Where, options: list[Json]) -> None:
        """Note what was shown."""
        fresh = {option["value"]: option for option in options}
        self._seen.add(where, {**self._seen.get(where, {}), **fresh})

    def seen(self, where: Where) -> list[Json]:
        """List what was shown, each option as it was shown last."""
        return list(self._seen.get(where, {}).values())
