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
  SELECT RAISE(ABORT, 'ledger_transaction_holds_tally')
   WHERE EXISTS (
     SELECT 1 FROM (
       SELECT e.account_id, e.amount, 1 AS timely
         FROM ledger_entry e JOIN ledger_account a ON a.id = e.account_id
        WHERE e.transaction_id = NEW.id AND a.kind = 'held'
       UNION ALL
       SELECT h.held_id, -h.amount, h.created_at = NEW.recorded_at
         FROM ledger_hold h WHERE h.placed_by_id = NEW.id
       UNION ALL
       SELECT h.held_id, h.amount, r.resolved_at = NEW.recorded_at
         FROM ledger_holdresolution r JOIN ledger_hold h ON h.id = r.hold_id
        WHERE r.transaction_id = NEW.id)
      GROUP BY account_id HAVING sum(amount) <> 0 OR NOT min(timely));
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

-- Holds and their resolutions come before their transaction's header, which tallies them.
CREATE TRIGGER ledger_hold_fits BEFORE INSERT ON ledger_hold
BEGIN
  SELECT RAISE(ABORT, 'ledger_hold_append_only: REPLACE is refused')
   WHERE EXISTS (SELECT 1 FROM ledger_hold WHERE id = NEW.id OR rowid = NEW.rowid);
  SELECT RAISE(ABORT, 'ledger_hold_whole_numbers') WHERE typeof(NEW.amount) <> 'integer';
  SELECT RAISE(ABORT, 'ledger_transaction_closed')
   WHERE EXISTS (SELECT 1 FROM ledger_transaction WHERE id = NEW.placed_by_id);
  SELECT RAISE(ABORT, 'ledger_hold_same_owner')
   WHERE NOT EXISTS (
     SELECT 1 FROM ledger_account w JOIN ledger_account h
         ON h.owner_id = w.owner_id AND h.currency = w.currency
      WHERE w.id = NEW.wallet_id AND w.kind = 'wallet' AND h.id = NEW.held_id AND h.kind = 'held');
END;

CREATE TRIGGER ledger_hold_no_update BEFORE UPDATE ON ledger_hold
BEGIN SELECT RAISE(ABORT, 'ledger_hold_append_only: UPDATE is refused'); END;
CREATE TRIGGER ledger_hold_no_delete BEFORE DELETE ON ledger_hold
BEGIN SELECT RAISE(ABORT, 'ledger_hold_append_only: DELETE is refused'); END;

CREATE TRIGGER ledger_holdresolution_fits BEFORE INSERT ON ledger_holdresolution
BEGIN
  SELECT RAISE(ABORT, 'ledger_holdresolution_append_only: REPLACE is refused')
   WHERE EXISTS (SELECT 1 FROM ledger_holdresolution
                  WHERE hold_id = NEW.hold_id OR rowid = NEW.rowid);
  SELECT RAISE(ABORT, 'ledger_holdresolution_whole_numbers')
   WHERE typeof(NEW.captured) <> 'integer';
  SELECT RAISE(ABORT, 'ledger_transaction_closed')
   WHERE EXISTS (SELECT 1 FROM ledger_transaction WHERE id = NEW.transaction_id);
  SELECT RAISE(ABORT, 'ledger_holdresolution_captured_too_much')
   WHERE NEW.captured > (SELECT amount FROM ledger_hold WHERE id = NEW.hold_id);
  SELECT RAISE(ABORT, 'ledger_holdresolution_in_time')
   WHERE EXISTS (
     SELECT 1 FROM ledger_hold h WHERE h.id = NEW.hold_id AND (
       (NEW.kind = 'captured' AND h.expires_at <=
          max(NEW.resolved_at, strftime('%Y-%m-%d %H:%M:%f', 'now')))
       OR (NEW.kind = 'expired' AND (h.expires_at IS NULL OR h.expires_at > NEW.resolved_at))));
END;

CREATE TRIGGER ledger_holdresolution_no_update BEFORE UPDATE ON ledger_holdresolution
BEGIN SELECT RAISE(ABORT, 'ledger_holdresolution_append_only: UPDATE is refused'); END;
CREATE TRIGGER ledger_holdresolution_no_delete BEFORE DELETE ON ledger_holdresolution
BEGIN SELECT RAISE(ABORT, 'ledger_holdresolution_append_only: DELETE is refused'); END;
