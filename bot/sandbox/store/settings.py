"""What BigCommerce leaves open, as settings of the emulated store: for each question, an answer that it may give."""

import re
from collections.abc import Callable
from datetime import datetime
from email.utils import format_datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_DATES = ("created_at", "updated_at", "date_created", "date_modified", "start_date", "end_date", "created")
_FORMATS: dict[str, Callable[[str], Any]] = {
    "iso": lambda text: text,
    "rfc2822": lambda text: format_datetime(datetime.fromisoformat(text)),
    "empty": lambda _: "",
    "null": lambda _: None,
    "odd": lambda _: "0000-00-00",
}


class StoreSettings(BaseModel):
    """How a store answers where the vendor's documents leave it open; the defaults are the most documented answers.

    What strikes single requests (a refusal, pages that contradict each other, a slow answer) is a StoreFault instead.
    """

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    promotion_put: Literal["partial", "whole"] = "partial"
    """Whether fields that a PUT leaves out keep their values, or get their defaults."""
    null_segments: Literal["clears", "keeps", "keeps_silently"] = "clears"
    """What `customer.segments: null` in a PUT does; "silently": its answer repeats the null."""
    conflict_adds: Literal["none", "rest"] = "none"
    """Whom a POST of members adds if it answers 409: nobody, or those who are not named."""
    created_lists: Literal["all", "all_but_last"] = "all"
    """Which rows a 201 lists of those that were created or added."""
    batch: Annotated[int, Field(ge=1)] | None = None
    """The most profiles to create, and segments to create or change, in one request."""
    batch_refusal: Literal[413, 422] = 413
    longest_url: Annotated[int, Field(ge=100)] | None = None
    """The most characters of a URL; a longer one is 414."""
    at_once: Annotated[int, Field(ge=1)] = 10
    """Requests at once; more are 429."""
    excess_tells_quota: bool = True
    """Whether such a 429 carries the quota's headers, although quota is left."""
    most_segments: Annotated[int, Field(ge=1)] = 1000
    beta_fields: bool = True
    """Whether customers have `shopper_profile_id` and `segment_ids` if they are asked for."""
    dates: Literal["iso", "rfc2822", "empty", "null", "odd"] = "iso"
    ids: Literal["lower", "upper"] = "lower"
    """The case of UUIDs in answers."""
    order: Literal["oldest_first", "newest_first"] = "oldest_first"
    """The order of segments, profiles and members on pages."""
    lag_seconds: Annotated[float, Field(ge=0, le=600)] = 0.0
    """For how long what is read is as it was before a write."""
    incomplete_orders: Literal["listed", "counted", "left_out"] = "listed"
    """Whether incomplete orders are counted and listed, only counted, or neither, if no status is asked for."""
    deleted_orders: Literal["left_out", "marked"] = "left_out"
    """Whether deleted orders are counted and listed as such, if `is_deleted` is not asked for."""
    order_counts: Literal["by_status", "plain"] = "by_status"
    """Whether a count of orders has one for each status, too."""
    order_dates: Literal["rfc2822", "iso"] = "rfc2822"
    no_orders: Literal[204, 200] = 204
    """The answer of version 2 to a list of nothing: no body, or an empty array."""
    attributes_touch_customers: bool = False
    """Whether an attribute's change changes its customer's `date_modified`."""
    least_dates: Literal["inclusive", "exclusive"] = "inclusive"
    """Whether `…:min` and `min_…` of dates take what is of that very second."""
    window_seconds: Annotated[int, Field(ge=1, le=600)] = 30
    """The window of the quota."""

    def changed(self, fields: dict[str, Any]) -> "StoreSettings":
        """Return them with other values. Raises ValueError with a sentence for those that make no sense."""
        try:
            return StoreSettings.model_validate({**self.model_dump(), **fields})
        except ValidationError as error:
            wrong = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors())
            known = ", ".join(StoreSettings.model_fields)
            raise ValueError(f"That cannot be set: {wrong}. A store has these settings: {known}.") from None

    def render(self, body: Any) -> Any:
        """Return the body of an answer with dates and ids as this store writes them."""
        if self.dates == "iso" and self.ids == "lower":
            return body
        return self._rendered(body, None)

    def _rendered(self, value: Any, name: str | None) -> Any:
        if isinstance(value, dict):
            return {key: self._rendered(inner, key) for key, inner in value.items()}
        if isinstance(value, list):
            return [self._rendered(inner, None) for inner in value]
        if not isinstance(value, str):
            return value
        if name in _DATES:
            return _FORMATS[self.dates](value)
        return _UUID.sub(lambda found: found[0].upper(), value) if self.ids == "upper" else value
