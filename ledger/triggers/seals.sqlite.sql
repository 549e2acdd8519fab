-- Members come first, their seal last, as entries and headers do: the seal's trigger sees all of
-- them, and the deferred foreign key lets no member commit without its seal.

CREATE TRIGGER ledger_seal_continues BEFORE INSERT ON ledger_seal
BEGIN
  SELECT RAISE(ABORT, 'ledger_seal_append_only: REPLACE is refused')
   WHERE EXISTS (SELECT 1 FROM ledger_seal WHERE number = NEW.number);
  SELECT RAISE(ABORT, 'ledger_seal_continues')
   WHERE typeof(NEW.number) <> 'integer' OR typeof(NEW.count) <> 'integer'
      OR typeof(NEW.root_hash) <> 'blob' OR typeof(NEW.signature) <> 'blob'
      OR NEW.number IS NOT coalesce((SELECT max(number) FROM ledger_seal), 0) + 1
      OR NEW.previous_hash IS NOT coalesce(
           (SELECT root_hash FROM ledger_seal WHERE number = NEW.number - 1), zeroblob(32))
      OR datetime(NEW.sealed_until) IS NOT substr(NEW.sealed_until, 1, 19)
      OR datetime(NEW.sealed_at) IS NOT substr(NEW.sealed_at, 1, 19)
      OR EXISTS (SELECT 1 FROM ledger_seal
                  WHERE number = NEW.number - 1
                    AND (sealed_until > NEW.sealed_until OR sealed_at > NEW.sealed_at));
  SELECT RAISE(ABORT, 'ledger_seal_complete')
   WHERE NEW.count IS NOT (SELECT count(*) FROM ledger_sealmember WHERE seal_id = NEW.number)
      OR NEW.count IS NOT (SELECT max(position) FROM ledger_sealmember WHERE seal_id = NEW.number);
END;

CREATE TRIGGER ledger_seal_no_update BEFORE UPDATE ON ledger_seal
BEGIN SELECT RAISE(ABORT, 'ledger_seal_append_only: UPDATE is refused'); END;
CREATE TRIGGER ledger_seal_no_delete BEFORE DELETE ON ledger_seal
BEGIN SELECT RAISE(ABORT, 'ledger_seal_append_only: DELETE is refused'); END;

CREATE TRIGGER ledger_sealmember_closed BEFORE INSERT ON ledger_sealmember
BEGIN
  SELECT RAISE(ABORT, 'ledger_sealmember_append_only: REPLACE is refused')
   WHERE EXISTS (SELECT 1 FROM ledger_sealmember
                  WHERE transaction_id = NEW.transaction_id OR rowid = NEW.rowid)
      OR EXISTS (SELECT 1 FROM ledger_sealmember
                  WHERE seal_id = NEW.seal_id AND position = NEW.position);
  SELECT RAISE(ABORT, 'ledger_sealmember_whole_numbers')
   WHERE typeof(NEW.position) <> 'integer' OR typeof(NEW.digest) <> 'blob';
  SELECT RAISE(ABORT, 'ledger_sealmember_closed')
   WHERE EXISTS (SELECT 1 FROM ledger_seal WHERE number = NEW.seal_id);
END;

CREATE TRIGGER ledger_sealmember_no_update BEFORE UPDATE ON ledger_sealmember
BEGIN SELECT RAISE(ABORT, 'ledger_sealmember_append_only: UPDATE is refused'); END;
CREATE TRIGGER ledger_sealmember_no_delete BEFORE DELETE ON ledger_sealmember
BEGIN SELECT RAISE(ABORT, 'ledger_sealmember_append_only: DELETE is refused'); END;
