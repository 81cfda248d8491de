from datetime import UTC, datetime, tzinfo
from typing import Any

import pytest
from pydantic import ValidationError

from bot.bigcommerce import AnyOf, Customer, NewCustomer, Not, Profile, Promotion, Segment
from bot.bigcommerce.models import READ_ONLY, READ_ONLY_OF_CODES
from tests.bigcommerce.conftest import uuid

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


def test_an_id_is_a_number_that_a_database_can_keep() -> None:
    assert Customer.model_validate({"id": 2**63 - 1, "email": "a@example.com"}).id == 2**63 - 1
    for number in (2**63, -1):
        with pytest.raises(ValidationError):
            Customer.model_validate({"id": number, "email": "a@example.com"})


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
    assert {*marked, "created_from", "multiple_codes"} == READ_ONLY
    codes = schemas["CouponCode"]["properties"]
    assert {name for name, field in codes.items() if field.get("readOnly")} <= READ_ONLY_OF_CODES <= set(codes)


def test_codes_are_sent_back_without_what_only_answers_hold() -> None:
    code = {"id": 1, "code": "WELCOME", "current_uses": 12, "created": "2025-09-01T09:00:00Z", "max_uses": 300}
    for codes, kept in ((code, {"code": "WELCOME", "max_uses": 300}), ([code], [{"code": "WELCOME", "max_uses": 300}])):
        read = Promotion.model_validate(
            {"id": 1, "name": "A", "status": "ENABLED", "codes": codes, "multiple_codes": {"has_multiple_codes": True}}
        )
        assert read.with_targeting(None)["codes"] == read.with_status("DISABLED")["codes"] == kept
        assert "multiple_codes" not in read.with_targeting(None)
    assert "codes" not in Promotion(id=1, name="A", status="", document={}).with_targeting(None)
    assert Promotion(id=1, name="A", status="", document={"codes": None}).with_targeting(None)["codes"] is None


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2026-11-15T23:30:00-05:00", "2026-11-16"),
        ("2026-11-15T00:00:00Z", "2026-11-15"),
        ("2026-11-15", "2026-11-15"),
        ("Sun, 15 Nov 2026 10:00:00 +0000", "2026-11-15"),
        ("0000-00-00", "unknown"),
        ("soon", "unknown"),
        (7, "unknown"),
        ("", ""),
        (None, ""),
    ],
)
def test_a_date_is_read_however_it_is_written_or_unknown(written: object, day: str) -> None:
    promotion = Promotion(id=1, name="A", status="ENABLED", document={"start_date": written, "end_date": written})
    assert promotion.starts == promotion.ends == day
    moment = Segment.model_validate({"id": uuid(1), "name": None, "created_at": written}).created_at
    assert (f"{moment:%Y-%m-%d}" if moment else "") == day.replace("unknown", "")


@pytest.mark.parametrize("zone", [None, UTC])
def test_a_time_that_was_read_already_stays_what_it_is(zone: tzinfo | None) -> None:
    segment = Segment.model_validate(
        {"id": uuid(1), "name": "VIPs", "created_at": datetime(2026, 5, 4, 9, tzinfo=zone)}
    )
    assert segment.created_at == datetime(2026, 5, 4, 9, tzinfo=UTC)


def test_ids_are_compared_in_lower_case() -> None:
    upper = uuid(0xAB).upper()
    customer = Customer.model_validate({"id": 1, "email": None, "shopper_profile_id": upper, "segment_ids": [upper]})
    promotion = {"id": 1, "name": "A", "status": None, "customer": {"segments": {"id": [upper, "Not-An-Id"]}}}
    assert Segment(id=upper, name="A").id == Profile(id=upper, customer_id=1).id == uuid(0xAB)
    assert (customer.shopper_profile_id, customer.segment_ids) == (uuid(0xAB), (uuid(0xAB),))
    assert Promotion.model_validate(promotion).targeting == AnyOf((uuid(0xAB), "Not-An-Id"))


def test_a_new_customer_has_only_fields_that_the_vendor_takes(customers_document: dict[str, Any]) -> None:
    taken = customers_document["components"]["schemas"]["customer_Post"]["properties"]

    assert set(NewCustomer.model_fields) <= set(taken)
