-- A wallet request is made pending, is decided once, and only together with the transaction that
-- moved exactly its amount between its owner's wallet and its provider's clearing account.

CREATE OR REPLACE FUNCTION ledger_walletrequest_begins() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.status <> 'pending' THEN
    RAISE EXCEPTION 'ledger_walletrequest_begins_pending: %', NEW.id
      USING ERRCODE = '23514', CONSTRAINT = 'ledger_walletrequest_begins_pending';
  END IF;
  IF NEW.kind = 'withdrawal' AND NOT EXISTS (
    SELECT 1 FROM ledger_hold h JOIN ledger_account w ON w.id = h.wallet_id
     WHERE h.id = NEW.hold_id AND h.amount = NEW.amount AND h.purpose = 'withdrawal'
       AND h.expires_at IS NULL AND w.currency = NEW.currency AND w.owner_id = NEW.owner_id
       AND NOT EXISTS (SELECT 1 FROM ledger_holdresolution r WHERE r.hold_id = h.id)
  ) THEN
    RAISE EXCEPTION 'ledger_walletrequest_holds_its_amount: %', NEW.id
      USING ERRCODE = '23514', CONSTRAINT = 'ledger_walletrequest_holds_its_amount';
  END IF;
  RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION ledger_walletrequest_decided() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  clearing text := 'provider:' || OLD.provider || ':clearing:' || OLD.currency;
  into_clearing bigint;
BEGIN
  IF OLD.status <> 'pending' OR NEW.status = 'pending' THEN
    RAISE EXCEPTION 'ledger_walletrequest_decided_once: %', OLD.id
      USING ERRCODE = '23514', CONSTRAINT = 'ledger_walletrequest_decided_once';
  END IF;
  IF (NEW.id, NEW.kind, NEW.owner_id, NEW.provider, NEW.amount, NEW.currency, NEW.destination,
      NEW.hold_id, NEW.created_at) IS DISTINCT FROM
     (OLD.id, OLD.kind, OLD.owner_id, OLD.provider, OLD.amount, OLD.currency, OLD.destination,
      OLD.hold_id, OLD.created_at) THEN
    RAISE EXCEPTION 'ledger_walletrequest_terms_immutable: %', OLD.id
      USING ERRCODE = '23514', CONSTRAINT = 'ledger_walletrequest_terms_immutable';
  END IF;
  SELECT coalesce(sum(e.amount), 0) INTO into_clearing
    FROM ledger_entry e JOIN ledger_account a ON a.id = e.account_id
   WHERE e.transaction_id = NEW.transaction_id
     AND (a.code = clearing OR starts_with(a.code, clearing || '#'));
  IF NEW.kind = 'top_up' AND NEW.status = 'confirmed' AND (
       into_clearing <> -NEW.amount OR NOT EXISTS (
         SELECT 1 FROM ledger_entry e JOIN ledger_account a ON a.id = e.account_id
          WHERE e.transaction_id = NEW.transaction_id AND e.amount = NEW.amount
            AND a.code = 'user:' || replace(NEW.owner_id::text, '-', '') || ':available:' || NEW.currency))
     OR NEW.kind = 'withdrawal' AND NOT EXISTS (
       SELECT 1 FROM ledger_holdresolution r
        WHERE r.hold_id = NEW.hold_id AND r.transaction_id = NEW.transaction_id
          AND CASE WHEN NEW.status = 'confirmed'
                   THEN r.kind = 'captured' AND r.captured = NEW.amount AND into_clearing = NEW.amount
                   ELSE r.kind = 'voided' END)
  THEN
    RAISE EXCEPTION 'ledger_walletrequest_moved_its_amount: %', OLD.id
      USING ERRCODE = '23514', CONSTRAINT = 'ledger_walletrequest_moved_its_amount';
  END IF;
  RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER ledger_walletrequest_begins BEFORE INSERT ON ledger_walletrequest
  FOR EACH ROW EXECUTE FUNCTION ledger_walletrequest_begins();
CREATE OR REPLACE TRIGGER ledger_walletrequest_decided BEFORE UPDATE ON ledger_walletrequest
  FOR EACH ROW EXECUTE FUNCTION ledger_walletrequest_decided();
CREATE OR REPLACE TRIGGER ledger_walletrequest_no_delete BEFORE DELETE ON ledger_walletrequest
  FOR EACH ROW EXECUTE FUNCTION ledger_append_only();
CREATE OR REPLACE TRIGGER ledger_walletrequest_no_truncate BEFORE TRUNCATE ON ledger_walletrequest
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_append_only();
