"""Whether this process has metrics: they need the extra ``metrics``."""

from importlib.util import find_spec
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # it takes a quarter of a second, and is not there without the extra
    from bot.health.prometheus import Metrics

LIBRARY = "prometheus_client"


def metrics_if_installed(library: str = LIBRARY) -> "Metrics | None":
    """Build the process's metrics; None without the library."""
    if find_spec(library) is None:
        return None
    from bot.health.prometheus import Metrics

    return Metrics()
