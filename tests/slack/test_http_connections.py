"""Which connections are closed, and which are spared."""

import asyncio
import resource

from bot.slack.http.connections import Connection, Connections, open_files
from bot.slack.http.refusals import Refusals


class Wire(asyncio.Transport):
    """A connection without a network."""

    aborted = False

    def abort(self) -> None:
        self.aborted = True


class Recorded(asyncio.Protocol):
    """A protocol that takes down what it is told."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def pause_writing(self) -> None:
        self.told.append("pause")

    def resume_writing(self) -> None:
        self.told.append("resume")


def bounded(most: int) -> Connections:
    return Connections(Refusals(), most=most, read_within=60)


async def test_no_connection_is_closed_while_its_signed_request_is_answered() -> None:
    connections, first, second = bounded(1), Wire(), Wire()
    connections.opened(first)
    with connections.busy(first):
        connections.opened(second)
        connections.close_idle()
    assert (first.aborted, second.aborted) == (False, True)
    assert connections.is_kept(first)
    connections.close_idle()
    assert first.aborted


async def test_a_signed_request_may_be_answered_for_longer_than_it_may_arrive() -> None:
    connections, wire = Connections(Refusals(), most=1, read_within=0), Wire()
    connections.opened(wire)
    with connections.busy(wire):
        for _ in range(3):
            await asyncio.sleep(0)
    assert connections.is_kept(wire)
    assert not wire.aborted


async def test_a_connection_that_is_lost_meanwhile_is_not_kept() -> None:
    connections, wire = bounded(1), Wire()
    connections.opened(wire)
    with connections.busy(wire):
        connections.lost(wire)
    with connections.busy(None):
        pass
    assert not connections.is_kept(wire)
    assert not connections.is_kept(None)


async def test_connections_that_are_gone_make_room_for_others() -> None:
    connections, wires = bounded(1), [Wire() for _ in range(3)]
    for wire in wires:
        connection = Connection(Recorded(), connections)
        connection.connection_made(wire)
        connection.connection_lost(None)
    connections.opened(Wire())
    assert not any(wire.aborted for wire in wires)


def test_the_protocol_is_told_when_to_wait_with_writing() -> None:
    recorded = Recorded()
    connection = Connection(recorded, bounded(1))
    connection.pause_writing()
    connection.resume_writing()
    assert recorded.told == ["pause", "resume"]


def test_as_many_files_count_as_may_be_open_now() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft - 1, hard))
    try:
        assert open_files() == soft - 1 < hard
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


async def test_a_kept_connection_waits_again_once_its_next_request_begins() -> None:
    connections, wire = bounded(2), Wire()
    connections.opened(wire)
    with connections.busy(wire):
        assert not connections.is_kept(wire)
    assert connections.is_kept(wire)
    connections.received(wire)
    assert not connections.is_kept(wire)
    connections.close_idle()
