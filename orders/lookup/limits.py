"""How often one may ask for a link, by API and on the page alike."""

from core.api.throttles import RateLimit
from orders import links

LOOKUPS = RateLimit("order_lookup")
"""Of one network address."""

MAILS = RateLimit("order_link")


def limit_mails(number: str, email: str) -> None:
    """Count a request for the same order and address, so that nobody's letter box is filled.

    :raises LimitReached: enough mails for now; whether there is such an order makes no difference.
    """
    MAILS.hit(links.fingerprint(number, email))
