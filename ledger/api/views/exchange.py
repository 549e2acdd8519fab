"""One currency for another."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from core import clock
from core.api.idempotency import idempotent, rehearsable
from core.api.schema import IDEMPOTENCY_KEY, problems
from core.api.views import ApiView
from ledger import queries, services
from ledger.api.bodies import moved
from ledger.api.callers import caller_id
from ledger.api.serializers import exchange as serializers
from ledger.api.serializers.transactions import DryMovedSerializer, MovedSerializer


class RatesView(ApiView):
    @extend_schema(
        operation_id="exchange_rates",
        tags=["ledger"],
        responses={200: serializers.RatesSerializer},
    )
    def get(self, request: Request) -> Response:
        """The rates in force now. Others follow from two of these, exactly."""
        rates = queries.rates_at(clock.db_now())
        return Response(serializers.RatesSerializer({"results": rates}).data)


class QuotesView(ApiView):
    @extend_schema(
        operation_id="quote_exchange",
        tags=["ledger"],
        parameters=[IDEMPOTENCY_KEY],
        request=serializers.AskQuoteSerializer,
        responses={201: serializers.QuoteSerializer, **problems(409, 422)},
    )
    @idempotent
    def post(self, request: Request) -> Response:
        """Ask what an amount buys of another currency. Moves nothing; the promise ends soon."""
        body = serializers.AskQuoteSerializer.read(request)
        quote = services.quote_exchange(
            user_id=caller_id(request), sold=body["amount"], currency=body["buy_currency"]
        )
        return Response(serializers.QuoteSerializer(quote).data, status=201)


class ExchangeView(ApiView):
    @extend_schema(
        operation_id="exchange",
        tags=["ledger"],
        parameters=[IDEMPOTENCY_KEY],
        request=serializers.ExchangeSerializer,
        responses={201: MovedSerializer, 200: DryMovedSerializer, **problems(404, 409, 422)},
    )
    @rehearsable
    def post(self, request: Request) -> Response:
        """Take a quote of the caller's own, once. Spending limits of what is sold apply."""
        body = serializers.ExchangeSerializer.read(request)
        posted = services.exchange(user_id=caller_id(request), quote_id=body["quote_id"])
        return Response(moved([posted], caller_id(request))[0], status=201)
