"""Whatever is thrown at the store, it answers 4xx as JSON, and nothing in it has changed."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.sandbox.served_store import Served, served

BODIES = [
    b"",
    b"{",
    b"null",
    b"5",
    b'"text"',
    b"[null]",
    b"[[]]",
    b"[5]",
    b'["\\ud800"]',
    b'[{"name": null}]',
    b'[{"name": 5}]',
    b'[{"name": ""}]',
    b'[{"name": " \\u00a0"}]',
    b'[{"name": "\\u0000"}]',
    b'[{"name": "\\udfff"}]',
    b'[{"name": "a", "description": null}]',
    b'[{"name": "\xff"}]',
    b'[{"id": "x", "name": "a"}]',
    b'[{"customer_id": null}]',
    b'[{"customer_id": true}]',
    b'[{"customer_id": "1"}]',
    b'[{"customer_id": 1.5}]',
    b'[{"customer_id": 0}]',
    b'[{"customer_id": 1e400}]',
    b'[{"customer_id": NaN}]',
    b'[{"customer_id": 99999999999999999999999}]',
    b"[" + b"9" * 5000 + b"]",
    b"[" * 100_000,
    b"[" * 500 + b"]" * 500,
    b'{"name": "\\ud800", "rules": []}',
    b'{"name": "x"}',
    b"[" + b" " * 2_000_000 + b"]",
]
WRITES = [
    ("POST", "/segments"),
    ("PUT", "/segments"),
    ("POST", "/segments/{vips}/shopper-profiles"),
    ("POST", "/shopper-profiles"),
    ("POST", "/customers"),
    ("PUT", "/promotions/1"),
]
# What the vendor's document allows: a segment may have any other field, members may come without a body, and fields of
# a promotion by themselves.
ALLOWED = {
    ("POST", "/segments", b'[{"id": "x", "name": "a"}]'),
    ("POST", "/segments/{vips}/shopper-profiles", b""),
    ("PUT", "/promotions/1", b'{"name": "x"}'),
}
HOSTILE = [(*write, body) for write in WRITES for body in BODIES if (*write, body) not in ALLOWED]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shop() -> AsyncIterator[Served]:
    async with served(customers=20) as shop:
        yield shop


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize(("method", "path", "content"), HOSTILE, ids=lambda part: str(part[:24]))
async def test_hostile_body_is_refused_and_changes_nothing(
    shop: Served, method: str, path: str, content: bytes
) -> None:
    before = list(shop.store.shop.db.iterdump())
    url = path.format(vips=shop.segment("VIPs"))
    answer = await shop.api.request(method, url, content=content)
    assert 400 <= answer.status_code < 500
    assert "errors" in answer.json()
    assert list(shop.store.shop.db.iterdump()) == before


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("value", ["0", "-1", "abc", "", "1.5", "٣", "1_0", "9" * 5000, "%00", "%ff", "1e3", " 1"])
@pytest.mark.parametrize("name", ["page", "limit"])
@pytest.mark.parametrize("path", ["/segments", "/shopper-profiles", "/customers", "/promotions"])
async def test_hostile_page_and_limit_are_422(shop: Served, path: str, name: str, value: str) -> None:
    assert (await shop.api.get(f"{path}?{name}={value}")).status_code == 422


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("path", ["/segments", "/shopper-profiles", "/customers", "/promotions"])
async def test_more_than_250_a_page_is_too_large(shop: Served, path: str) -> None:
    statuses = [(await shop.api.get(path, params={"limit": limit})).status_code for limit in (250, 251)]
    assert statuses == [200, 413]


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize(
    "query",
    [
        "id:in=%00,%ff,'--,1",
        "email:in=%00,%ff",
        "name:like=%25_'%22",
        "name:in=%F0%9F%8D%B5",
        "date_created=%00",
        "after=%00",
        "include=%00",
        "phone:in=%ff",
        "id:in=99999999999999999999999",
        "name=%00",
        "query=%ff",
        "%00=%00",
    ],
)
@pytest.mark.parametrize("path", ["/segments", "/customers", "/promotions"])
async def test_hostile_filter_never_breaks_the_store(shop: Served, path: str, query: str) -> None:
    assert (await shop.api.get(f"{path}?{query}")).status_code in (200, 422)
