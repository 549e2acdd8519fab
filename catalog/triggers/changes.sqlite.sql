-- Notes each change to what the catalogue shows. Counters do not count, nor what only says when or how often a row was
-- written. SQLite has one writer at a time, so there is one row.
CREATE TRIGGER catalog_change_product_added AFTER INSERT ON catalog_product
BEGIN
  INSERT INTO catalog_cataloguechange (writer, number) VALUES (0, 1)
    ON CONFLICT (writer) DO UPDATE SET number = number + 1;
END;
CREATE TRIGGER catalog_change_product_removed AFTER DELETE ON catalog_product
BEGIN
  INSERT INTO catalog_cataloguechange (writer, number) VALUES (0, 1)
    ON CONFLICT (writer) DO UPDATE SET number = number + 1;
END;
CREATE TRIGGER catalog_change_product_edited AFTER UPDATE ON catalog_product
WHEN (NEW.seller_id, NEW.category_id, NEW.brand_id, NEW.title, NEW.slug, NEW.description, NEW.condition,
      NEW.specifications, NEW.shipping_info, NEW.video_url, NEW.status, NEW.featured, NEW.currency, NEW.price,
      NEW.in_stock, NEW.deleted_at)
  IS NOT (OLD.seller_id, OLD.category_id, OLD.brand_id, OLD.title, OLD.slug, OLD.description, OLD.condition,
      OLD.specifications, OLD.shipping_info, OLD.video_url, OLD.status, OLD.featured, OLD.currency, OLD.price,
      OLD.in_stock, OLD.deleted_at)
BEGIN
  INSERT INTO catalog_cataloguechange (writer, number) VALUES (0, 1)
    ON CONFLICT (writer) DO UPDATE SET number = number + 1;
END;
CREATE TRIGGER catalog_change_variant_added AFTER INSERT ON catalog_variant
BEGIN
  INSERT INTO catalog_cataloguechange (writer, number) VALUES (0, 1)
    ON CONFLICT (writer) DO UPDATE SET number = number + 1;
END;
CREATE TRIGGER catalog_change_variant_removed AFTER DELETE ON catalog_variant
BEGIN
  INSERT INTO catalog_cataloguechange (writer, number) VALUES (0, 1)
    ON CONFLICT (writer) DO UPDATE SET number = number + 1;
END;
CREATE TRIGGER catalog_change_variant_edited AFTER UPDATE ON catalog_variant
WHEN (NEW.product_id, NEW.sku, NEW.options, NEW.option_key, NEW.currency, NEW.price, NEW.compare_at_price,
      NEW.low_stock_at, NEW.weight, NEW.is_active, NEW.position)
  IS NOT (OLD.product_id, OLD.sku, OLD.options, OLD.option_key, OLD.currency, OLD.price, OLD.compare_at_price,
      OLD.low_stock_at, OLD.weight, OLD.is_active, OLD.position)
BEGIN
  INSERT INTO catalog_cataloguechange (writer, number) VALUES (0, 1)
    ON CONFLICT (writer) DO UPDATE SET number = number + 1;
END;
CREATE TRIGGER catalog_change_category_added AFTER INSERT ON catalog_category
BEGIN
  INSERT INTO catalog_cataloguechange (writer, number) VALUES (0, 1)
    ON CONFLICT (writer) DO UPDATE SET number = number + 1;
END;
CREATE TRIGGER catalog_change_category_removed AFTER DELETE ON catalog_category
BEGIN
  INSERT INTO catalog_cataloguechange (writer, number) VALUES (0, 1)
    ON CONFLICT (writer) DO UPDATE SET number = number + 1;
END;
CREATE TRIGGER catalog_change_category_edited AFTER UPDATE ON catalog_category
WHEN (NEW.parent_id, NEW.name, NEW.slug, NEW.description, NEW.image_url, NEW.sort_order, NEW.is_active)
  IS NOT (OLD.parent_id, OLD.name, OLD.slug, OLD.description, OLD.image_url, OLD.sort_order, OLD.is_active)
BEGIN
  INSERT INTO catalog_cataloguechange (writer, number) VALUES (0, 1)
    ON CONFLICT (writer) DO UPDATE SET number = number + 1;
END;
CREATE TRIGGER catalog_change_brand_added AFTER INSERT ON catalog_brand
BEGIN
  INSERT INTO catalog_cataloguechange (writer, number) VALUES (0, 1)
    ON CONFLICT (writer) DO UPDATE SET number = number + 1;
END;
CREATE TRIGGER catalog_change_brand_removed AFTER DELETE ON catalog_brand
BEGIN
  INSERT INTO catalog_cataloguechange (writer, number) VALUES (0, 1)
    ON CONFLICT (writer) DO UPDATE SET number = number + 1;
END;
CREATE TRIGGER catalog_change_brand_edited AFTER UPDATE ON catalog_brand
WHEN (NEW.name, NEW.slug)
  IS NOT (OLD.name, OLD.slug)
BEGIN
  INSERT INTO catalog_cataloguechange (writer, number) VALUES (0, 1)
    ON CONFLICT (writer) DO UPDATE SET number = number + 1;
END;
CREATE TRIGGER catalog_change_media_added AFTER INSERT ON catalog_media
BEGIN
  INSERT INTO catalog_cataloguechange (writer, number) VALUES (0, 1)
    ON CONFLICT (writer) DO UPDATE SET number = number + 1;
END;
CREATE TRIGGER catalog_change_media_removed AFTER DELETE ON catalog_media
BEGIN
  INSERT INTO catalog_cataloguechange (writer, number) VALUES (0, 1)
    ON CONFLICT (writer) DO UPDATE SET number = number + 1;
END;
CREATE TRIGGER catalog_change_media_edited AFTER UPDATE ON catalog_media
WHEN (NEW.product_id, NEW.variant_id, NEW.url, NEW.file, NEW.thumbnail, NEW.alt, NEW.position)
  IS NOT (OLD.product_id, OLD.variant_id, OLD.url, OLD.file, OLD.thumbnail, OLD.alt, OLD.position)
BEGIN
  INSERT INTO catalog_cataloguechange (writer, number) VALUES (0, 1)
    ON CONFLICT (writer) DO UPDATE SET number = number + 1;
END;
CREATE TRIGGER catalog_change_seller_added AFTER INSERT ON accounts_seller
BEGIN
  INSERT INTO catalog_cataloguechange (writer, number) VALUES (0, 1)
    ON CONFLICT (writer) DO UPDATE SET number = number + 1;
END;
CREATE TRIGGER catalog_change_seller_removed AFTER DELETE ON accounts_seller
BEGIN
  INSERT INTO catalog_cataloguechange (writer, number) VALUES (0, 1)
    ON CONFLICT (writer) DO UPDATE SET number = number + 1;
END;
CREATE TRIGGER catalog_change_seller_edited AFTER UPDATE ON accounts_seller
WHEN (NEW.user_id, NEW.name, NEW.slug, NEW.description, NEW.status, NEW.commission_rate)
  IS NOT (OLD.user_id, OLD.name, OLD.slug, OLD.description, OLD.status, OLD.commission_rate)
BEGIN
  INSERT INTO catalog_cataloguechange (writer, number) VALUES (0, 1)
    ON CONFLICT (writer) DO UPDATE SET number = number + 1;
END;
