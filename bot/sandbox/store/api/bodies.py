"""Bodies of the vendor's requests, checked and turned into what the store's nouns take. Pure.

Segmentation answers 400 for a body that does not fit (segments.v3.yml), customers 422 (customers.v3.yml).
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from bot.sandbox.store.api.request import LARGEST_ID, Ask, decoded, is_sound, is_storable, is_uuid
from bot.sandbox.store.refusals import Invalid, Malformed
from bot.sandbox.store.resources.segments import Draft, Revision


class Rule(NamedTuple):
    """What a customer's field takes: its type, and the length of a text or list, or the range of a number."""

    kind: type[Any]
    least: int = 0
    most: int = LARGEST_ID


# customers.v3.yml, customer_Post
CUSTOMER_RULES: Mapping[str, Rule] = {
    "email": Rule(str, 3, 250),
    "first_name": Rule(str, 1, 100),
    "last_name": Rule(str, 1, 100),
    "company": Rule(str, 0, 255),
    "phone": Rule(str, 0, 50),
    "notes": Rule(str),
    "tax_exempt_category": Rule(str, 0, 255),
    "customer_group_id": Rule(int, 0, 2**31 - 1),
    "addresses": Rule(list, 0, 10),
    "attributes": Rule(list, 0, 10),
    "authentication": Rule(dict),
    "accepts_product_review_abandoned_cart_emails": Rule(bool, 0, 1),
    "store_credit_amounts": Rule(list),
    "origin_channel_id": Rule(int, 0, 2**31 - 1),
    "channel_ids": Rule(list, 1),
    "form_fields": Rule(list),
    "trigger_account_created_notification": Rule(bool, 0, 1),
}
REQUIRED = ("email", "first_name", "last_name")
READ_ONLY = (
    "id",
    "date_created",
    "date_modified",
    "address_count",
    "attribute_count",
    "registration_ip_address",
)


def drafts(ask: Ask) -> list[Draft]:
    """Read `[{name, description?}]`. Raises Malformed."""
    items = ask.objects()
    errors = _segment_errors(items)
    for i, item in enumerate(items):
        if "name" not in item:
            errors[f"{i}.name"] = "name is required."
    if errors:
        raise Malformed("The segment was not valid.", errors)
    return [Draft(item["name"], item.get("description", "")) for item in items]


def revisions(ask: Ask) -> list[Revision]:
    """Read `[{id, name?, description?}]`. Raises Malformed."""
    items = ask.objects()
    errors = _segment_errors(items)
    for i, item in enumerate(items):
        if not is_uuid(item.get("id")):
            errors[f"{i}.id"] = "id is required, and is a UUID."
    if errors:
        raise Malformed("The segment was not valid.", errors)
    return [Revision(item["id"].lower(), item.get("name"), item.get("description")) for item in items]


def profile_ids(ask: Ask) -> list[str]:
    """Read `[profile id, …]`. No body is as good as an empty list: the document requires none."""
    items = ask.items() if ask.content else []
    if wrong := [i for i, item in enumerate(items) if not is_uuid(item)]:
        errors = {str(i): "The id of a shopper profile is a UUID." for i in wrong}
        raise Malformed("Unable to add shopper profiles to segment.", errors)
    return [item.lower() for item in items]


def customer_ids(ask: Ask) -> list[int]:
    """Read `[{customer_id}]`. Raises Malformed."""
    items = ask.objects()
    ids = [_number(item.get("customer_id")) for item in items]
    if wrong := [i for i, number in enumerate(ids) if number is None]:
        errors = {f"{i}.customer_id": "The id of a customer is needed here." for i in wrong}
        raise Malformed("The shopper profile was not valid.", errors)
    return [number for number in ids if number is not None]


def customers(ask: Ask) -> list[dict[str, Any]]:
    """Read customers to be created. Raises Invalid, with the index and field of each fault."""
    items = ask.objects()
    errors: dict[str, str] = {}
    for i, item in enumerate(items):
        errors |= {f"{i}.{key}": message for key, message in _customer_errors(item).items()}
    if not items or errors:
        raise Invalid("Create customers failed.", {".customer_create": "Error creating customers", **errors})
    return [{key: item[key] for key in CUSTOMER_RULES if key in item} for item in items]


def promotion(ask: Ask) -> dict[str, Any]:
    """Read a promotion document. Raises Malformed."""
    body = decoded(ask.content)
    if not isinstance(body, dict) or not is_sound(body):
        raise Malformed("The request body is a JSON object that can be stored.")
    return body


def _segment_errors(items: list[dict[str, Any]]) -> dict[str, str]:
    errors = {}
    for i, item in enumerate(items):
        for key in ("name", "description"):
            text = item.get(key, "")
            if not isinstance(text, str) or not is_storable(text):
                errors[f"{i}.{key}"] = f"{key} is a text."
        # No length is published for names; one of which nothing is to be seen is refused all the same.
        if "name" in item and isinstance(item["name"], str) and not item["name"].strip():
            errors[f"{i}.name"] = "name must not be blank."
    return errors


def _customer_errors(item: Mapping[str, Any]) -> dict[str, str]:
    errors = {key: f"{key} is required." for key in REQUIRED if key not in item}
    errors |= {key: f"{key} is read-only." for key in READ_ONLY if key in item}
    for key, rule in CUSTOMER_RULES.items():
        if key in item and not _fits(item[key], rule) and not (key == "channel_ids" and item[key] is None):
            errors[key] = f"{key} has a wrong type, or a wrong length."
    if "email" not in errors and "@" not in item["email"].strip("@"):
        errors["email"] = "email is not a valid e-mail address."
    return errors


def _fits(value: Any, rule: Rule) -> bool:
    if rule.kind in (int, bool):
        # Not isinstance: to JSON, true is no number.
        return type(value) is rule.kind and rule.least <= int(value) <= rule.most
    return isinstance(value, rule.kind) and rule.least <= len(value) <= rule.most and is_sound(value)


def _number(value: Any) -> int | None:
    """Return a whole number; `1.0` is one, since the document says "number"."""
    whole = type(value) is int or (isinstance(value, float) and value.is_integer())
    return int(value) if whole and 0 < value <= LARGEST_ID else None
