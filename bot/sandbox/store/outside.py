"""What shoppers and staff do in a shop beside the API: orders, attributes, groups, subscriptions, deletions.

Each act is a value with its fields; `build` makes one of JSON, as scripts and the page say it.
"""

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from bot.sandbox.store.database import Shop
from bot.sandbox.store.resources import attributes, customer_groups, orders, subscribers

Id = Annotated[int, Field(ge=0, lt=2**63)]
Amount = Annotated[Decimal, Field(ge=0, le=10**14, allow_inf_nan=False)]
Status = Annotated[int, Field(ge=0, lt=len(orders.STATUSES))]
Text = Annotated[str, Field(min_length=1, max_length=255)]


class Act(BaseModel):
    """Something that happens in a shop."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    def happen(self, shop: Shop) -> Mapping[str, Any]:
        """Write it into the shop, and return what a script wants to know. Raises ValueError for what is not there."""
        raise NotImplementedError


class PlaceOrder(Act):
    """A shopper, or a guest (customer 0), orders something; paid in a `currency` at this `rate` to the store's."""

    act: Literal["place_order"] = "place_order"
    customer_id: Id
    total: Amount
    status_id: Status = 11
    currency: Text = orders.CURRENCY
    rate: Annotated[Decimal, Field(gt=0)] = Decimal(1)
    country: Text = "US"

    def happen(self, shop: Shop) -> Mapping[str, Any]:
        """Add the order."""
        found = shop.rows("SELECT email FROM customers WHERE id = ?", self.customer_id)
        email = found[0]["email"] if found else "guest@example.com"
        now, total = shop.now(), int(self.total * orders.MONEY)
        order = (self.customer_id, email, self.status_id, 0, now, now, total, 0, self.currency, f"{self.rate:.10f}")
        sql = f"INSERT INTO orders ({orders.COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608
        return {"order_id": shop.db.execute(sql, (*order, self.country)).lastrowid}


class ChangeOrder(Act):
    """Staff change an order's status, refund some of it, or delete it; None leaves a field as it is."""

    act: Literal["change_order"] = "change_order"
    order_id: Id
    status_id: Status | None = None
    refunded: Amount | None = None
    is_deleted: bool | None = None

    def happen(self, shop: Shop) -> Mapping[str, Any]:
        """Change it; it is as new as the change, but for a deletion."""
        if not shop.count("SELECT count(*) FROM orders WHERE id = ?", self.order_id):
            raise ValueError(f"There is no order {self.order_id}.")
        refunded = None if self.refunded is None else int(self.refunded * orders.MONEY)
        modified = shop.now() if self.status_id is not None or refunded is not None else None
        sql = """UPDATE orders SET status_id = coalesce(?, status_id), refunded = coalesce(?, refunded),
                 is_deleted = coalesce(?, is_deleted), date_modified = coalesce(?, date_modified) WHERE id = ?"""
        shop.db.execute(sql, (self.status_id, refunded, self.is_deleted, modified, self.order_id))
        return {"order_id": self.order_id}


class SetAttribute(Act):
    """A tool sets a customer's attribute, which the store defines if need be; None takes the value away."""

    act: Literal["set_attribute"] = "set_attribute"
    customer_id: Id
    name: Text
    value: Text | None

    def happen(self, shop: Shop) -> Mapping[str, Any]:
        """Set it, and touch its customer as the settings say."""
        _check_customer(shop, self.customer_id)
        now = shop.now()
        attribute = attributes.define(shop, self.name, "string", now)
        where = (self.customer_id, attribute)
        if self.value is None:
            shop.db.execute("DELETE FROM attribute_values WHERE customer_id = ? AND attribute_id = ?", where)
        else:
            sql = f"""INSERT INTO attribute_values ({attributes.VALUE_COLUMNS}) VALUES (?, ?, ?, ?, ?)
                      ON CONFLICT (customer_id, attribute_id) DO UPDATE
                      SET attribute_value = excluded.attribute_value,
                          date_modified = excluded.date_modified"""  # noqa: S608 - our own words
            shop.db.execute(sql, (*where, self.value, now, now))
        if shop.settings.attributes_touch_customers:
            shop.db.execute("UPDATE customers SET date_modified = ? WHERE id = ?", (now, self.customer_id))
        return {"attribute_id": attribute}


