"""The base of the values that are stored as JSON."""

from pydantic import BaseModel, ConfigDict


class Value(BaseModel):
    """A frozen value; a field that it does not know is refused, and never dropped."""

    model_config = ConfigDict(frozen=True, extra="forbid")
