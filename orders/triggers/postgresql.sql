-- A captured payment is proven by the ledger, complete, and final.
CREATE OR REPLACE FUNCTION orders_payment_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  escrow text;
  bought orders_order;
BEGIN
  IF TG_OP = 'UPDATE' AND OLD.status = 'captured' THEN
    RAISE EXCEPTION 'a captured payment never changes' USING ERRCODE = '23514';
  END IF;
  IF NEW.status <> 'captured' THEN RETURN NEW; END IF;
  escrow := 'order:' || replace(NEW.order_id::text, '-', '') || ':escrow:' || NEW.currency;
  SELECT * INTO bought FROM orders_order WHERE id = NEW.order_id;
  IF NOT EXISTS (
    SELECT 1 FROM ledger_entry e JOIN ledger_account a ON a.id = e.account_id
     WHERE e.transaction_id = NEW.transaction_id AND a.code = escrow
       AND e.amount = NEW.amount + bought.sponsored
  ) THEN
    RAISE EXCEPTION 'the payment is not in the order''s escrow' USING ERRCODE = '23514';
  END IF;
  IF NOT EXISTS (
    SELECT FROM orders_orderline WHERE order_id = NEW.order_id GROUP BY order_id
    HAVING (sum(subtotal), sum(discount), sum(sponsored), sum(shipping), sum(tax), sum(tax_included)) =
           (bought.subtotal, bought.discount, bought.sponsored, bought.shipping, bought.tax, bought.tax_included)
  ) THEN
    RAISE EXCEPTION 'the order''s lines do not add up to it' USING ERRCODE = '23514';
  END IF;
  IF EXISTS (
    SELECT FROM orders_sellerorder s LEFT JOIN orders_orderline l ON l.seller_order_id = s.id
     WHERE s.order_id = NEW.order_id GROUP BY s.id
    HAVING (s.total, s.sponsored, s.shipping, s.tax, s.commission) IS DISTINCT FROM
           (sum(l.subtotal + l.shipping - l.discount + l.tax), sum(l.sponsored), sum(l.shipping),
            sum(l.tax + l.tax_included), sum(l.commission))
  ) THEN
    RAISE EXCEPTION 'a seller''s lines do not add up to their part' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER orders_payment_guard BEFORE INSERT OR UPDATE ON orders_payment
  FOR EACH ROW EXECUTE FUNCTION orders_payment_guard();

-- Order.paid is a projection of captured payments; orders_order_never_half_paid judges it.
CREATE OR REPLACE FUNCTION orders_payment_project() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.status <> 'captured' THEN RETURN NULL; END IF;
  UPDATE orders_order
     SET paid = paid + NEW.amount, status = 'paid', pay_by = NULL, version = version + 1, updated_at = NEW.captured_at
   WHERE id = NEW.order_id AND status = 'awaiting_payment';
  IF NOT FOUND THEN
    RAISE EXCEPTION 'the order does not await payment' USING ERRCODE = '23514';
  END IF;
  RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER orders_payment_project AFTER INSERT OR UPDATE ON orders_payment
  FOR EACH ROW EXECUTE FUNCTION orders_payment_project();

CREATE OR REPLACE FUNCTION orders_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% on % is refused: history', TG_OP, TG_TABLE_NAME USING ERRCODE = '23514';
END $$;

CREATE OR REPLACE TRIGGER orders_payment_no_delete BEFORE DELETE ON orders_payment
  FOR EACH ROW EXECUTE FUNCTION orders_refuse();
CREATE OR REPLACE TRIGGER orders_order_no_delete BEFORE DELETE ON orders_order
  FOR EACH ROW EXECUTE FUNCTION orders_refuse();
CREATE OR REPLACE TRIGGER orders_seller_order_no_delete BEFORE DELETE ON orders_sellerorder
  FOR EACH ROW EXECUTE FUNCTION orders_refuse();
CREATE OR REPLACE TRIGGER orders_refund_no_delete BEFORE DELETE ON orders_refund
  FOR EACH ROW EXECUTE FUNCTION orders_refuse();
