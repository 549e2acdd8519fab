"""What is counted for Prometheus, in all processes of a server together."""

import os

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Counter,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector

CONTENT_TYPE = CONTENT_TYPE_LATEST

CACHED_READS = Counter(
    "mercat_cached_reads",
    "Anonymous reads of the catalogue by where the answer came from:"
    " hit (the cache), awaited (another request was just building it), built.",
    ["view", "outcome"],
)


def exposition() -> bytes:
    """All metrics in Prometheus's text format."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return generate_latest(REGISTRY)
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # no types there
    return generate_latest(registry)
