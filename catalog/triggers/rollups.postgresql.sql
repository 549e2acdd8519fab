-- What a statement did to the figures of each shelf, as rows that are only added: writers never wait for each other.
-- Each change is in a row of the shelf (brand NULL: of all brands) and, where there is a brand, in one of the brand.
-- So are steps of prices, in a row of the category and, where there is a brand, in one of the brand.
-- Sellers are locked, so that one who is being suspended is not read as approved.
CREATE OR REPLACE FUNCTION catalog_price_step(price bigint) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT price - price % CAST(substr('1000000000000000000', 1, length(CAST(price AS text))) AS bigint)
$$;

CREATE OR REPLACE FUNCTION catalog_rollup_products() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' THEN
    IF NOT EXISTS (
      SELECT 1 FROM fresh JOIN stale USING (id)
       WHERE (fresh.seller_id, fresh.category_id, fresh.brand_id, fresh.condition, fresh.in_stock, fresh.currency, fresh.price,
              fresh.rating, fresh.status, fresh.deleted_at)
          IS DISTINCT FROM
             (stale.seller_id, stale.category_id, stale.brand_id, stale.condition, stale.in_stock, stale.currency, stale.price,
              stale.rating, stale.status, stale.deleted_at)
    ) THEN
      RETURN NULL;
    END IF;
    PERFORM 1 FROM accounts_seller
      WHERE id IN (SELECT seller_id FROM fresh UNION SELECT seller_id FROM stale) ORDER BY id FOR SHARE;
    INSERT INTO catalog_rollup (category_id, brand_id, condition, in_stock, currency, products, price, rated, rating)
    SELECT category_id, brand_id, condition, in_stock, currency, sum(sign), sum(sign * price),
           sum(sign * (rating > 0)::int), sum(sign * rating)
      FROM (SELECT 1 AS sign, * FROM fresh UNION ALL SELECT -1, * FROM stale) change
     WHERE status = 'active' AND deleted_at IS NULL
       AND seller_id IN (SELECT id FROM accounts_seller WHERE status = 'approved')
     GROUP BY GROUPING SETS ((category_id, condition, in_stock, currency), (category_id, brand_id, condition, in_stock, currency))
    HAVING (sum(sign) <> 0 OR sum(sign * price) <> 0 OR sum(sign * (rating > 0)::int) <> 0 OR sum(sign * rating) <> 0) AND (GROUPING(brand_id) = 1 OR brand_id IS NOT NULL);
    INSERT INTO catalog_pricestep (category_id, brand_id, condition, in_stock, currency, step, products)
    SELECT category_id, brand_id, condition, in_stock, currency, catalog_price_step(price), sum(sign)
      FROM (SELECT 1 AS sign, * FROM fresh UNION ALL SELECT -1, * FROM stale) change
     WHERE status = 'active' AND deleted_at IS NULL
       AND seller_id IN (SELECT id FROM accounts_seller WHERE status = 'approved')
     GROUP BY GROUPING SETS ((category_id, condition, in_stock, currency, catalog_price_step(price)), (brand_id, condition, in_stock, currency, catalog_price_step(price)))
    HAVING sum(sign) <> 0 AND (GROUPING(brand_id) = 1 OR brand_id IS NOT NULL);
    RETURN NULL;
  END IF;
  PERFORM 1 FROM accounts_seller WHERE id IN (SELECT seller_id FROM fresh) ORDER BY id FOR SHARE;
  INSERT INTO catalog_rollup (category_id, brand_id, condition, in_stock, currency, products, price, rated, rating)
  SELECT category_id, brand_id, condition, in_stock, currency,
         sum(sign), sum(sign * price), sum(sign * (rating > 0)::int), sum(sign * rating)
    FROM fresh CROSS JOIN (SELECT CASE TG_OP WHEN 'INSERT' THEN 1 ELSE -1 END AS sign) done
   WHERE status = 'active' AND deleted_at IS NULL
     AND seller_id IN (SELECT id FROM accounts_seller WHERE status = 'approved')
   GROUP BY GROUPING SETS ((category_id, condition, in_stock, currency), (category_id, brand_id, condition, in_stock, currency))
  HAVING GROUPING(brand_id) = 1 OR brand_id IS NOT NULL;
  INSERT INTO catalog_pricestep (category_id, brand_id, condition, in_stock, currency, step, products)
  SELECT category_id, brand_id, condition, in_stock, currency, catalog_price_step(price), sum(sign)
    FROM fresh CROSS JOIN (SELECT CASE TG_OP WHEN 'INSERT' THEN 1 ELSE -1 END AS sign) done
   WHERE status = 'active' AND deleted_at IS NULL
     AND seller_id IN (SELECT id FROM accounts_seller WHERE status = 'approved')
   GROUP BY GROUPING SETS ((category_id, condition, in_stock, currency, catalog_price_step(price)), (brand_id, condition, in_stock, currency, catalog_price_step(price)))
  HAVING GROUPING(brand_id) = 1 OR brand_id IS NOT NULL;
  RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER catalog_rollup_product_added AFTER INSERT ON catalog_product
  REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION catalog_rollup_products();
