-- A refund is complete, within what was sold, and proven by the ledger. Its lines come first.
CREATE OR REPLACE FUNCTION orders_refund_line_before_header() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM orders_refund WHERE id = NEW.refund_id) THEN
    RAISE EXCEPTION 'a refund takes no more lines' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER orders_refund_line_before_header BEFORE INSERT ON orders_refundline
  FOR EACH ROW EXECUTE FUNCTION orders_refund_line_before_header();

-- What the transaction gave back to the platform's promotions.
CREATE OR REPLACE FUNCTION orders_refund_promotions(refund orders_refund) RETURNS numeric
LANGUAGE sql STABLE AS $$
  SELECT coalesce(sum(e.amount), 0) FROM ledger_entry e JOIN ledger_account a ON a.id = e.account_id
   WHERE e.transaction_id = refund.transaction_id AND a.kind = 'promotion'
$$;

-- Whether the transaction is this refund's own and took its money from where it lay.
CREATE OR REPLACE FUNCTION orders_refund_is_moved(refund orders_refund) RETURNS boolean
LANGUAGE plpgsql AS $$
DECLARE
  escrow text := 'order:' || replace(refund.order_id::text, '-', '') || ':escrow:' || refund.currency;
BEGIN
  IF NOT EXISTS (
    SELECT FROM ledger_transaction WHERE id = refund.transaction_id AND idem_scope = 'mercat'
       AND idem_key = 'refund:' || replace(refund.id::text, '-', '')
  ) THEN
    RETURN false;
  END IF;
  IF refund.kind = 'before_release' THEN
    RETURN EXISTS (
      SELECT FROM ledger_entry e JOIN ledger_account a ON a.id = e.account_id
       WHERE e.transaction_id = refund.transaction_id AND a.code = escrow
         AND e.amount = -refund.amount - refund.sponsored)
      AND orders_refund_promotions(refund) = refund.sponsored;
  END IF;
  RETURN NOT EXISTS (
      SELECT FROM orders_refundline r
        JOIN orders_orderline l ON l.id = r.order_line_id
        JOIN orders_sellerorder s ON s.id = l.seller_order_id
       WHERE r.refund_id = refund.id GROUP BY s.seller_id
      HAVING sum(r.amount + r.sponsored - r.tax - r.commission) <> coalesce((
        SELECT -sum(e.amount) FROM ledger_entry e JOIN ledger_account a ON a.id = e.account_id
         WHERE e.transaction_id = refund.transaction_id
           AND a.code = 'seller:' || replace(s.seller_id::text, '-', '') || ':payable:' || refund.currency), 0))
    AND (SELECT sum(commission) FROM orders_refundline WHERE refund_id = refund.id) = coalesce((
        SELECT -sum(e.amount) FROM ledger_entry e JOIN ledger_account a ON a.id = e.account_id
         WHERE e.transaction_id = refund.transaction_id AND a.kind = 'commission'), 0)
    AND (SELECT sum(tax) FROM orders_refundline WHERE refund_id = refund.id) = coalesce((
        SELECT -sum(e.amount) FROM ledger_entry e JOIN ledger_account a ON a.id = e.account_id
         WHERE e.transaction_id = refund.transaction_id AND a.kind = 'tax'), 0)
    AND orders_refund_promotions(refund) = refund.sponsored;
END $$;

-- The order's row is locked first, so of two refunds of one line the second one sees the first.
CREATE OR REPLACE FUNCTION orders_refund_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM 1 FROM orders_order
    WHERE id = NEW.order_id AND currency = NEW.currency FOR NO KEY UPDATE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'a refund is in its order''s currency' USING ERRCODE = '23514';
  END IF;
  IF NOT EXISTS (
    SELECT FROM orders_refundline WHERE refund_id = NEW.id GROUP BY refund_id
    HAVING (sum(amount), sum(sponsored)) = (NEW.amount, NEW.sponsored)
  ) THEN
    RAISE EXCEPTION 'a refund is the sum of its lines' USING ERRCODE = '23514';
  END IF;
  IF EXISTS (
    SELECT FROM orders_refundline r JOIN orders_orderline l ON l.id = r.order_line_id
     WHERE r.refund_id = NEW.id AND l.order_id <> NEW.order_id
  ) THEN
    RAISE EXCEPTION 'a refund is of one order''s lines' USING ERRCODE = '23514';
  END IF;
  IF EXISTS (
    SELECT FROM orders_orderline l JOIN orders_refundline r ON r.order_line_id = l.id
     WHERE l.id IN (SELECT order_line_id FROM orders_refundline WHERE refund_id = NEW.id)
     GROUP BY l.id
    HAVING sum(r.quantity) > l.quantity OR sum(r.amount) > l.subtotal + l.shipping - l.discount + l.tax
        OR sum(r.commission) > l.commission OR sum(r.sponsored) > l.sponsored
        OR sum(r.tax) > l.tax + l.tax_included
  ) THEN
    RAISE EXCEPTION 'no more is refunded of a line than was sold' USING ERRCODE = '23514';
  END IF;
  IF NEW.amount + NEW.sponsored > 0 AND NOT orders_refund_is_moved(NEW) THEN
    RAISE EXCEPTION 'the ledger did not move this refund' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER orders_refund_guard BEFORE INSERT ON orders_refund
  FOR EACH ROW EXECUTE FUNCTION orders_refund_guard();

-- Order.refunded is a projection of refunds; orders_order_refunded_within_paid judges it.
-- Not added up: when one statement inserts several, each of these sees all of them.
CREATE OR REPLACE FUNCTION orders_refund_project() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE orders_order
     SET refunded = (SELECT sum(amount) FROM orders_refund WHERE order_id = NEW.order_id),
         version = version + 1, updated_at = NEW.refunded_at
   WHERE id = NEW.order_id;
  RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER orders_refund_project AFTER INSERT ON orders_refund
  FOR EACH ROW EXECUTE FUNCTION orders_refund_project();

CREATE OR REPLACE FUNCTION orders_refunded_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.refunded <> (SELECT coalesce(sum(amount), 0) FROM orders_refund WHERE order_id = NEW.id) THEN
    RAISE EXCEPTION 'refunded is what refunds say' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER orders_refunded_added BEFORE INSERT ON orders_order
  FOR EACH ROW WHEN (NEW.refunded <> 0) EXECUTE FUNCTION orders_refunded_guard();
CREATE OR REPLACE TRIGGER orders_refunded_changed BEFORE UPDATE ON orders_order
  FOR EACH ROW WHEN (NEW.refunded <> OLD.refunded) EXECUTE FUNCTION orders_refunded_guard();

CREATE OR REPLACE TRIGGER orders_refund_final BEFORE UPDATE ON orders_refund
  FOR EACH ROW EXECUTE FUNCTION orders_refuse();
CREATE OR REPLACE TRIGGER orders_refund_line_final BEFORE UPDATE OR DELETE ON orders_refundline
  FOR EACH ROW EXECUTE FUNCTION orders_refuse();
CREATE OR REPLACE TRIGGER orders_refund_line_no_truncate BEFORE TRUNCATE ON orders_refundline
  FOR EACH STATEMENT EXECUTE FUNCTION orders_refuse();
