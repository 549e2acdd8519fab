"""Where Mercat's answers came from, by its own account: the cache, or were they built?"""

import re
from collections import Counter
from http.client import HTTPConnection

from bench.catalogue_parts.servers import HEADERS, Shop

OURSELVES = HEADERS | {"X-Forwarded-For": "127.0.0.1"}
"""Others may not read metrics."""
COUNTED = re.compile(r'^mercat_cached_reads_total{outcome="(\w+)".*} ([\d.]+)$', re.MULTILINE)


class NotCold(Exception):
    """What should have been built came from the cache."""


def outcomes(mercat: Shop) -> Counter[str]:
    """How many answers were a "hit", "awaited" or "built" since it started."""
    connection = HTTPConnection("127.0.0.1", mercat.port)
    connection.request("GET", "/metrics", headers=OURSELVES)
    counted: Counter[str] = Counter()
    for outcome, number in COUNTED.findall(connection.getresponse().read().decode()):
        counted[outcome] += int(float(number))
    connection.close()
    return counted


SENT_AGAIN = 0.001
"""Of its requests wrk sends a few twice, when a connection is closed under it."""


def refuse_hits(mercat: Shop, before: Counter[str]) -> None:
    """:raises NotCold: since ``before``, more than ``SENT_AGAIN`` of the answers were not built."""
    now = outcomes(mercat)
    now.subtract(before)
    if now["hit"] + now["awaited"] > SENT_AGAIN * now["built"]:
        raise NotCold(f"Of what was to be built: {dict(now)}")


def share(mercat: Shop, before: Counter[str]) -> float:
    """Of the answers since ``before``, those that were not built."""
    now = outcomes(mercat)
    now.subtract(before)
    return 1 - now["built"] / max(1, now.total())
