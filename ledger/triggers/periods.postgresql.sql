-- Closed months and requests to reverse. Messages begin with the name of the rule, which is also the
-- error's constraint.

-- The closer keeps this table locked against writers until its row is committed, so whoever comes
-- through here either was counted in the month's reports or sees that row.
CREATE OR REPLACE FUNCTION ledger_transaction_period() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.effective_at < (SELECT max(ends_at) FROM ledger_periodclose) THEN
    RAISE EXCEPTION 'ledger_transaction_period_open: % is in a closed month', NEW.effective_at
      USING ERRCODE = '23514', CONSTRAINT = 'ledger_transaction_period_open';
  END IF;
  RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION ledger_periodclose_fits() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  closed_until timestamptz := (SELECT max(ends_at) FROM ledger_periodclose);
BEGIN
  IF NEW.starts_at AT TIME ZONE 'UTC' <> date_trunc('month', NEW.starts_at AT TIME ZONE 'UTC')
     OR NEW.ends_at AT TIME ZONE 'UTC' <> NEW.starts_at AT TIME ZONE 'UTC' + interval '1 month' THEN
    RAISE EXCEPTION 'ledger_periodclose_is_month: % to %', NEW.starts_at, NEW.ends_at
      USING ERRCODE = '23514', CONSTRAINT = 'ledger_periodclose_is_month';
  END IF;
  IF NEW.ends_at > core_clock() OR NEW.closed_at > core_clock() THEN
    RAISE EXCEPTION 'ledger_periodclose_has_ended: % has not', NEW.ends_at
      USING ERRCODE = '23514', CONSTRAINT = 'ledger_periodclose_has_ended';
  END IF;
  IF NEW.starts_at <> closed_until OR (closed_until IS NULL AND EXISTS (
       SELECT FROM ledger_transaction WHERE effective_at < NEW.starts_at)) THEN
    RAISE EXCEPTION 'ledger_periodclose_in_order: % does not follow %', NEW.starts_at, closed_until
      USING ERRCODE = '23514', CONSTRAINT = 'ledger_periodclose_in_order';
  END IF;
  IF encode(sha256(NEW.reports), 'hex') <> NEW.sha256 THEN
    RAISE EXCEPTION 'ledger_periodclose_sha256_matches: %', NEW.starts_at
      USING ERRCODE = '23514', CONSTRAINT = 'ledger_periodclose_sha256_matches';
  END IF;
  RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION ledger_reversalrequest_decides() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' AND NEW.decision <> '' THEN
    RAISE EXCEPTION 'ledger_reversalrequest_opens_undecided: %', NEW.id
      USING ERRCODE = '23514', CONSTRAINT = 'ledger_reversalrequest_opens_undecided';
  END IF;
  IF TG_OP = 'UPDATE' AND (OLD.decision <> '' OR
     (NEW.id, NEW.transaction_id, NEW.requested_by, NEW.reason, NEW.requested_at)
     IS DISTINCT FROM
     (OLD.id, OLD.transaction_id, OLD.requested_by, OLD.reason, OLD.requested_at)) THEN
    RAISE EXCEPTION 'ledger_reversalrequest_decided_once: %', OLD.id
      USING ERRCODE = '23514', CONSTRAINT = 'ledger_reversalrequest_decided_once';
  END IF;
  IF NEW.reversal_id IS NOT NULL AND NEW.transaction_id IS DISTINCT FROM (
       SELECT reverses_id FROM ledger_transaction WHERE id = NEW.reversal_id) THEN
    RAISE EXCEPTION 'ledger_reversalrequest_is_its_reversal: %', NEW.id
      USING ERRCODE = '23514', CONSTRAINT = 'ledger_reversalrequest_is_its_reversal';
  END IF;
  RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER ledger_transaction_period BEFORE INSERT ON ledger_transaction
  FOR EACH ROW EXECUTE FUNCTION ledger_transaction_period();

CREATE OR REPLACE TRIGGER ledger_periodclose_fits BEFORE INSERT ON ledger_periodclose
  FOR EACH ROW EXECUTE FUNCTION ledger_periodclose_fits();
CREATE OR REPLACE TRIGGER ledger_periodclose_append_only BEFORE UPDATE OR DELETE ON ledger_periodclose
  FOR EACH ROW EXECUTE FUNCTION core_append_only();
CREATE OR REPLACE TRIGGER ledger_periodclose_no_truncate BEFORE TRUNCATE ON ledger_periodclose
  FOR EACH STATEMENT EXECUTE FUNCTION core_append_only();

CREATE OR REPLACE TRIGGER ledger_reversalrequest_decides
  BEFORE INSERT OR UPDATE ON ledger_reversalrequest
  FOR EACH ROW EXECUTE FUNCTION ledger_reversalrequest_decides();
CREATE OR REPLACE TRIGGER ledger_reversalrequest_no_delete BEFORE DELETE ON ledger_reversalrequest
  FOR EACH ROW EXECUTE FUNCTION core_append_only();
CREATE OR REPLACE TRIGGER ledger_reversalrequest_no_truncate
  BEFORE TRUNCATE ON ledger_reversalrequest
  FOR EACH STATEMENT EXECUTE FUNCTION core_append_only();
