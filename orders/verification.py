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

FULL_RULE = "escrow of a paid order holds what came in less what went back"

NOT_FULL = """
SELECT a.code, a.balance || ' in it' FROM orders_order o
  JOIN ledger_account a
    ON a.code = 'order:' || replace(CAST(o.id AS text), '-', '') || ':escrow:' || o.currency
 WHERE o.status = 'paid'
   AND a.balance <> o.paid + o.sponsored - (
     SELECT coalesce(sum(amount + sponsored), 0) FROM orders_refund r WHERE r.order_id = o.id)
"""

FULL_ESCROWS = Check(
    [("I17", FULL_RULE)],
    "paid orders",
    "orders_order o WHERE o.status = 'paid'",
    broken(FULL_RULE, NOT_FULL),
)

ESCROWS = Check(
    [("I16", RULE)], "closed orders", f"orders_order o WHERE {CLOSED}", broken(RULE, NOT_EMPTY)
)