class ChangeCustomer(Act):
    """Staff move a customer into a group ("" for none), or a customer moves to other countries."""

    act: Literal["change_customer"] = "change_customer"
    customer_id: Id
    group: str | None = None
    countries: tuple[Annotated[str, Field(min_length=2, max_length=2)], ...] | None = None

    def happen(self, shop: Shop) -> Mapping[str, Any]:
        """Change the document."""
        _check_customer(shop, self.customer_id)
        [row] = shop.rows("SELECT * FROM customers WHERE id = ?", self.customer_id)
        document = json.loads(row["document"])
        if self.group is not None:
            document["customer_group_id"] = customer_groups.define(shop, self.group) if self.group else 0
        if self.countries is not None:
            document["addresses"] = [address(row, code, at) for at, code in enumerate(self.countries)]
        sql = "UPDATE customers SET document = ?, date_modified = ? WHERE id = ?"
        shop.db.execute(sql, (json.dumps(document), shop.now(), self.customer_id))
        return {"customer_id": self.customer_id}


class DeleteCustomer(Act):
    """Staff delete a customer, with profile, memberships and attributes; the orders stay."""

    act: Literal["delete_customer"] = "delete_customer"
    customer_id: Id

    def happen(self, shop: Shop) -> Mapping[str, Any]:
        """Delete the row and what refers to it."""
        _check_customer(shop, self.customer_id)
        shop.db.execute("DELETE FROM customers WHERE id = ?", (self.customer_id,))
        return {"customer_id": self.customer_id}


class Subscribe(Act):
    """Somebody subscribes to the newsletter, or to what is not marketing; without consents, to nothing any more."""

    act: Literal["subscribe"] = "subscribe"
    email: Annotated[str, Field(min_length=3, max_length=250)]
    consents: tuple[Literal["marketing_newsletter", "abandoned_cart"], ...] = ("marketing_newsletter",)

    def happen(self, shop: Shop) -> Mapping[str, Any]:
        """Add, change or delete the subscriber."""
        now = shop.now()
        if not self.consents:
            shop.db.execute("DELETE FROM subscribers WHERE email = ?", (self.email,))
            return {"email": self.email}
        sql = f"""INSERT INTO subscribers ({subscribers.COLUMNS}) VALUES (?, '', '', 'storefront', ?, ?, ?)
                  ON CONFLICT (email) DO UPDATE
                  SET consents = excluded.consents, date_modified = excluded.date_modified"""  # noqa: S608
        shop.db.execute(sql, (self.email, json.dumps(self.consents), now, now))
        return {"email": self.email}


Acts = PlaceOrder | ChangeOrder | SetAttribute | ChangeCustomer | DeleteCustomer | Subscribe
_ACT: TypeAdapter[Acts] = TypeAdapter(Annotated[Acts, Field(discriminator="act")], config=ConfigDict(defer_build=True))


def build(fields: Mapping[str, Any]) -> Acts:
    """Build an act of JSON. Raises ValueError with a sentence."""
    try:
        return _ACT.validate_python(dict(fields))
    except ValidationError as error:
        wrong = "; ".join(
            ": ".join(filter(None, (".".join(map(str, one["loc"])), one["msg"]))) for one in error.errors()
        )
        raise ValueError(f"That cannot happen in the store: {wrong}.") from None


def address(customer: Mapping[str, Any], country: str, at: int = 0) -> dict[str, Any]:
    """Return an address of a customer, as customers.v3.yml has it."""
    names = {name: customer[name] for name in ("first_name", "last_name")}
    town = {
        "address1": "12 Main Street",
        "address2": "",
        "city": "Town",
        "state_or_province": "",
        "postal_code": "10001",
    }
    ids = {"id": customer["id"] * 10 + at, "customer_id": customer["id"], "address_type": "residential"}
    return {**names, "company": "", **town, "country_code": country, "country": country, "phone": "", **ids}


def _check_customer(shop: Shop, customer_id: int) -> None:
    if not shop.count("SELECT count(*) FROM customers WHERE id = ?", customer_id):
        raise ValueError(f"There is no customer {customer_id}.")
