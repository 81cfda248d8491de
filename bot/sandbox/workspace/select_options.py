"""The options that external selects have shown: those can be chosen without a new request."""

from bot.sandbox.workspace.refusals import Json
from bot.sandbox.workspace.triggers import Recent

Where = tuple[str, str, str]
"""A person's select: user id, block_id, action_id."""


class ShownOptions:
    """Caches options by their value, for each person and select."""

    def __init__(self) -> None:
        self._seen: Recent[Where, dict[str, Json]] = Recent()

    def keep(self, where: Where, options: list[Json]) -> None:
        """Record the options shown."""
        fresh = {option["value"]: option for option in options}
        self._seen.add(where, {**self._seen.get(where, {}), **fresh})

    def seen(self, where: Where) -> list[Json]:
        """List the options shown, each in its latest form."""
        return list(self._seen.get(where, {}).values())
