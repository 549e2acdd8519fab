-- Words are folded by the table catalog_letter (catalog/search/letters.py), as on PostgreSQL: each letter that is not
-- plain yet is taken in turn from what is left, and replaced everywhere. What is folded is letters, digits and spaces.
CREATE TRIGGER catalog_search_indexed AFTER INSERT ON catalog_searchdocument
BEGIN
  INSERT OR REPLACE INTO catalog_searchindex (rowid, title, names, description)
  SELECT NEW.id, title, names, description FROM (
    WITH RECURSIVE raw (part, spelt) AS (
      SELECT 'title', title FROM catalog_product WHERE id = NEW.product_id
      UNION ALL
      SELECT 'description', substr(description, 1, 20000) FROM catalog_product WHERE id = NEW.product_id
      UNION ALL
      SELECT 'names', coalesce(brand.name || ' ', '') || category.name || ' ' || (
               SELECT group_concat(sku, ' ')
                 FROM (SELECT sku FROM catalog_variant WHERE product_id = NEW.product_id ORDER BY sku))
        FROM catalog_product product
        JOIN catalog_category category ON category.id = product.category_id
        LEFT JOIN catalog_brand brand ON brand.id = product.brand_id
       WHERE product.id = NEW.product_id
    ), peeled (part, folded, rest) AS (
      SELECT part, lower(spelt), ltrim(lower(spelt), 'abcdefghijklmnopqrstuvwxyz 0123456789') FROM raw
      UNION ALL
      SELECT part,
             replace(folded, substr(rest, 1, 1), coalesce(
               (SELECT plain FROM catalog_letter WHERE letter = substr(rest, 1, 1)), substr(rest, 1, 1))),
             ltrim(replace(rest, substr(rest, 1, 1), ''), 'abcdefghijklmnopqrstuvwxyz 0123456789')
        FROM peeled WHERE rest <> ''
    )
    SELECT max(CASE part WHEN 'title' THEN folded END) AS title,
           max(CASE part WHEN 'names' THEN folded END) AS names,
           max(CASE part WHEN 'description' THEN folded END) AS description
      FROM peeled WHERE rest = ''
  );
  -- A word of a title, brand or category (not of a SKU) is learnt under itself and under itself less any one letter.
  INSERT OR IGNORE INTO catalog_searchword (key, word)
  SELECT CASE place WHEN 0 THEN word ELSE substr(word, 1, place - 1) || substr(word, place + 1) END, word FROM (
    WITH RECURSIVE split (word, rest) AS (
      SELECT '', title || ' ' || names || ' ' FROM catalog_searchindex WHERE rowid = NEW.id
      UNION ALL
      SELECT substr(rest, 1, instr(rest, ' ') - 1), substr(rest, instr(rest, ' ') + 1) FROM split WHERE rest <> ''
    ), places (place) AS (
      SELECT 0 UNION ALL SELECT place + 1 FROM places WHERE place < 24
    )
    SELECT DISTINCT word, place FROM split JOIN places ON place <= length(word)
     WHERE length(word) BETWEEN 3 AND 24 AND word NOT GLOB '*[^a-z]*'
  );
END;
CREATE TRIGGER catalog_search_removed AFTER DELETE ON catalog_searchdocument
BEGIN
  DELETE FROM catalog_searchindex WHERE rowid = OLD.id;
END;

-- No product is indexed before its first variant: until then nobody can see it.
CREATE TRIGGER catalog_search_product_changed AFTER UPDATE OF title, description, category_id, brand_id ON catalog_product
WHEN (NEW.title, NEW.description, NEW.category_id, NEW.brand_id)
  IS NOT (OLD.title, OLD.description, OLD.category_id, OLD.brand_id)
BEGIN
  DELETE FROM catalog_searchdocument WHERE product_id = NEW.id;
  INSERT INTO catalog_searchdocument (product_id)
  SELECT NEW.id WHERE EXISTS (SELECT 1 FROM catalog_variant WHERE product_id = NEW.id);
END;
CREATE TRIGGER catalog_search_product_removed AFTER DELETE ON catalog_product
BEGIN
  DELETE FROM catalog_searchdocument WHERE product_id = OLD.id;
END;
CREATE TRIGGER catalog_search_variant_added AFTER INSERT ON catalog_variant
BEGIN
  DELETE FROM catalog_searchdocument WHERE product_id = NEW.product_id;
  INSERT INTO catalog_searchdocument (product_id) VALUES (NEW.product_id);
END;
CREATE TRIGGER catalog_search_variant_changed AFTER UPDATE OF sku, product_id ON catalog_variant
WHEN (NEW.sku, NEW.product_id) IS NOT (OLD.sku, OLD.product_id)
BEGIN
  DELETE FROM catalog_searchdocument WHERE product_id IN (NEW.product_id, OLD.product_id);
  INSERT INTO catalog_searchdocument (product_id)
  SELECT DISTINCT product_id FROM catalog_variant WHERE product_id IN (NEW.product_id, OLD.product_id);
END;
CREATE TRIGGER catalog_search_variant_removed AFTER DELETE ON catalog_variant
BEGIN
  DELETE FROM catalog_searchdocument WHERE product_id = OLD.product_id;
  INSERT INTO catalog_searchdocument (product_id)
  SELECT DISTINCT product_id FROM catalog_variant WHERE product_id = OLD.product_id;
END;
CREATE TRIGGER catalog_search_brand_changed AFTER UPDATE OF name ON catalog_brand WHEN NEW.name <> OLD.name
BEGIN
  DELETE FROM catalog_searchdocument WHERE product_id IN (SELECT id FROM catalog_product WHERE brand_id = NEW.id);
  INSERT INTO catalog_searchdocument (product_id)
  SELECT id FROM catalog_product WHERE brand_id = NEW.id AND id IN (SELECT product_id FROM catalog_variant);
END;
CREATE TRIGGER catalog_search_category_changed AFTER UPDATE OF name ON catalog_category WHEN NEW.name <> OLD.name
BEGIN
  DELETE FROM catalog_searchdocument WHERE product_id IN (SELECT id FROM catalog_product WHERE category_id = NEW.id);
  INSERT INTO catalog_searchdocument (product_id)
  SELECT id FROM catalog_product WHERE category_id = NEW.id AND id IN (SELECT product_id FROM catalog_variant);
END;

-- What was there before the index was, or left while the guards were off.
DELETE FROM catalog_searchindex WHERE rowid NOT IN (SELECT id FROM catalog_searchdocument);
INSERT INTO catalog_searchdocument (product_id)
SELECT id FROM catalog_product
 WHERE id IN (SELECT product_id FROM catalog_variant) AND id NOT IN (SELECT product_id FROM catalog_searchdocument);
