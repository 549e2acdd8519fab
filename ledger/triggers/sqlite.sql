-- Entries come first, their transaction's header last: the header's trigger sees all of them, and
-- the deferred foreign key lets no entry commit without its header. Everything is tested before the
-- row goes in, because OR IGNORE and OR FAIL on the attacker's statement also rule the constraints
-- of what an AFTER trigger writes. Existing keys are refused by name, because OR REPLACE deletes
-- without firing delete triggers wherever recursive_triggers is off.

CREATE TRIGGER ledger_account_opens_empty BEFORE INSERT ON ledger_account
BEGIN
  SELECT RAISE(ABORT, 'ledger_account_append_only: REPLACE is refused')
   WHERE EXISTS (SELECT 1 FROM ledger_account WHERE id = NEW.id OR code = NEW.code);
  SELECT RAISE(ABORT, 'ledger_account_opens_empty')
   WHERE NEW.balance IS NOT 0 OR NEW.version IS NOT 0 OR NEW.last_at IS NOT NULL
      OR NEW.head_hash IS NOT zeroblob(32);
  SELECT RAISE(ABORT, 'ledger_account_whole_numbers')
   WHERE typeof(NEW.min_balance) NOT IN ('integer', 'null') OR typeof(NEW.tier) <> 'integer';
END;

CREATE TRIGGER ledger_account_projects BEFORE UPDATE ON ledger_account
BEGIN
  SELECT RAISE(ABORT, 'ledger_account_identity_immutable')
   WHERE NEW.id IS NOT OLD.id OR NEW.code IS NOT OLD.code OR NEW.kind IS NOT OLD.kind
      OR NEW.currency IS NOT OLD.currency OR NEW.owner_id IS NOT OLD.owner_id;
  SELECT RAISE(ABORT, 'ledger_account_is_projection')
   WHERE (NEW.balance IS NOT OLD.balance OR NEW.version IS NOT OLD.version
          OR NEW.last_at IS NOT OLD.last_at OR NEW.head_hash IS NOT OLD.head_hash)
     AND (NEW.version IS NOT OLD.version + 1 OR NOT EXISTS (
            SELECT 1 FROM ledger_entry e
             WHERE e.account_id = NEW.id AND e.account_seq = NEW.version
               AND e.balance_after = NEW.balance AND e.recorded_at = NEW.last_at
               AND e.entry_hash = NEW.head_hash));
  SELECT RAISE(ABORT, 'ledger_account_whole_numbers')
   WHERE typeof(NEW.min_balance) NOT IN ('integer', 'null') OR typeof(NEW.tier) <> 'integer';
END;

CREATE TRIGGER ledger_account_no_delete BEFORE DELETE ON ledger_account
BEGIN SELECT RAISE(ABORT, 'ledger_account_append_only: DELETE is refused'); END;

CREATE TRIGGER ledger_transaction_closes BEFORE INSERT ON ledger_transaction
BEGIN
  SELECT RAISE(ABORT, 'ledger_transaction_append_only: REPLACE is refused')
   WHERE EXISTS (SELECT 1 FROM ledger_transaction WHERE id = NEW.id OR rowid = NEW.rowid);
  SELECT RAISE(ABORT, 'ledger_transaction_key_once')
   WHERE EXISTS (SELECT 1 FROM ledger_transaction
                  WHERE idem_scope = NEW.idem_scope AND idem_key = NEW.idem_key);
  SELECT RAISE(ABORT, 'ledger_transaction_complete')
   WHERE typeof(NEW.lines) <> 'integer'
      OR NEW.lines IS NOT (SELECT count(*) FROM ledger_entry
                            WHERE transaction_id = NEW.id AND lines = NEW.lines
                              AND recorded_at = NEW.recorded_at)
      OR NEW.lines IS NOT (SELECT count(*) FROM ledger_entry WHERE transaction_id = NEW.id);
  SELECT RAISE(ABORT, 'ledger_transaction_balanced')
   WHERE EXISTS (SELECT 1 FROM ledger_entry WHERE transaction_id = NEW.id
                  GROUP BY currency HAVING sum(amount) <> 0);
  SELECT RAISE(ABORT, 'ledger_transaction_effective_finite')
   WHERE datetime(NEW.effective_at) IS NOT substr(NEW.effective_at, 1, 19);
END;

