"""Every route, fuzzed from its own schema: no 5xx, and no answer that the schema does not say.

``FUZZ_EXAMPLES`` is how many cases there are of each route (each is sent once by every caller), and
``FUZZ_SEED`` which ones: other than the usual ones for a longer look.
"""

import os
from collections.abc import MutableMapping
from copy import deepcopy
from datetime import date
from decimal import Decimal
from functools import cache
from io import BytesIO
from uuid import UUID

import pytest
import schemathesis
from django.contrib.auth.models import Group
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st
from PIL import Image
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from accounts import sessions
from accounts.tests.factories import PASSWORD, SellerFactory, UserFactory
from analytics.queries import Days
from analytics.tests.factories import kept
from cart.models import CartItem
from catalog.models import Media, Variant
from catalog.services import create_wishlist, share_wishlist, wish
from catalog.tests.factories import BrandFactory, on_sale
from core import clock
from core.money import Money
from core.permissions import GRANTS
from ledger.models import Transaction
from ledger.services import (
    StandingOrder,
    quote_exchange,
    request_top_up,
    schedule_transfer,
    state_rate,
)
from ledger.testing import assert_books_balance
from orders.tests.factories import ADDRESS, buy, give, put_in_cart

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "7"))
SEED = int(os.environ.get("FUZZ_SEED", "20261121"))
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


PLAIN = {
    "If-Match": "*",
    "amount": "1.00",
    "buy_currency": "EUR",
    "counted": 3,
    "currency": "GBP",
    "destination": "GB33 BUKB 2020 1555 5555 55",
    "items": [{"product_id": "", "quantity": 1}],
    "name": "Eve",
    "password": PASSWORD,
    "payment_method": "wallet",
    "price": "4.50",
    "quantity": 1,
    "reason": "A mistake",
    "shipping_address": ADDRESS,
    "sku": "NEW-1",
    "title": "Mug",
}
"""What can be meant, where random texts seldom can."""
EITHER = {
    "range": "from",
    "variant_id": "product_id",
    "to_email": "to_user_id",
    "change": "counted",
}
"""Left out where the other one is given."""


@cache
def document():
    loaded = schemathesis.openapi.from_dict(SchemaGenerator().get_schema(public=True))
    loaded.app = get_wsgi_application()
    return loaded


def operations():
    found = [result.ok() for result in document().get_all_operations()]
    return {f"{o.method.upper()} {o.path}": o for o in found}


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker):
    """Something of everything, made once, and who calls: nobody, a buyer, a seller, staff for everything."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield populated()
        transaction.set_rollback(True)


@pytest.fixture
def _one_connection():
    """Requests share the test's transaction, as Django's own test client lets them."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)


def populated():
    """Callers by name, and the values that get beyond a 404, by the names of fields and parameters."""
    shop = SellerFactory()
    bob, dana = UserFactory(), UserFactory(is_staff=True)
    dana.groups.set(Group.objects.filter(name__in=GRANTS))
    variant = on_sale(stock=1_000, brand=BrandFactory(), seller=shop)
    Variant.objects.filter(pk=variant.pk).update(sku="FUZZ-1")
    media = Media.objects.create(product=variant.product, url="/media/a.webp")
    give(dana, "1000.00")
    order = buy(dana, variant)
    put_in_cart(dana, variant)
    state_rate(currency="EUR", rate=Decimal("1.14"), actor_id=bob.pk)
    standing = StandingOrder(bob.pk, Money(100, "GBP"), every="day")
    wishes = create_wishlist(owner=dana, name="Wishes")
    share_wishlist(wishes, at=clock.now())
    wish(wishes, variant.product, at=clock.now())
    report = kept(Days(date(2025, 10, 1), date(2025, 10, 1)), seller_id=shop.pk)
    known = {
        "customer_id": dana.pk,
        "token": wishes.token,
        "product_id": variant.product_id,
        "reference": variant.product.slug,
        "category": variant.product.category.slug,
        "variant_id": variant.pk,
        "media_id": media.pk,
        "order_id": order.pk,
        "item_id": CartItem.objects.get().pk,
        "wishlist_id": wishes.pk,
        "user_id": bob.pk,
        "to_user_id": bob.pk,
        "to_email": bob.email,
        "email": bob.email,
        "from_user_id": dana.pk,
        "transaction_id": Transaction.objects.order_by("recorded_at").first().pk,
        "request_id": request_top_up(owner_id=bob.pk, amount=Money(100, "GBP"), provider="bank").pk,
        "quote_id": quote_exchange(user_id=dana.pk, sold=Money(100, "GBP"), currency="EUR").pk,
        "provider": "bank",
        "report_id": report.pk,
        "job_id": report.job_id,
        "seller": shop.pk,
        "scheduled_id": schedule_transfer(owner_id=dana.pk, order=standing).pk,
        "refresh": sessions.begin(user=bob, device="other", at=clock.now()).refresh,
        **PLAIN,
    }
    known = {
        name: str(value) if isinstance(value, UUID) else value for name, value in known.items()
    }
    callers = {"nobody": None, "buyer": bob, "staff": dana, "seller": shop.user}
    return {name: bearer(user) for name, user in callers.items()}, known


