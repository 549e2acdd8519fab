CREATE OR REPLACE FUNCTION catalog_movement_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% on % is refused: append-only', TG_OP, TG_TABLE_NAME USING ERRCODE = '23514';
END $$;

CREATE OR REPLACE TRIGGER catalog_movement_append_only BEFORE UPDATE OR DELETE ON catalog_stockmovement
  FOR EACH ROW EXECUTE FUNCTION catalog_movement_append_only();
CREATE OR REPLACE TRIGGER catalog_movement_no_truncate BEFORE TRUNCATE ON catalog_stockmovement
  FOR EACH STATEMENT EXECUTE FUNCTION catalog_movement_append_only();

-- No lists of columns here: PostgreSQL would not let a migration change a column that a trigger names.

-- The product is locked, so that two sessions cannot each add the variant that forbids the other's.
CREATE OR REPLACE FUNCTION catalog_variant_options() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND (NEW.option_key, NEW.product_id, NEW.currency)
     = (OLD.option_key, OLD.product_id, OLD.currency) THEN
    RETURN NULL;
  END IF;
  PERFORM 1 FROM catalog_product WHERE id = NEW.product_id AND currency = NEW.currency FOR NO KEY UPDATE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'a variant has its product''s currency' USING ERRCODE = '23514';
  END IF;
  IF EXISTS (
    SELECT 1 FROM catalog_variant other
     WHERE other.product_id = NEW.product_id AND other.id <> NEW.id
       AND (other.option_key = '') <> (NEW.option_key = '')
  ) THEN
    RAISE EXCEPTION 'a product without options has exactly one variant' USING ERRCODE = '23514';
  END IF;
  RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER catalog_variant_options AFTER INSERT OR UPDATE ON catalog_variant
  FOR EACH ROW EXECUTE FUNCTION catalog_variant_options();

CREATE OR REPLACE FUNCTION catalog_product_currency() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.currency <> OLD.currency AND EXISTS (SELECT 1 FROM catalog_variant WHERE product_id = NEW.id) THEN
    RAISE EXCEPTION 'a product keeps the currency of its variants' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER catalog_product_currency BEFORE UPDATE ON catalog_product
  FOR EACH ROW EXECUTE FUNCTION catalog_product_currency();
