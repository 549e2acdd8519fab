"""Money into, out of and between wallets."""

from typing import Any
from uuid import UUID

from django.conf import settings
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.idempotency import rehearsable
from core.api.permissions import can
from core.api.schema import IDEMPOTENCY_KEY, problems
from core.api.views import ApiView
from ledger import services
from ledger.api.bodies import moved
from ledger.api.callers import caller_id, origin, owner_id, payer_id
from ledger.api.serializers import wallets as serializers
from ledger.api.serializers.transactions import DryMovedSerializer, MovedSerializer
from ledger.chart import wallet
from ledger.services import Named, Posted, Step

MOVED = {201: MovedSerializer, 200: DryMovedSerializer, **problems(404, 409, 422)}


class CreditView(ApiView):
    permission_classes = (can("ledger.credit"),)

    @extend_schema(
        operation_id="credit",
        tags=["ledger"],
        parameters=[IDEMPOTENCY_KEY],
        request=serializers.CreditSerializer,
        responses=MOVED,
    )
    @rehearsable
    def post(self, request: Request) -> Response:
        """Top up a user's wallet from the platform's funding account."""
        body = serializers.CreditSerializer.read(request)
        [user_id] = services.find_people([("user_id", body["user_id"])])
        posted = services.credit(
            user_id=user_id,
            amount=body["amount"],
            reason=body["reason"],
            actor_id=caller_id(request),
            **origin(request),
        )
        return _answer(request, posted, user_id, body)


class DebitView(ApiView):
    @extend_schema(
        operation_id="debit",
        tags=["ledger"],
        parameters=[IDEMPOTENCY_KEY],
        request=serializers.DebitSerializer,
        responses=MOVED,
    )
    @rehearsable
    def post(self, request: Request) -> Response:
        """Withdraw from the caller's wallet; with ``user_id``, from that user's for finance."""
        body = serializers.DebitSerializer.read(request)
        user_id = payer_id(request, body.get("user_id"))
        posted = services.debit(
            user_id=user_id,
            amount=body["amount"],
            reason=body["reason"],
            actor_id=caller_id(request),
            **origin(request),
        )
        return _answer(request, posted, user_id, body)


class TransferView(ApiView):
    @extend_schema(
        operation_id="transfer",
        tags=["ledger"],
        parameters=[IDEMPOTENCY_KEY],
        request=serializers.TransferSerializer,
        responses=MOVED,
    )
    @rehearsable
    def post(self, request: Request) -> Response:
        """Send money from the caller's wallet to somebody else's. Spending limits apply."""
        body = serializers.TransferSerializer.read(request)
        [to_user_id] = services.find_people([recipient(body)])
        posted = services.transfer(
            from_user_id=caller_id(request),
            to_user_id=to_user_id,
            amount=body["amount"],
            memo=body["memo"],
            **origin(request),
        )
        return _answer(request, posted, caller_id(request), body)


class BatchView(ApiView):
    permission_classes = (can("ledger.post_batch"),)

    @extend_schema(
        operation_id="transaction_batch",
        tags=["ledger"],
        parameters=[IDEMPOTENCY_KEY],
        request=serializers.BatchSerializer,
        responses={
            201: serializers.BatchMovedSerializer,
            200: serializers.DryBatchMovedSerializer,
            **problems(404, 409, 422),
        },
    )
    @rehearsable
    def post(self, request: Request) -> Response:
        """Credits, debits and transfers in order, all or none. Spending limits do not apply."""
        asked = serializers.BatchSerializer.read(request)["transactions"]
        steps = _steps(asked)
        all_posted = services.post_all(steps=steps, actor_id=caller_id(request), **origin(request))
        for n, (step, posted) in enumerate(zip(steps, all_posted, strict=True)):
            seen, field = asked[n].get("if_version"), f"transactions.{n}.if_version"
            services.check_version(posted, _code(step.payer_id or step.payee_id), seen, field)
        return Response({"transactions": moved(all_posted, owner_id(request))}, status=201)


def recipient(body: dict[str, Any], path: str = "") -> Named:
    field = "to_user_id" if "to_user_id" in body else "to_email"
    return f"{path}{field}", body[field]


def _answer(request: Request, posted: Posted, about: UUID, body: dict[str, Any]) -> Response:
    services.check_version(posted, _code(about), body.get("if_version"))
    return Response(moved([posted], owner_id(request))[0], status=201)


def _code(user_id: UUID | None) -> str:
    assert user_id is not None  # a step has a payer or a payee
    return wallet(user_id, settings.SHOP_CURRENCY).code


def _steps(asked: list[dict[str, Any]]) -> list[Step]:
    """:raises UserNotFound: somebody who is named does not exist; all are looked up at once."""
    named = [_named(step, f"transactions.{n}.") for n, step in enumerate(asked)]
    found = iter(services.find_people([one for some in named for one in some]))
    return [
        _step(step, [next(found) for _ in some]) for step, some in zip(asked, named, strict=True)
    ]


def _named(step: dict[str, Any], path: str) -> list[Named]:
    if step["type"] == "transfer":
        return [(f"{path}from_user_id", step["from_user_id"]), recipient(step, path)]
    return [(f"{path}user_id", step["user_id"])]


def _step(step: dict[str, Any], people: list[UUID]) -> Step:
    kind, amount = step["type"], step["amount"]
    if kind == "transfer":
        return Step(kind, people[0], people[1], amount, step["memo"])
    if kind == "credit":
        return Step(kind, None, people[0], amount, step["reason"])
    return Step(kind, people[0], None, amount, step["reason"])
