"""Which addresses of Stripe's API there are."""

import re

from orders.tests.stripe_double.wire import Refusal

ROUTES = [
    ("POST", r"/v1/payment_intents", "create"),
    ("GET", r"/v1/payment_intents", "list"),
    ("GET", r"/v1/payment_intents/search", "search"),
    ("GET", r"/v1/payment_intents/(\w+)", "read"),
    ("POST", r"/v1/payment_intents/(\w+)/capture", "capture"),
    ("POST", r"/v1/payment_intents/(\w+)/cancel", "cancel"),
    ("POST", r"/v1/refunds", "refund"),
    ("GET", r"/v1/refunds", "refunds"),
    ("GET", r"/v1/refunds/(\w+)", "read_refund"),
]


def route(method: str, path: str) -> tuple[str, str]:
    """The operation, and the id in the path or ""."""
    for expected, pattern, operation in ROUTES:
        if method == expected and (found := re.fullmatch(pattern, path)):
            return operation, "".join(found.groups())
    message = f"Unrecognized request URL ({method}: {path})"
    raise Refusal(404, "invalid_request_error", message)
