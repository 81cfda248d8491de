"""Amounts of money, numbers of times and lengths of time in a segment's rule: parsed from words, and told."""

import re
from collections.abc import Mapping

from bot.bigcommerce import MONEY
from bot.core.errors import Misuse
from bot.core.segment_rules.rule import LONGEST, MOST_SPENT, MOST_TIMES, HowMuch, Period

HOW: Mapping[str, HowMuch] = {
    **dict.fromkeys(("over", "more than", "above"), "over"),
    **dict.fromkeys(("under", "less than", "fewer than", "below"), "under"),
    "at least": "at least",
    "at most": "at most",
}
"""What people say for a comparison."""
_AMOUNT = re.compile(r"(?a:\d{1,3}(?:,\d{3})+|\d+)(?:\.(?a:\d{1,2}))?")
_MORE = re.compile(
    rf"(?P<first>(?a:\d+(?:,\d{{3}})*) times?|once|twice|{_AMOUNT.pattern})"
    r" (?P<rest>(?!times?\b)(?:[^\W\d_]+ .+|.+ (?:days?|weeks?|months?|years?)))",
    re.IGNORECASE,
)
"""A quantity with other words behind it, most likely a time without its “in”: ``500 this year``."""
_CURRENCY = re.compile(r"[^\W\d_]{1,3}|[^\w\s.,-]")
_PERIOD = re.compile(
    r"(?:the )?(?:last |past )?(?:(?P<count>(?a:\d+(?:,\d{3})*)) (?P<units>day|week|month|year)s?"
    r"|(?:(?:an?|one) )?(?P<unit>day|week|month|year))"
)
_TIMES = re.compile(r"(?P<count>(?a:\d+(?:,\d{3})*)) times?")
_SINGLE = {"once": 1, "twice": 2}
_UNITS = {"day": ("days", 1), "week": ("days", 7), "month": ("months", 1), "year": ("months", 12)}


def parse_amount(text: str) -> int:
    """Return an amount in the store's currency. Raises Misuse where it could be read in two ways."""
    if _AMOUNT.fullmatch(text):
        whole, _, part = text.replace(",", "").partition(".")
        amount = int(whole) * MONEY + int(part.ljust(2, "0")) * (MONEY // 100)
        if amount <= MOST_SPENT:
            return amount
        raise Misuse(f"“{text}” is more than a rule can compare with. The most is {describe_amount(MOST_SPENT)}.")
    sign = _CURRENCY.search(text)
    if sign and _AMOUNT.fullmatch(_CURRENCY.sub("", text, count=1).strip()):
        raise Misuse(f"Amounts are in the store's currency. Leave “{sign[0]}” out: `spent over 500 in 90 days`.")
    _refuse_more(text)
    raise Misuse(f"I couldn't read “{text}” as an amount. Write it like 1000, 1,000 or 1,000.50.")


def describe_amount(amount: int) -> str:
    """Describe an amount as it is parsed."""
    whole, part = divmod(amount, MONEY)
    return f"{whole:,}.{part * 100 // MONEY:02}" if part else f"{whole:,}"


def parse_times(text: str) -> int:
    """Return a number of times. Raises Misuse."""
    match = _TIMES.fullmatch(text.lower())
    times = int(match["count"].replace(",", "")) if match else _SINGLE.get(text.lower())
    if times is None:
        _refuse_more(text)
        raise Misuse(f"I couldn't read “{text}” as a number of orders. Write it like `3 times`, or `once`.")
    if times > MOST_TIMES:
        raise Misuse(f"“{text}” is more than a rule can compare with. The most is {MOST_TIMES:,} times.")
    return times


def _refuse_more(text: str) -> None:
    """Raise Misuse if a quantity stands there with other words behind it: it is right, and they are not read."""
    if more := _MORE.fullmatch(text):
        raise Misuse(
            f"I couldn't read “{more['rest']}” behind “{more['first']}”. How far a rule looks back is said with “in”: "
            "`in 90 days`, `in 12 months`, or `in all`."
        )


def describe_times(times: int) -> str:
    """Describe a number of times as it is parsed."""
    return "once" if times == 1 else f"{times:,} times"


def parse_period(text: str) -> Period:
    """Return a length of time. Raises Misuse."""
    match = _PERIOD.fullmatch(text.lower())
    if not match:
        raise Misuse(f"I couldn't read “{text}” as a length of time. Write it like `90 days` or `12 months`.")
    unit, each = _UNITS[match["units"] or match["unit"]]
    count = each * int((match["count"] or "1").replace(",", ""))
    if not 1 <= count <= LONGEST[unit]:
        raise Misuse(f"A rule looks back from 1 to {LONGEST[unit]:,} {unit}, and “{text}” is {count:,}.")
    return Period.model_validate({"count": count, "unit": unit})


def describe_period(period: Period) -> str:
    """Describe a length of time as it is parsed."""
    return f"{period.count:,} {period.unit if period.count > 1 else period.unit.removesuffix('s')}"
