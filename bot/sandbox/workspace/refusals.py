"""What the emulated workspace says no with.

Refusal     to the app: Slack's own word for it, as {"ok": false, "error": …}
Misuse      to whoever drives a person: a sentence that says what to do instead
"""

from typing import Any

Json = dict[str, Any]
"""A JSON object. Its inside is the other side's business, so it stays untyped."""


class Refusal(Exception):
    """A Web API call is refused; `error` is Slack's word, `extra` what stands beside it in the answer."""

    def __init__(self, error: str, **extra: Any) -> None:
        super().__init__(error)
        self.error = error
        self.extra: Json = extra

    @classmethod
    def of_faults(cls, error: str, faults: list[str]) -> "Refusal":
        """Name each fault where Slack names them: `response_metadata.messages`."""
        return cls(error, errors=faults, response_metadata={"messages": [f"[ERROR] {one}" for one in faults]})


class Misuse(Exception):
    """A person cannot do that here; the text says why and what is possible."""
