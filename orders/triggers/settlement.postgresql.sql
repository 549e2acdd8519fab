-- A payment keeps what it is of, and goes one way only. Captured ones: see postgresql.sql.
CREATE OR REPLACE FUNCTION orders_payment_steps() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.status NOT IN ('pending', 'captured', 'unclaimed') THEN
      RAISE EXCEPTION 'a payment begins before it ends' USING ERRCODE = '23514';
    END IF;
  ELSE
    IF (NEW.order_id, NEW.method, NEW.amount, NEW.currency, NEW.created_at)
       IS DISTINCT FROM (OLD.order_id, OLD.method, OLD.amount, OLD.currency, OLD.created_at) THEN
      RAISE EXCEPTION 'a payment keeps its order, method and amount' USING ERRCODE = '23514';
    END IF;
    IF NEW.status <> OLD.status AND (OLD.status || '>' || NEW.status) NOT IN (
      'pending>authorised', 'pending>captured', 'pending>failed', 'pending>voided', 'pending>unclaimed',
      'authorised>captured', 'authorised>failed', 'authorised>voided', 'authorised>unclaimed',
      'failed>unclaimed', 'voided>unclaimed', 'unclaimed>refunded') THEN
      RAISE EXCEPTION 'a payment does not go from % to %', OLD.status, NEW.status USING ERRCODE = '23514';
    END IF;
    IF OLD.status = 'refunded' OR (OLD.status = 'unclaimed' AND
      (NEW.transaction_id, NEW.captured_at) <> (OLD.transaction_id, OLD.captured_at)) THEN
      RAISE EXCEPTION 'money that came never changes' USING ERRCODE = '23514';
    END IF;
  END IF;
  IF NEW.status = 'unclaimed' AND NOT EXISTS (
    SELECT FROM ledger_entry e JOIN ledger_account a ON a.id = e.account_id
     WHERE e.transaction_id = NEW.transaction_id AND e.amount = NEW.amount
       AND a.code = 'payment:' || replace(NEW.id::text, '-', '') || ':refunds_due:' || NEW.currency
  ) THEN
    RAISE EXCEPTION 'the payment is not where it is given back from' USING ERRCODE = '23514';
  END IF;
  IF NEW.status = 'refunded' AND (
    SELECT coalesce(sum(amount), 0) FROM orders_repayment
     WHERE payment_id = NEW.id AND status = 'done') <> NEW.amount THEN
    RAISE EXCEPTION 'the payment is not given back' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER orders_payment_steps BEFORE INSERT OR UPDATE ON orders_payment
  FOR EACH ROW EXECUTE FUNCTION orders_payment_steps();

-- A repayment is proven by the ledger transaction of its own key, and final.
CREATE OR REPLACE FUNCTION orders_repayment_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE due text;
BEGIN
  IF TG_OP = 'INSERT' AND NEW.status <> 'pending' THEN
    RAISE EXCEPTION 'a repayment begins before it ends' USING ERRCODE = '23514';
  END IF;
  IF TG_OP = 'UPDATE' AND (OLD.status = 'done' OR
    (NEW.payment_id, NEW.refund_id, NEW.amount, NEW.currency, NEW.created_at)
    IS DISTINCT FROM (OLD.payment_id, OLD.refund_id, OLD.amount, OLD.currency, OLD.created_at)) THEN
    RAISE EXCEPTION 'a repayment keeps what it is of' USING ERRCODE = '23514';
  END IF;
  IF NEW.status <> 'done' THEN RETURN NEW; END IF;
  due := 'payment:' || replace(NEW.payment_id::text, '-', '') || ':refunds_due:' || NEW.currency;
  IF NOT EXISTS (
    SELECT FROM ledger_transaction t JOIN ledger_entry e ON e.transaction_id = t.id
      JOIN ledger_account a ON a.id = e.account_id
     WHERE t.id = NEW.transaction_id AND t.idem_scope = 'mercat'
       AND t.idem_key = 'repayment:' || replace(NEW.id::text, '-', '')
       AND a.code = due AND e.amount = -NEW.amount
  ) THEN
    RAISE EXCEPTION 'the ledger did not move this repayment' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER orders_repayment_guard BEFORE INSERT OR UPDATE ON orders_repayment
  FOR EACH ROW EXECUTE FUNCTION orders_repayment_guard();

-- A transfer stays as the bank stated it, and is matched once.
CREATE OR REPLACE FUNCTION orders_transfer_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.payment_id IS NOT NULL OR
    (NEW.reference, NEW.amount, NEW.currency, NEW.text, NEW.received_at, NEW.entered_by)
    <> (OLD.reference, OLD.amount, OLD.currency, OLD.text, OLD.received_at, OLD.entered_by) THEN
    RAISE EXCEPTION 'a transfer stays as the bank stated it' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER orders_transfer_guard BEFORE UPDATE ON orders_incomingtransfer
  FOR EACH ROW EXECUTE FUNCTION orders_transfer_guard();

CREATE OR REPLACE TRIGGER orders_repayment_no_delete BEFORE DELETE ON orders_repayment
  FOR EACH ROW EXECUTE FUNCTION orders_refuse();
CREATE OR REPLACE TRIGGER orders_transfer_no_delete BEFORE DELETE ON orders_incomingtransfer
  FOR EACH ROW EXECUTE FUNCTION orders_refuse();
CREATE OR REPLACE TRIGGER orders_receipt_no_delete BEFORE DELETE ON orders_webhookreceipt
  FOR EACH ROW EXECUTE FUNCTION orders_refuse();
CREATE OR REPLACE TRIGGER orders_repayment_no_truncate BEFORE TRUNCATE ON orders_repayment
  FOR EACH STATEMENT EXECUTE FUNCTION orders_refuse();
CREATE OR REPLACE TRIGGER orders_transfer_no_truncate BEFORE TRUNCATE ON orders_incomingtransfer
  FOR EACH STATEMENT EXECUTE FUNCTION orders_refuse();
CREATE OR REPLACE TRIGGER orders_receipt_no_truncate BEFORE TRUNCATE ON orders_webhookreceipt
  FOR EACH STATEMENT EXECUTE FUNCTION orders_refuse();
