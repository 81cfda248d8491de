"""What the bot exports imports again and changes nothing, also after a spreadsheet saved it anew."""

import io
from collections.abc import AsyncIterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.bigcommerce import Profile, Segment
from bot.core.csv_lines import csv_lines
from bot.core.list_files.reading import Brought, read_list
from bot.core.list_files.row_classes import RowClass
from bot.core.store_view.cached_shop import Shop
from bot.sandbox.store.resources import customers as store_customers
from bot.sandbox.store.resources import profiles as store_profiles
from commands.segment.export import COLUMNS
from commands.segment.import_preview import ReadList
from tests.engine.bench import Bench, bench
from tests.judging import judged
from tests.laws.spreadsheets import saved_anew
from tests.laws.values import LAW, examples

EMAILS = (
    "ada@example.com",
    "Ben.Mixed@Example.COM",
    "+plus@example.com",
    "=sum@example.com",
    "-dash@example.com",
    "o'neil@example.com",
    "'quoted'@example.com",
    "zoë@example.com",
    "名前@example.com",
    "ada@exämple.de",
    "1e5@example.com",
    "a,b@example.com",
    "two@at@example.com",
    "no-address",
    "#17",
)
HOSTILE = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        (
            "=1+1", "@cmd", "+49 30", "-1", "\t=x", "\r=x", "＝1", "a;b", "a|b", "x\ty", "two\nlines", 'a "b" c', "'",
            '"', "eve@example.org", "17", "1E+05", "MAR1", "1/2", "00000000-0000-4000-8000-000000000000", "sep=;",
            "customer_id", "a,b,c", "   ", "‮x", "0012", "123456789012",
        )
    ),
)  # fmt: skip
NAMES = st.lists(st.tuples(HOSTILE, HOSTILE), min_size=len(EMAILS), max_size=len(EMAILS))


class Members:
    """A segment of shoppers with uncommon addresses."""

    def __init__(self, machine: Bench, segment: Segment, members: list[Profile], emails: dict[int, str]) -> None:
        self.machine = machine
        self.segment = segment
        self.members = members
        self.emails = emails

    def export(self, names: list[tuple[str, str]], count: int) -> str:
        rows = (
            (str(one.customer_id), self.emails.get(one.customer_id, ""), *name, one.id)
            for one, name in zip(self.members[:count], names, strict=False)
        )
        return "".join(csv_lines(COLUMNS, rows))

    async def check(self, content: bytes, how: str, count: int) -> None:
        rows = list(read_list(Brought(io.BytesIO(content), "VIPs.csv")))
        found = await judged(rows, self.segment.id, Shop(self.machine.client))
        read = ReadList(self.segment, "equal", "VIPs.csv")
        read.take(found)
        assert read.counts == {RowClass.ALREADY: count}, (how, [one for one in found if not one.shopper])
        assert {one.shopper.profile_id for one in found if one.shopper} == {one.id for one in self.members[:count]}, how


@pytest.fixture
async def vips() -> AsyncIterator[Members]:
    async with bench(customers=20) as machine:
        shop = machine.store.shop
        drafts = [{"email": email, "first_name": "A", "last_name": "B"} for email in EMAILS]
        halves = (drafts[:10], drafts[10:])
        ids = [int(one["id"]) for half in halves for one in store_customers.create(shop, half)]
        profiles = [str(one["id"]) for one in store_profiles.create(shop, ids)]
        row = shop.rows("SELECT id, name FROM segments LIMIT 1")[0]
        segment = Segment(id=str(row["id"]), name=str(row["name"]))
        store_profiles.add_members(shop, segment.id, profiles)
        members = [one async for one in machine.client.members(segment.id) if one.id in profiles]
        yield Members(machine, segment, members, dict(zip(ids, EMAILS, strict=True)))


@given(names=NAMES, count=st.integers(1, len(EMAILS)))
@settings(LAW, max_examples=examples(12))
async def test_an_export_saved_anew_changes_nothing(vips: Members, names: list[tuple[str, str]], count: int) -> None:
    for how, content in saved_anew(vips.export(names, count)).items():
        await vips.check(content, how, count)
