CREATE TRIGGER catalog_movement_no_update BEFORE UPDATE ON catalog_stockmovement
BEGIN SELECT RAISE(ABORT, 'UPDATE on catalog_stockmovement is refused: append-only'); END;
CREATE TRIGGER catalog_movement_no_delete BEFORE DELETE ON catalog_stockmovement
BEGIN SELECT RAISE(ABORT, 'DELETE on catalog_stockmovement is refused: append-only'); END;
CREATE TRIGGER catalog_movement_no_replace BEFORE INSERT ON catalog_stockmovement
WHEN EXISTS (SELECT 1 FROM catalog_stockmovement WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'UPDATE on catalog_stockmovement is refused: append-only'); END;
CREATE TRIGGER catalog_variant_options_added AFTER INSERT ON catalog_variant
WHEN EXISTS (
  SELECT 1 FROM catalog_variant other
   WHERE other.product_id = NEW.product_id AND other.id <> NEW.id
     AND (other.option_key = '') <> (NEW.option_key = ''))
BEGIN SELECT RAISE(ABORT, 'a product without options has exactly one variant'); END;
CREATE TRIGGER catalog_variant_options_changed AFTER UPDATE OF option_key, product_id ON catalog_variant
WHEN EXISTS (
  SELECT 1 FROM catalog_variant other
   WHERE other.product_id = NEW.product_id AND other.id <> NEW.id
     AND (other.option_key = '') <> (NEW.option_key = ''))
BEGIN SELECT RAISE(ABORT, 'a product without options has exactly one variant'); END;
CREATE TRIGGER catalog_variant_currency_added AFTER INSERT ON catalog_variant
WHEN NEW.currency <> (SELECT currency FROM catalog_product WHERE id = NEW.product_id)
BEGIN SELECT RAISE(ABORT, 'a variant has its product''s currency'); END;
CREATE TRIGGER catalog_variant_currency_changed AFTER UPDATE ON catalog_variant
WHEN NEW.currency <> (SELECT currency FROM catalog_product WHERE id = NEW.product_id)
BEGIN SELECT RAISE(ABORT, 'a variant has its product''s currency'); END;
CREATE TRIGGER catalog_product_currency BEFORE UPDATE ON catalog_product
WHEN NEW.currency <> OLD.currency AND EXISTS (SELECT 1 FROM catalog_variant WHERE product_id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'a product keeps the currency of its variants'); END;
