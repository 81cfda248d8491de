"""A client for the part of BigCommerce's API that deals with customer segments.

It imports nothing else of this project, so it can be used alone; it needs httpx, aiohttp and pydantic::

    async with connect(API_URL, store_hash, token) as store:
        async for segment in store.segments():
            print(segment.name, await store.member_count(segment.id))

``connect`` opens a ``Store``, which reads and writes; a ``Reader`` only reads. Requests are spread over the store's
quota, and retried where that is safe. Every failure is a ``StoreError`` (see ``errors`` for the tree); its text is a
sentence for people, and its ``maybe_done`` says whether a write may have been carried out nevertheless.

Pure, from the inside out: ``models`` and ``targeting`` are what the store holds, ``wire`` and ``endpoints`` build
requests, ``responses`` decodes responses (``long_pages`` those that list many), and ``failures`` what a refusal says;
``paging`` says which pages can be trusted, ``rate_limits`` and ``attempts`` compute waits. ``turns`` gives each request
its turn, by how urgent it is, and by this process's part of what the store takes at once (``shares``); ``exchanges``
sends it, ``connection`` again where that is safe, and ``network`` is the only module with I/O; ``reader`` and
``client`` are the public interface (both read with ``list_reader``). ``behaviour``, its ``…_endpoints``,
``…_responses`` and ``…_reader``, and ``keyset`` are for orders and what customers are like. Who writes may bring a
``Fence``, which is asked last before a request's first byte.
"""

from bot.bigcommerce.behaviour import (
    MONEY,
    NO_SALES,
    Attribute,
    AttributeValue,
    CustomerGroup,
    CustomerTraits,
    Order,
    Subscriber,
)
from bot.bigcommerce.behaviour_reader import BehaviourReader
from bot.bigcommerce.client import API_URL, Store, connect
from bot.bigcommerce.connection import LONGEST_WRITE
from bot.bigcommerce.errors import (
    CUSTOMERS_READ,
    MARKETING,
    MARKETING_READ,
    ORDERS_READ,
    Conflict,
    Contradiction,
    DuplicateName,
    Forbidden,
    Ignored,
    Invalid,
    Locked,
    MalformedResponse,
    NotFound,
    OrdersForbidden,
    OverPlan,
    PartlyFailed,
    RateLimited,
    ServerError,
    StoreError,
    TimedOut,
    TooLarge,
    Unauthorized,
    Unfinished,
    Unreachable,
)
from bot.bigcommerce.fence import Fence, HeldBack
from bot.bigcommerce.keyset import Part, Position
from bot.bigcommerce.list_reader import read_again
from bot.bigcommerce.models import (
    MOST_SEGMENTS,
    AddedMembers,
    CreatedProfiles,
    Customer,
    NewCustomer,
    NewSegment,
    Page,
    Profile,
    Promotion,
    Segment,
    SegmentChange,
)
from bot.bigcommerce.read_back import confirm_deleted, confirm_no_profiles, confirm_removed, is_member
from bot.bigcommerce.reader import Reader
from bot.bigcommerce.shares import Allotment, Demand, Share
from bot.bigcommerce.targeting import All, Any_, AnyOf, Not, Targeting, Unread, Use, parse_targeting
from bot.bigcommerce.turns import Lane
from bot.bigcommerce.wire_format import is_uuid

__all__ = [
    "API_URL",
    "CUSTOMERS_READ",
    "LONGEST_WRITE",
    "MARKETING",
    "MARKETING_READ",
    "MONEY",
    "MOST_SEGMENTS",
    "NO_SALES",
    "ORDERS_READ",
    "AddedMembers",
    "All",
    "Allotment",
    "AnyOf",
    "Any_",
    "Attribute",
    "AttributeValue",
    "BehaviourReader",
    "Conflict",
    "Contradiction",
    "CreatedProfiles",
    "Customer",
    "CustomerGroup",
    "CustomerTraits",
    "Demand",
    "DuplicateName",
    "Fence",
    "Forbidden",
    "HeldBack",
    "Ignored",
    "Invalid",
    "Lane",
    "Locked",
    "MalformedResponse",
    "NewCustomer",
    "NewSegment",
    "Not",
    "NotFound",
    "Order",
    "OrdersForbidden",
    "OverPlan",
    "Page",
    "Part",
    "PartlyFailed",
    "Position",
    "Profile",
    "Promotion",
    "RateLimited",
    "Reader",
    "Segment",
    "SegmentChange",
    "ServerError",
    "Share",
    "Store",
    "StoreError",
    "Subscriber",
    "Targeting",
    "TimedOut",
    "TooLarge",
    "Unauthorized",
    "Unfinished",
    "Unreachable",
    "Unread",
    "Use",
    "confirm_deleted",
    "confirm_no_profiles",
    "confirm_removed",
    "connect",
    "is_member",
    "is_uuid",
    "parse_targeting",
    "read_again",
]
