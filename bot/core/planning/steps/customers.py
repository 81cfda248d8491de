"""Steps on customers."""

from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self

from bot.bigcommerce import Conflict, Customer, Invalid, NewCustomer, Reader, Store
from bot.core.errors import NothingToDo
from bot.core.planning.steps.results import Applied
from bot.core.planning.steps.step import Step
from bot.core.store_view.cached_shop import Shop

if TYPE_CHECKING:
    from bot.core.planning.steps import AnyStep


class CreateCustomer(Step):
    """Register a customer without a password: the store's own e-mail lets them set one. Nothing deletes customers."""

    kind: Literal["create_customer"] = "create_customer"
    does: ClassVar[str] = "register a customer"
    email: str
    first_name: str
    last_name: str

    @property
    def stays(self) -> tuple[str, ...]:
        """The account."""
        return ("The customer's account stays.",)

    @property
    def batch_key(self) -> tuple[str, str]:
        """The kind and address: one line per customer."""
        return (self.kind, self.email)

    def describe(self, shoppers: int) -> str:
        """Describe the registration without the person: the plan names them, where it is not logged."""
        return "Register a customer"

    def before_and_after(self, applied: Applied, moved: int) -> tuple[Any, Any]:
        """Return nothing before, and the account's id after."""
        return None, {"customer": next(iter(applied.customers.values()), None)}

    async def refreshed(self, shop: Shop) -> Self:
        """Return it unchanged. Raises NothingToDo if the address is registered."""
        if await _registered(shop.reader, self.email):
            raise NothingToDo(f"{self.email} is already registered.")
        return self

    async def inverse(self, reader: Reader) -> "tuple[AnyStep, ...]":
        """Return nothing: the account may have orders by then."""
        return ()

    async def apply(self, store: Store) -> Applied:
        """Register them; an account that someone else registered for this address meanwhile counts as the result."""
        new = NewCustomer(email=self.email, first_name=self.first_name, last_name=self.last_name)
        try:
            (customer,) = await store.create_customers(new)
        except (Conflict, Invalid):
            existing = await _registered(store, self.email)
            if existing is None:
                raise
            return self._applied(existing, "They were registered by someone else in the meantime.")
        return self._applied(customer)

    async def already_applied(self, reader: Reader) -> Applied | None:
        """Return the account, if the address is registered."""
        existing = await _registered(reader, self.email)
        return self._applied(existing) if existing else None

    def _applied(self, customer: Customer, *notes: str) -> Applied:
        stays = "The account stays when this is undone."
        return Applied(customers={self.email: customer.id}, notes=(*notes, stays))


async def _registered(reader: Reader, email: str) -> Customer | None:
    matches = [one async for one in reader.customers(emails=(email,))]
    return next((one for one in matches if one.email.casefold() == email.casefold()), None)
