"""Prometheus metrics, added up over all the processes that serve the site."""

from __future__ import annotations

import os

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import REGISTRY

from localcare.config.observation.metrics_folder import PROCESSES_FOLDER

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")

_requests = Counter("localcare_requests_total", "Requests answered", ["method", "route", "status"])
_seconds = Histogram(
    "localcare_request_seconds",
    "Time to answer a request",
    ["route"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)


def observe_request(method: str, route: str, status: int, seconds: float) -> None:
    """Count one request."""
    _requests.labels(method if method in METHODS else "other", route, str(status)).inc()
    _seconds.labels(route).observe(seconds)


def exposition() -> bytes:
    """Everything counted so far, in Prometheus's text format."""
    from localcare.config.observation.work_counts import WorkCounts  # after Django's tables are known

    registry = CollectorRegistry()
    registry.register(WorkCounts())
    if os.environ.get(PROCESSES_FOLDER):
        MultiProcessCollector(registry)
        return generate_latest(registry)
    return generate_latest(REGISTRY) + generate_latest(registry)
