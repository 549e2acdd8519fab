-- A redemption counts itself and keeps to its promotion's limits.
CREATE OR REPLACE FUNCTION orders_redemption_count(promotion uuid) RETURNS bigint LANGUAGE sql AS $$
  SELECT count(*) FROM orders_redemption WHERE promotion_id = promotion AND returned_at IS NULL
$$;

-- Holds a promotion's row, so that no limit is set while a redemption is under way; a limited one
-- is locked, so of two redemptions the second one sees the first.
CREATE OR REPLACE FUNCTION orders_hold_promotion(promotion uuid) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM 1 FROM cart_promotion WHERE id = promotion
     AND (total_limit IS NOT NULL OR customer_limit IS NOT NULL) FOR NO KEY UPDATE;
  PERFORM 1 FROM cart_promotion WHERE id = promotion FOR SHARE;
END $$;

CREATE OR REPLACE FUNCTION orders_redemption_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.returned_at IS NOT NULL THEN
    RAISE EXCEPTION 'a redemption is given back after it was made' USING ERRCODE = '23514';
  END IF;
  PERFORM orders_hold_promotion(NEW.promotion_id);
  IF (SELECT customer_limit FROM cart_promotion WHERE id = NEW.promotion_id) <= (
    SELECT count(*) FROM orders_redemption
     WHERE promotion_id = NEW.promotion_id AND customer = NEW.customer AND returned_at IS NULL
  ) THEN
    RAISE EXCEPTION 'the customer has had this promotion as often as one may' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER orders_redemption_guard BEFORE INSERT ON orders_redemption
  FOR EACH ROW EXECUTE FUNCTION orders_redemption_guard();

CREATE OR REPLACE FUNCTION orders_redemption_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.returned_at IS NOT NULL
     OR (NEW.id, NEW.order_id, NEW.promotion_id, NEW.customer, NEW.discount, NEW.sponsored, NEW.redeemed_at)
     <> (OLD.id, OLD.order_id, OLD.promotion_id, OLD.customer, OLD.discount, OLD.sponsored, OLD.redeemed_at)
  THEN
    RAISE EXCEPTION 'a redemption is given back once, and nothing else of it changes' USING ERRCODE = '23514';
  END IF;
  PERFORM orders_hold_promotion(NEW.promotion_id);
  RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER orders_redemption_frozen BEFORE UPDATE ON orders_redemption
  FOR EACH ROW EXECUTE FUNCTION orders_redemption_frozen();

-- Promotion.redeemed is a projection; cart_promotion_redeemed_within_limit judges it. Where there is
-- no limit nobody counts: one row would be what every order waits for.
CREATE OR REPLACE FUNCTION orders_redemption_project() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE cart_promotion SET redeemed = orders_redemption_count(id)
   WHERE id = NEW.promotion_id AND total_limit IS NOT NULL;
  RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER orders_redemption_project AFTER INSERT OR UPDATE ON orders_redemption
  FOR EACH ROW EXECUTE FUNCTION orders_redemption_project();

CREATE OR REPLACE FUNCTION orders_redeemed_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND NEW.total_limit IS DISTINCT FROM OLD.total_limit THEN
    NEW.redeemed := orders_redemption_count(NEW.id);
  ELSIF NEW.redeemed <> orders_redemption_count(NEW.id) THEN
    RAISE EXCEPTION 'redeemed is what redemptions say' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER orders_redeemed_added BEFORE INSERT ON cart_promotion
  FOR EACH ROW WHEN (NEW.redeemed <> 0) EXECUTE FUNCTION orders_redeemed_guard();
CREATE OR REPLACE TRIGGER orders_redeemed_changed BEFORE UPDATE ON cart_promotion
  FOR EACH ROW WHEN (NEW.redeemed <> OLD.redeemed OR NEW.total_limit IS DISTINCT FROM OLD.total_limit)
  EXECUTE FUNCTION orders_redeemed_guard();

CREATE OR REPLACE TRIGGER orders_redemption_no_delete BEFORE DELETE ON orders_redemption
  FOR EACH ROW EXECUTE FUNCTION orders_refuse();
CREATE OR REPLACE TRIGGER orders_redemption_no_truncate BEFORE TRUNCATE ON orders_redemption
  FOR EACH STATEMENT EXECUTE FUNCTION orders_refuse();
