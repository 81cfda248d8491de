"""The error responses of the emulated store.

Refusal
├── Malformed      400  the body is not what the endpoint accepts
├── Unauthorized   401  the token is missing or wrong
├── Forbidden      403  a scope is missing, or the plan has no segmentation
├── NotFound       404  what the path (or an id in the body) names does not exist
├── NotAllowed     405  the path exists, the method does not
├── Conflict       409  what is to be created exists already
├── TooLarge       413  more items than one request may carry
├── TooLong        414  the URL is longer than the store takes
├── Invalid        422  a query parameter or a field has an invalid value
└── TooMany        429  the quota is used up, or too many requests at once

Shapes: https://developer.bigcommerce.com/docs/start/about/status-codes and segments.v3.yml.
"""

from collections.abc import Mapping, Sequence

STATUS_CODES = "https://developer.bigcommerce.com/api-docs/getting-started/api-status-codes"


class Refusal(Exception):
    """An error response: `status`, `title`, and `errors` by field or index."""

    status = 500

    def __init__(self, title: str, errors: Mapping[str, str] | None = None) -> None:
        super().__init__(title)
        self.title = title
        self.errors = dict(errors or {})
        self.headers: dict[str, str] = {}

    def body(self) -> dict[str, object]:
        """Return the body that the vendor documents as ErrorResponse."""
        return {"status": self.status, "title": self.title, "type": STATUS_CODES, "errors": self.errors}


class Malformed(Refusal):
    """400: the body is not what the endpoint accepts."""

    status = 400


class Unauthorized(Refusal):
    """401: X-Auth-Token is missing or wrong."""

    status = 401


class Forbidden(Refusal):
    """403: a scope is missing, or the plan has no segmentation."""

    status = 403


class NotFound(Refusal):
    """404: it does not exist."""

    status = 404


class NotAllowed(Refusal):
    """405: the path exists, but not for this method; `Allow` lists the methods that do."""

    status = 405

    def __init__(self, allowed: str) -> None:
        super().__init__(f"Method not allowed; this resource answers to {allowed}.")
        self.headers = {"Allow": allowed}


class Conflict(Refusal):
    """409: of `total` items some exist already. `carried_out` are rows that were created nevertheless."""

    status = 409

    def __init__(
        self,
        title: str,
        errors: Mapping[str, str] | None = None,
        *,
        total: int,
        carried_out: Sequence[Mapping[str, object]] = (),
    ) -> None:
        super().__init__(title, errors)
        self.total = total
        self.carried_out = list(carried_out)

    def body(self) -> dict[str, object]:
        """Return the body of segments.v3.yml's 409: the error in a list, with what was carried out and the counts."""
        done = len(self.carried_out)
        meta = {"total": self.total, "success": done, "failed": self.total - done}
        return {"data": self.carried_out, "errors": [super().body()], "meta": meta}


class TooLarge(Refusal):
    """413: more items, or more bytes, than one request may carry."""

    status = 413


class TooLong(Refusal):
    """414: the URL is longer than the store takes."""

    status = 414


class Invalid(Refusal):
    """422: well formed, but a value is invalid."""

    status = 422


class TooMany(Refusal):
    """429: retry later. With rate-limit headers, the quota is used up; without, the platform is overloaded."""

    status = 429
