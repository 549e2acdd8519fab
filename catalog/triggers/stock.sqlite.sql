-- Existing keys are refused by name: OR REPLACE deletes without firing delete triggers wherever
-- recursive_triggers is off.

CREATE TRIGGER catalog_movement_chains BEFORE INSERT ON catalog_stockmovement
BEGIN
  SELECT RAISE(ABORT, 'catalog_movement_chains: whole numbers only')
   WHERE typeof(NEW.seq) <> 'integer' OR typeof(NEW.change) <> 'integer'
      OR typeof(NEW.stock_after) <> 'integer';
  SELECT RAISE(ABORT, 'catalog_movement_chains: it does not follow the last movement')
   WHERE NOT EXISTS (
     SELECT 1 FROM catalog_variant v
      WHERE v.id = NEW.variant_id AND NEW.seq = v.stock_seq + 1
        AND NEW.stock_after = v.stock + NEW.change);
END;

CREATE TRIGGER catalog_movement_moves AFTER INSERT ON catalog_stockmovement
BEGIN
  UPDATE catalog_variant
     SET stock = NEW.stock_after, stock_seq = NEW.seq, updated_at = NEW.at, version = version + 1
   WHERE id = NEW.variant_id;
END;

CREATE TRIGGER catalog_variant_stock_opens BEFORE INSERT ON catalog_variant
BEGIN
  SELECT RAISE(ABORT, 'catalog_variant_stock: REPLACE is refused')
   WHERE EXISTS (SELECT 1 FROM catalog_variant WHERE id = NEW.id);
  SELECT RAISE(ABORT, 'catalog_variant_stock: a variant opens empty')
   WHERE NEW.stock IS NOT 0 OR NEW.stock_seq IS NOT 0;
END;

CREATE TRIGGER catalog_variant_stock_moves BEFORE UPDATE ON catalog_variant
WHEN NEW.stock IS NOT OLD.stock OR NEW.stock_seq IS NOT OLD.stock_seq
BEGIN
  SELECT RAISE(ABORT, 'catalog_variant_stock: only a movement changes a stock')
   WHERE NEW.stock_seq IS NOT OLD.stock_seq + 1 OR NOT EXISTS (
     SELECT 1 FROM catalog_stockmovement
      WHERE variant_id = NEW.id AND seq = NEW.stock_seq AND stock_after = NEW.stock);
END;
