"""Every route, fuzzed from its own schema: no 5xx, and no answer that the schema does not say."""

from decimal import Decimal
from functools import cache

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from accounts import sessions
from catalog.models import Media
from catalog.tests.factories import BrandFactory, on_sale
from core import clock
from core.money import Money
from ledger.models import Transaction
from ledger.services import (
    StandingOrder,
    quote_exchange,
    request_top_up,
    schedule_transfer,
    state_rate,
)
from ledger.testing import assert_books_balance
from orders.tests.factories import buy, give, put_in_cart

EXAMPLES = 25
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


@cache
def document():
    loaded = schemathesis.openapi.from_dict(SchemaGenerator().get_schema(public=True))
    loaded.app = get_wsgi_application()
    return loaded


def operations():
    found = [result.ok() for result in document().get_all_operations()]
    return {f"{o.method.upper()} {o.path}": o for o in found}


@pytest.fixture
def _one_connection():
    """Requests share the test's transaction, as Django's own test client lets them."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)


@pytest.fixture
def populated(dana, bob):
    """Something of everything; dana may do all that staff may, and can pay."""
    variant = on_sale(stock=1_000, brand=BrandFactory())
    Media.objects.create(product=variant.product, url="/media/a.webp")
    give(dana, "1000.00")
    buy(dana, variant)
    put_in_cart(dana, variant)
    state_rate(currency="EUR", rate=Decimal("1.14"), actor_id=bob.pk)
    order = StandingOrder(bob.pk, Money(100, "GBP"), every="day")
    return {
        "product_id": variant.product_id,
        "variant_id": variant.pk,
        "user_id": bob.pk,
        "to_user_id": bob.pk,
        "to_email": bob.email,
        "from_user_id": dana.pk,
        "transaction_id": Transaction.objects.order_by("recorded_at").first().pk,
        "request_id": request_top_up(owner_id=bob.pk, amount=Money(100, "GBP"), provider="bank").pk,
        "quote_id": quote_exchange(user_id=dana.pk, sold=Money(100, "GBP"), currency="EUR").pk,
        "provider": "bank",
        "scheduled_id": schedule_transfer(owner_id=dana.pk, order=order).pk,
    }


@pytest.mark.usefixtures("_one_connection")
@pytest.mark.parametrize("name", operations())
def test_every_answer_is_documented(name, dana, populated, settings):
    settings.RATE_LIMITS = dict.fromkeys(settings.RATE_LIMITS, "100000/minute")
    operation = operations()[name]
    tokens = sessions.begin(user=dana, device="test", at=clock.now())

    fuzz(operation, {"Authorization": f"Bearer {tokens.access}"}, populated)
    fuzz(operation, {}, populated)

    assert_books_balance()


def fuzz(operation, headers, known):
    """Random requests, some with the ids of real rows put in, so that they get beyond a 404."""
    valid = operation.as_strategy(generation_mode=GenerationMode.POSITIVE)
    invalid = operation.as_strategy(generation_mode=GenerationMode.NEGATIVE)

    @seed(20_261_121)
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=st.one_of(valid, invalid), real=st.booleans())
    def run(case, real):
        if real:
            put_in(case.body, known)
            put_in(case.path_parameters, known)
        response = case.call(headers={"Accept-Encoding": "identity", **headers})
        case.validate_response(response, checks=CHECKS)

    run()


def put_in(place, known):
    """Also into what a body lists."""
    if isinstance(place, dict):
        place |= {k: str(v) for k, v in known.items() if k in place}
        for inner in place.values():
            put_in(inner, known)
    elif isinstance(place, list):
        for inner in place:
            put_in(inner, known)
