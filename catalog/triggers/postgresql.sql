CREATE OR REPLACE FUNCTION catalog_movement_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% on % is refused: append-only', TG_OP, TG_TABLE_NAME USING ERRCODE = '23514';
END $$;

CREATE OR REPLACE TRIGGER catalog_movement_append_only BEFORE UPDATE OR DELETE ON catalog_stockmovement
  FOR EACH ROW EXECUTE FUNCTION catalog_movement_append_only();
CREATE OR REPLACE TRIGGER catalog_movement_no_truncate BEFORE TRUNCATE ON catalog_stockmovement
  FOR EACH STATEMENT EXECUTE FUNCTION catalog_movement_append_only();

-- The product is locked, so that two sessions cannot each add the variant that forbids the other's.
CREATE OR REPLACE FUNCTION catalog_variant_options() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM 1 FROM catalog_product WHERE id = NEW.product_id FOR NO KEY UPDATE;
  IF EXISTS (
    SELECT 1 FROM catalog_variant other
     WHERE other.product_id = NEW.product_id AND other.id <> NEW.id
       AND (other.option_key = '') <> (NEW.option_key = '')
  ) THEN
    RAISE EXCEPTION 'a product without options has exactly one variant' USING ERRCODE = '23514';
  END IF;
  RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER catalog_variant_options AFTER INSERT OR UPDATE OF option_key, product_id ON catalog_variant
  FOR EACH ROW EXECUTE FUNCTION catalog_variant_options();
