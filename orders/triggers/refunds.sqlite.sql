-- A refund is complete, within what was sold, and proven by the ledger. Its lines come first.
CREATE TRIGGER orders_refund_line_before_header BEFORE INSERT ON orders_refundline
WHEN EXISTS (SELECT 1 FROM orders_refund WHERE id = NEW.refund_id)
BEGIN SELECT RAISE(ABORT, 'a refund takes no more lines'); END;
CREATE TRIGGER orders_refund_line_no_replace BEFORE INSERT ON orders_refundline
WHEN EXISTS (SELECT 1 FROM orders_refundline WHERE id = NEW.id
                OR (refund_id = NEW.refund_id AND order_line_id = NEW.order_line_id))
BEGIN SELECT RAISE(ABORT, 'INSERT OR REPLACE on orders_refundline is refused: history'); END;
CREATE TRIGGER orders_refund_no_replace BEFORE INSERT ON orders_refund
WHEN EXISTS (SELECT 1 FROM orders_refund
              WHERE id = NEW.id OR reference = NEW.reference OR transaction_id = NEW.transaction_id)
BEGIN SELECT RAISE(ABORT, 'INSERT OR REPLACE on orders_refund is refused: history'); END;

CREATE TRIGGER orders_refund_guard BEFORE INSERT ON orders_refund
BEGIN
  SELECT CASE
    WHEN (SELECT currency FROM orders_order WHERE id = NEW.order_id) IS NOT NEW.currency
    THEN RAISE(ABORT, 'a refund is in its order''s currency')
    WHEN NOT EXISTS (
      SELECT 1 FROM orders_refundline WHERE refund_id = NEW.id GROUP BY refund_id
      HAVING (sum(amount), sum(sponsored)) = (NEW.amount, NEW.sponsored))
    THEN RAISE(ABORT, 'a refund is the sum of its lines')
    WHEN EXISTS (
      SELECT 1 FROM orders_refundline r JOIN orders_orderline l ON l.id = r.order_line_id
       WHERE r.refund_id = NEW.id AND l.order_id <> NEW.order_id)
    THEN RAISE(ABORT, 'a refund is of one order''s lines')
    WHEN EXISTS (
      SELECT 1 FROM orders_orderline l JOIN orders_refundline r ON r.order_line_id = l.id
       WHERE l.id IN (SELECT order_line_id FROM orders_refundline WHERE refund_id = NEW.id)
       GROUP BY l.id
      HAVING sum(r.quantity) > l.quantity OR sum(r.amount) > l.subtotal + l.shipping - l.discount + l.tax
          OR sum(r.commission) > l.commission OR sum(r.sponsored) > l.sponsored
          OR sum(r.tax) > l.tax + l.tax_included)
    THEN RAISE(ABORT, 'no more is refunded of a line than was sold')
  END;
END;

-- The transaction is this refund's own and took its money from where it lay.
CREATE TRIGGER orders_refund_moved BEFORE INSERT ON orders_refund WHEN NEW.amount + NEW.sponsored > 0
BEGIN
  SELECT CASE
    WHEN NOT EXISTS (
      SELECT 1 FROM ledger_transaction WHERE id = NEW.transaction_id AND idem_scope = 'mercat'
         AND idem_key = 'refund:' || NEW.id)
    THEN RAISE(ABORT, 'the ledger did not move this refund')
    WHEN NEW.kind = 'before_release' AND NOT EXISTS (
      SELECT 1 FROM ledger_entry e JOIN ledger_account a ON a.id = e.account_id
       WHERE e.transaction_id = NEW.transaction_id AND e.amount = -NEW.amount - NEW.sponsored
         AND a.code = 'order:' || NEW.order_id || ':escrow:' || NEW.currency)
    THEN RAISE(ABORT, 'the ledger did not move this refund')
    WHEN NEW.kind = 'after_release' AND (EXISTS (
      SELECT 1 FROM orders_refundline r
        JOIN orders_orderline l ON l.id = r.order_line_id
        JOIN orders_sellerorder s ON s.id = l.seller_order_id
       WHERE r.refund_id = NEW.id GROUP BY s.seller_id
      HAVING sum(r.amount + r.sponsored - r.tax - r.commission) <> coalesce((
        SELECT -sum(e.amount) FROM ledger_entry e JOIN ledger_account a ON a.id = e.account_id
         WHERE e.transaction_id = NEW.transaction_id
           AND a.code = 'seller:' || s.seller_id || ':payable:' || NEW.currency), 0))
      OR (SELECT sum(commission) FROM orders_refundline WHERE refund_id = NEW.id) <> coalesce((
        SELECT -sum(e.amount) FROM ledger_entry e JOIN ledger_account a ON a.id = e.account_id
         WHERE e.transaction_id = NEW.transaction_id AND a.kind = 'commission'), 0)
      OR (SELECT sum(tax) FROM orders_refundline WHERE refund_id = NEW.id) <> coalesce((
        SELECT -sum(e.amount) FROM ledger_entry e JOIN ledger_account a ON a.id = e.account_id
         WHERE e.transaction_id = NEW.transaction_id AND a.kind = 'tax'), 0))
    THEN RAISE(ABORT, 'the ledger did not move this refund')
    WHEN (SELECT coalesce(sum(e.amount), 0) FROM ledger_entry e JOIN ledger_account a ON a.id = e.account_id
           WHERE e.transaction_id = NEW.transaction_id AND a.kind = 'promotion') <> NEW.sponsored
    THEN RAISE(ABORT, 'the ledger did not move this refund')
  END;
END;

-- Order.refunded is a projection of refunds; orders_order_refunded_within_paid judges it.
CREATE TRIGGER orders_refund_project AFTER INSERT ON orders_refund
BEGIN
  UPDATE orders_order
     SET refunded = (SELECT sum(amount) FROM orders_refund WHERE order_id = NEW.order_id),
         version = version + 1, updated_at = NEW.refunded_at
   WHERE id = NEW.order_id;
END;
CREATE TRIGGER orders_refunded_added BEFORE INSERT ON orders_order WHEN NEW.refunded <> 0
BEGIN SELECT RAISE(ABORT, 'refunded is what refunds say'); END;
CREATE TRIGGER orders_refunded_changed BEFORE UPDATE ON orders_order
WHEN NEW.refunded <> OLD.refunded AND NEW.refunded <> (
  SELECT coalesce(sum(amount), 0) FROM orders_refund WHERE order_id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'refunded is what refunds say'); END;

CREATE TRIGGER orders_refund_final BEFORE UPDATE ON orders_refund
BEGIN SELECT RAISE(ABORT, 'UPDATE on orders_refund is refused: history'); END;
CREATE TRIGGER orders_refund_line_final BEFORE UPDATE ON orders_refundline
BEGIN SELECT RAISE(ABORT, 'UPDATE on orders_refundline is refused: history'); END;
CREATE TRIGGER orders_refund_line_no_delete BEFORE DELETE ON orders_refundline
BEGIN SELECT RAISE(ABORT, 'DELETE on orders_refundline is refused: history'); END;