CREATE OR REPLACE TRIGGER catalog_rollup_product_changed AFTER UPDATE ON catalog_product
  REFERENCING OLD TABLE AS stale NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION catalog_rollup_products();
CREATE OR REPLACE TRIGGER catalog_rollup_product_removed AFTER DELETE ON catalog_product
  REFERENCING OLD TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION catalog_rollup_products();

CREATE OR REPLACE FUNCTION catalog_rollup_sellers() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  WITH change AS (
    SELECT CASE fresh.status WHEN 'approved' THEN 1 ELSE -1 END AS sign,
           category_id, brand_id, condition, in_stock, product.currency, price, rating
      FROM fresh JOIN stale USING (id) JOIN catalog_product product ON product.seller_id = fresh.id
     WHERE (fresh.status = 'approved') <> (stale.status = 'approved')
       AND product.status = 'active' AND product.deleted_at IS NULL
  ), shelved AS (
    INSERT INTO catalog_rollup (category_id, brand_id, condition, in_stock, currency, products, price, rated, rating)
    SELECT category_id, brand_id, condition, in_stock, currency, sum(sign), sum(sign * price),
           sum(sign * (rating > 0)::int), sum(sign * rating)
      FROM change
     GROUP BY GROUPING SETS ((category_id, condition, in_stock, currency), (category_id, brand_id, condition, in_stock, currency))
    HAVING GROUPING(brand_id) = 1 OR brand_id IS NOT NULL
  )
  INSERT INTO catalog_pricestep (category_id, brand_id, condition, in_stock, currency, step, products)
  SELECT category_id, brand_id, condition, in_stock, currency, catalog_price_step(price), sum(sign)
    FROM change
   GROUP BY GROUPING SETS ((category_id, condition, in_stock, currency, catalog_price_step(price)), (brand_id, condition, in_stock, currency, catalog_price_step(price)))
  HAVING GROUPING(brand_id) = 1 OR brand_id IS NOT NULL;
  RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER catalog_rollup_seller_changed AFTER UPDATE ON accounts_seller
  REFERENCING OLD TABLE AS stale NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION catalog_rollup_sellers();

CREATE OR REPLACE FUNCTION catalog_rollup_emptied() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM catalog_rollup;
  DELETE FROM catalog_pricestep;
  RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER catalog_rollup_emptied AFTER TRUNCATE ON catalog_product
  FOR EACH STATEMENT EXECUTE FUNCTION catalog_rollup_emptied();

-- What the sums lack of a recount.
INSERT INTO catalog_rollup (category_id, brand_id, condition, in_stock, currency, products, price, rated, rating)
SELECT category_id, brand_id, condition, in_stock, currency, sum(products), sum(price), sum(rated), sum(rating) FROM (
  SELECT category_id, shelf.brand_id, condition, in_stock, product.currency, 1 AS products, price,
         (rating > 0)::int AS rated, rating
    FROM catalog_product product
    JOIN accounts_seller seller ON seller.id = product.seller_id
    CROSS JOIN LATERAL (SELECT NULL::uuid UNION SELECT product.brand_id) shelf (brand_id)
   WHERE product.status = 'active' AND product.deleted_at IS NULL AND seller.status = 'approved'
  UNION ALL
  SELECT category_id, brand_id, condition, in_stock, currency, -products, -price, -rated, -rating FROM catalog_rollup
) counted
GROUP BY category_id, brand_id, condition, in_stock, currency
HAVING sum(products) <> 0 OR sum(price) <> 0 OR sum(rated) <> 0 OR sum(rating) <> 0;
INSERT INTO catalog_pricestep (category_id, brand_id, condition, in_stock, currency, step, products)
SELECT category_id, brand_id, condition, in_stock, currency, step, sum(products) FROM (
  SELECT shelf.category_id, shelf.brand_id, condition, in_stock, product.currency, catalog_price_step(price) AS step, 1 AS products
    FROM catalog_product product
    JOIN accounts_seller seller ON seller.id = product.seller_id
    CROSS JOIN LATERAL (VALUES (product.category_id, NULL), (NULL, product.brand_id)) shelf (category_id, brand_id)
   WHERE product.status = 'active' AND product.deleted_at IS NULL AND seller.status = 'approved'
     AND (shelf.category_id IS NOT NULL OR shelf.brand_id IS NOT NULL)
  UNION ALL
  SELECT category_id, brand_id, condition, in_stock, currency, step, -products FROM catalog_pricestep
) counted
GROUP BY category_id, brand_id, condition, in_stock, currency, step
HAVING sum(products) <> 0;
