-- A wallet request is made pending, is decided once, and only together with the transaction that
-- moved exactly its amount between its owner's wallet and its provider's clearing account.
-- Existing keys are refused by name, because OR REPLACE deletes without firing delete triggers.

CREATE TRIGGER ledger_walletrequest_begins BEFORE INSERT ON ledger_walletrequest
BEGIN
  SELECT RAISE(ABORT, 'ledger_walletrequest_append_only: REPLACE is refused')
   WHERE EXISTS (SELECT 1 FROM ledger_walletrequest
                  WHERE id = NEW.id OR rowid = NEW.rowid OR hold_id = NEW.hold_id);
  SELECT RAISE(ABORT, 'ledger_walletrequest_begins_pending') WHERE NEW.status <> 'pending';
  SELECT RAISE(ABORT, 'ledger_walletrequest_whole_numbers') WHERE typeof(NEW.amount) <> 'integer';
  SELECT RAISE(ABORT, 'ledger_walletrequest_holds_its_amount')
   WHERE NEW.kind = 'withdrawal' AND NOT EXISTS (
     SELECT 1 FROM ledger_hold h JOIN ledger_account w ON w.id = h.wallet_id
      WHERE h.id = NEW.hold_id AND h.amount = NEW.amount AND h.purpose = 'withdrawal'
        AND h.expires_at IS NULL AND w.currency = NEW.currency AND w.owner_id = NEW.owner_id
        AND NOT EXISTS (SELECT 1 FROM ledger_holdresolution r WHERE r.hold_id = h.id));
END;

CREATE TRIGGER ledger_walletrequest_decided BEFORE UPDATE ON ledger_walletrequest
BEGIN
  SELECT RAISE(ABORT, 'ledger_walletrequest_decided_once')
   WHERE OLD.status <> 'pending' OR NEW.status = 'pending';
  SELECT RAISE(ABORT, 'ledger_walletrequest_terms_immutable')
   WHERE (NEW.id, NEW.kind, NEW.owner_id, NEW.provider, NEW.amount, NEW.currency, NEW.destination,
          NEW.hold_id, NEW.created_at, NEW.rowid) IS NOT
         (OLD.id, OLD.kind, OLD.owner_id, OLD.provider, OLD.amount, OLD.currency, OLD.destination,
          OLD.hold_id, OLD.created_at, OLD.rowid);
  SELECT RAISE(ABORT, 'ledger_walletrequest_append_only: REPLACE is refused')
   WHERE EXISTS (SELECT 1 FROM ledger_walletrequest o
                  WHERE o.id <> OLD.id AND (o.transaction_id = NEW.transaction_id
                     OR (o.provider = NEW.provider AND o.kind = NEW.kind AND o.reference <> ''
                         AND o.reference = NEW.reference)));
  SELECT RAISE(ABORT, 'ledger_walletrequest_moved_its_amount')
   WHERE NEW.kind = 'top_up' AND NEW.status = 'confirmed' AND (
     -NEW.amount <> (
       SELECT coalesce(sum(e.amount), 0) FROM ledger_entry e JOIN ledger_account a ON a.id = e.account_id
        WHERE e.transaction_id = NEW.transaction_id
          AND substr(a.code || '#', 1, instr(a.code || '#', '#') - 1)
              = 'provider:' || NEW.provider || ':clearing:' || NEW.currency)
     OR NOT EXISTS (
       SELECT 1 FROM ledger_entry e JOIN ledger_account a ON a.id = e.account_id
        WHERE e.transaction_id = NEW.transaction_id AND e.amount = NEW.amount
          AND a.code = 'user:' || NEW.owner_id || ':available:' || NEW.currency));
  SELECT RAISE(ABORT, 'ledger_walletrequest_moved_its_amount')
   WHERE NEW.kind = 'withdrawal' AND NOT EXISTS (
     SELECT 1 FROM ledger_holdresolution r
      WHERE r.hold_id = NEW.hold_id AND r.transaction_id = NEW.transaction_id
        AND CASE WHEN NEW.status = 'confirmed'
                 THEN r.kind = 'captured' AND r.captured = NEW.amount
                  AND NEW.amount = (
                    SELECT coalesce(sum(e.amount), 0)
                      FROM ledger_entry e JOIN ledger_account a ON a.id = e.account_id
                     WHERE e.transaction_id = NEW.transaction_id
                       AND substr(a.code || '#', 1, instr(a.code || '#', '#') - 1)
                           = 'provider:' || NEW.provider || ':clearing:' || NEW.currency)
                 ELSE r.kind = 'voided' END);
END;

CREATE TRIGGER ledger_walletrequest_no_delete BEFORE DELETE ON ledger_walletrequest
BEGIN SELECT RAISE(ABORT, 'ledger_walletrequest_append_only: DELETE is refused'); END;
