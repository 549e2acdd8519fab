-- Words are folded by the table catalog_letter (catalog/search/letters.py), not by the server's locale: SQLite
-- folds by the same table, and the two agree to the letter.
CREATE OR REPLACE FUNCTION catalog_fold(raw text) RETURNS text LANGUAGE plpgsql STABLE STRICT AS $$
DECLARE
  folded text := replace(lower(raw COLLATE "C"), '''', '');
  rule record;
BEGIN
  IF octet_length(folded) <> length(folded) THEN
    FOR rule IN
      SELECT letter, plain FROM catalog_letter
       WHERE letter IN (SELECT DISTINCT unnest(regexp_matches(folded, '[^\x01-\x7f]', 'g')))
    LOOP
      folded := replace(folded, rule.letter, rule.plain);
    END LOOP;
  END IF;
  RETURN regexp_replace(folded, '[\x01-/:-`{-\x7f]+', ' ', 'g');
END $$;

-- Position and word of what is folded already. The server's own parser is the quicker one; it is asked where it
-- cannot but part at spaces: not for letters of other alphabets (by locale), nor for 1e5a (a number and a word).
CREATE OR REPLACE FUNCTION catalog_lexemes(folded text) RETURNS tsvector LANGUAGE plpgsql STABLE STRICT AS $$
BEGIN
  IF octet_length(folded) = length(folded) AND folded !~ '[0-9]e[0-9]' THEN
    RETURN to_tsvector('simple', folded);
  END IF;
  RETURN (
    SELECT coalesce(string_agg(format('''%s'':%s', left(word, 201), least(place, 16383)), ' '), '')::tsvector
      FROM regexp_split_to_table(btrim(folded), ' +') WITH ORDINALITY AS part (word, place)
     WHERE word <> ''
  );
END $$;

-- Brands and categories are locked, so that one that is being renamed is not read with its old name. '_' stands
-- between the parts: no search asks for it, and no phrase reaches over it. A word of a title, brand or category is
-- learnt under itself and under itself less any one letter, for those who mistype it.
CREATE OR REPLACE FUNCTION catalog_search_index(wanted uuid[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM 1 FROM catalog_brand WHERE id IN (SELECT brand_id FROM catalog_product WHERE id = ANY (wanted))
    ORDER BY id FOR SHARE;
  PERFORM 1 FROM catalog_category WHERE id IN (SELECT category_id FROM catalog_product WHERE id = ANY (wanted))
    ORDER BY id FOR SHARE;
  WITH texts AS MATERIALIZED (
    SELECT product.id,
           catalog_lexemes(catalog_fold(product.title)) AS title,
           catalog_lexemes(catalog_fold(concat_ws(' ', brand.name, category.name))) AS shelf,
           catalog_lexemes(catalog_fold(coalesce(
             (SELECT string_agg(sku, ' ' ORDER BY sku COLLATE "C") FROM catalog_variant WHERE product_id = product.id),
             ''))) AS skus,
           catalog_lexemes(catalog_fold(left(product.description, 20000))) AS description
      FROM catalog_product product
      JOIN catalog_category category ON category.id = product.category_id
      LEFT JOIN catalog_brand brand ON brand.id = product.brand_id
     WHERE product.id = ANY (wanted)
       AND EXISTS (SELECT 1 FROM catalog_variant WHERE product_id = product.id)
  ), indexed AS (
    INSERT INTO catalog_searchdocument (product_id, lexemes)
    SELECT id, setweight(title, 'A') || '_:1'::tsvector || setweight(shelf || skus, 'B') || '_:1'::tsvector || setweight(description, 'D')
      FROM texts ORDER BY id
    ON CONFLICT (product_id) DO UPDATE SET lexemes = EXCLUDED.lexemes
  ), learnt AS (
    SELECT DISTINCT word FROM texts, unnest(tsvector_to_array(title || shelf)) AS word WHERE word ~ '^[a-z]{3,24}$'
  )
  INSERT INTO catalog_searchword (key, word)
  SELECT DISTINCT CASE at WHEN 0 THEN word ELSE left(word, at - 1) || substr(word, at + 1) END, word
    FROM learnt, generate_series(0, length(word)) AS at
   WHERE NOT EXISTS (SELECT 1 FROM catalog_searchword known WHERE known.key = learnt.word AND known.word = learnt.word)
   ORDER BY 2, 1
  ON CONFLICT DO NOTHING;
END $$;

-- No product is indexed before its first variant: until then nobody can see it.
CREATE OR REPLACE FUNCTION catalog_search_product() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM catalog_search_index(array_agg(fresh.id)) FROM fresh JOIN stale USING (id)
   WHERE (fresh.title, fresh.description, fresh.category_id) <> (stale.title, stale.description, stale.category_id)
      OR fresh.brand_id IS DISTINCT FROM stale.brand_id
  HAVING count(*) > 0;
  RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER catalog_search_product_changed AFTER UPDATE ON catalog_product
  REFERENCING OLD TABLE AS stale NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION catalog_search_product();

CREATE OR REPLACE FUNCTION catalog_search_variant() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' THEN
    PERFORM catalog_search_index(array_agg(moved.id)) FROM (
      SELECT unnest(ARRAY[fresh.product_id, stale.product_id]) AS id FROM fresh JOIN stale USING (id)
       WHERE (fresh.sku, fresh.product_id) <> (stale.sku, stale.product_id)
    ) moved HAVING count(*) > 0;
  ELSE
    PERFORM catalog_search_index(array_agg(DISTINCT product_id)) FROM fresh HAVING count(*) > 0;
  END IF;
  RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER catalog_search_variant_added AFTER INSERT ON catalog_variant
  REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION catalog_search_variant();
CREATE OR REPLACE TRIGGER catalog_search_variant_changed AFTER UPDATE ON catalog_variant
  REFERENCING OLD TABLE AS stale NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION catalog_search_variant();
CREATE OR REPLACE TRIGGER catalog_search_variant_removed AFTER DELETE ON catalog_variant
  REFERENCING OLD TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION catalog_search_variant();

CREATE OR REPLACE FUNCTION catalog_search_shelf() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM catalog_search_index(array_agg(product.id)) FROM catalog_product product
   WHERE product.category_id IN (SELECT fresh.id FROM fresh JOIN stale USING (id) WHERE fresh.name <> stale.name)
      OR product.brand_id IN (SELECT fresh.id FROM fresh JOIN stale USING (id) WHERE fresh.name <> stale.name)
  HAVING count(*) > 0;
  RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER catalog_search_brand_changed AFTER UPDATE ON catalog_brand
  REFERENCING OLD TABLE AS stale NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION catalog_search_shelf();
CREATE OR REPLACE TRIGGER catalog_search_category_changed AFTER UPDATE ON catalog_category
  REFERENCING OLD TABLE AS stale NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION catalog_search_shelf();

-- What was there before the index was.
SELECT catalog_search_index(array_agg(product.id)) FROM catalog_product product
 WHERE NOT EXISTS (SELECT 1 FROM catalog_searchdocument WHERE product_id = product.id)
HAVING count(*) > 0;
