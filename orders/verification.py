"""What ``check_ledger`` proves of orders: money waits in escrow for as long as the order is open, and
what goes back outside is owed until it has gone."""

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

DUE_RULE = "what of a payment is due back is what its repayments have not sent yet"

NOT_DUE = """
SELECT p.id, coalesce(a.balance, 0) || ' due' FROM orders_payment p
  LEFT JOIN ledger_account a
    ON a.code = 'payment:' || replace(CAST(p.id AS text), '-', '') || ':refunds_due:' || p.currency
 WHERE p.method NOT IN ('wallet', 'direct')
   AND coalesce(a.balance, 0) <> (
     SELECT coalesce(sum(amount), 0) FROM orders_repayment r
      WHERE r.payment_id = p.id AND r.status <> 'done')
"""

REFUNDS_DUE = Check(
    [("I18", DUE_RULE)],
    "payments from outside",
    "orders_payment p WHERE p.method NOT IN ('wallet', 'direct')",
    broken(DUE_RULE, NOT_DUE),
)
