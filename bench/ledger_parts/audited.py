"""Do the books hold all that they promise, after all that was done to them?"""

import time
from typing import Any

from ledger.models import Entry, Transaction
from ledger.queries import discrepancies


def main() -> dict[str, Any]:
    began = time.monotonic()
    found = discrepancies()
    return {
        "discrepancies": [str(one) for one in found[:10]],
        "transactions": Transaction.objects.count(),
        "entries": Entry.objects.count(),
        "seconds": time.monotonic() - began,
    }
