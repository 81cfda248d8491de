"""What becomes of each row of a list: it names a shopper, or is told why not. Pure."""

from array import array
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from bot.core.language.addresses import find_address
from bot.core.language.visible import visible
from bot.core.list_files.row_classes import RowClass
from bot.core.list_files.rows import Row
from bot.core.store_view.listed_shoppers import Listed
from bot.core.store_view.named_shoppers import NamedShoppers


class JudgedRow(NamedTuple):
    """A row, and the shopper that it names, or the class of those that name none, and why."""

    row: Row
    shopper: Listed | None = None
    kind: RowClass | None = None
    why: str = ""


def judge_rows(rows: Iterable[Row], named: NamedShoppers) -> Iterator[JudgedRow]:
    """Judge each row, one by one. Duplicates are those that name a shopper, or say the very same, once more."""
    lines, others = array("L", [0]) * len(named.shoppers), dict[object, int]()
    for row in rows:
        one, said = _judge(row, named), (row.email.casefold(), row.customer_id, row.profile_id)
        first = lines[one.shopper.at] if one.shopper else others.get(said, 0)
        if first and not row.fault:
            yield JudgedRow(row, kind=RowClass.DUPLICATE, why=f"The same as line {first}")
            continue
        if one.shopper:
            lines[one.shopper.at] = row.line
        elif not row.fault:
            others[said] = row.line
        yield one


def _judge(row: Row, named: NamedShoppers) -> JudgedRow:
    if row.fault:
        return JudgedRow(row, kind=RowClass.UNREADABLE, why=row.fault)
    accounts = named.with_email(row.email) if row.email else ()
    mine = _account(row, accounts) or named.with_id(row.customer_id)
    if mine and (not row.email or mine in accounts or _has_address(named.shoppers.address(mine.at), row.email)):
        return JudgedRow(row, mine)
    if not accounts and (profile := _profile(row, mine, named)):
        return JudgedRow(row, profile)
    if refusal := _refusal(row, accounts, mine):
        return JudgedRow(row, kind=RowClass.REFUSED, why=refusal)
    if accounts and not row.customer_id:
        return JudgedRow(row, accounts[0])
    return JudgedRow(row, kind=RowClass.UNKNOWN, why="Not in the store")


def _profile(row: Row, mine: Listed | None, named: NamedShoppers) -> Listed | None:
    """Return the profile that a row names by its id, which no other shop has: its address is nobody's any more."""
    if mine:
        return mine if mine.profile_id == row.profile_id else None
    return named.with_profile(row.profile_id)


def _account(row: Row, accounts: Sequence[Listed]) -> Listed | None:
    return next((one for one in accounts if one.customer_id == row.customer_id), None)


def _refusal(row: Row, accounts: Sequence[Listed], mine: Listed | None) -> str:
    """Return why a row is refused, though the store may know whom it names."""
    ids = ", ".join(str(one.customer_id) for one in accounts)
    if accounts and row.customer_id:
        return f"The address is that of customer {ids}, not of customer {row.customer_id}"
    if mine:
        return f"Customer {row.customer_id} has another address"
    if len(accounts) > 1:
        return f"Several accounts: customers {ids}"
    return "The store cannot look up an email with a comma" if "," in row.email else ""


def _has_address(address: str, email: str) -> bool:
    """Return whether a customer's address reads like this: in exports, what nobody sees has signs."""
    return (find_address(visible(address)) or "").casefold() == email.casefold()
