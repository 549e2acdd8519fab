"""``python -m orders.tests.stripe_double --port 12111 --deliver-to URL``

Prints its address and serves until its input ends (Ctrl-D) or it is interrupted.
"""

import argparse
import contextlib
import sys

from orders.tests.stripe_double.double import SECRET_KEY, WEBHOOK_SECRET, StripeDouble

parser = argparse.ArgumentParser(description="A double of Stripe's API.")
parser.add_argument("--port", type=int, default=0, help="0 for any that is free")
parser.add_argument("--deliver-to", default="", help="where each event is posted as it happens")
given = parser.parse_args()

with StripeDouble(port=given.port, deliver_to=given.deliver_to) as double:
    sys.stdout.write(f"{double.address}\n")
    sys.stdout.flush()
    sys.stderr.write(f"STRIPE_SECRET_KEY={SECRET_KEY} STRIPE_WEBHOOK_SECRET={WEBHOOK_SECRET}\n")
    with contextlib.suppress(KeyboardInterrupt):
        sys.stdin.read()