CREATE TRIGGER ledger_transaction_reverses BEFORE INSERT ON ledger_transaction
WHEN NEW.reverses_id IS NOT NULL
BEGIN
  SELECT RAISE(ABORT, 'ledger_transaction_reversed_once')
   WHERE EXISTS (SELECT 1 FROM ledger_transaction WHERE reverses_id = NEW.reverses_id);
  SELECT RAISE(ABORT, 'ledger_transaction_reversal_exact')
   WHERE NEW.lines IS NOT (SELECT lines FROM ledger_transaction WHERE id = NEW.reverses_id)
      OR EXISTS (SELECT account_id, -sum(amount), count(*) FROM ledger_entry
                  WHERE transaction_id = NEW.id GROUP BY account_id
                 EXCEPT
                 SELECT account_id, sum(amount), count(*) FROM ledger_entry
                  WHERE transaction_id = NEW.reverses_id GROUP BY account_id);
END;

CREATE TRIGGER ledger_transaction_no_update BEFORE UPDATE ON ledger_transaction
BEGIN SELECT RAISE(ABORT, 'ledger_transaction_append_only: UPDATE is refused'); END;
CREATE TRIGGER ledger_transaction_no_delete BEFORE DELETE ON ledger_transaction
BEGIN SELECT RAISE(ABORT, 'ledger_transaction_append_only: DELETE is refused'); END;

CREATE TRIGGER ledger_entry_continues BEFORE INSERT ON ledger_entry
BEGIN
  SELECT RAISE(ABORT, 'ledger_entry_append_only: REPLACE is refused')
   WHERE EXISTS (SELECT 1 FROM ledger_entry WHERE id = NEW.id)
      OR EXISTS (SELECT 1 FROM ledger_entry
                  WHERE account_id = NEW.account_id AND account_seq = NEW.account_seq)
      OR EXISTS (SELECT 1 FROM ledger_entry
                  WHERE transaction_id = NEW.transaction_id AND line_no = NEW.line_no);
  SELECT RAISE(ABORT, 'ledger_entry_whole_numbers')
   WHERE typeof(NEW.amount) <> 'integer' OR typeof(NEW.balance_after) <> 'integer'
      OR typeof(NEW.account_seq) <> 'integer' OR typeof(NEW.line_no) <> 'integer'
      OR typeof(NEW.lines) <> 'integer' OR typeof(NEW.entry_hash) <> 'blob';
  SELECT RAISE(ABORT, 'ledger_transaction_closed')
   WHERE EXISTS (SELECT 1 FROM ledger_transaction WHERE id = NEW.transaction_id);
  SELECT RAISE(ABORT, 'ledger_entry_continues_account')
   WHERE datetime(NEW.recorded_at) IS NOT substr(NEW.recorded_at, 1, 19)
      OR NOT EXISTS (SELECT 1 FROM ledger_account a
                      WHERE a.id = NEW.account_id AND a.currency = NEW.currency
                        AND a.version = NEW.account_seq - 1
                        AND a.balance + NEW.amount = NEW.balance_after
                        AND (a.last_at IS NULL OR a.last_at <= NEW.recorded_at)
                        AND a.status = 'open');
  SELECT RAISE(ABORT, 'ledger_account_balance_not_below_floor')
   WHERE EXISTS (SELECT 1 FROM ledger_account a
                  WHERE a.id = NEW.account_id AND a.min_balance > NEW.balance_after);
END;

CREATE TRIGGER ledger_entry_projects AFTER INSERT ON ledger_entry
BEGIN
  UPDATE ledger_account
     SET balance = NEW.balance_after, version = NEW.account_seq,
         last_at = NEW.recorded_at, head_hash = NEW.entry_hash
   WHERE id = NEW.account_id;
  SELECT RAISE(ABORT, 'ledger_account_is_projection')
   WHERE NOT EXISTS (SELECT 1 FROM ledger_account
                      WHERE id = NEW.account_id AND version = NEW.account_seq
                        AND balance = NEW.balance_after);
END;

CREATE TRIGGER ledger_entry_no_update BEFORE UPDATE ON ledger_entry
BEGIN SELECT RAISE(ABORT, 'ledger_entry_append_only: UPDATE is refused'); END;
CREATE TRIGGER ledger_entry_no_delete BEFORE DELETE ON ledger_entry
BEGIN SELECT RAISE(ABORT, 'ledger_entry_append_only: DELETE is refused'); END;
