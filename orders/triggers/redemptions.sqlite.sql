-- A redemption counts itself and keeps to its promotion's limits.
CREATE TRIGGER orders_redemption_guard BEFORE INSERT ON orders_redemption
BEGIN
  SELECT CASE
    WHEN NEW.returned_at IS NOT NULL
    THEN RAISE(ABORT, 'a redemption is given back after it was made')
    WHEN EXISTS (
      SELECT 1 FROM orders_redemption WHERE id = NEW.id
          OR (order_id = NEW.order_id AND promotion_id = NEW.promotion_id))
    THEN RAISE(ABORT, 'INSERT OR REPLACE on orders_redemption is refused: history')
    WHEN (SELECT customer_limit FROM cart_promotion WHERE id = NEW.promotion_id) <= (
      SELECT count(*) FROM orders_redemption
       WHERE promotion_id = NEW.promotion_id AND customer = NEW.customer AND returned_at IS NULL)
    THEN RAISE(ABORT, 'the customer has had this promotion as often as one may')
  END;
END;
CREATE TRIGGER orders_redemption_frozen BEFORE UPDATE ON orders_redemption
WHEN OLD.returned_at IS NOT NULL
  OR (NEW.id, NEW.order_id, NEW.promotion_id, NEW.customer, NEW.discount, NEW.sponsored, NEW.redeemed_at)
  <> (OLD.id, OLD.order_id, OLD.promotion_id, OLD.customer, OLD.discount, OLD.sponsored, OLD.redeemed_at)
BEGIN SELECT RAISE(ABORT, 'a redemption is given back once, and nothing else of it changes'); END;

-- Promotion.redeemed is a projection; cart_promotion_redeemed_within_limit judges it. Where there is
-- no limit nobody counts.
CREATE TRIGGER orders_redemption_added_project AFTER INSERT ON orders_redemption
BEGIN
  UPDATE cart_promotion
     SET redeemed = (SELECT count(*) FROM orders_redemption
                      WHERE promotion_id = NEW.promotion_id AND returned_at IS NULL)
   WHERE id = NEW.promotion_id AND total_limit IS NOT NULL;
END;
CREATE TRIGGER orders_redemption_returned_project AFTER UPDATE ON orders_redemption
BEGIN
  UPDATE cart_promotion
     SET redeemed = (SELECT count(*) FROM orders_redemption
                      WHERE promotion_id = NEW.promotion_id AND returned_at IS NULL)
   WHERE id = NEW.promotion_id AND total_limit IS NOT NULL;
END;
CREATE TRIGGER orders_redeemed_added BEFORE INSERT ON cart_promotion WHEN NEW.redeemed <> 0
BEGIN SELECT RAISE(ABORT, 'redeemed is what redemptions say'); END;
CREATE TRIGGER orders_redeemed_changed BEFORE UPDATE ON cart_promotion
WHEN NEW.redeemed <> OLD.redeemed AND NEW.redeemed <> (
  SELECT count(*) FROM orders_redemption WHERE promotion_id = NEW.id AND returned_at IS NULL)
BEGIN SELECT RAISE(ABORT, 'redeemed is what redemptions say'); END;
CREATE TRIGGER orders_redemption_limit_set AFTER UPDATE ON cart_promotion
WHEN NEW.total_limit IS NOT OLD.total_limit
BEGIN
  UPDATE cart_promotion
     SET redeemed = (SELECT count(*) FROM orders_redemption
                      WHERE promotion_id = NEW.id AND returned_at IS NULL)
   WHERE id = NEW.id;
END;
CREATE TRIGGER orders_redemption_no_delete BEFORE DELETE ON orders_redemption
BEGIN SELECT RAISE(ABORT, 'DELETE on orders_redemption is refused: history'); END;
