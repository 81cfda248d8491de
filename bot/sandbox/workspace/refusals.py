"""The errors of the emulated workspace.

Refusal     to the app: Slack's error code, as {"ok": false, "error": …}
Misuse      to the script that drives a person: a sentence that says what to do instead
"""

from typing import Any

Json = dict[str, Any]
"""A JSON object. Its content is the other side's business, so it is untyped."""


class Refusal(Exception):
    """A Web API call is refused; `error` is Slack's error code, `extra` further fields of the response."""

    def __init__(self, error: str, **extra: Any) -> None:
        super().__init__(error)
        self.error = error
        self.extra: Json = extra

    @classmethod
    def of_faults(cls, error: str, faults: list[str]) -> "Refusal":
        """Build a refusal with each fault in `response_metadata.messages`."""
        return cls(error, errors=faults, response_metadata={"messages": [f"[ERROR] {one}" for one in faults]})


class Misuse(Exception):
    """A person cannot do that here; the text says why and what is possible."""