def bearer(user):
    if user is None:
        return {}
    tokens = sessions.begin(user=user, device="test", at=clock.now())
    return {"Authorization": f"Bearer {tokens.access}"}


def png():
    written = BytesIO()
    Image.new("RGB", (2, 2)).save(written, "PNG")
    return written.getvalue()


OCTOBER = {"from": "2025-10-01", "to": "2025-10-31"}
REPORTED = OCTOBER | {"name": "trend.csv", "range": "7d"}
OF_ROUTES = {
    "/api/v1/auth/register": {"email": "eve@example.com"},
    "/api/v1/balances/statement.csv": OCTOBER,
    "/api/v1/balances/statement.pdf": OCTOBER,
    "/api/v1/reports": REPORTED,
    "/api/v1/reports/sales": REPORTED | {"charts": "elsewhere"},  # drawing them takes seconds
    "/api/v1/reports/sales/{name}": REPORTED,
    "/api/v1/reports/{report_id}/files/{name}": REPORTED,
    "/api/v1/orders/lookup": {"number": "M-0000-0000"},
    "/api/v1/products/{product_id}/media": {"file": png()},
    "/api/v1/seller/products/import": {"file": b"sku,price\nFUZZ-1,2.00\n"},
}
"""What only these know."""


@pytest.mark.usefixtures("_one_connection", "db")
@pytest.mark.parametrize("name", operations())
def test_every_answer_is_documented(name, world, settings):
    settings.RATE_LIMITS = dict.fromkeys(settings.RATE_LIMITS, "100000/minute")
    callers, known = world
    operation = operations()[name]

    fuzz(operation, callers, known | OF_ROUTES.get(operation.path, {}))

    assert_books_balance()


def fuzz(operation, callers, known):
    """Random requests. Some have values in them that mean something, so that they get beyond a 400 or
    404; of those some are bare: without what need not be said and means nothing."""
    valid = operation.as_strategy(generation_mode=GenerationMode.POSITIVE)
    invalid = operation.as_strategy(generation_mode=GenerationMode.NEGATIVE)
    cases = st.one_of(
        st.tuples(invalid, st.sampled_from(["random", "real"])),
        st.tuples(valid, st.sampled_from(["bare", "real"])),
    )

    @seed(SEED)
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(cases)
    def run(drawn):
        case, kind = drawn
        if kind == "bare":
            case.query = stripped(case.query, required_parameters(operation))
            case.body = stripped(case.body, required_fields(operation) | known.keys())
        if kind != "random":
            for place in (case.body, case.query, case.path_parameters, case.headers):
                put_in(place, known)
        for headers in callers.values():
            response = case.call(headers={"Accept-Encoding": "identity", **headers})
            case.validate_response(response, checks=CHECKS)

    run()


def required_parameters(operation):
    parameters = operation.definition.raw.get("parameters", ())
    return {each["name"] for each in parameters if each.get("required")}


def required_fields(operation):
    schemas = document().raw_schema["components"]["schemas"]
    content = operation.definition.raw.get("requestBody", {}).get("content", {})
    names = [each["schema"].get("$ref", "").rpartition("/")[2] for each in content.values()]
    return {field for name in names for field in schemas.get(name, {}).get("required", ())}


def stripped(place, names):
    if not isinstance(place, MutableMapping):
        return place
    either = {name for name, other in EITHER.items() if other in place}
    return {name: value for name, value in place.items() if name in names - either}


def put_in(place, known):
    """Also into what a body lists."""
    if isinstance(place, MutableMapping):
        for name in known.keys() & set(place):
            place[name] = deepcopy(known[name])
        for inner in place.values():
            put_in(inner, known)
    elif isinstance(place, list):
        for inner in place:
            put_in(inner, known)
