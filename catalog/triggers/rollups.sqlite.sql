-- What a statement did to the figures of each shelf, as rows that are only added: one of the shelf (brand NULL: of all
-- brands) and, where there is a brand, one of the brand. UNION leaves the second out where there is none.
-- So are steps of prices, in a row of the category and, where there is a brand, in one of the brand.
CREATE TRIGGER catalog_rollup_product_added AFTER INSERT ON catalog_product
WHEN NEW.status = 'active' AND NEW.deleted_at IS NULL
 AND EXISTS (SELECT 1 FROM accounts_seller WHERE id = NEW.seller_id AND status = 'approved')
BEGIN
  INSERT INTO catalog_rollup (category_id, brand_id, condition, in_stock, currency, products, price, rated, rating)
  SELECT NEW.category_id, brand_id, NEW.condition, NEW.in_stock, NEW.currency, 1, NEW.price, NEW.rating > 0, NEW.rating
    FROM (SELECT NULL AS brand_id UNION SELECT NEW.brand_id);
  INSERT INTO catalog_pricestep (category_id, brand_id, condition, in_stock, currency, step, products)
  SELECT category_id, brand_id, NEW.condition, NEW.in_stock, NEW.currency,
         NEW.price - NEW.price % CAST(substr('1000000000000000000', 1, length(CAST(NEW.price AS text))) AS integer), 1
    FROM (SELECT NEW.category_id AS category_id, NULL AS brand_id UNION SELECT NULL, NEW.brand_id)
   WHERE category_id IS NOT NULL OR brand_id IS NOT NULL;
END;
CREATE TRIGGER catalog_rollup_product_removed AFTER DELETE ON catalog_product
WHEN OLD.status = 'active' AND OLD.deleted_at IS NULL
 AND EXISTS (SELECT 1 FROM accounts_seller WHERE id = OLD.seller_id AND status = 'approved')
BEGIN
  INSERT INTO catalog_rollup (category_id, brand_id, condition, in_stock, currency, products, price, rated, rating)
  SELECT OLD.category_id, brand_id, OLD.condition, OLD.in_stock, OLD.currency, -1, -OLD.price, -(OLD.rating > 0), -OLD.rating
    FROM (SELECT NULL AS brand_id UNION SELECT OLD.brand_id);
  INSERT INTO catalog_pricestep (category_id, brand_id, condition, in_stock, currency, step, products)
  SELECT category_id, brand_id, OLD.condition, OLD.in_stock, OLD.currency,
         OLD.price - OLD.price % CAST(substr('1000000000000000000', 1, length(CAST(OLD.price AS text))) AS integer), -1
    FROM (SELECT OLD.category_id AS category_id, NULL AS brand_id UNION SELECT NULL, OLD.brand_id)
   WHERE category_id IS NOT NULL OR brand_id IS NOT NULL;
END;
CREATE TRIGGER catalog_rollup_product_changed AFTER UPDATE ON catalog_product
WHEN (NEW.seller_id, NEW.category_id, NEW.brand_id, NEW.condition, NEW.in_stock, NEW.currency, NEW.price, NEW.rating,
      NEW.status, NEW.deleted_at)
  IS NOT (OLD.seller_id, OLD.category_id, OLD.brand_id, OLD.condition, OLD.in_stock, OLD.currency, OLD.price,
          OLD.rating, OLD.status, OLD.deleted_at)
BEGIN
  INSERT INTO catalog_rollup (category_id, brand_id, condition, in_stock, currency, products, price, rated, rating)
  SELECT OLD.category_id, brand_id, OLD.condition, OLD.in_stock, OLD.currency, -1, -OLD.price, -(OLD.rating > 0), -OLD.rating
    FROM accounts_seller, (SELECT NULL AS brand_id UNION SELECT OLD.brand_id)
   WHERE id = OLD.seller_id AND status = 'approved' AND OLD.status = 'active' AND OLD.deleted_at IS NULL;
  INSERT INTO catalog_pricestep (category_id, brand_id, condition, in_stock, currency, step, products)
  SELECT category_id, brand_id, OLD.condition, OLD.in_stock, OLD.currency,
         OLD.price - OLD.price % CAST(substr('1000000000000000000', 1, length(CAST(OLD.price AS text))) AS integer), -1
    FROM accounts_seller, (SELECT OLD.category_id AS category_id, NULL AS brand_id UNION SELECT NULL, OLD.brand_id)
   WHERE id = OLD.seller_id AND status = 'approved' AND OLD.status = 'active' AND OLD.deleted_at IS NULL
     AND (category_id IS NOT NULL OR brand_id IS NOT NULL);
  INSERT INTO catalog_rollup (category_id, brand_id, condition, in_stock, currency, products, price, rated, rating)
  SELECT NEW.category_id, brand_id, NEW.condition, NEW.in_stock, NEW.currency, 1, NEW.price, NEW.rating > 0, NEW.rating
    FROM accounts_seller, (SELECT NULL AS brand_id UNION SELECT NEW.brand_id)
   WHERE id = NEW.seller_id AND status = 'approved' AND NEW.status = 'active' AND NEW.deleted_at IS NULL;
  INSERT INTO catalog_pricestep (category_id, brand_id, condition, in_stock, currency, step, products)
  SELECT category_id, brand_id, NEW.condition, NEW.in_stock, NEW.currency,
         NEW.price - NEW.price % CAST(substr('1000000000000000000', 1, length(CAST(NEW.price AS text))) AS integer), 1
    FROM accounts_seller, (SELECT NEW.category_id AS category_id, NULL AS brand_id UNION SELECT NULL, NEW.brand_id)
   WHERE id = NEW.seller_id AND status = 'approved' AND NEW.status = 'active' AND NEW.deleted_at IS NULL
     AND (category_id IS NOT NULL OR brand_id IS NOT NULL);
