#!/bin/sh
# One paid order over HTTP, with curl and python3 alone: register, browse, fill a cart, have finance
# credit the wallet, check out, and look at the order and at both balances.
#
#   BASE_URL=http://127.0.0.1:8000 examples/first_order.sh
#
# FINANCE_EMAIL and FINANCE_PASSWORD default to the demo's finance sign-in.
set -eu

API="${BASE_URL:-http://127.0.0.1:8000}/api/v1"
FINANCE_EMAIL="${FINANCE_EMAIL:-finance@mercat.example}"
FINANCE_PASSWORD="${FINANCE_PASSWORD:-try-the-market}"
RUN="$(date +%s)-$$"
EMAIL="shopper-$RUN@mercat.example"
PASSWORD="a-long-enough-$RUN"

# call METHOD PATH [TOKEN] [BODY] [IDEMPOTENCY_KEY]: prints the answer's body; stops at any refusal.
call() {
    answer="$(curl --silent --show-error --request "$1" "$API$2" \
        --header 'Content-Type: application/json' \
        ${3:+--header "Authorization: Bearer $3"} \
        ${5:+--header "Idempotency-Key: $5"} \
        ${4:+--data "$4"} \
        --write-out '\n%{http_code}')"
    status="$(printf '%s' "$answer" | tail -n 1)"
    body="$(printf '%s' "$answer" | sed '$d')"
    case "$status" in
        2??) printf '%s' "$body" ;;
        *) printf '%s %s answered %s:\n%s\n' "$1" "$2" "$status" "$body" >&2; exit 1 ;;
    esac
}

# field JSON EXPRESSION: what a Python expression over the parsed answer (it) gives.
field() {
    printf '%s' "$1" | python3 -c "import json, sys; it = json.load(sys.stdin); print($2)"
}

echo "1. Register as $EMAIL"
session="$(call POST /auth/register '' "{\"email\": \"$EMAIL\", \"password\": \"$PASSWORD\", \"name\": \"Sam Shopper\"}")"
buyer_id="$(field "$session" 'it["user"]["id"]')"

echo "2. Sign in"
session="$(call POST /auth/login '' "{\"email\": \"$EMAIL\", \"password\": \"$PASSWORD\"}")"
buyer="$(field "$session" 'it["access"]')"

echo "3. Browse: in stock, at most 10.00, best selling first"
products="$(call GET '/products?in_stock=true&max_price=10&ordering=best_selling&limit=3')"
field "$products" '"\n".join("   %6s  %s" % (p["price"], p["title"]) for p in it["results"])'
product_id="$(field "$products" 'it["results"][0]["id"]')"
product="$(call GET "/products/$product_id")"
in_stock="$(field "$product" 'it["variants"][0]["stock_quantity"]')"

echo "4. Put two of the first one into the cart"
cart="$(call POST /cart/items "$buyer" "{\"product_id\": \"$product_id\", \"quantity\": 2}")"
echo "   subtotal $(field "$cart" 'it["subtotal"] + " " + it["currency"]')"

echo "5. Finance credits the wallet with 50.00"
finance="$(field "$(call POST /auth/login '' "{\"email\": \"$FINANCE_EMAIL\", \"password\": \"$FINANCE_PASSWORD\"}")" 'it["access"]')"
call POST /transactions/credit "$finance" "{\"user_id\": \"$buyer_id\", \"amount\": \"50.00\", \"reason\": \"first order\"}" "credit-$RUN" > /dev/null
before="$(call GET /balances/current "$buyer")"

echo "6. Check out, and again with the same key, as after a lost answer: it stays one order"
address='{"recipient": "Sam Shopper", "street": "1 High Street", "city": "York", "zip": "YO1 7HH", "country": "GB"}'
terms="{\"payment_method\": \"wallet\", \"shipping_address\": $address}"
order="$(call POST /cart/checkout "$buyer" "$terms" "order-$RUN")"
again="$(call POST /cart/checkout "$buyer" "$terms" "order-$RUN")"
[ "$(field "$order" 'it["id"]')" = "$(field "$again" 'it["id"]')" ]

echo "7. The order"
order="$(call GET "/orders/$(field "$order" 'it["id"]')" "$buyer")"
printf '%s' "$order" | python3 -m json.tool

echo "8. What the ledger moved, as finance sees it"
transaction="$(call GET "/transactions/$(field "$order" 'it["payment"]["transaction_id"]')" "$finance")"
field "$transaction" '"\n".join("   %-62s %8s  leaves %8s" % (e["account"], e["amount"], e["balance_after"]) for e in it["entries"])'

after="$(call GET /balances/current "$buyer")"
# Signed in: what anybody may read is cached, and hears of a stock when it runs out or comes back.
left="$(field "$(call GET "/products/$product_id" "$buyer")" 'it["variants"][0]["stock_quantity"]')"
echo "Wallet before: $(field "$before" 'it["available"]')   after: $(field "$after" 'it["available"]')"
echo "Stock before: $in_stock   after: $left"
