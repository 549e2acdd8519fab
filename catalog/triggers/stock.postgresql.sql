-- A movement continues its variant's chain, and moves the variant's stock along. The variant is
-- locked first, so that of two sessions that would both continue it the second one sees the first.

CREATE OR REPLACE FUNCTION catalog_movement_chains() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  variant record;
BEGIN
  SELECT stock, stock_seq INTO variant FROM catalog_variant WHERE id = NEW.variant_id FOR NO KEY UPDATE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'catalog_movement_chains: no such variant' USING ERRCODE = '23514';
  END IF;
  IF NEW.seq <> variant.stock_seq + 1 OR NEW.stock_after <> variant.stock + NEW.change THEN
    RAISE EXCEPTION 'catalog_movement_chains: movement % leaving % does not follow movement % that left %',
      NEW.seq, NEW.stock_after, variant.stock_seq, variant.stock USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER catalog_movement_chains BEFORE INSERT ON catalog_stockmovement
  FOR EACH ROW EXECUTE FUNCTION catalog_movement_chains();

-- All variants of a statement at once, so that what is to happen after an update of variants happens once, too. Movements
-- are looked up and not joined with "fresh": the plan is kept, and has to be good for one of them and for thousands.
CREATE OR REPLACE FUNCTION catalog_movement_moves() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE catalog_variant variant
     SET stock = next.stock_after, stock_seq = next.seq, updated_at = next.at, version = variant.version + 1
    FROM catalog_stockmovement next
   WHERE variant.id = ANY (ARRAY(SELECT variant_id FROM fresh))
     AND next.variant_id = variant.id AND next.seq = variant.stock_seq + 1;
  RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER catalog_movement_moves AFTER INSERT ON catalog_stockmovement
  REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION catalog_movement_moves();

CREATE OR REPLACE FUNCTION catalog_variant_stock() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.stock <> 0 OR NEW.stock_seq <> 0 THEN
      RAISE EXCEPTION 'catalog_variant_stock: a variant opens empty' USING ERRCODE = '23514';
    END IF;
  ELSIF (NEW.stock, NEW.stock_seq) <> (OLD.stock, OLD.stock_seq) THEN
    IF NEW.stock_seq <> OLD.stock_seq + 1 OR NOT EXISTS (
      SELECT 1 FROM catalog_stockmovement
       WHERE variant_id = NEW.id AND seq = NEW.stock_seq AND stock_after = NEW.stock
    ) THEN
      RAISE EXCEPTION 'catalog_variant_stock: only a movement changes a stock' USING ERRCODE = '23514';
    END IF;
  END IF;
  RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER catalog_variant_stock BEFORE INSERT OR UPDATE ON catalog_variant
  FOR EACH ROW EXECUTE FUNCTION catalog_variant_stock();
