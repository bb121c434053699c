"""What the web processes count of requests, for Prometheus. The labels are routes, never addresses.

Several processes count into files of one folder where PROMETHEUS_MULTIPROC_DIR names it, and whichever of them is
asked answers for all. Without it each knows its own requests only.
"""

import os

from prometheus_client import REGISTRY, CollectorRegistry, Counter, Histogram
from prometheus_client.multiprocess import MultiProcessCollector

if FOLDER := os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
    os.makedirs(FOLDER, exist_ok=True)  # else the first request would fail
_UNUSUAL = Counter("unusual_requests", "How often somebody has asked for unusually much.", ["kind"])
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

_REQUESTS = Counter("http_requests", "Requests answered.", ["method", "route", "status"])
_SECONDS = Histogram(
    "http_request_seconds",
    "How long an answer took, from the first middleware to the last.",
    ["method", "route"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15),
)


def count_request(*, method: str, route: str, status: int, seconds: float) -> None:
    """Count one request that was answered."""
    _REQUESTS.labels(method, route, status).inc()
    _SECONDS.labels(method, route).observe(seconds)


def count_unusual(kind: str) -> None:
    """Count that an address, or a user, asked for unusually much: once in each span of time."""
    _UNUSUAL.labels(kind).inc()


def registry() -> CollectorRegistry:
    """Return a registry of what all web processes of this machine have counted, to add to and to write out."""
    found = CollectorRegistry()
    if FOLDER:
        MultiProcessCollector(found)  # type: ignore[no-untyped-call]  # untyped there
    else:
        found.register(REGISTRY)  # a registry collects, as a collector does
    return found
