"""Links to guests' orders: who has the mail may see and cancel the order, without an account."""

from datetime import timedelta
from uuid import UUID

from django.core.signing import BadSignature, TimestampSigner
from django.utils.crypto import constant_time_compare, salted_hmac

from accounts.models import normalised_email
from orders.errors import LinkInvalid

KEPT = timedelta(days=7)
"""How long a link is good."""

MISREAD = str.maketrans("OIL", "011")
"""Letters that no number has, and for which digits they are taken."""


def token_of(order_id: UUID) -> str:
    """What the link to an order bears, good for ``KEPT`` from now."""
    return _signer().sign(order_id.hex)


def order_of(token: str) -> UUID:
    """The order that ``token`` is of.

    :raises LinkInvalid: it is not one of ours, or its time is up.
    """
    try:
        return UUID(_signer().unsign(token, max_age=KEPT))
    except BadSignature as error:
        raise LinkInvalid from error


def normalised_number(text: str) -> str:
    """An order's number as it is stored, however somebody has written it down."""
    return text.strip().upper().translate(MISREAD)


def fingerprint(number: str, email: str) -> str:
    """Tells who knows both, and says neither: it may be kept where an address may not."""
    known = f"{normalised_number(number)} {normalised_email(email)}"
    return salted_hmac("orders.lookup", known, algorithm="sha256").hexdigest()


def is_of(asked: str, number: str, email: str) -> bool:
    """Whether the fingerprint ``asked`` is that of an order with this number and address."""
    return bool(email) and constant_time_compare(asked, fingerprint(number, email))


def _signer() -> TimestampSigner:
    return TimestampSigner(salt="orders.link")
