-- A captured payment is proven by the ledger, complete, and final.
CREATE TRIGGER orders_payment_final BEFORE UPDATE ON orders_payment WHEN OLD.status = 'captured'
BEGIN SELECT RAISE(ABORT, 'a captured payment never changes'); END;
CREATE TRIGGER orders_payment_no_replace BEFORE INSERT ON orders_payment
WHEN EXISTS (SELECT 1 FROM orders_payment WHERE id = NEW.id OR transaction_id = NEW.transaction_id)
BEGIN SELECT RAISE(ABORT, 'a captured payment never changes'); END;
CREATE TRIGGER orders_payment_added BEFORE INSERT ON orders_payment WHEN NEW.status = 'captured'
BEGIN
  SELECT CASE
    WHEN NOT EXISTS (
      SELECT 1 FROM ledger_entry e JOIN ledger_account a ON a.id = e.account_id
       WHERE e.transaction_id = NEW.transaction_id
         AND e.amount = NEW.amount + (SELECT sponsored FROM orders_order WHERE id = NEW.order_id)
         AND a.code = 'order:' || NEW.order_id || ':escrow:' || NEW.currency)
    THEN RAISE(ABORT, 'the payment is not in the order''s escrow')
    WHEN (SELECT status FROM orders_order WHERE id = NEW.order_id) IS NOT 'awaiting_payment'
    THEN RAISE(ABORT, 'the order does not await payment')
    WHEN NOT EXISTS (
      SELECT 1 FROM orders_orderline WHERE order_id = NEW.order_id GROUP BY order_id
      HAVING (sum(subtotal), sum(discount), sum(sponsored), sum(shipping), sum(tax), sum(tax_included)) =
             (SELECT subtotal, discount, sponsored, shipping, tax, tax_included FROM orders_order
               WHERE id = NEW.order_id))
    THEN RAISE(ABORT, 'the order''s lines do not add up to it')
    WHEN EXISTS (
      SELECT 1 FROM orders_sellerorder s LEFT JOIN orders_orderline l ON l.seller_order_id = s.id
       WHERE s.order_id = NEW.order_id GROUP BY s.id
      HAVING (s.total, s.sponsored, s.shipping, s.tax, s.commission) IS NOT
             (sum(l.subtotal + l.shipping - l.discount + l.tax), sum(l.sponsored), sum(l.shipping),
              sum(l.tax + l.tax_included), sum(l.commission)))
    THEN RAISE(ABORT, 'a seller''s lines do not add up to their part')
  END;
END;
CREATE TRIGGER orders_payment_captured BEFORE UPDATE ON orders_payment WHEN NEW.status = 'captured'
BEGIN
  SELECT CASE
    WHEN NOT EXISTS (
      SELECT 1 FROM ledger_entry e JOIN ledger_account a ON a.id = e.account_id
       WHERE e.transaction_id = NEW.transaction_id
         AND e.amount = NEW.amount + (SELECT sponsored FROM orders_order WHERE id = NEW.order_id)
         AND a.code = 'order:' || NEW.order_id || ':escrow:' || NEW.currency)
    THEN RAISE(ABORT, 'the payment is not in the order''s escrow')
    WHEN (SELECT status FROM orders_order WHERE id = NEW.order_id) IS NOT 'awaiting_payment'
    THEN RAISE(ABORT, 'the order does not await payment')
    WHEN NOT EXISTS (
      SELECT 1 FROM orders_orderline WHERE order_id = NEW.order_id GROUP BY order_id
      HAVING (sum(subtotal), sum(discount), sum(sponsored), sum(shipping), sum(tax), sum(tax_included)) =
             (SELECT subtotal, discount, sponsored, shipping, tax, tax_included FROM orders_order
               WHERE id = NEW.order_id))
    THEN RAISE(ABORT, 'the order''s lines do not add up to it')
    WHEN EXISTS (
      SELECT 1 FROM orders_sellerorder s LEFT JOIN orders_orderline l ON l.seller_order_id = s.id
       WHERE s.order_id = NEW.order_id GROUP BY s.id
      HAVING (s.total, s.sponsored, s.shipping, s.tax, s.commission) IS NOT
             (sum(l.subtotal + l.shipping - l.discount + l.tax), sum(l.sponsored), sum(l.shipping),
              sum(l.tax + l.tax_included), sum(l.commission)))
    THEN RAISE(ABORT, 'a seller''s lines do not add up to their part')
  END;
