-- Closed months and requests to reverse. The one writer at a time is alone, so a month that is closed
-- is closed for everybody who comes later.

CREATE TRIGGER ledger_transaction_period BEFORE INSERT ON ledger_transaction
BEGIN
  SELECT RAISE(ABORT, 'ledger_transaction_period_open')
   WHERE NEW.effective_at < (SELECT max(ends_at) FROM ledger_periodclose);
END;

CREATE TRIGGER ledger_periodclose_fits BEFORE INSERT ON ledger_periodclose
BEGIN
  SELECT RAISE(ABORT, 'ledger_periodclose_append_only: REPLACE is refused')
   WHERE EXISTS (SELECT 1 FROM ledger_periodclose
                  WHERE id = NEW.id OR rowid = NEW.rowid OR starts_at = NEW.starts_at
                     OR ends_at = NEW.ends_at);
  SELECT RAISE(ABORT, 'ledger_periodclose_is_month')
   WHERE NEW.starts_at IS NOT strftime('%Y-%m-01 00:00:00', NEW.starts_at)
      OR NEW.ends_at IS NOT datetime(NEW.starts_at, '+1 month');
  SELECT RAISE(ABORT, 'ledger_periodclose_has_ended')
   WHERE NEW.ends_at > datetime('now') OR datetime(NEW.closed_at) > datetime('now');
  SELECT RAISE(ABORT, 'ledger_periodclose_in_order')
   WHERE NEW.starts_at <> (SELECT max(ends_at) FROM ledger_periodclose)
      OR (NOT EXISTS (SELECT 1 FROM ledger_periodclose)
          AND EXISTS (SELECT 1 FROM ledger_transaction WHERE effective_at < NEW.starts_at));
  SELECT RAISE(ABORT, 'ledger_periodclose_reports_are_bytes') WHERE typeof(NEW.reports) <> 'blob';
END;

CREATE TRIGGER ledger_periodclose_no_update BEFORE UPDATE ON ledger_periodclose
BEGIN SELECT RAISE(ABORT, 'ledger_periodclose_append_only: UPDATE is refused'); END;
CREATE TRIGGER ledger_periodclose_no_delete BEFORE DELETE ON ledger_periodclose
BEGIN SELECT RAISE(ABORT, 'ledger_periodclose_append_only: DELETE is refused'); END;

CREATE TRIGGER ledger_reversalrequest_opens BEFORE INSERT ON ledger_reversalrequest
BEGIN
  SELECT RAISE(ABORT, 'ledger_reversalrequest_append_only: REPLACE is refused')
   WHERE EXISTS (SELECT 1 FROM ledger_reversalrequest
                  WHERE id = NEW.id OR rowid = NEW.rowid
                     OR (transaction_id = NEW.transaction_id AND decision = ''));
  SELECT RAISE(ABORT, 'ledger_reversalrequest_opens_undecided') WHERE NEW.decision <> '';
END;

CREATE TRIGGER ledger_reversalrequest_decides BEFORE UPDATE ON ledger_reversalrequest
BEGIN
  SELECT RAISE(ABORT, 'ledger_reversalrequest_decided_once')
   WHERE OLD.decision <> '' OR NEW.id IS NOT OLD.id
      OR NEW.transaction_id IS NOT OLD.transaction_id OR NEW.requested_by IS NOT OLD.requested_by
      OR NEW.reason IS NOT OLD.reason OR NEW.requested_at IS NOT OLD.requested_at;
  SELECT RAISE(ABORT, 'ledger_reversalrequest_is_its_reversal')
   WHERE NEW.reversal_id IS NOT NULL
     AND NEW.transaction_id IS NOT (SELECT reverses_id FROM ledger_transaction
                                     WHERE id = NEW.reversal_id);
END;

CREATE TRIGGER ledger_reversalrequest_no_delete BEFORE DELETE ON ledger_reversalrequest
BEGIN SELECT RAISE(ABORT, 'ledger_reversalrequest_append_only: DELETE is refused'); END;
