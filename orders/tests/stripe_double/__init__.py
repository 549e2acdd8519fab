"""A double of Stripe's API over real HTTP, for tests and for trying out: no card, no network.

``StripeDouble`` runs in this process, ``DoubleApart`` in one of its own, which outlives a killed one.
It knows what this project asks of Stripe and refuses any other parameter, as Stripe does.
"""

from orders.tests.stripe_double.apart import DoubleApart
from orders.tests.stripe_double.double import StripeDouble
from orders.tests.stripe_double.faults import Kind

__all__ = ["DoubleApart", "Kind", "StripeDouble"]
