"""The check of what only segments that follow rules need of the store: orders."""

from collections.abc import Sequence
from functools import partial

from bot.bigcommerce import Forbidden, StoreError
from bot.bigcommerce.behaviour_endpoints import order_count
from bot.doctor.case import Case
from bot.doctor.findings import Check, Finding
from bot.doctor.ledger_checks import LONG, look_into
from bot.doctor.store_checks import found_in
from bot.ledger.ports.checkup import Checkup, Schema

_ORDERS = "Give the API account the scope Orders: read-only, and set BIGCOMMERCE_ACCESS_TOKEN to its token."


async def _orders(case: Case) -> Sequence[Finding]:
    await case.store.reached()
    try:
        await case.store.send(order_count(None))
    except StoreError as error:
        found = found_in(error, _ORDERS if isinstance(error, Forbidden) else "")
        return await look_into(case, partial(_where_needed, found), Schema.CURRENT)
    return (Finding("The token's scopes are enough for segments that follow rules."),)


async def _where_needed(found: Sequence[Finding], _: Case, checkup: Checkup) -> Sequence[Finding]:
    """Return what was found of the store if a segment follows a rule, or was to follow one and could not."""
    ledger = checkup.ledger
    if await ledger.segment_rules.all() or (await ledger.facts.freshness()).missing:
        return found
    return (Finding("Orders cannot be read, and nothing needs them: no segment follows a rule."),)


RULE_CHECKS = (Check("store orders", _orders, LONG),)
