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

-- The same words, each with letters before it that no word begins with.
CREATE OR REPLACE FUNCTION catalog_marked(mark text, words tsvector) RETURNS tsvector LANGUAGE sql IMMUTABLE STRICT AS $$
  SELECT regexp_replace(words::text, '(^| )''', '\1''' || mark, 'g')::tsvector
$$;

-- As ProductQuerySet.published() has it: the currency that a product is for sale in.
CREATE OR REPLACE FUNCTION catalog_shown_in(product catalog_product) RETURNS varchar LANGUAGE sql STABLE AS $$
  SELECT product.currency FROM accounts_seller seller
   WHERE seller.id = product.seller_id AND seller.status = 'approved'
     AND product.status = 'active' AND product.deleted_at IS NULL
$$;

-- Whoever changes products locks their sellers, brands and categories, so that one that is being changed is not read
-- as it was. Those who change a seller, brand or category do not lock the others: they would wait for each other.
CREATE OR REPLACE FUNCTION catalog_search_lock(wanted uuid[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM 1 FROM accounts_seller WHERE id IN (SELECT seller_id FROM catalog_product WHERE id = ANY (wanted))
    ORDER BY id FOR SHARE;
  PERFORM 1 FROM catalog_brand WHERE id IN (SELECT brand_id FROM catalog_product WHERE id = ANY (wanted))
    ORDER BY id FOR SHARE;
  PERFORM 1 FROM catalog_category WHERE id IN (SELECT category_id FROM catalog_product WHERE id = ANY (wanted))
    ORDER BY id FOR SHARE;
END $$;

-- Documents are locked before anything is read, so that of two who change the same words the second reads what the
-- first wrote. They are the last that anybody locks, in the order of their products. '_' stands between the parts: no
-- search asks for it, and no phrase reaches over it. A word of a title, brand or category is learnt under itself and
-- under itself less any one letter, for those who mistype it.
CREATE OR REPLACE FUNCTION catalog_search_index(wanted uuid[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM 1 FROM catalog_searchdocument WHERE product_id = ANY (wanted) ORDER BY product_id FOR NO KEY UPDATE;
  WITH texts AS MATERIALIZED (
    SELECT product.id, catalog_shown_in(product) AS shown_in, product.units_sold,
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
    INSERT INTO catalog_searchdocument (product_id, shown_in, units_sold, lexemes)
    SELECT id, shown_in, units_sold,
           catalog_marked('t_', title) || catalog_marked('n_', names) || names || '_:1'::tsvector || description
      FROM texts, LATERAL (SELECT title || '_:1'::tsvector || shelf || skus AS names) AS joined ORDER BY id
    ON CONFLICT (product_id) DO UPDATE
      SET lexemes = EXCLUDED.lexemes, shown_in = EXCLUDED.shown_in, units_sold = EXCLUDED.units_sold
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

-- Whether these are for sale: that changes more often than words do.
CREATE OR REPLACE FUNCTION catalog_search_show(wanted uuid[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM 1 FROM catalog_searchdocument WHERE product_id = ANY (wanted) ORDER BY product_id FOR NO KEY UPDATE;
  UPDATE catalog_searchdocument document SET shown_in = catalog_shown_in(product)
    FROM catalog_product product
   WHERE product.id = document.product_id AND document.product_id = ANY (wanted)
     AND document.shown_in IS DISTINCT FROM catalog_shown_in(product);
END $$;

-- How these sell: that changes with every order, and no index with it.
CREATE OR REPLACE FUNCTION catalog_search_sold(wanted uuid[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM 1 FROM catalog_searchdocument WHERE product_id = ANY (wanted) ORDER BY product_id FOR NO KEY UPDATE;
  UPDATE catalog_searchdocument document SET units_sold = product.units_sold
    FROM catalog_product product
   WHERE product.id = document.product_id AND document.product_id = ANY (wanted)
     AND document.units_sold <> product.units_sold;
END $$;

-- No product is indexed before its first variant: until then nobody can see it.
CREATE OR REPLACE FUNCTION catalog_search_product() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM catalog_search_lock(array_agg(fresh.id)) FROM fresh JOIN stale USING (id)
   WHERE (fresh.category_id, fresh.brand_id, fresh.status, fresh.deleted_at, fresh.seller_id)
      IS DISTINCT FROM (stale.category_id, stale.brand_id, stale.status, stale.deleted_at, stale.seller_id)
  HAVING count(*) > 0;
  PERFORM catalog_search_index(array_agg(fresh.id)) FROM fresh JOIN stale USING (id)
   WHERE (fresh.title, fresh.description, fresh.category_id) <> (stale.title, stale.description, stale.category_id)
      OR fresh.brand_id IS DISTINCT FROM stale.brand_id
  HAVING count(*) > 0;
  PERFORM catalog_search_show(array_agg(fresh.id)) FROM fresh JOIN stale USING (id)
   WHERE (fresh.status, fresh.deleted_at, fresh.seller_id, fresh.currency)
      IS DISTINCT FROM (stale.status, stale.deleted_at, stale.seller_id, stale.currency)
  HAVING count(*) > 0;
  PERFORM catalog_search_sold(array_agg(fresh.id)) FROM fresh JOIN stale USING (id)
   WHERE fresh.units_sold <> stale.units_sold
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
    PERFORM catalog_search_lock(array_agg(DISTINCT product_id)) FROM fresh HAVING count(*) > 0;
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

CREATE OR REPLACE FUNCTION catalog_search_seller() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM catalog_search_show(array_agg(product.id)) FROM catalog_product product
   WHERE product.seller_id IN (
           SELECT fresh.id FROM fresh JOIN stale USING (id)
            WHERE (fresh.status = 'approved') <> (stale.status = 'approved'))
  HAVING count(*) > 0;
  RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER catalog_search_seller_changed AFTER UPDATE ON accounts_seller
  REFERENCING OLD TABLE AS stale NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION catalog_search_seller();

-- What finds are ordered by costs more than finding them. So each question of ``tiers`` is one of a class, the most
-- relevant first, and the next is only asked when the page is not full. In a class that is small, all are sorted;
-- in a large one, or where the words are known to be ``common``, the best sellers of all are looked at first.
-- The ``number`` of all is NULL where not all were met on the way.
-- The settings keep to the index, whatever the planner takes a word for.
CREATE OR REPLACE FUNCTION catalog_search_page(
  tiers tsquery[], skus text[], currency text, page_end int, few int, common boolean, OUT page uuid[], OUT number int
) LANGUAGE plpgsql STABLE
  SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET max_parallel_workers_per_gather = 0
AS $$
DECLARE
  spelt uuid[] := ARRAY(SELECT product_id FROM catalog_variant WHERE sku = ANY (skus));
  tier uuid[];
  asked tsquery;
  missing int;
  matches int;
BEGIN
  page := '{}';
  IF spelt <> '{}' THEN
    page := ARRAY(
      SELECT product_id FROM catalog_searchdocument
       WHERE product_id = ANY (spelt) AND shown_in = currency
         AND EXISTS (SELECT 1 FROM unnest(tiers) AS asked (words) WHERE lexemes @@ words)
       ORDER BY units_sold DESC, product_id DESC);
  END IF;
  number := cardinality(page);
  FOREACH asked IN ARRAY tiers LOOP
    missing := page_end - cardinality(page);
    IF missing <= 0 THEN
      number := NULL;
      EXIT;
    END IF;
    IF NOT common THEN
      WITH found AS MATERIALIZED (
        SELECT product_id, units_sold FROM catalog_searchdocument
         WHERE lexemes @@ asked AND shown_in = currency AND product_id <> ALL (spelt) LIMIT few + 1
      )
      SELECT ARRAY(SELECT product_id FROM found ORDER BY units_sold DESC, product_id DESC LIMIT missing),
             (SELECT count(*) FROM found)
        INTO tier, matches;
    END IF;
    IF common OR matches > few THEN
      tier := catalog_search_common(asked, spelt, currency, missing, few);
      matches := NULL;
    END IF;
    page := page || tier;
    number := number + matches;
  END LOOP;
  IF cardinality(page) < page_end THEN
    number := cardinality(page);
  END IF;
END $$;

-- The best selling of many that were found. OFFSET keeps the index of words out of it: it would find them all.
CREATE OR REPLACE FUNCTION catalog_search_common(
  asked tsquery, but_not uuid[], currency text, wanted int, few int
) RETURNS uuid[] LANGUAGE plpgsql STABLE
  SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET max_parallel_workers_per_gather = 0
AS $$
DECLARE
  best uuid[] := ARRAY(
    SELECT best.id
      FROM (SELECT id, units_sold FROM catalog_product WHERE status = 'active' ORDER BY units_sold DESC, id DESC LIMIT few) best,
           LATERAL (SELECT lexemes, shown_in FROM catalog_searchdocument WHERE product_id = best.id OFFSET 0) document
     WHERE lexemes @@ asked AND shown_in = currency AND best.id <> ALL (but_not)
     ORDER BY best.units_sold DESC, best.id DESC LIMIT wanted);
BEGIN
  IF cardinality(best) = wanted THEN
    RETURN best;
  END IF;
  RETURN ARRAY(
    SELECT product_id FROM catalog_searchdocument
     WHERE lexemes @@ asked AND shown_in = currency AND product_id <> ALL (but_not)
     ORDER BY units_sold DESC, product_id DESC LIMIT wanted);
END $$;

-- How many are for sale that have this, counted up to a limit.
CREATE OR REPLACE FUNCTION catalog_search_number(asked tsquery, currency text, most int) RETURNS int LANGUAGE plpgsql STABLE
  SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET max_parallel_workers_per_gather = 0
AS $$
BEGIN
  RETURN (SELECT count(*) FROM (
    SELECT FROM catalog_searchdocument WHERE lexemes @@ asked AND shown_in = currency LIMIT most) counted);
END $$;

-- A page of what is found, and how many there are: as many as were met on the way; else they are counted up to
-- ``exact`` and estimated beyond, by the planner's statistics; where these say more than ``ample``, they are believed
-- without counting. VOLATILE, because EXPLAIN is for no other function.
CREATE OR REPLACE FUNCTION catalog_search_answer(
  asked tsquery, tiers tsquery[], skus text[], currency text, page_start int, page_end int, few int, exact int, ample int,
  OUT page uuid[], OUT number int, OUT is_estimate boolean
) LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  plan json;
  estimate int;
BEGIN
  SELECT * INTO page, number FROM catalog_search_page(tiers, skus, currency, page_end, few, false);
  is_estimate := false;
  IF number IS NULL THEN
    EXECUTE 'EXPLAIN (FORMAT JSON) SELECT FROM catalog_searchdocument WHERE lexemes @@ $1 AND shown_in = $2'
       INTO plan USING asked, currency;
    estimate := plan -> 0 -> 'Plan' ->> 'Plan Rows';
    number := CASE WHEN estimate > ample THEN estimate ELSE catalog_search_number(asked, currency, exact + 1) END;
    is_estimate := number > exact;
    IF is_estimate THEN
      number := greatest(number, estimate);
    END IF;
  END IF;
  page := page[page_start + 1 : page_end];
END $$;

-- What was there before the index was.
SELECT catalog_search_index(array_agg(product.id)) FROM catalog_product product
 WHERE NOT EXISTS (SELECT 1 FROM catalog_searchdocument WHERE product_id = product.id)
HAVING count(*) > 0;
