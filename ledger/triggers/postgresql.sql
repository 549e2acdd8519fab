-- Entries come first, their transaction's header last: the header's trigger sees all of them, and
-- the deferred foreign key lets no entry commit without its header. Messages begin with the name of
-- the rule; the name is also the error's constraint.

CREATE OR REPLACE FUNCTION ledger_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '%_append_only: % is refused', TG_TABLE_NAME, TG_OP
    USING ERRCODE = '23514', CONSTRAINT = TG_TABLE_NAME || '_append_only';
END $$;

CREATE OR REPLACE FUNCTION ledger_account_opens_empty() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.balance <> 0 OR NEW.version <> 0 OR NEW.last_at IS NOT NULL
     OR NEW.head_hash <> decode(repeat('00', 32), 'hex') THEN
    RAISE EXCEPTION 'ledger_account_opens_empty: account %', NEW.code
      USING ERRCODE = '23514', CONSTRAINT = 'ledger_account_opens_empty';
  END IF;
  RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION ledger_account_projects() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.id <> OLD.id OR NEW.code <> OLD.code OR NEW.kind <> OLD.kind
     OR NEW.currency <> OLD.currency OR NEW.owner_id IS DISTINCT FROM OLD.owner_id THEN
    RAISE EXCEPTION 'ledger_account_identity_immutable: account %', OLD.code
      USING ERRCODE = '23514', CONSTRAINT = 'ledger_account_identity_immutable';
  END IF;
  IF NEW.balance = OLD.balance AND NEW.version = OLD.version
     AND NEW.last_at IS NOT DISTINCT FROM OLD.last_at AND NEW.head_hash = OLD.head_hash THEN
    RETURN NEW;
  END IF;
  IF NEW.version <> OLD.version + 1 OR NOT EXISTS (
    SELECT 1 FROM ledger_entry e
     WHERE e.account_id = NEW.id AND e.account_seq = NEW.version
       AND e.balance_after = NEW.balance AND e.recorded_at = NEW.last_at
       AND e.entry_hash = NEW.head_hash
  ) THEN
    RAISE EXCEPTION 'ledger_account_is_projection: account %', OLD.code
      USING ERRCODE = '23514', CONSTRAINT = 'ledger_account_is_projection';
  END IF;
  RETURN NEW;
END $$;

-- AFTER, so that several entries of one account in one INSERT see each other's projection.
CREATE OR REPLACE FUNCTION ledger_entry_continues() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE ledger_account a
     SET balance = NEW.balance_after, version = NEW.account_seq,
         last_at = NEW.recorded_at, head_hash = NEW.entry_hash
   WHERE a.id = NEW.account_id AND a.version = NEW.account_seq - 1
     AND a.balance = NEW.balance_after - NEW.amount
     AND (a.last_at IS NULL OR a.last_at <= NEW.recorded_at) AND isfinite(NEW.recorded_at)
     AND a.status = 'open';
  IF NOT FOUND THEN
    RAISE EXCEPTION
      'ledger_entry_continues_account: account % (sequence, running balance, time or status)',
      NEW.account_id
      USING ERRCODE = '23514', CONSTRAINT = 'ledger_entry_continues_account';
  END IF;
  RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION ledger_transaction_closes() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  present bigint;
  strange bigint;
  unbalanced bigint;
BEGIN
  SELECT coalesce(sum(c.present), 0), coalesce(sum(c.strange), 0),
         count(*) FILTER (WHERE c.total <> 0)
    INTO present, strange, unbalanced
    FROM (SELECT count(*) AS present, sum(e.amount) AS total,
                 count(*) FILTER (WHERE e.lines <> NEW.lines
                                     OR e.recorded_at <> NEW.recorded_at) AS strange
            FROM ledger_entry e WHERE e.transaction_id = NEW.id GROUP BY e.currency) c;
  IF present <> NEW.lines OR strange <> 0 THEN
    RAISE EXCEPTION 'ledger_transaction_complete: % has % entries of %, % strange',
      NEW.id, present, NEW.lines, strange
      USING ERRCODE = '23514', CONSTRAINT = 'ledger_transaction_complete';
  END IF;
  IF unbalanced <> 0 THEN
    RAISE EXCEPTION 'ledger_transaction_balanced: % is off in % currencies', NEW.id, unbalanced
      USING ERRCODE = '23514', CONSTRAINT = 'ledger_transaction_balanced';
  END IF;
  IF NOT isfinite(NEW.effective_at) THEN
    RAISE EXCEPTION 'ledger_transaction_effective_finite: %', NEW.id
      USING ERRCODE = '23514', CONSTRAINT = 'ledger_transaction_effective_finite';
  END IF;
  RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION ledger_transaction_reverses() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.reverses_id IS NULL THEN RETURN NEW; END IF;
  IF NEW.lines IS DISTINCT FROM (SELECT lines FROM ledger_transaction WHERE id = NEW.reverses_id)
     OR EXISTS (
       SELECT account_id, -sum(amount), count(*) FROM ledger_entry
        WHERE transaction_id = NEW.id GROUP BY account_id
       EXCEPT
       SELECT account_id, sum(amount), count(*) FROM ledger_entry
        WHERE transaction_id = NEW.reverses_id GROUP BY account_id) THEN
    RAISE EXCEPTION 'ledger_transaction_reversal_exact: % is not the negation of %',
      NEW.id, NEW.reverses_id
      USING ERRCODE = '23514', CONSTRAINT = 'ledger_transaction_reversal_exact';
  END IF;
  RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER ledger_account_opens_empty BEFORE INSERT ON ledger_account
  FOR EACH ROW EXECUTE FUNCTION ledger_account_opens_empty();
CREATE OR REPLACE TRIGGER ledger_account_projects BEFORE UPDATE ON ledger_account
  FOR EACH ROW EXECUTE FUNCTION ledger_account_projects();
CREATE OR REPLACE TRIGGER ledger_account_no_delete BEFORE DELETE ON ledger_account
  FOR EACH ROW EXECUTE FUNCTION ledger_append_only();
CREATE OR REPLACE TRIGGER ledger_account_no_truncate BEFORE TRUNCATE ON ledger_account
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_append_only();

CREATE OR REPLACE TRIGGER ledger_transaction_closes BEFORE INSERT ON ledger_transaction
  FOR EACH ROW EXECUTE FUNCTION ledger_transaction_closes();
CREATE OR REPLACE TRIGGER ledger_transaction_reverses BEFORE INSERT ON ledger_transaction
  FOR EACH ROW EXECUTE FUNCTION ledger_transaction_reverses();
CREATE OR REPLACE TRIGGER ledger_transaction_append_only BEFORE UPDATE OR DELETE ON ledger_transaction
  FOR EACH ROW EXECUTE FUNCTION ledger_append_only();
CREATE OR REPLACE TRIGGER ledger_transaction_no_truncate BEFORE TRUNCATE ON ledger_transaction
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_append_only();

CREATE OR REPLACE TRIGGER ledger_entry_continues AFTER INSERT ON ledger_entry
  FOR EACH ROW EXECUTE FUNCTION ledger_entry_continues();
CREATE OR REPLACE TRIGGER ledger_entry_append_only BEFORE UPDATE OR DELETE ON ledger_entry
  FOR EACH ROW EXECUTE FUNCTION ledger_append_only();
CREATE OR REPLACE TRIGGER ledger_entry_no_truncate BEFORE TRUNCATE ON ledger_entry
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_append_only();
