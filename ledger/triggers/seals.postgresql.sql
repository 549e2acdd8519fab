-- Members come first, their seal last, as entries and headers do: the seal's trigger sees all of
-- them, and the deferred foreign key lets no member commit without its seal.

-- One at a time, so that nobody adds to a seal that somebody else is about to commit.
CREATE OR REPLACE FUNCTION ledger_sealmember_alone() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('ledger.seal', 0));
  RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION ledger_sealmember_closed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM ledger_seal s JOIN added a ON a.seal_id = s.number) THEN
    RAISE EXCEPTION 'ledger_sealmember_closed: nothing is added to a seal'
      USING ERRCODE = '23514', CONSTRAINT = 'ledger_sealmember_closed';
  END IF;
  RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION ledger_seal_continues() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  head ledger_seal;
  present bigint;
  furthest bigint;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('ledger.seal', 0));
  SELECT * INTO head FROM ledger_seal ORDER BY number DESC LIMIT 1;
  IF NEW.number <> coalesce(head.number, 0) + 1
     OR NEW.previous_hash <> coalesce(head.root_hash, decode(repeat('00', 32), 'hex'))
     OR NEW.sealed_until < head.sealed_until OR NEW.sealed_at < head.sealed_at
     OR NOT isfinite(NEW.sealed_until) OR NOT isfinite(NEW.sealed_at) THEN
    RAISE EXCEPTION 'ledger_seal_continues: % does not follow seal %', NEW.number, head.number
      USING ERRCODE = '23514', CONSTRAINT = 'ledger_seal_continues';
  END IF;
  SELECT count(*), max(position) INTO present, furthest
    FROM ledger_sealmember WHERE seal_id = NEW.number;
  IF present <> NEW.count OR furthest <> NEW.count THEN
    RAISE EXCEPTION 'ledger_seal_complete: % has % members of %', NEW.number, present, NEW.count
      USING ERRCODE = '23514', CONSTRAINT = 'ledger_seal_complete';
  END IF;
  RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER ledger_seal_continues BEFORE INSERT ON ledger_seal
  FOR EACH ROW EXECUTE FUNCTION ledger_seal_continues();
CREATE OR REPLACE TRIGGER ledger_seal_append_only BEFORE UPDATE OR DELETE ON ledger_seal
  FOR EACH ROW EXECUTE FUNCTION ledger_append_only();
CREATE OR REPLACE TRIGGER ledger_seal_no_truncate BEFORE TRUNCATE ON ledger_seal
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_append_only();

CREATE OR REPLACE TRIGGER ledger_sealmember_alone BEFORE INSERT ON ledger_sealmember
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_sealmember_alone();
CREATE OR REPLACE TRIGGER ledger_sealmember_closed AFTER INSERT ON ledger_sealmember
  REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION ledger_sealmember_closed();
CREATE OR REPLACE TRIGGER ledger_sealmember_append_only
  BEFORE UPDATE OR DELETE ON ledger_sealmember
  FOR EACH ROW EXECUTE FUNCTION ledger_append_only();
CREATE OR REPLACE TRIGGER ledger_sealmember_no_truncate BEFORE TRUNCATE ON ledger_sealmember
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_append_only();
