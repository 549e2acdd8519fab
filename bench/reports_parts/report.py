"""A process that makes reports, as the worker and the API do, and says what they took."""

import re
import resource
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

from analytics.documents.body import body
from analytics.engines import DATABASE, Engine
from analytics.engines.duck import DuckDB
from analytics.engines.exports import latest
from analytics.queries import Days, SalesReport
from bench.reports_parts.terms import LAST


def main(*, days: int, engine: str, times: int) -> dict[str, Any]:
    """The same report ``times`` over, every part of it, without charts; the first one is not timed.

    Answers the ``seconds`` of each, the ``peak`` memory of this process and of its ``server`` process,
    shared buffers aside (MiB), and ``nets`` (minor units) by category.
    """
    asked = Days(LAST - timedelta(days=days - 1), LAST)
    report, took = _report(asked, engine), list[float]()
    for _ in range(times):
        began = time.perf_counter()
        report = _report(asked, engine)
        took.append(time.perf_counter() - began)
    return {
        "seconds": took,
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "server": _of_server(),
        "nets": {str(part.key): part.figures.net for part in report.categories},
    }


def _report(days: Days, engine: str) -> SalesReport:
    report = SalesReport(days, engine=_engine(engine))
    assert body(report)["summary"]
    return report


def _engine(name: str) -> Engine:
    return DuckDB(latest(Path(settings.REPORTS_EXPORT))) if name == "duckdb" else DATABASE


def _of_server() -> float:
    """What the connection's process on this machine has had of its own at most, in MiB."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
    status = Path(f"/proc/{pid}/status").read_text()
    peak, shared = (
        int(re.findall(rf"^{name}:\s+(\d+) kB", status, re.MULTILINE)[0])
        for name in ("VmHWM", "RssShmem")
    )
    return (peak - shared) / 1024
