"""What sellers charge for shipping: each one's own rates, and nobody else's."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cart import services
from cart.models import ShippingMethod, ShippingRate
from cart.models.shipping import MOST
from catalog.api.sellers import seller_of
from core import clock, countries
from core.api.fields import MoneyField, StrictSerializer
from core.api.preconditions import IF_MATCH, etag, expected_version
from core.api.schema import problems
from core.api.views import ApiView, ListView, SignedIn
from core.money import Money


def _refuse_out_of_range(amount: Money) -> None:
    if not 0 <= amount.amount <= MOST:
        raise serializers.ValidationError("Give an amount from 0 to 100,000.")


class PricesSerializer(StrictSerializer):
    """``per_kg`` is for each begun kilogram. From goods of ``free_above`` on, after discounts, a parcel
    is free of charge; null: never."""

    price = MoneyField(validators=[_refuse_out_of_range])
    per_kg = MoneyField(validators=[_refuse_out_of_range], required=False)
    free_above = MoneyField(validators=[_refuse_out_of_range], required=False, allow_null=True)


class NewShippingRateSerializer(PricesSerializer):
    """No ``country``, or an empty one, is everywhere else."""

    method: serializers.SlugRelatedField[ShippingMethod] = serializers.SlugRelatedField(
        slug_field="code", queryset=ShippingMethod.objects.all()
    )
    country = serializers.CharField(required=False, allow_blank=True, default="")

    def validate_country(self, value: str) -> str:
        if value and value not in countries.NAMES:
            raise serializers.ValidationError(countries.WANTED)
        return value


class ShippingRateSerializer(serializers.ModelSerializer[ShippingRate]):
    method = serializers.CharField(source="method.code")
    method_name = serializers.CharField(source="method.name")
    price = MoneyField(source="price_money")
    per_kg = MoneyField(source="per_kg_money")
    free_above = MoneyField(source="free_above_money", allow_null=True)

    class Meta:
        model = ShippingRate
        fields = (
            "id",
            "method",
            "method_name",
            "country",
            "price",
            "per_kg",
            "free_above",
            "currency",
            "version",
        )


RATE = ShippingRateSerializer


class ShippingRatesView(ListView):
    serializer_class = RATE

    def get_queryset(self) -> Any:
        if getattr(self, "swagger_fake_view", False):
            return ShippingRate.objects.none()
        return seller_of(self.request.user).shipping_rates.select_related("method")

    @extend_schema(operation_id="shipping_rates", tags=["selling"])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The caller's own rates. Without any, everything is shipped free of charge."""
        return super().get(request, *args, **kwargs)

    @extend_schema(
        operation_id="create_shipping_rate",
        tags=["selling"],
        request=NewShippingRateSerializer,
        responses={201: RATE, **problems(403, 409, 422)},
    )
    def post(self, request: SignedIn) -> Response:
        """Ship to a country by a method. With a first rate, what no rate reaches is shipped no longer."""
        seller = seller_of(request.user)
        body = NewShippingRateSerializer.read(request)
        rate = services.add_shipping_rate(
            seller=seller,
            method=body.pop("method"),
            country=body.pop("country"),
            prices=_minor_units(body),
        )
        return _answer(rate, status=201)


class ShippingRateView(ApiView):
    @extend_schema(
        operation_id="edit_shipping_rate",
        tags=["selling"],
        request=PricesSerializer(partial=True),
        parameters=[IF_MATCH],
        responses={200: RATE, **problems(403, 404, 412, 422, 428)},
    )
    def patch(self, request: SignedIn, rate_id: UUID) -> Response:
        """Change the prices of one's own rate."""
        rate = _own(request, rate_id)
        body = PricesSerializer.read(request, partial=True)
        edited = services.edit_shipping_rate(
            rate, _minor_units(body), version=expected_version(request), at=clock.now()
        )
        return _answer(edited)

    @extend_schema(
        operation_id="remove_shipping_rate",
        tags=["selling"],
        responses={204: None, **problems(403, 404)},
    )
    def delete(self, request: SignedIn, rate_id: UUID) -> Response:
        """No longer ship there by that method."""
        services.remove_shipping_rate(_own(request, rate_id))
        return Response(status=204)


def _answer(rate: ShippingRate, status: int = 200) -> Response:
    return Response(RATE(rate).data, status=status, headers={"ETag": etag(rate.version)})


def _own(request: SignedIn, rate_id: UUID) -> ShippingRate:
    own = seller_of(request.user).shipping_rates.select_related("method")
    return get_object_or_404(own, pk=rate_id)


def _minor_units(prices: Mapping[str, Money | None]) -> dict[str, int | None]:
    return {name: money.amount if money else None for name, money in prices.items()}
