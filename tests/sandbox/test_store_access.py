from collections.abc import AsyncIterator

import httpx
import pytest

from bot.sandbox.store import Store
from tests.sandbox.served_store import TOKEN, Served, served, serving_stores

NOBODY = "00000000-0000-4000-8000-000000000000"
SEGMENTATION = [
    ("GET", "/segments"),
    ("POST", "/segments"),
    ("PUT", "/segments"),
    ("DELETE", "/segments"),
    ("GET", f"/segments/{NOBODY}/shopper-profiles"),
    ("POST", f"/segments/{NOBODY}/shopper-profiles"),
    ("DELETE", f"/segments/{NOBODY}/shopper-profiles"),
    ("GET", "/shopper-profiles"),
    ("POST", "/shopper-profiles"),
    ("DELETE", "/shopper-profiles"),
    ("GET", f"/shopper-profiles/{NOBODY}/segments"),
]
OTHERS = [
    ("GET", "/customers"),
    ("POST", "/customers"),
    ("GET", "/promotions"),
    ("GET", "/promotions/1"),
    ("PUT", "/promotions/1"),
]


@pytest.fixture
async def shop() -> AsyncIterator[Served]:
    async with served(customers=20) as shop:
        yield shop


@pytest.mark.parametrize("token", ["", "wrong", "sandbox-token ✓".encode().decode("latin-1")])
async def test_wrong_token_is_401_and_does_nothing(shop: Served, token: str) -> None:
    headers = [(b"X-Auth-Token", token.encode("latin-1"))]
    answer = await shop.api.request("DELETE", "/segments", headers=headers)
    assert (answer.status_code, len(shop.store.overview()["segments"])) == (401, 12)


async def test_missing_token_is_401(shop: Served) -> None:
    async with httpx.AsyncClient(base_url=shop.api.base_url) as stranger:
        assert (await stranger.get("/segments")).status_code == 401


async def test_another_stores_hash_is_not_found(shop: Served) -> None:
    url = str(shop.api.base_url).replace("/sandbox/", "/another/")
    assert (await shop.api.get(f"{url}segments")).status_code == 404


async def test_unknown_path_is_not_found_and_unknown_method_is_405(shop: Served) -> None:
    answer = await shop.api.patch("/segments", json=[])
    assert (await shop.api.get("/nothing")).status_code == 404
    assert (answer.status_code, answer.headers["Allow"]) == (405, "DELETE, GET, POST, PUT")
    assert answer.json()["status"] == 405


@pytest.mark.parametrize(("method", "path"), [*SEGMENTATION, *OTHERS])
async def test_token_without_scopes_may_nothing(shop: Served, method: str, path: str) -> None:
    shop.store.scopes = set()
    assert (await shop.api.request(method, path, json=[])).status_code == 403


@pytest.mark.parametrize(("method", "path"), [*SEGMENTATION, *OTHERS])
async def test_read_only_scopes_may_read_all_but_members(shop: Served, method: str, path: str) -> None:
    shop.store.scopes = {"store_v2_customers_read_only", "store_v2_marketing_read_only"}
    refused = (await shop.api.request(method, path, json=[])).status_code == 403
    assert refused is (method != "GET" or path == f"/segments/{NOBODY}/shopper-profiles")


@pytest.mark.parametrize(("method", "path"), [*SEGMENTATION, *OTHERS])
async def test_plan_without_segmentation_refuses_exactly_its_endpoints(shop: Served, method: str, path: str) -> None:
    shop.store.plan = "Pro"
    answer = await shop.api.request(method, path, json=[])
    assert (answer.status_code == 403) is ((method, path) in SEGMENTATION)


async def test_every_answer_carries_the_rate_limit_even_without_one(shop: Served) -> None:
    for answer in (await shop.api.get("/segments"), await shop.api.get("/nothing")):
        assert answer.headers["X-Rate-Limit-Time-Window-Ms"] == "30000"
        assert int(answer.headers["X-Rate-Limit-Requests-Left"]) > 100_000


async def test_quota_is_counted_down_refuses_and_is_new_after_the_window(shop: Served) -> None:
    shop.store.quota = 2
    first = await shop.api.get("/segments")
    shop.clock.now += 10
    second, third = await shop.api.get("/segments"), await shop.api.get("/segments")
    assert [first.headers["X-Rate-Limit-Requests-Left"], second.headers["X-Rate-Limit-Requests-Left"]] == [
        "1",
        "0",
    ]
    assert first.headers["X-Rate-Limit-Time-Reset-Ms"] == "30000"
    assert (third.status_code, third.headers["X-Rate-Limit-Time-Reset-Ms"]) == (429, "20000")
    shop.clock.now += 20
    assert (await shop.api.get("/segments")).headers["X-Rate-Limit-Requests-Left"] == "1"


async def test_request_beyond_the_quota_does_nothing(shop: Served) -> None:
    shop.store.quota = 0
    assert (await shop.api.delete("/segments")).status_code == 429
    assert len(shop.store.overview()["segments"]) == 12


async def test_application_serves_below_a_prefix_with_faults_and_method_errors_alike() -> None:
    store = Store(":memory:", store_hash="abc")
    async with (
        serving_stores(store) as url,
        httpx.AsyncClient(base_url=f"{url}/stores/abc/v3", headers=TOKEN) as api,
    ):
        store.faults.add("GET", "/customers", status=503)
        statuses = [(await api.get(path)).status_code for path in ("/segments", "/customers", "/nothing")]
        assert statuses == [200, 503, 404]
        assert (await api.patch("/segments")).status_code == 405
        assert store.requests()[0]["path"] == "/stores/abc/v3/segments"
    store.close()
