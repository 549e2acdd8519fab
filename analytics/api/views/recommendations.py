"""What to buy next, and why."""

from typing import Any, ClassVar
from uuid import UUID

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import PermissionDenied
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from analytics import queries
from analytics.experiments import line_of
from analytics.models import Build, Purpose
from analytics.queries import Recommendations, Recommended
from analytics.queries.suggestions import MOST
from analytics.services import note_followed, note_shown
from catalog.api.cards import cards
from catalog.api.sellers import by_reference
from catalog.models import Category, Product
from core import clock
from core.api.fields import StrictSerializer
from core.api.schema import problems
from core.api.views import ApiView

SEE_ANYBODYS = "analytics.view_suggestion"


class LimitSerializer(serializers.Serializer[Any]):
    limit = serializers.IntegerField(min_value=1, max_value=MOST, default=10)


class QuerySerializer(LimitSerializer):
    """``categories`` are slugs, separated by commas; what is below them is meant, too."""

    categories = serializers.CharField(required=False)
    user_id = serializers.UUIDField(required=False)

    def validate_categories(self, value: str) -> set[UUID]:
        """Ids of these categories and all below them.

        :raises ValidationError: one of them is not there.
        """
        slugs = {slug.strip() for slug in value.split(",")}
        found = Category.objects.filter(slug__in=slugs, is_active=True)
        unknown = sorted(slugs - {category.slug for category in found})
        if unknown:
            raise serializers.ValidationError(f"There is no category {unknown[0]!r}.")
        return {pk for category in found for pk in category.shown}


class RecommendedSerializer(serializers.Serializer[Any]):
    """``score`` is 0 to 1, comparable within one answer, where it never rises from first to last;
    ``reason`` says why, for people.
    """

    product_id = serializers.UUIDField()
    slug = serializers.CharField()
    title = serializers.CharField()
    price = serializers.CharField()
    currency = serializers.CharField()
    category = serializers.CharField()
    image = serializers.CharField()
    score = serializers.FloatField(min_value=0, max_value=1)
    reason = serializers.CharField()
    purpose = serializers.ChoiceField(Purpose.values)


class RecommendationsSerializer(serializers.Serializer[Any]):
    """``generated_at`` is when what it rests on was computed; null, and no version, before the first time."""

    user_id = serializers.UUIDField(allow_null=True)
    recommendations = RecommendedSerializer(many=True)
    generated_at = serializers.DateTimeField(allow_null=True)
    algorithm_version = serializers.CharField(allow_blank=True)


class FollowSerializer(StrictSerializer):
    product_id = serializers.UUIDField()
    purpose = serializers.ChoiceField(Purpose.values)
    algorithm_version = serializers.CharField(max_length=40)

    def validate_product_id(self, value: UUID) -> UUID:
        if not Product.objects.published().filter(pk=value).exists():
            raise serializers.ValidationError("There is no such product.")
        return value

    def validate_algorithm_version(self, value: str) -> str:
        if not Build.objects.filter(algorithm_version=value).exists():
            raise serializers.ValidationError("There is no such version.")
        return value


class RecommendationsView(ApiView):
    permission_classes = (IsAuthenticated,)
    query_parameters: ClassVar[frozenset[str]] = frozenset({"limit", "categories", "user_id"})

    @extend_schema(
        operation_id="recommendations",
        tags=["recommendations"],
        parameters=[QuerySerializer],
        responses={200: RecommendationsSerializer},
    )
    def get(self, request: Request) -> Response:
        """What the caller may like and has not bought, the likeliest first; for who is new, what sells
        lately. Staff may name another user.
        """
        asked = _asked(QuerySerializer, request)
        user = _user(request, asked.get("user_id"))
        found = queries.for_you(
            user.pk, line_of(user), limit=asked["limit"], within=asked.get("categories")
        )
        return _answer(found, user.pk, is_shown=user.pk == request.user.pk)


class BuyAgainView(ApiView):
    permission_classes = (IsAuthenticated,)
    query_parameters: ClassVar[frozenset[str]] = frozenset({"limit"})

    @extend_schema(
        operation_id="buy_again",
        tags=["recommendations"],
        parameters=[LimitSerializer],
        responses={200: RecommendationsSerializer},
    )
    def get(self, request: Request) -> Response:
        """What the caller has bought and may want again."""
        asked = _asked(LimitSerializer, request)
        user: Any = request.user
        return _answer(queries.buy_again(user.pk, line_of(user), limit=asked["limit"]), user.pk)


class AlsoBoughtView(ApiView):
    permission_classes = (AllowAny,)
    query_parameters: ClassVar[frozenset[str]] = frozenset({"limit"})

    @extend_schema(
        operation_id="also_bought",
        tags=["recommendations"],
        parameters=[LimitSerializer],
        responses={200: RecommendationsSerializer, **problems(404)},
    )
    def get(self, request: Request, reference: str) -> Response:
        """What those who bought a product bought with it, and the caller has not."""
        asked = _asked(LimitSerializer, request)
        product = get_object_or_404(Product.objects.published(), **by_reference(reference))
        user: Any = request.user
        found = queries.also_bought(
            product.pk, line_of(user), user_id=user.pk, limit=asked["limit"]
        )
        return _answer(found, user.pk)


class FollowedView(ApiView):
    permission_classes = (AllowAny,)

    @extend_schema(
        operation_id="follow_recommendation",
        tags=["recommendations"],
        request=FollowSerializer,
        responses={204: None},
    )
    def post(self, request: Request) -> Response:
        """Say that somebody followed a recommendation, so that its version is judged by it."""
        said = FollowSerializer.read(request)
        note_followed(
            said["algorithm_version"],
            Purpose(said["purpose"]),
            product_id=said["product_id"],
            user_id=request.user.pk,
            at=clock.now(),
        )
        return Response(status=204)


def _asked(serializer: type[serializers.Serializer[Any]], request: Request) -> dict[str, Any]:
    query = serializer(data=request.query_params)
    query.is_valid(raise_exception=True)
    asked: dict[str, Any] = query.validated_data
    return asked


def _user(request: Request, named: UUID | None) -> Any:
    """The caller, or whom staff name. Who may not name anybody learns nothing of who is there.

    :raises PermissionDenied: the caller may not see another user's.
    :raises ValidationError: there is no such user.
    """
    if named in {None, request.user.pk}:
        return request.user
    if not request.user.has_perm(SEE_ANYBODYS):
        raise PermissionDenied
    user = User.objects.filter(pk=named).first()
    if user is None:
        raise serializers.ValidationError({"user_id": "There is no such user."})
    return user


def _answer(found: Recommendations, user_id: UUID | None, *, is_shown: bool = True) -> Response:
    """With the cards of what can still be bought, which count as shown."""
    drawn = {card["id"]: card for card in cards([each.product_id for each in found.recommended])}
    shown = [each for each in found.recommended if str(each.product_id) in drawn]
    if is_shown:
        note_shown(found.algorithm_version, shown, at=clock.now())
    return Response(
        {
            "user_id": user_id,
            "recommendations": [_recommended(each, drawn[str(each.product_id)]) for each in shown],
            "generated_at": found.generated_at,
            "algorithm_version": found.algorithm_version,
        }
    )


def _recommended(each: Recommended, card: dict[str, Any]) -> dict[str, Any]:
    return {
        "product_id": card["id"],
        "slug": card["slug"],
        "title": card["title"],
        "price": card["price"],
        "currency": card["currency"],
        "category": card["category"]["slug"],
        "image": card["image"],
        "score": each.score,
        "reason": each.reason,
        "purpose": each.purpose,
    }
