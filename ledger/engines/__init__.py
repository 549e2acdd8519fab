"""How postings are recorded on each database engine: the same steps, the same answers and refusals.

On PostgreSQL one call of the posting function in ``functions/postgresql.sql``; on SQLite its steps
in Python, under the lock of the whole database.
"""

from collections.abc import Callable, Sequence

from django.db import connection

from ledger.engines import function, steps
from ledger.postings import Plan, Posted

RECORDERS: dict[str, Callable[[Sequence[Plan]], list[Posted]]] = {
    "postgresql": function.record,
    "sqlite": steps.record,
}


def record(plans: Sequence[Plan]) -> list[Posted]:
    """Record ``plans``, whose keys differ, in order, all or none. Undone completely on any error."""
    return RECORDERS[connection.vendor](plans)
