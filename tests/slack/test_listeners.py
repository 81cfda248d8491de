"""Everything that people can use in Slack has its listener."""

from collections.abc import Callable
from typing import Any, cast

import pytest
from slack_bolt.async_app import AsyncApp

from bot.bigcommerce import NewSegment
from bot.core.people import Standing
from bot.slack.action_ids import (
    APPROVE,
    COMMAND_FORM,
    CONFIRM,
    DISOWN,
    EDIT,
    NEW_SEGMENT,
    PROMOTIONS,
    REJECT,
    REJECT_FORM,
    REVIEW,
    REVIEW_FORM,
    RULE_CHOICES,
    RULE_PATTERN,
    RUN_PATTERN,
    SEGMENTS,
    SHOPPER_SEARCH,
    SHOPPERS,
    UPLOAD_PATTERN,
    USE_LIST,
)
from bot.slack.app import Listeners
from bot.slack.suggestions import Suggestions
from tests.engine.bench import Bench, bench
from tests.slack.test_decoding import sample

USED: dict[str, tuple[object, ...]] = {
    "command": ("/segment", "/shopper", "/promotion", "/change", "/audit", "/summary"),
    "action": (RUN_PATTERN, UPLOAD_PATTERN, APPROVE, REJECT, EDIT, REVIEW, CONFIRM, DISOWN, SHOPPERS, RULE_PATTERN),
    "view": (REVIEW_FORM, COMMAND_FORM, REJECT_FORM),
    "options": (SEGMENTS, NEW_SEGMENT, PROMOTIONS, SHOPPER_SEARCH, *RULE_CHOICES.values()),
    "shortcut": (USE_LIST,),
    "event": ("message", "app_home_opened"),
}


class Heard:
    """Notes what is listened to, by kind, as an app of Bolt registers it."""

    def __init__(self) -> None:
        self.kinds: dict[str, list[object]] = {}

    def __getattr__(self, kind: str) -> Callable[[object], Callable[[Any], None]]:
        def of(what: object) -> Callable[[Any], None]:
            return lambda _listener: self.kinds.setdefault(kind, []).append(what)

        return of


async def test_everything_that_can_be_used_is_listened_to() -> None:
    heard, nothing = Heard(), cast("Any", None)
    async with bench() as machine:
        Listeners(machine.engine, nothing, nothing).register(cast("AsyncApp", heard))
    assert {kind: sorted(map(str, keys)) for kind, keys in heard.kinds.items()} == {
        kind: sorted(map(str, keys)) for kind, keys in USED.items()
    }


class Acks:
    """Notes how it was acknowledged."""

    def __init__(self) -> None:
        self.given: list[dict[str, Any]] = []

    async def __call__(self, **given: Any) -> None:
        self.given.append(given)


ACKNOWLEDGED: list[tuple[str, str, dict[str, Any]]] = [
    ("typed", "slash_command", {}),
    ("approved", "click", {}),
    ("rejecting", "click", {}),
    ("editing", "click", {}),
    ("rejected", "reason", {"response_action": "clear"}),
    ("submitted", "form", {}),
    ("home_opened", "home_opened", {}),
]


async def acknowledged(machine: Bench, listener: str, payload: str) -> list[dict[str, Any]]:
    """How a listener acknowledges this."""
    acks, suggestions = Acks(), Suggestions(machine.client, clock=machine.clock)
    await getattr(Listeners(machine.engine, cast("Any", None), suggestions), listener)(acks, sample(payload))
    await machine.tasks.settled()
    return acks.given


@pytest.mark.parametrize(("listener", "payload", "given"), ACKNOWLEDGED)
async def test_what_is_used_is_acknowledged_once_also_where_it_is_refused(
    listener: str, payload: str, given: dict[str, Any]
) -> None:
    async with bench() as machine:
        assert await acknowledged(machine, listener, payload) == [given]


@pytest.mark.parametrize("nothing", [None, "", " \n", "\u200b"])
async def test_a_reason_that_nobody_sees_is_refused_in_its_form(nothing: str | None) -> None:
    async with bench() as machine:
        body, acks = sample("reason"), Acks()
        body["view"]["state"]["values"]["reason"]["value"]["value"] = nothing
        await Listeners(machine.engine, cast("Any", None), cast("Any", None)).rejected(cast("Any", acks), body)
        await machine.tasks.settled()
        assert acks.given == [{"response_action": "errors", "errors": {"reason": "Reason cannot be empty."}}]
        assert machine.kinds() == ["refused"]


@pytest.mark.parametrize(("standing", "names"), [(Standing.MEMBER, ["VIPs"]), (Standing.GUEST, [])])
async def test_segments_are_suggested_to_whoever_may_ask(standing: Standing, names: list[str]) -> None:
    async with bench(seeded=False) as machine:
        await machine.client.create_segments(NewSegment(name="VIPs"), NewSegment(name="Lapsed"))
        machine.people.standings["UANA"] = standing
        (given,) = await acknowledged(machine, "suggested", "suggestion")
        assert [one["text"]["text"] for one in given["options"]] == names
