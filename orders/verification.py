"""What ``check_ledger`` proves of orders: money waits in escrow for as long as the order is open."""

from ledger.verification import Check, broken

RULE = "escrow of a closed order is empty"

CLOSED = "o.status IN ('completed', 'cancelled')"

NOT_EMPTY = f"""
SELECT a.code, a.balance || ' left in it' FROM orders_order o
  JOIN ledger_account a
    ON a.code = 'order:' || replace(CAST(o.id AS text), '-', '') || ':escrow:' || o.currency
 WHERE {CLOSED} AND a.balance <> 0
"""  # noqa: S608  # nothing in it comes from outside

ESCROWS = Check(
    [("I16", RULE)], "closed orders", f"orders_order o WHERE {CLOSED}", broken(RULE, NOT_EMPTY)
)
