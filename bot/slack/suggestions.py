"""Type-ahead: suggests segments, promotions and shoppers while a person types. What they type is not recorded."""

import asyncio
import logging
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import TypeVar

from bot.bigcommerce import Customer, Promotion, Reader, Segment, StoreError
from bot.core.language.normal_form import normal_form
from bot.core.segment_rules.vocabulary import Named
from bot.core.store_view.cached_shop import describe_status
from bot.core.store_view.names import Names
from bot.core.store_view.shopper_search import search_shoppers
from bot.engine.ttl_cache import TtlCache
from bot.slack import blocks
from bot.slack.action_ids import NEW_SEGMENT, PROMOTIONS, RULE_CHOICES, SHOPPER_SEARCH
from bot.slack.blocks import Block

TTL = timedelta(seconds=10)
"""Typing requests the same list many times a second."""
PATIENCE = 2.5
"""Slack ignores options that arrive after three seconds."""
Offered = TypeVar("Offered", Segment, Promotion, Named)
log = logging.getLogger(__name__)


class Suggestions:
    """The options of a form's type-ahead."""

    def __init__(self, reader: Reader, *, clock: Callable[[], datetime]) -> None:
        self._reader = reader
        self._segments = TtlCache(self._read_segments, ttl=TTL, clock=clock)
        self._promotions = TtlCache(self._read_promotions, ttl=TTL, clock=clock)
        self._groups = TtlCache(self._read_groups, ttl=TTL, clock=clock)
        self._attributes = TtlCache(self._read_attributes, ttl=TTL, clock=clock)

    async def options(self, action_id: str, query: str) -> list[Block]:
        """Return at most 100 options; none if the store does not respond in time: the command can still be typed."""
        try:
            async with asyncio.timeout(PATIENCE):
                if action_id == SHOPPER_SEARCH:
                    return shopper_options(await search_shoppers(query, self._reader, blocks.OPTIONS))
                if action_id == RULE_CHOICES["groups"]:
                    return named_options(await self._groups.get(), query)
                if action_id == RULE_CHOICES["attribute"]:
                    return named_options(await self._attributes.get(), query)
                if action_id == PROMOTIONS:
                    return promotion_options(await self._promotions.get(), query)
                return segment_options(await self._segments.get(), query, new=action_id == NEW_SEGMENT)
        except (StoreError, TimeoutError) as error:
            log.warning("No suggestions: %s", type(error).__name__)  # its sentence may repeat what is typed
            return []

    async def _read_segments(self) -> tuple[Segment, ...]:
        return tuple([one async for one in self._reader.segments()])

    async def _read_groups(self) -> tuple[Named, ...]:
        return tuple([Named(one.id, one.name) async for one in self._reader.behaviour.groups()])

    async def _read_attributes(self) -> tuple[Named, ...]:
        return tuple([Named(one.id, one.name) async for one in self._reader.behaviour.attributes()])

    async def _read_promotions(self) -> tuple[Promotion, ...]:
        return tuple([one async for one in self._reader.promotions()])


def shopper_options(customers: Iterable[Customer]) -> list[Block]:
    """Return these customers as options."""
    named = ((f"{one.first_name} {one.last_name}".strip(), one) for one in customers)
    return [blocks.option(name or one.email, f"#{one.id}", f"{one.email}, customer {one.id}") for name, one in named]


def segment_options(segments: tuple[Segment, ...], query: str, *, new: bool = False) -> list[Block]:
    """Return the matching segments as options; with ``new``, also the query itself, unless it names a segment."""
    matching = _matching(segments, query)
    name = query.strip()
    is_one = bool(Names(segments).called(name))
    if new and name and len(name) <= blocks.OPTION_VALUE and not is_one:
        matching = matching[: blocks.OPTIONS - 1]
        return [*(blocks.option(one.name, one.id) for one in matching), blocks.option(f"New: {name}", name)]
    return [blocks.option(one.name, one.id, one.description) for one in matching]


def named_options(named: tuple[Named, ...], query: str) -> list[Block]:
    """Return the matching customer groups or attributes as options."""
    return [blocks.option(one.name, str(one.id)) for one in _matching(named, query)]


def promotion_options(promotions: tuple[Promotion, ...], query: str) -> list[Block]:
    """Return the matching promotions as options."""
    matching = _matching(promotions, query)
    return [blocks.option(one.name, str(one.id), f"{describe_status(one)}, id {one.id}") for one in matching]


def _matching(things: Iterable[Offered], query: str) -> list[Offered]:
    """Return those whose name begins with the query, then those that contain it; at most as many as Slack shows."""
    wanted = normal_form(query)
    matching = [one for one in things if wanted in normal_form(one.name) or wanted == str(one.id)]
    matching.sort(key=lambda one: (not normal_form(one.name).startswith(wanted), normal_form(one.name)))
    return matching[: blocks.OPTIONS]
