-- A payment keeps what it is of, and goes one way only. Captured ones: see sqlite.sql.
CREATE TRIGGER orders_payment_begins BEFORE INSERT ON orders_payment
WHEN NEW.status NOT IN ('pending', 'captured', 'unclaimed')
BEGIN SELECT RAISE(ABORT, 'a payment begins before it ends'); END;
CREATE TRIGGER orders_payment_kept BEFORE UPDATE ON orders_payment
WHEN (NEW.order_id, NEW.method, NEW.amount, NEW.currency, NEW.created_at)
  IS NOT (OLD.order_id, OLD.method, OLD.amount, OLD.currency, OLD.created_at)
BEGIN SELECT RAISE(ABORT, 'a payment keeps its order, method and amount'); END;
CREATE TRIGGER orders_payment_steps BEFORE UPDATE ON orders_payment
WHEN NEW.status <> OLD.status AND (OLD.status || '>' || NEW.status) NOT IN (
  'pending>authorised', 'pending>captured', 'pending>failed', 'pending>voided', 'pending>unclaimed',
  'authorised>captured', 'authorised>failed', 'authorised>voided', 'authorised>unclaimed',
  'failed>unclaimed', 'voided>unclaimed', 'unclaimed>refunded')
BEGIN SELECT RAISE(ABORT, 'a payment does not go this way'); END;
CREATE TRIGGER orders_payment_came BEFORE UPDATE ON orders_payment
WHEN OLD.status = 'refunded' OR (OLD.status = 'unclaimed' AND
  (NEW.transaction_id, NEW.captured_at) <> (OLD.transaction_id, OLD.captured_at))
BEGIN SELECT RAISE(ABORT, 'money that came never changes'); END;
CREATE TRIGGER orders_payment_unclaimed_added BEFORE INSERT ON orders_payment
WHEN NEW.status = 'unclaimed' AND NOT EXISTS (
  SELECT 1 FROM ledger_entry e JOIN ledger_account a ON a.id = e.account_id
   WHERE e.transaction_id = NEW.transaction_id AND e.amount = NEW.amount
     AND a.code = 'payment:' || NEW.id || ':refunds_due:' || NEW.currency)
BEGIN SELECT RAISE(ABORT, 'the payment is not where it is given back from'); END;
CREATE TRIGGER orders_payment_unclaimed BEFORE UPDATE ON orders_payment
WHEN NEW.status = 'unclaimed' AND NOT EXISTS (
  SELECT 1 FROM ledger_entry e JOIN ledger_account a ON a.id = e.account_id
   WHERE e.transaction_id = NEW.transaction_id AND e.amount = NEW.amount
     AND a.code = 'payment:' || NEW.id || ':refunds_due:' || NEW.currency)
BEGIN SELECT RAISE(ABORT, 'the payment is not where it is given back from'); END;
CREATE TRIGGER orders_payment_given_back BEFORE UPDATE ON orders_payment
WHEN NEW.status = 'refunded' AND (
  SELECT coalesce(sum(amount), 0) FROM orders_repayment
   WHERE payment_id = NEW.id AND status = 'done') <> NEW.amount
BEGIN SELECT RAISE(ABORT, 'the payment is not given back'); END;

-- A repayment is proven by the ledger transaction of its own key, and final.
CREATE TRIGGER orders_repayment_begins BEFORE INSERT ON orders_repayment
WHEN NEW.status <> 'pending' OR EXISTS (
  SELECT 1 FROM orders_repayment WHERE id = NEW.id OR refund_id = NEW.refund_id)
BEGIN SELECT RAISE(ABORT, 'a repayment begins before it ends'); END;
CREATE TRIGGER orders_repayment_kept BEFORE UPDATE ON orders_repayment
WHEN OLD.status = 'done' OR
  (NEW.payment_id, NEW.refund_id, NEW.amount, NEW.currency, NEW.created_at)
  IS NOT (OLD.payment_id, OLD.refund_id, OLD.amount, OLD.currency, OLD.created_at)
BEGIN SELECT RAISE(ABORT, 'a repayment keeps what it is of'); END;
CREATE TRIGGER orders_repayment_done BEFORE UPDATE ON orders_repayment
WHEN NEW.status = 'done' AND NOT EXISTS (
  SELECT 1 FROM ledger_transaction t JOIN ledger_entry e ON e.transaction_id = t.id
    JOIN ledger_account a ON a.id = e.account_id
   WHERE t.id = NEW.transaction_id AND t.idem_scope = 'mercat'
     AND t.idem_key = 'repayment:' || NEW.id
     AND a.code = 'payment:' || NEW.payment_id || ':refunds_due:' || NEW.currency
     AND e.amount = -NEW.amount)
BEGIN SELECT RAISE(ABORT, 'the ledger did not move this repayment'); END;

-- A transfer stays as the bank stated it, and is matched once.
CREATE TRIGGER orders_transfer_no_replace BEFORE INSERT ON orders_incomingtransfer
WHEN EXISTS (SELECT 1 FROM orders_incomingtransfer
              WHERE id = NEW.id OR reference = NEW.reference OR payment_id = NEW.payment_id)
BEGIN SELECT RAISE(ABORT, 'UNIQUE constraint failed: orders_incomingtransfer'); END;
CREATE TRIGGER orders_transfer_guard BEFORE UPDATE ON orders_incomingtransfer
WHEN OLD.payment_id IS NOT NULL OR
  (NEW.reference, NEW.amount, NEW.currency, NEW.text, NEW.received_at, NEW.entered_by)
  <> (OLD.reference, OLD.amount, OLD.currency, OLD.text, OLD.received_at, OLD.entered_by)
BEGIN SELECT RAISE(ABORT, 'a transfer stays as the bank stated it'); END;

CREATE TRIGGER orders_repayment_no_delete BEFORE DELETE ON orders_repayment
BEGIN SELECT RAISE(ABORT, 'DELETE on orders_repayment is refused: history'); END;
CREATE TRIGGER orders_transfer_no_delete BEFORE DELETE ON orders_incomingtransfer
BEGIN SELECT RAISE(ABORT, 'DELETE on orders_incomingtransfer is refused: history'); END;
CREATE TRIGGER orders_receipt_no_delete BEFORE DELETE ON orders_webhookreceipt
BEGIN SELECT RAISE(ABORT, 'DELETE on orders_webhookreceipt is refused: history'); END;
