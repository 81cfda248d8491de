"""The metrics for Prometheus. The only module that needs the extra.

Names: prometheus.io/docs/practices/naming
"""

from collections.abc import Awaitable, Callable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.exposition import generate_latest

from bot.core.meters import Outcome, Service
from bot.health.readings import Readings

BUCKETS = (0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 3.0)
"""Seconds of an acknowledgement: a few milliseconds are usual, and after three Slack tells people that it failed."""


class Metrics:
    """The metrics of one process, in a registry of its own."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._acks = Histogram(
            "segment_bot_ack_seconds",
            "Time until a delivery of Slack's was acknowledged",
            ["kind"],
            buckets=BUCKETS,
            registry=self._registry,
        )
        self._requests = Counter(
            "segment_bot_requests_total",
            "Requests to the store and to Slack, by what became of them",
            ["service", "outcome"],
            registry=self._registry,
        )
        self._lost_runs = Counter(
            "segment_bot_lost_runs_total",
            "Runs that went on in another process, since the lease of this one was over",
            registry=self._registry,
        )
        self._changes = Gauge(
            "segment_bot_changes", "Changes on record, by their state", ["state"], registry=self._registry
        )
        self._waiting = self._gauge("invocations_waiting", "Invocations that this process has not answered yet")
        self._undelivered = self._gauge(
            "undelivered_messages", "Cards, notices and answers that Slack has not taken yet"
        )
        self._height = self._gauge("chain_height", "Number of the latest entry of the audit log")
        self._head_age = self._gauge("chain_head_age_seconds", "Time since the latest entry of the audit log")
        self._summary_age = self._gauge("summary_age_seconds", "Time since the latest summary that was posted")
        self._quota = self._gauge("store_quota_left", "Requests that the store allows until its window ends")
        self._places = self._gauge("store_places", "Requests that this process may send to the store at once")
        self._living = self._gauge("living_processes", "Processes that live on this ledger")

    def acknowledged(self, kind: str, seconds: float) -> None:
        """Count a delivery of Slack's that was acknowledged after so long."""
        self._acks.labels(kind).observe(seconds)

    def requested(self, service: Service, outcome: Outcome) -> None:
        """Count a request to somebody else."""
        self._requests.labels(service, outcome).inc()

    def lost_run(self) -> None:
        """Count a run that went on in another process."""
        self._lost_runs.inc()

    def scrape(self, read: Callable[[], Awaitable[Readings]]) -> Callable[[], Awaitable[bytes]]:
        """Build what renders all metrics, with a reading of that moment."""

        async def scraped() -> bytes:
            return self.render(await read())

        return scraped

    def render(self, readings: Readings) -> bytes:
        """Render all metrics, with this reading, in Prometheus' text format. What is not known is NaN."""
        self._changes.clear()
        for state, number in readings.ledger.changes.items() if readings.ledger else ():
            self._changes.labels(state).set(number)
        for gauge, value in self._values(readings).items():
            gauge.set(float("nan") if value is None else value)
        return generate_latest(self._registry)

    def _values(self, readings: Readings) -> dict[Gauge, float | None]:
        ledger = readings.ledger
        return {
            self._waiting: readings.invocations_waiting,
            self._undelivered: ledger.undelivered if ledger else None,
            self._height: ledger.chain_height if ledger else None,
            self._head_age: ledger.head_age if ledger else None,
            self._summary_age: ledger.summary_age if ledger else None,
            self._quota: readings.quota_left,
            self._places: readings.places,
            self._living: readings.living,
        }

    def _gauge(self, name: str, description: str) -> Gauge:
        return Gauge(f"segment_bot_{name}", description, registry=self._registry)