CREATE OR REPLACE TRIGGER orders_line_frozen BEFORE UPDATE OR DELETE ON orders_orderline
  FOR EACH ROW EXECUTE FUNCTION orders_refuse();

-- Once for all lines of a statement: an import inserts thousands. The lock makes a payment wait.
CREATE OR REPLACE FUNCTION orders_line_before_payment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM 1 FROM orders_order WHERE id IN (SELECT order_id FROM added) ORDER BY id FOR NO KEY UPDATE;
  IF EXISTS (
    SELECT FROM (SELECT DISTINCT order_id, currency FROM added) a LEFT JOIN orders_order o ON o.id = a.order_id
     WHERE (o.status, o.currency) IS DISTINCT FROM ('awaiting_payment', a.currency)
  ) THEN
    RAISE EXCEPTION 'an order takes lines of its currency until it is paid' USING ERRCODE = '23514';
  END IF;
  RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER orders_line_before_payment AFTER INSERT ON orders_orderline
  REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION orders_line_before_payment();

CREATE OR REPLACE FUNCTION orders_order_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.paid <> (SELECT coalesce(sum(amount), 0) FROM orders_payment
                   WHERE order_id = NEW.id AND status = 'captured') THEN
    RAISE EXCEPTION 'paid is what captured payments say' USING ERRCODE = '23514';
  END IF;
  IF TG_OP = 'UPDATE' AND OLD.paid > 0
     AND (NEW.paid, NEW.total, NEW.subtotal, NEW.discount, NEW.sponsored, NEW.shipping, NEW.tax, NEW.tax_included, NEW.currency)
      <> (OLD.paid, OLD.total, OLD.subtotal, OLD.discount, OLD.sponsored, OLD.shipping, OLD.tax, OLD.tax_included, OLD.currency) THEN
    RAISE EXCEPTION 'a paid order''s amounts never change' USING ERRCODE = '23514';
  END IF;
  IF TG_OP = 'UPDATE' AND (NEW.user_id, NEW.number, NEW.created_at)
     IS DISTINCT FROM (OLD.user_id, OLD.number, OLD.created_at) THEN
    RAISE EXCEPTION 'an order keeps its buyer, number and date' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER orders_order_guard BEFORE INSERT OR UPDATE ON orders_order
  FOR EACH ROW EXECUTE FUNCTION orders_order_guard();

CREATE OR REPLACE FUNCTION orders_seller_order_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.order_id, NEW.seller_id, NEW.currency, NEW.total, NEW.sponsored, NEW.shipping, NEW.tax, NEW.commission)
     <> (OLD.order_id, OLD.seller_id, OLD.currency, OLD.total, OLD.sponsored, OLD.shipping, OLD.tax, OLD.commission) THEN
    RAISE EXCEPTION 'a seller order keeps its seller and amounts' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER orders_seller_order_frozen BEFORE UPDATE ON orders_sellerorder
  FOR EACH ROW EXECUTE FUNCTION orders_seller_order_frozen();

CREATE OR REPLACE TRIGGER orders_order_no_truncate BEFORE TRUNCATE ON orders_order
  FOR EACH STATEMENT EXECUTE FUNCTION orders_refuse();
CREATE OR REPLACE TRIGGER orders_seller_order_no_truncate BEFORE TRUNCATE ON orders_sellerorder
  FOR EACH STATEMENT EXECUTE FUNCTION orders_refuse();
CREATE OR REPLACE TRIGGER orders_line_no_truncate BEFORE TRUNCATE ON orders_orderline
  FOR EACH STATEMENT EXECUTE FUNCTION orders_refuse();
CREATE OR REPLACE TRIGGER orders_payment_no_truncate BEFORE TRUNCATE ON orders_payment
  FOR EACH STATEMENT EXECUTE FUNCTION orders_refuse();
CREATE OR REPLACE TRIGGER orders_refund_no_truncate BEFORE TRUNCATE ON orders_refund
  FOR EACH STATEMENT EXECUTE FUNCTION orders_refuse();
