from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from bot.bigcommerce import AnyOf, Customer, NewCustomer, Not, Profile, Promotion, Segment
from bot.bigcommerce.models import READ_ONLY

DOCUMENT: dict[str, Any] = {
    "id": 7,
    "name": "10 % for VIPs",
    "redemption_type": "AUTOMATIC",
    "created_from": "api",
    "current_uses": 3,
    "status": "ENABLED",
    "customer": {"minimum_order_count": 2, "segments": {"not": {"id": ["a"]}}},
    "rules": [{"action": {"cart_value": {"discount": {"percentage_amount": "10"}}}}],
    "a_field_of_next_year": {"kept": True},
}


def test_unknown_fields_and_nulls_are_tolerated() -> None:
    segment = Segment.model_validate({"id": "s", "name": "VIPs", "description": None, "colour": "red"})
    customer = Customer.model_validate(
        {"id": 1, "email": "a@example.com", "first_name": None, "last_name": None, "segment_ids": None}
    )

    assert segment == Segment(id="s", name="VIPs")
    assert (customer.first_name, customer.shopper_profile_id, customer.segment_ids) == ("", None, ())


def test_times_are_read_in_utc() -> None:
    received = {"id": "p", "customer_id": 1, "created_at": "2022-09-15T23:44:05Z"}

    assert Profile.model_validate(received).created_at == datetime(2022, 9, 15, 23, 44, 5, tzinfo=UTC)


def test_values_are_frozen() -> None:
    with pytest.raises(ValidationError):
        Segment(id="s", name="VIPs").name = "other"


def test_a_misspelt_field_is_refused_where_we_send() -> None:
    with pytest.raises(ValidationError):
        NewCustomer.model_validate({"email": "a@example.com", "first_name": "A", "last_name": "B", "fone": "1"})


def test_a_promotion_keeps_the_whole_document() -> None:
    promotion = Promotion.model_validate(DOCUMENT)

    assert promotion.document == DOCUMENT
    assert promotion.targeting == Not(AnyOf(("a",)))
    assert (promotion.uses("a"), promotion.uses("b"), promotion.is_live) == ("excluded", None, True)


def test_a_promotion_survives_its_own_json() -> None:
    promotion = Promotion.model_validate(DOCUMENT)

    assert Promotion.model_validate_json(promotion.model_dump_json()) == promotion


@pytest.mark.parametrize("customer", [None, [], {}, {"segments": None}, {"segments": []}, {"segments": {}}])
def test_a_promotion_without_segments_has_no_targeting(customer: object) -> None:
    promotion = Promotion.model_validate({**DOCUMENT, "customer": customer, "status": "INVALID"})

    assert (promotion.targeting, promotion.uses("a"), promotion.is_live) == (None, None, False)


def test_a_promotion_reaches_whom_its_targeting_lets_in() -> None:
    promotion = Promotion.model_validate(DOCUMENT)

    assert (promotion.reaches({"b"}), promotion.reaches({"a", "b"})) == (True, False)


def test_a_promotion_without_targeting_reaches_everybody() -> None:
    assert Promotion.model_validate({**DOCUMENT, "customer": {"segments": None}}).reaches(())


def test_whom_a_promotion_of_an_unknown_shape_reaches_is_unknown() -> None:
    document = {**DOCUMENT, "customer": {"segments": {"within": ["a"]}}}

    assert Promotion.model_validate(document).reaches({"a"}) is None


def test_new_targeting_keeps_all_else_but_read_only_fields() -> None:
    document = Promotion.model_validate(DOCUMENT).with_targeting(AnyOf(("b", "c")))

    assert document == {
        "name": "10 % for VIPs",
        "status": "ENABLED",
        "customer": {"minimum_order_count": 2, "segments": {"id": ["b", "c"]}},
        "rules": DOCUMENT["rules"],
        "a_field_of_next_year": {"kept": True},
    }
    assert DOCUMENT["customer"]["segments"] == {"not": {"id": ["a"]}}


def test_a_new_status_keeps_all_else_but_read_only_fields() -> None:
    document = Promotion.model_validate(DOCUMENT).with_status("DISABLED")

    assert document == {
        "name": "10 % for VIPs",
        "status": "DISABLED",
        "customer": DOCUMENT["customer"],
        "rules": DOCUMENT["rules"],
        "a_field_of_next_year": {"kept": True},
    }


def test_targeting_can_be_taken_off() -> None:
    untargeted = Promotion.model_validate(DOCUMENT).with_targeting(None)

    assert untargeted["customer"] == {"minimum_order_count": 2, "segments": None}


def test_something_that_is_no_document_is_refused() -> None:
    with pytest.raises(ValidationError):
        Promotion.model_validate(["not a promotion"])


def test_the_vendors_sample_promotion_is_read(promotions_document: dict[str, Any]) -> None:
    response = promotions_document["components"]["responses"]["PromotionsCollectionResponse"]
    (sample,) = response["content"]["application/json"]["examples"]["example-1"]["value"]["data"]

    promotion = Promotion.model_validate(sample)

    assert promotion.targeting == AnyOf(("ccec121a-f9bc-4a04-809e-1fe0d8ae7fdd",))


def test_the_read_only_fields_are_those_that_the_vendor_marks(promotions_document: dict[str, Any]) -> None:
    schemas = promotions_document["components"]["schemas"]
    marked = {name for name, field in schemas["PromotionBase"]["properties"].items() if field.get("readOnly")}

    assert schemas["CreatedFrom"]["readOnly"]
    assert {*marked, "created_from"} == READ_ONLY


def test_a_new_customer_has_only_fields_that_the_vendor_takes(customers_document: dict[str, Any]) -> None:
    taken = customers_document["components"]["schemas"]["customer_Post"]["properties"]

    assert set(NewCustomer.model_fields) <= set(taken)
