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
DECLARE
  shown record;
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
  -- By its key only, and compared here: a planner without statistics finds it in no other way.
  SELECT e.balance_after, e.recorded_at, e.entry_hash INTO shown FROM ledger_entry e
   WHERE e.account_id = NEW.id AND e.account_seq = NEW.version;
  IF NOT FOUND OR NEW.version <= OLD.version
     OR (NEW.balance, NEW.last_at, NEW.head_hash) IS DISTINCT FROM
        (shown.balance_after, shown.recorded_at, shown.entry_hash) THEN
    RAISE EXCEPTION 'ledger_account_is_projection: account %', OLD.code
      USING ERRCODE = '23514', CONSTRAINT = 'ledger_account_is_projection';
  END IF;
  RETURN NEW;
END $$;

-- Once for all entries of an INSERT. First each account goes on by the one entry that continues it,
-- which is all of them unless an account has several. The others continue the one before them, and
-- the account then shows the last: none may be below the floor, for the account's own CHECK sees only
-- the first and the last.
CREATE OR REPLACE FUNCTION ledger_entry_continues() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  continued bigint;
  entry record;
BEGIN
  UPDATE ledger_account a
     SET balance = e.balance_after, version = e.account_seq,
         last_at = e.recorded_at, head_hash = e.entry_hash
    FROM added e
   WHERE a.id = e.account_id AND a.version = e.account_seq - 1
     AND a.balance = e.balance_after - e.amount
     AND (a.last_at IS NULL OR a.last_at <= e.recorded_at)
     AND isfinite(e.recorded_at) AND a.status = 'open';
  GET DIAGNOSTICS continued = ROW_COUNT;
  IF continued = (SELECT count(*) FROM added) THEN
    RETURN NULL;
  END IF;
  FOR entry IN
    SELECT e.*, a.version, a.min_balance,
           e.account_seq = lag(e.account_seq, 1, a.version) OVER chain + 1
             AND e.balance_after - e.amount = lag(e.balance_after, 1, a.balance) OVER chain
             AND e.recorded_at >= lag(e.recorded_at, 1, a.last_at) OVER chain
             AND isfinite(e.recorded_at) AS continues,
           lead(e.account_seq) OVER chain IS NULL AS is_last
      FROM added e JOIN ledger_account a ON a.id = e.account_id AND a.version <> e.account_seq
    WINDOW chain AS (PARTITION BY e.account_id ORDER BY e.account_seq)
  LOOP
    IF entry.continues IS NOT TRUE THEN
      PERFORM ledger_discontinues(entry.account_id);
    ELSIF entry.balance_after < entry.min_balance THEN
      RAISE EXCEPTION 'ledger_account_balance_not_below_floor: % on the way', entry.account_id
        USING ERRCODE = '23514', CONSTRAINT = 'ledger_account_balance_not_below_floor';
    END IF;
    CONTINUE WHEN NOT entry.is_last;
    UPDATE ledger_account a
       SET balance = entry.balance_after, version = entry.account_seq,
           last_at = entry.recorded_at, head_hash = entry.entry_hash
     WHERE a.id = entry.account_id AND a.version = entry.version AND a.status = 'open';
    IF NOT FOUND THEN
      PERFORM ledger_discontinues(entry.account_id);
    END IF;
  END LOOP;
  RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION ledger_discontinues(account bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION
    'ledger_entry_continues_account: account % (sequence, running balance, time or status)', account
    USING ERRCODE = '23514', CONSTRAINT = 'ledger_entry_continues_account';
END $$;

-- Whether a transaction's entries on held accounts differ from the holds that it places and ends.
CREATE OR REPLACE FUNCTION ledger_holds_differ(moved uuid, at timestamptz) RETURNS boolean
LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN EXISTS (
    SELECT FROM (
      SELECT e.account_id, e.amount, true AS timely
        FROM ledger_entry e JOIN ledger_account a ON a.id = e.account_id
       WHERE e.transaction_id = moved AND a.kind = 'held'
      UNION ALL
      SELECT h.held_id, -h.amount, h.created_at = at FROM ledger_hold h WHERE h.placed_by_id = moved
      UNION ALL
      SELECT h.held_id, h.amount, r.resolved_at = at
        FROM ledger_holdresolution r JOIN ledger_hold h ON h.id = r.hold_id
       WHERE r.transaction_id = moved) sides
     GROUP BY account_id HAVING sum(amount) <> 0 OR NOT bool_and(timely));
END $$;

-- At COMMIT, for holds of a transaction that moves nothing held, or that another session had not
-- committed when they were added.
CREATE OR REPLACE FUNCTION ledger_holds_tally() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  moved uuid := CASE TG_TABLE_NAME WHEN 'ledger_hold' THEN to_jsonb(NEW) ->> 'placed_by_id'
                                   ELSE to_jsonb(NEW) ->> 'transaction_id' END;
BEGIN
  IF ledger_holds_differ(moved, (SELECT recorded_at FROM ledger_transaction WHERE id = moved)) THEN
    RAISE EXCEPTION 'ledger_transaction_holds_tally: %', moved
      USING ERRCODE = '23514', CONSTRAINT = 'ledger_transaction_holds_tally';
  END IF;
  RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION ledger_hold_fits() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (
    SELECT FROM ledger_account w JOIN ledger_account h
        ON h.owner_id = w.owner_id AND h.currency = w.currency
     WHERE w.id = NEW.wallet_id AND w.kind = 'wallet' AND h.id = NEW.held_id AND h.kind = 'held'
  ) THEN
    RAISE EXCEPTION 'ledger_hold_same_owner: %', NEW.id
      USING ERRCODE = '23514', CONSTRAINT = 'ledger_hold_same_owner';
  END IF;
  RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION ledger_holdresolution_fits() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  placed ledger_hold;
BEGIN
  SELECT * INTO placed FROM ledger_hold WHERE id = NEW.hold_id;
  IF NEW.captured > placed.amount THEN
    RAISE EXCEPTION 'ledger_holdresolution_captured_too_much: %', NEW.hold_id
      USING ERRCODE = '23514', CONSTRAINT = 'ledger_holdresolution_captured_too_much';
  END IF;
  IF (NEW.kind = 'captured' AND placed.expires_at <= greatest(NEW.resolved_at, core_clock()))
     OR (NEW.kind = 'expired' AND (placed.expires_at IS NULL OR placed.expires_at > NEW.resolved_at))
  THEN
    RAISE EXCEPTION 'ledger_holdresolution_in_time: % is not % in time', NEW.hold_id, NEW.kind
      USING ERRCODE = '23514', CONSTRAINT = 'ledger_holdresolution_in_time';
  END IF;
  RETURN NEW;
END $$;

-- The first currency of a transaction whose amounts do not sum to zero, and by how much.
CREATE OR REPLACE FUNCTION ledger_check_balanced(posted uuid) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  off record;
BEGIN
  SELECT currency, sum(amount) AS total INTO off FROM ledger_entry
   WHERE transaction_id = posted GROUP BY currency HAVING sum(amount) <> 0 ORDER BY currency LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'ledger_transaction_balanced: % is off by % %', posted, off.total, off.currency
      USING ERRCODE = '23514', CONSTRAINT = 'ledger_transaction_balanced';
  END IF;
END $$;

CREATE OR REPLACE FUNCTION ledger_transaction_closes() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  present bigint;
  strange bigint;
  balanced boolean;
  moves_held boolean;
BEGIN
  SELECT count(*), count(*) FILTER (WHERE e.lines <> NEW.lines OR e.recorded_at <> NEW.recorded_at),
         sum(e.amount) = 0 AND min(e.currency) = max(e.currency), bool_or(a.kind = 'held')
    INTO present, strange, balanced, moves_held
    FROM ledger_entry e JOIN ledger_account a ON a.id = e.account_id
   WHERE e.transaction_id = NEW.id;
  -- Only one currency is seen to be balanced without sorting.
  IF NOT balanced THEN
    PERFORM ledger_check_balanced(NEW.id);
  END IF;
  IF present <> NEW.lines OR strange <> 0 THEN
    RAISE EXCEPTION 'ledger_transaction_complete: % has % entries of %, % strange',
      NEW.id, present, NEW.lines, strange
      USING ERRCODE = '23514', CONSTRAINT = 'ledger_transaction_complete';
  END IF;
  IF NOT isfinite(NEW.effective_at) THEN
    RAISE EXCEPTION 'ledger_transaction_effective_finite: %', NEW.id
      USING ERRCODE = '23514', CONSTRAINT = 'ledger_transaction_effective_finite';
  END IF;
  -- Holds of a transaction that moves nothing held are found when it commits.
  IF moves_held AND ledger_holds_differ(NEW.id, NEW.recorded_at) THEN
    RAISE EXCEPTION 'ledger_transaction_holds_tally: %', NEW.id
      USING ERRCODE = '23514', CONSTRAINT = 'ledger_transaction_holds_tally';
  END IF;
  -- Two conditions, for the second is a query also when the first is false.
  IF NEW.reverses_id IS NOT NULL THEN
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
CREATE OR REPLACE TRIGGER ledger_transaction_append_only BEFORE UPDATE OR DELETE ON ledger_transaction
  FOR EACH ROW EXECUTE FUNCTION ledger_append_only();
CREATE OR REPLACE TRIGGER ledger_transaction_no_truncate BEFORE TRUNCATE ON ledger_transaction
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_append_only();

CREATE OR REPLACE TRIGGER ledger_entry_continues AFTER INSERT ON ledger_entry
  REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_entry_continues();
CREATE OR REPLACE TRIGGER ledger_entry_append_only BEFORE UPDATE OR DELETE ON ledger_entry
  FOR EACH ROW EXECUTE FUNCTION ledger_append_only();
CREATE OR REPLACE TRIGGER ledger_entry_no_truncate BEFORE TRUNCATE ON ledger_entry
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_append_only();

CREATE OR REPLACE TRIGGER ledger_hold_fits BEFORE INSERT ON ledger_hold
  FOR EACH ROW EXECUTE FUNCTION ledger_hold_fits();
CREATE OR REPLACE TRIGGER ledger_hold_append_only BEFORE UPDATE OR DELETE ON ledger_hold
  FOR EACH ROW EXECUTE FUNCTION ledger_append_only();
CREATE OR REPLACE TRIGGER ledger_hold_no_truncate BEFORE TRUNCATE ON ledger_hold
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_append_only();
DROP TRIGGER IF EXISTS ledger_hold_tallies ON ledger_hold;
CREATE CONSTRAINT TRIGGER ledger_hold_tallies AFTER INSERT ON ledger_hold
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_holds_tally();

CREATE OR REPLACE TRIGGER ledger_holdresolution_fits BEFORE INSERT ON ledger_holdresolution
  FOR EACH ROW EXECUTE FUNCTION ledger_holdresolution_fits();
CREATE OR REPLACE TRIGGER ledger_holdresolution_append_only
  BEFORE UPDATE OR DELETE ON ledger_holdresolution
  FOR EACH ROW EXECUTE FUNCTION ledger_append_only();
CREATE OR REPLACE TRIGGER ledger_holdresolution_no_truncate BEFORE TRUNCATE ON ledger_holdresolution
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_append_only();
DROP TRIGGER IF EXISTS ledger_holdresolution_tallies ON ledger_holdresolution;
CREATE CONSTRAINT TRIGGER ledger_holdresolution_tallies AFTER INSERT ON ledger_holdresolution
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_holds_tally();
