"""Bodies of the vendor's requests, validated and converted for the resources. Pure.

Segmentation responds 400 to an invalid body (segments.v3.yml), customers 422 (customers.v3.yml).
"""

from collections.abc import Callable
from functools import cache
from typing import Annotated, Any, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    RootModel,
    TypeAdapter,
    ValidationError,
)

from bot.sandbox.store.api.request import LARGEST_ID, Request, decoded, is_sound, is_storable, is_uuid
from bot.sandbox.store.refusals import Invalid, Malformed
from bot.sandbox.store.resources.segments import Draft, Revision

T = TypeVar("T")
LEFT_OUT: Any = None
"""The default of an optional field; it is not validated, so null is refused."""


def _only(holds: Callable[[Any], object], sentence: str) -> AfterValidator:
    """Constrain a value to those for which `holds` is true."""

    def check(value: Any) -> Any:
        if not holds(value):
            raise ValueError(sentence)
        return value

    return AfterValidator(check)


def _whole(number: Any) -> Any:
    """Convert 1.0 to 1, since the document says "number"."""
    return int(number) if isinstance(number, float) and number.is_integer() else number


Storable = Annotated[str, _only(is_storable, "this has characters that no text has")]
Uuid = Annotated[str, _only(is_uuid, "this is no UUID"), AfterValidator(str.lower)]
# No length is published for names; an invisible one is refused nevertheless.
Name = Annotated[Storable, _only(str.strip, "this must not be blank")]
Email = Annotated[
    Storable, Field(min_length=3, max_length=250), _only(lambda text: "@" in text.strip("@"), "this is no address")
]
Small = Annotated[int, Field(ge=0, le=2**31 - 1)]
Sound = _only(is_sound, "this cannot be stored")
Objects = Annotated[list[Any], Sound]
ReadOnly = Annotated[Any, _only(lambda _: False, "this is read-only")]


class Body(BaseModel):
    """An object in a request; unknown fields are ignored."""

    model_config = ConfigDict(strict=True, frozen=True, allow_inf_nan=False, defer_build=True)


class SegmentDraft(Body):
    """An item of POST /segments."""

    name: Name
    description: Storable = ""


class SegmentRevision(Body):
    """An item of PUT /segments."""

    id: Uuid
    name: Name = LEFT_OUT
    description: Storable = LEFT_OUT


class ProfileId(RootModel[Uuid]):
    """An item of POST /segments/{id}/shopper-profiles."""

    model_config = ConfigDict(strict=True, frozen=True, defer_build=True)


class ProfileDraft(Body):
    """An item of POST /shopper-profiles."""

    customer_id: Annotated[int, BeforeValidator(_whole), Field(gt=0, le=LARGEST_ID)]


class CustomerDraft(Body):
    """An item of POST /customers (customers.v3.yml, customer_Post)."""

    email: Email
    first_name: Annotated[Storable, Field(min_length=1, max_length=100)]
    last_name: Annotated[Storable, Field(min_length=1, max_length=100)]
    company: Annotated[Storable, Field(max_length=255)] = LEFT_OUT
    phone: Annotated[Storable, Field(max_length=50)] = LEFT_OUT
    notes: Storable = LEFT_OUT
    tax_exempt_category: Annotated[Storable, Field(max_length=255)] = LEFT_OUT
    customer_group_id: Small = LEFT_OUT
    addresses: Annotated[Objects, Field(max_length=10)] = LEFT_OUT
    attributes: Annotated[Objects, Field(max_length=10)] = LEFT_OUT
    authentication: Annotated[dict[str, Any], Sound] = LEFT_OUT
    accepts_product_review_abandoned_cart_emails: bool = LEFT_OUT
    store_credit_amounts: Objects = LEFT_OUT
    origin_channel_id: Small = LEFT_OUT
    channel_ids: Annotated[Objects, Field(min_length=1)] | None = None
    form_fields: Objects = LEFT_OUT
    trigger_account_created_notification: bool = LEFT_OUT
    id: ReadOnly = LEFT_OUT
    date_created: ReadOnly = LEFT_OUT
    date_modified: ReadOnly = LEFT_OUT
    address_count: ReadOnly = LEFT_OUT
    attribute_count: ReadOnly = LEFT_OUT
    registration_ip_address: ReadOnly = LEFT_OUT


def _parsed(shape: type[T], body: list[Any], title: str) -> list[T]:
    """Validate the items of a body. Raises Malformed with each error's index and field."""
    try:
        found: list[T] = _adapter(shape).validate_python(body)  # type: ignore[arg-type]  # mypy knows no hash of type[T]
    except ValidationError as error:
        errors = {".".join(map(str, one["loc"])): one["msg"] for one in error.errors()}
        raise Malformed(title, errors) from None
    return found


@cache
def _adapter(shape: Any) -> TypeAdapter[Any]:
    return TypeAdapter(list[shape])


def drafts(request: Request) -> list[Draft]:
    """Decode `[{name, description?}]`. Raises Malformed."""
    items = _parsed(SegmentDraft, request.items(), "The segment was not valid.")
    return [Draft(one.name, one.description) for one in items]


def revisions(request: Request) -> list[Revision]:
    """Decode `[{id, name?, description?}]`. Raises Malformed."""
    items = _parsed(SegmentRevision, request.items(), "The segment was not valid.")
    return [Revision(one.id, one.name, one.description) for one in items]


def profile_ids(request: Request) -> list[str]:
    """Decode `[profile id, …]`. A missing body counts as empty: the document requires none. Raises Malformed."""
    items = request.items() if request.content else []
    return [one.root for one in _parsed(ProfileId, items, "Unable to add shopper profiles to segment.")]


def customer_ids(request: Request) -> list[int]:
    """Decode `[{customer_id}]`. Raises Malformed."""
    items = _parsed(ProfileDraft, request.items(), "The shopper profile was not valid.")
    return [one.customer_id for one in items]


def customers(request: Request) -> list[dict[str, Any]]:
    """Decode customers to create. Raises Malformed unless it is a list of objects, Invalid for errors in them."""
    items = request.items()
    try:
        if not items:
            raise Malformed("Create customers failed.")
        found = _parsed(CustomerDraft, items, "Create customers failed.")
    except Malformed as refusal:
        if not all(isinstance(item, dict) for item in items):
            raise
        errors = {".customer_create": "Error creating customers", **refusal.errors}
        raise Invalid(refusal.title, errors) from None
    return [one.model_dump(exclude_unset=True) for one in found]


def promotion(request: Request) -> dict[str, Any]:
    """Decode a promotion document. Raises Malformed."""
    body = decoded(request.content)
    if not isinstance(body, dict) or not is_sound(body):
        raise Malformed("The request body is a JSON object that can be stored.")
    return body