END;

-- Order.paid is a projection of captured payments; orders_order_never_half_paid judges it.
CREATE TRIGGER orders_payment_added_project AFTER INSERT ON orders_payment WHEN NEW.status = 'captured'
BEGIN
  UPDATE orders_order
     SET paid = paid + NEW.amount, status = 'paid', pay_by = NULL, version = version + 1, updated_at = NEW.captured_at
   WHERE id = NEW.order_id;
END;
CREATE TRIGGER orders_payment_captured_project AFTER UPDATE ON orders_payment WHEN NEW.status = 'captured'
BEGIN
  UPDATE orders_order
     SET paid = paid + NEW.amount, status = 'paid', pay_by = NULL, version = version + 1, updated_at = NEW.captured_at
   WHERE id = NEW.order_id;
END;

CREATE TRIGGER orders_payment_no_delete BEFORE DELETE ON orders_payment
BEGIN SELECT RAISE(ABORT, 'DELETE on orders_payment is refused: history'); END;
CREATE TRIGGER orders_order_no_delete BEFORE DELETE ON orders_order
BEGIN SELECT RAISE(ABORT, 'DELETE on orders_order is refused: history'); END;
CREATE TRIGGER orders_seller_order_no_delete BEFORE DELETE ON orders_sellerorder
BEGIN SELECT RAISE(ABORT, 'DELETE on orders_sellerorder is refused: history'); END;
CREATE TRIGGER orders_refund_no_delete BEFORE DELETE ON orders_refund
BEGIN SELECT RAISE(ABORT, 'DELETE on orders_refund is refused: history'); END;
CREATE TRIGGER orders_line_no_update BEFORE UPDATE ON orders_orderline
BEGIN SELECT RAISE(ABORT, 'UPDATE on orders_orderline is refused: history'); END;
CREATE TRIGGER orders_line_no_delete BEFORE DELETE ON orders_orderline
BEGIN SELECT RAISE(ABORT, 'DELETE on orders_orderline is refused: history'); END;
CREATE TRIGGER orders_line_before_payment BEFORE INSERT ON orders_orderline
WHEN EXISTS (SELECT 1 FROM orders_orderline WHERE id = NEW.id)
  OR NOT EXISTS (
    SELECT 1 FROM orders_order
     WHERE id = NEW.order_id AND status = 'awaiting_payment' AND currency = NEW.currency)
BEGIN SELECT RAISE(ABORT, 'an order takes lines of its currency until it is paid'); END;

CREATE TRIGGER orders_order_added BEFORE INSERT ON orders_order
WHEN NEW.paid <> 0 OR EXISTS (SELECT 1 FROM orders_order WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'paid is what captured payments say'); END;
CREATE TRIGGER orders_order_guard BEFORE UPDATE ON orders_order
BEGIN
  SELECT CASE
    WHEN NEW.paid <> (SELECT coalesce(sum(amount), 0) FROM orders_payment
                       WHERE order_id = NEW.id AND status = 'captured')
    THEN RAISE(ABORT, 'paid is what captured payments say')
    WHEN OLD.paid > 0
     AND (NEW.paid, NEW.total, NEW.subtotal, NEW.discount, NEW.sponsored, NEW.shipping, NEW.tax, NEW.tax_included, NEW.currency)
      <> (OLD.paid, OLD.total, OLD.subtotal, OLD.discount, OLD.sponsored, OLD.shipping, OLD.tax, OLD.tax_included, OLD.currency)
    THEN RAISE(ABORT, 'a paid order''s amounts never change')
    WHEN (NEW.user_id, NEW.number, NEW.created_at) IS NOT (OLD.user_id, OLD.number, OLD.created_at)
    THEN RAISE(ABORT, 'an order keeps its buyer, number and date')
  END;
END;

CREATE TRIGGER orders_seller_order_frozen BEFORE UPDATE ON orders_sellerorder
WHEN (NEW.order_id, NEW.seller_id, NEW.currency, NEW.total, NEW.sponsored, NEW.shipping, NEW.tax, NEW.commission)
  <> (OLD.order_id, OLD.seller_id, OLD.currency, OLD.total, OLD.sponsored, OLD.shipping, OLD.tax, OLD.commission)
BEGIN SELECT RAISE(ABORT, 'a seller order keeps its seller and amounts'); END;
