"""The errors of this library. `str(error)` is a sentence for people.

StoreError
├── Unreachable          no connection, or it broke before the response arrived
│   └── TimedOut         no response in time
├── RateLimited          429, after all retries
├── ServerError          500 and above, after all retries
│   └── OverPlan         507
├── Unauthorized         401
├── Forbidden            403
│   └── OrdersForbidden  403 for orders
├── NotFound             404
├── Conflict             409
│   └── DuplicateName    409 for a segment's name
├── TooLarge             413, and 414 for a URL
├── Invalid              400, 422
│   └── Unsent           words that are refused before anything is sent
│       └── NoId         an id that is none
├── PartlyFailed         207
├── Ignored              a success that did nothing, as far as the store shows
├── Unfinished           202
├── Locked               423, after all retries
├── MalformedResponse    a response that is not the JSON that the vendor documents
└── Contradiction        pages of a list that do not fit together, however often they are read

Status codes: https://developer.bigcommerce.com/docs/start/about/status-codes
"""

import re
from collections.abc import Mapping
from typing import ClassVar

MARKETING, MARKETING_READ = "store_v2_marketing", "store_v2_marketing_read_only"
"""The scopes that a token needs to change promotions, and to read them."""
ORDERS_READ, CUSTOMERS_READ = "store_v2_orders_read_only", "store_v2_customers_read_only"
"""The scopes that a token needs to read orders, and what customers are like."""
_FIELD = re.compile(r"[\w.\[\]-]{1,60}")
"""The shape of a field's name. Anything else in its place may be personal data."""


class StoreError(Exception):
    """A request that the store did not carry out.

    `maybe_done` says whether a write may have been carried out nevertheless, in full or in part. The sentence does not
    mention it: the caller can read the store and then say what is true. `fields` holds the store's messages by field or
    index; `cause` is technical, for the process's own log only. `status` is the response's, and `asked` the request, as
    in "POST customers"; `is_repeat`: an attempt before may have been carried out. None of them ever holds the access
    token.
    """

    sentence: ClassVar[str] = "The store did not do this."
    is_about_some: ClassVar[bool] = False
    """Whether it is about what this request names, so that the same request about others may be carried out."""
    introduction: ClassVar[str] = "BigCommerce says: "
    """What stands before the detail."""

    def __init__(
        self,
        detail: str = "",
        *,
        about: str = "segment",
        maybe_done: bool = False,
        fields: Mapping[str, str] | None = None,
        cause: str = "",
        status: int | None = None,
        asked: str = "",
        is_repeat: bool = False,
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.about = about
        self.maybe_done = maybe_done
        self.fields = dict(fields or {})
        self.cause = cause
        self.status = status
        self.asked = asked
        self.is_repeat = is_repeat

    def __str__(self) -> str:
        detail = f"{self.introduction}{self.detail.rstrip('.')}." if self.detail else ""
        return " ".join(filter(None, (self.sentence.format(about=self.about), detail)))

    @property
    def is_refusal(self) -> bool:
        """Whether the store read what was asked for, once, and said no."""
        return not self.is_repeat and self.status is not None and (400 <= self.status < 500 or self.status == 507)

    @property
    def for_log(self) -> str:
        """The sentence without the store's own words, which may quote a shopper's name, for a permanent log."""
        fields = ", ".join(name for name in self.fields if _FIELD.fullmatch(name))
        response = f"It answered {self.status} to {self.asked}{fields and f', about {fields}'}." if self.status else ""
        return " ".join(filter(None, (self.sentence.format(about=self.about), response)))


class Unreachable(StoreError):
    """No connection to the store, or it broke before the response arrived."""

    sentence = "BigCommerce can't be reached right now. Try again in a minute."


class TimedOut(Unreachable):
    """No response arrived within the time allowed."""

    sentence = "BigCommerce isn't answering right now. Try again in a minute."


class RateLimited(StoreError):
    """The store's request quota, shared by all its apps, is used up, and waiting did not help."""

    sentence = "The store is getting too many requests from its apps right now. Try again in a minute."


class ServerError(StoreError):
    """The store failed on its side, and kept failing."""

    sentence = "BigCommerce has a problem on its side. Try again in a few minutes."


class OverPlan(ServerError):
    """The store's plan has no room for more."""

    sentence = "The store's plan does not allow more of this."


class Unauthorized(StoreError):
    """The access token is not accepted."""

    sentence = (
        "BigCommerce does not accept the bot's access token. "
        "Ask whoever runs the bot to check the token and the store hash."
    )


class Forbidden(StoreError):
    """The plan or the token's scopes do not allow this, or something else, which the store's own words may say."""

    sentence = (
        "BigCommerce forbids this, usually for one of two reasons: the store's plan lacks customer segmentation "
        "(it needs Enterprise), or the bot's token lacks a scope (it needs Customers modify, "
        f"`store_v2_customers`, and for promotions Marketing modify, `{MARKETING}`). "
        "Ask the store's owner to check both."
    )


class OrdersForbidden(Forbidden):
    """The token's scopes do not allow to read orders, or something else, which the store's own words may say."""

    sentence = (
        "BigCommerce forbids the bot to read orders: most likely its token lacks the scope Orders read-only, "
        f"`{ORDERS_READ}`. Ask the store's owner to add it."
    )


class NotFound(StoreError):
    """What the path names does not exist (any more)."""

    sentence = "The store has no such {about}, or no longer has it. Check the name or id."


class Conflict(StoreError):
    """The request conflicts with what the store holds."""

    is_about_some = True
    sentence = "This contradicts what the store already holds."


class DuplicateName(Conflict):
    """Another segment already has that name."""

    sentence = "The store already has a segment with this name. Choose another name."


class TooLarge(StoreError):
    """The request is larger than the store accepts."""

    is_about_some = True
    sentence = "This is more than the store takes at once. Try with fewer."


class Invalid(StoreError):
    """A value is invalid, according to the store."""

    is_about_some = True
    sentence = "The store does not accept this. Correct it and try again."


class Unsent(Invalid):
    """A value that no request can carry; the store did not say so."""

    introduction = ""


class NoId(Unsent):
    """An id that is none, and that only the store can have given."""

    sentence = "The store lists this under an id that no request can name. Tell whoever runs the bot."


class PartlyFailed(StoreError):
    """Some items succeeded and some failed; `fields` holds those that the store names."""

    is_about_some = True
    sentence = "Only part of this was done."


class Ignored(StoreError):
    """The store said that it did something, and does not show it, however often it is read."""

    sentence = "The store says that this is done, but does not show it."


class Unfinished(StoreError):
    """The store accepted a request, and carries it out later, or fails to."""

    sentence = "The store took this on, and did not say yet whether it is done."


class Locked(StoreError):
    """Something else works on the same thing in the store, and kept doing so."""

    sentence = "The store is busy with this right now. Try again in a minute."


class MalformedResponse(StoreError):
    """The response is not what the vendor documents: a proxy's page, truncated, or a changed API."""

    sentence = "I couldn't read the store's answer. Try again; if this keeps happening, tell whoever runs the bot."
    introduction = ""


class Contradiction(StoreError):
    """Pages of a list do not fit together: the store counts others than it lists, or the list keeps changing."""

    sentence = (
        "The store's answers contradict each other, so they can't be relied on. "
        "Try again in a minute; if this keeps happening, tell whoever runs the bot."
    )
    introduction = ""
