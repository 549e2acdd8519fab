-- Notes each change to what the catalogue shows, once a transaction, in a row of its own: writers never wait for each
-- other. Counters, and what only says when or how often a row was written, are named as arguments and do not count.
CREATE OR REPLACE FUNCTION catalog_note_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  uncounted CONSTANT text[] := coalesce(TG_ARGV, '{}');
BEGIN
  IF TG_OP = 'UPDATE' THEN
    -- A join would be planned for a few rows, and take the square of their number when there are thousands.
    PERFORM to_jsonb(fresh) - uncounted FROM fresh EXCEPT SELECT to_jsonb(stale) - uncounted FROM stale LIMIT 1;
  ELSE
    PERFORM 1 FROM fresh LIMIT 1;
  END IF;
  IF FOUND THEN
    INSERT INTO catalog_cataloguechange (writer, number) VALUES (pg_current_xact_id()::text::bigint, 1)
      ON CONFLICT DO NOTHING;
  END IF;
  RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER catalog_change_product_added AFTER INSERT ON catalog_product
  REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION catalog_note_change();
CREATE OR REPLACE TRIGGER catalog_change_product_removed AFTER DELETE ON catalog_product
  REFERENCING OLD TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION catalog_note_change();
CREATE OR REPLACE TRIGGER catalog_change_product_edited AFTER UPDATE ON catalog_product
  REFERENCING OLD TABLE AS stale NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION catalog_note_change('view_count', 'units_sold', 'rating', 'reviews_count', 'updated_at', 'version');

CREATE OR REPLACE TRIGGER catalog_change_variant_added AFTER INSERT ON catalog_variant
  REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION catalog_note_change();
CREATE OR REPLACE TRIGGER catalog_change_variant_removed AFTER DELETE ON catalog_variant
  REFERENCING OLD TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION catalog_note_change();
CREATE OR REPLACE TRIGGER catalog_change_variant_edited AFTER UPDATE ON catalog_variant
  REFERENCING OLD TABLE AS stale NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION catalog_note_change('stock', 'stock_seq', 'updated_at', 'version');

CREATE OR REPLACE TRIGGER catalog_change_category_added AFTER INSERT ON catalog_category
  REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION catalog_note_change();
CREATE OR REPLACE TRIGGER catalog_change_category_removed AFTER DELETE ON catalog_category
  REFERENCING OLD TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION catalog_note_change();
CREATE OR REPLACE TRIGGER catalog_change_category_edited AFTER UPDATE ON catalog_category
  REFERENCING OLD TABLE AS stale NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION catalog_note_change();

CREATE OR REPLACE TRIGGER catalog_change_brand_added AFTER INSERT ON catalog_brand
  REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION catalog_note_change();
CREATE OR REPLACE TRIGGER catalog_change_brand_removed AFTER DELETE ON catalog_brand
  REFERENCING OLD TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION catalog_note_change();
CREATE OR REPLACE TRIGGER catalog_change_brand_edited AFTER UPDATE ON catalog_brand
  REFERENCING OLD TABLE AS stale NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION catalog_note_change();

CREATE OR REPLACE TRIGGER catalog_change_media_added AFTER INSERT ON catalog_media
  REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION catalog_note_change();
CREATE OR REPLACE TRIGGER catalog_change_media_removed AFTER DELETE ON catalog_media
  REFERENCING OLD TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION catalog_note_change();
CREATE OR REPLACE TRIGGER catalog_change_media_edited AFTER UPDATE ON catalog_media
  REFERENCING OLD TABLE AS stale NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION catalog_note_change();

CREATE OR REPLACE TRIGGER catalog_change_seller_added AFTER INSERT ON accounts_seller
  REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION catalog_note_change();
CREATE OR REPLACE TRIGGER catalog_change_seller_removed AFTER DELETE ON accounts_seller
  REFERENCING OLD TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION catalog_note_change();
CREATE OR REPLACE TRIGGER catalog_change_seller_edited AFTER UPDATE ON accounts_seller
  REFERENCING OLD TABLE AS stale NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION catalog_note_change();
