-- Stated rates and quotes are history; a quote is at rates of its own two currencies.

CREATE TRIGGER ledger_exchangequote_rates_fit BEFORE INSERT ON ledger_exchangequote
BEGIN
  SELECT RAISE(ABORT, 'ledger_exchangequote_append_only: REPLACE is refused')
   WHERE EXISTS (SELECT 1 FROM ledger_exchangequote WHERE id = NEW.id OR rowid = NEW.rowid);
  SELECT RAISE(ABORT, 'ledger_exchangequote_whole_numbers')
   WHERE typeof(NEW.sold_amount) <> 'integer' OR typeof(NEW.bought_amount) <> 'integer';
  SELECT RAISE(ABORT, 'ledger_exchangequote_rates_fit')
   WHERE NOT EXISTS (
     SELECT 1
       FROM (SELECT 1) one
       LEFT JOIN ledger_exchangerate s ON s.id = NEW.sold_rate_id
       LEFT JOIN ledger_exchangerate b ON b.id = NEW.bought_rate_id
      WHERE coalesce(s.currency, b.base) = NEW.sold_currency
        AND coalesce(b.currency, s.base) = NEW.bought_currency
        AND coalesce(s.base, b.base) = coalesce(b.base, s.base));
END;
CREATE TRIGGER ledger_exchangequote_no_update BEFORE UPDATE ON ledger_exchangequote
BEGIN SELECT RAISE(ABORT, 'ledger_exchangequote_append_only: UPDATE is refused'); END;
CREATE TRIGGER ledger_exchangequote_no_delete BEFORE DELETE ON ledger_exchangequote
BEGIN SELECT RAISE(ABORT, 'ledger_exchangequote_append_only: DELETE is refused'); END;

CREATE TRIGGER ledger_exchangerate_begins BEFORE INSERT ON ledger_exchangerate
BEGIN
  SELECT RAISE(ABORT, 'ledger_exchangerate_append_only: REPLACE is refused')
   WHERE EXISTS (SELECT 1 FROM ledger_exchangerate WHERE id = NEW.id OR rowid = NEW.rowid);
  SELECT RAISE(ABORT, 'ledger_exchangerate_whole_numbers') WHERE typeof(NEW.units) <> 'integer';
END;
CREATE TRIGGER ledger_exchangerate_no_update BEFORE UPDATE ON ledger_exchangerate
BEGIN SELECT RAISE(ABORT, 'ledger_exchangerate_append_only: UPDATE is refused'); END;
CREATE TRIGGER ledger_exchangerate_no_delete BEFORE DELETE ON ledger_exchangerate
BEGIN SELECT RAISE(ABORT, 'ledger_exchangerate_append_only: DELETE is refused'); END;
