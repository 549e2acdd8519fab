-- Stated rates and quotes are history; a quote is at rates of its own two currencies.

CREATE OR REPLACE FUNCTION ledger_exchangequote_rates_fit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (
    SELECT 1
      FROM (SELECT 1) one
      LEFT JOIN ledger_exchangerate s ON s.id = NEW.sold_rate_id
      LEFT JOIN ledger_exchangerate b ON b.id = NEW.bought_rate_id
     WHERE coalesce(s.currency, b.base) = NEW.sold_currency
       AND coalesce(b.currency, s.base) = NEW.bought_currency
       AND coalesce(s.base, b.base) = coalesce(b.base, s.base)
  ) THEN
    RAISE EXCEPTION 'ledger_exchangequote_rates_fit: %', NEW.id
      USING ERRCODE = '23514', CONSTRAINT = 'ledger_exchangequote_rates_fit';
  END IF;
  RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER ledger_exchangequote_rates_fit BEFORE INSERT ON ledger_exchangequote
  FOR EACH ROW EXECUTE FUNCTION ledger_exchangequote_rates_fit();
CREATE OR REPLACE TRIGGER ledger_exchangequote_append_only BEFORE UPDATE OR DELETE ON ledger_exchangequote
  FOR EACH ROW EXECUTE FUNCTION ledger_append_only();
CREATE OR REPLACE TRIGGER ledger_exchangequote_no_truncate BEFORE TRUNCATE ON ledger_exchangequote
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_append_only();
CREATE OR REPLACE TRIGGER ledger_exchangerate_append_only BEFORE UPDATE OR DELETE ON ledger_exchangerate
  FOR EACH ROW EXECUTE FUNCTION ledger_append_only();
CREATE OR REPLACE TRIGGER ledger_exchangerate_no_truncate BEFORE TRUNCATE ON ledger_exchangerate
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_append_only();