END;
CREATE TRIGGER catalog_rollup_seller_changed AFTER UPDATE OF status ON accounts_seller
WHEN (NEW.status = 'approved') <> (OLD.status = 'approved')
BEGIN
  INSERT INTO catalog_rollup (category_id, brand_id, condition, in_stock, currency, products, price, rated, rating)
  SELECT category_id, brand_id, condition, in_stock, currency,
         CASE NEW.status WHEN 'approved' THEN 1 ELSE -1 END * count(*),
         CASE NEW.status WHEN 'approved' THEN 1 ELSE -1 END * sum(price),
         CASE NEW.status WHEN 'approved' THEN 1 ELSE -1 END * sum(rating > 0),
         CASE NEW.status WHEN 'approved' THEN 1 ELSE -1 END * sum(rating)
    FROM (
      SELECT category_id, NULL AS brand_id, condition, in_stock, currency, price, rating FROM catalog_product
       WHERE seller_id = NEW.id AND status = 'active' AND deleted_at IS NULL
      UNION ALL
      SELECT category_id, brand_id, condition, in_stock, currency, price, rating FROM catalog_product
       WHERE seller_id = NEW.id AND status = 'active' AND deleted_at IS NULL AND brand_id IS NOT NULL
    )
   GROUP BY category_id, brand_id, condition, in_stock, currency;
  INSERT INTO catalog_pricestep (category_id, brand_id, condition, in_stock, currency, step, products)
  SELECT category_id, brand_id, condition, in_stock, currency, step,
         CASE NEW.status WHEN 'approved' THEN 1 ELSE -1 END * count(*)
    FROM (
      SELECT category_id, NULL AS brand_id, condition, in_stock, currency,
             price - price % CAST(substr('1000000000000000000', 1, length(CAST(price AS text))) AS integer) AS step
        FROM catalog_product WHERE seller_id = NEW.id AND status = 'active' AND deleted_at IS NULL
      UNION ALL
      SELECT NULL, brand_id, condition, in_stock, currency,
             price - price % CAST(substr('1000000000000000000', 1, length(CAST(price AS text))) AS integer)
        FROM catalog_product
       WHERE seller_id = NEW.id AND status = 'active' AND deleted_at IS NULL AND brand_id IS NOT NULL
    )
   GROUP BY category_id, brand_id, condition, in_stock, currency, step;
END;

-- What the sums lack of a recount.
INSERT INTO catalog_rollup (category_id, brand_id, condition, in_stock, currency, products, price, rated, rating)
SELECT category_id, brand_id, condition, in_stock, currency, sum(products), sum(price), sum(rated), sum(rating) FROM (
  SELECT category_id, NULL AS brand_id, condition, in_stock, product.currency, 1 AS products, price, rating > 0 AS rated, rating
    FROM catalog_product product JOIN accounts_seller seller ON seller.id = product.seller_id
   WHERE product.status = 'active' AND product.deleted_at IS NULL AND seller.status = 'approved'
  UNION ALL
  SELECT category_id, brand_id, condition, in_stock, product.currency, 1, price, rating > 0, rating
    FROM catalog_product product JOIN accounts_seller seller ON seller.id = product.seller_id
   WHERE product.status = 'active' AND product.deleted_at IS NULL AND seller.status = 'approved'
     AND brand_id IS NOT NULL
  UNION ALL
  SELECT category_id, brand_id, condition, in_stock, currency, -products, -price, -rated, -rating FROM catalog_rollup
)
GROUP BY category_id, brand_id, condition, in_stock, currency
HAVING sum(products) <> 0 OR sum(price) <> 0 OR sum(rated) <> 0 OR sum(rating) <> 0;
INSERT INTO catalog_pricestep (category_id, brand_id, condition, in_stock, currency, step, products)
SELECT category_id, brand_id, condition, in_stock, currency, step, sum(products) FROM (
  SELECT category_id, NULL AS brand_id, condition, in_stock, product.currency, 1 AS products,
         price - price % CAST(substr('1000000000000000000', 1, length(CAST(price AS text))) AS integer) AS step
    FROM catalog_product product JOIN accounts_seller seller ON seller.id = product.seller_id
   WHERE product.status = 'active' AND product.deleted_at IS NULL AND seller.status = 'approved'
  UNION ALL
  SELECT NULL, brand_id, condition, in_stock, product.currency, 1,
         price - price % CAST(substr('1000000000000000000', 1, length(CAST(price AS text))) AS integer)
    FROM catalog_product product JOIN accounts_seller seller ON seller.id = product.seller_id
   WHERE product.status = 'active' AND product.deleted_at IS NULL AND seller.status = 'approved'
     AND brand_id IS NOT NULL
  UNION ALL
  SELECT category_id, brand_id, condition, in_stock, currency, -products, step FROM catalog_pricestep
)
GROUP BY category_id, brand_id, condition, in_stock, currency, step
HAVING sum(products) <> 0;
