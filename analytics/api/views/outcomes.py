"""What came of recommendations."""

from typing import Any, ClassVar

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from analytics import queries
from analytics.models import Purpose
from analytics.queries import Days
from core import clock
from core.api.permissions import can
from core.api.views import ApiView


class RangeSerializer(serializers.Serializer[Any]):
    range = serializers.RegexField(r"^\d{1,3}d$", default="30d")


class OutcomeSerializer(serializers.Serializer[Any]):
    """``conversion`` is of the clicks of shoppers who were signed in (``followers``), each of a
    product once a day; a purchase (``bought``) is credited to the last click before it alone.
    """

    algorithm_version = serializers.CharField()
    purpose = serializers.ChoiceField(Purpose.values)
    impressions = serializers.IntegerField()
    clicks = serializers.IntegerField()
    click_through = serializers.CharField()
    followers = serializers.IntegerField()
    bought = serializers.IntegerField()
    conversion = serializers.CharField()


class OutcomesSerializer(serializers.Serializer[Any]):
    outcomes = OutcomeSerializer(many=True)


class OutcomesView(ApiView):
    permission_classes = (can("analytics.view_exposure"),)
    query_parameters: ClassVar[frozenset[str]] = frozenset({"range"})

    @extend_schema(
        operation_id="recommendation_outcomes",
        tags=["reports"],
        parameters=[RangeSerializer],
        responses={200: OutcomesSerializer},
    )
    def get(self, request: Request) -> Response:
        """How often each version's recommendations were shown, followed and then bought."""
        query = RangeSerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        today = timezone.localdate(clock.now(), timezone.get_default_timezone())
        days = Days.up_to(today, query.validated_data["range"])
        return Response(OutcomesSerializer({"outcomes": queries.outcomes(days)}).data)
