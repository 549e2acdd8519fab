"""What the shop of the benchmark has, and on what terms it is bought from."""

PRICE, STOCK = 1_000, 1_000_000
SELLERS, VARIANTS, BUYERS = 50, 1_000, 500
HOT = "HOT"
"""What the SKU of the one item begins with that everybody wants."""
PASSWORD = "three-baskets-and-a-bench"  # noqa: S105  # of people that a benchmark makes up

ADDRESS = {
    "recipient": "Bob Baker",
    "street": "1 High Street",
    "city": "York",
    "zip": "YO1 7HH",
    "country": "GB",
}
