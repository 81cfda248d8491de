"""Steps on customers."""

from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self

from bot.bigcommerce import Conflict, Customer, Invalid, NewCustomer, Reader, Store
from bot.core.errors import NothingToDo
from bot.core.planning.steps.applied import Applied
from bot.core.planning.steps.step import Step
from bot.core.store_view.shop import Shop

if TYPE_CHECKING:
    from bot.core.planning.steps import AnyStep


class CreateCustomer(Step):
    """Register a customer, without a password: the store's own e-mail lets them set one. Nothing deletes customers."""

    kind: Literal["create_customer"] = "create_customer"
    does: ClassVar[str] = "register a customer"
    email: str
    first_name: str
    last_name: str

    @property
    def stays(self) -> tuple[str, ...]:
        """The account."""
        return (f"{self.email} stays a customer.",)

    @property
    def batch_key(self) -> tuple[str, str]:
        """Kind and address: one line each."""
        return (self.kind, self.email)

    def describe(self, shoppers: int) -> str:
        """Return who is registered, without the person's name: the log hides addresses, and could not hide names."""
        return f"Register {self.email} as a customer"

    def before_and_after(self, applied: Applied, moved: int) -> tuple[Any, Any]:
        """Return nothing, and the account by its id."""
        return None, {"customer": next(iter(applied.customers.values()), None)}

    async def refreshed(self, shop: Shop) -> Self:
        """Return it as it is. Raises NothingToDo where the address is registered."""
        if await _registered(shop.reader, self.email):
            raise NothingToDo(f"{self.email} is already registered.")
        return self

    async def inverse(self, reader: Reader) -> "tuple[AnyStep, ...]":
        """Return nothing: an account may have orders by then."""
        return ()

    async def apply(self, store: Store) -> Applied:
        """Register them; somebody who was registered by others meanwhile is who was meant."""
        new = NewCustomer(email=self.email, first_name=self.first_name, last_name=self.last_name)
        try:
            (customer,) = await store.create_customers(new)
        except (Conflict, Invalid):
            found = await _registered(store, self.email)
            if found is None:
                raise
            return self._made(found, "They were registered by someone else in the meantime.")
        return self._made(customer)

    async def already_applied(self, reader: Reader) -> Applied | None:
        """Return the account, where the address is registered."""
        found = await _registered(reader, self.email)
        return self._made(found) if found else None

    def _made(self, customer: Customer, *notes: str) -> Applied:
        stays = "The account stays when this is undone."
        return Applied(customers={self.email: customer.id}, notes=(*notes, stays))


async def _registered(reader: Reader, email: str) -> Customer | None:
    found = [one async for one in reader.customers(emails=(email,))]
    return next((one for one in found if one.email.casefold() == email.casefold()), None)
