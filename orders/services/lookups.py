"""Finding an order again without an account."""

from datetime import datetime

from django.db import transaction

from core import events
from core.ids import uuid7
from orders import links


@transaction.atomic
def request_link(*, number: str, email: str, at: datetime) -> None:
    """Mail a link to the order ``number``, if there is one and ``email`` is where its mails go.

    Nothing is looked up here: that is the mail's business (``orders.mail.send_link``), so neither
    the answer nor the time it takes says whether there is such an order. The event does not name
    the address, which may be a stranger's.
    """
    payload = {
        "number": links.normalised_number(number),
        "asked": links.fingerprint(number, email),
    }
    events.record("order.link_requested", uuid7(), payload, at=at)
