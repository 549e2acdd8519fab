"""Reports in JSON. What their tables hold is said once, in ``analytics.documents.tables``."""

from collections.abc import Callable, Mapping
from typing import Any, cast

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from analytics.documents.tables import TABLES, Column, Kind
from analytics.models import Report
from analytics.queries import Days, day_of
from analytics.queries.building import report_of, trouble
from core import clock
from core.api.fields import MoneyField, StrictSerializer
from core.models import Job
from ledger.queries import Interval

Field = serializers.Field[Any, Any, Any, Any]

CHARTS = "Pictures as data URIs rather than addresses."

FIELDS: Mapping[Kind, Callable[..., Field]] = {
    Kind.TEXT: serializers.CharField,
    Kind.DAY: serializers.DateField,
    Kind.COUNT: serializers.IntegerField,
    Kind.MONEY: MoneyField,
    Kind.RATE: lambda **options: serializers.DecimalField(20, 4, **options),
}


def row(name: str, columns: tuple[Column, ...]) -> type[serializers.Serializer[Any]]:
    """What a row of the table ``name`` is as an object."""
    fields = {each.name: FIELDS[each.kind](allow_null=each.nullable) for each in columns}
    made = type(f"Report{name.title()}Serializer", (serializers.Serializer,), fields)
    return cast("type[serializers.Serializer[Any]]", made)


ROWS = {name: row(name, columns) for name, columns in TABLES.items()}


@extend_schema_field(
    {"type": "object", "additionalProperties": {"type": "string", "format": "uri"}}
)
class FilesField(serializers.DictField):
    """Addresses by the names of files."""


@extend_schema_field(
    {
        "type": "object",
        "additionalProperties": {
            "type": "object",
            "additionalProperties": {"type": "string", "format": "uri"},
        },
    }
)
class ChartsField(serializers.DictField):
    """By the chart's name: where it and its figures are in each form, or the picture as a data URI."""


class SalesSerializer(serializers.Serializer[Any]):
    """``previous`` is of as many days before. ``seller`` is null in a report of the whole shop, and
    only that has ``sellers``. In ``trend``, ``previous_net`` is of as many days as the point, as much earlier
    as the report is long; ``moving_average`` of the last 7 days, 4 whole weeks or 3 whole months, and null
    where the point ends in the middle of one. Amounts are in ``currency``; rates are shares of one, ``lift`` a factor.

    ``charts`` says by each chart's name where it and its figures are; ``files`` names all files."""

    to = serializers.DateField()
    group_by = serializers.ChoiceField(choices=list(Interval))
    currency = serializers.CharField()
    seller = serializers.UUIDField(allow_null=True)
    summary = ROWS["summary"]()
    previous = ROWS["summary"]()
    charts = ChartsField()
    files = FilesField()

    def get_fields(self) -> dict[str, Field]:
        """``from`` is a word of Python's, so it cannot be an attribute."""
        tables = {
            name: made(many=True, required=name != "sellers")
            for name, made in ROWS.items()
            if name != "summary"
        }
        return {"from": serializers.DateField(), **super().get_fields(), **tables}


class DaysSerializer(StrictSerializer):
    """``range`` is a number of days up to today, or else ``from``, to ``to`` or today, at most 366 days."""

    range = serializers.RegexField(
        r"^\d{1,3}d$",
        required=False,
        help_text="7d to 365d, 30d if nothing is said.",
    )
    to = serializers.DateField(required=False)
    group_by = serializers.ChoiceField(choices=list(Interval), default=Interval.DAY)
    seller = serializers.UUIDField(
        required=False, help_text="For analysts: whose sales, rather than all."
    )

    def get_fields(self) -> dict[str, Field]:
        """As above."""
        return {"from": serializers.DateField(required=False), **super().get_fields()}

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Adds ``days``.

        :raises Invalid: there are none such.
        """
        today = day_of(clock.now())
        days = Days.asked(today, attrs.get("range", ""), attrs.get("from"), attrs.get("to"))
        return {**attrs, "days": days}


class SalesQuerySerializer(DaysSerializer):
    charts = serializers.ChoiceField(choices=["inline"], required=False, help_text=CHARTS)


class KeptSerializer(serializers.Serializer[Report]):
    """A report that is kept, of what was known at ``built_at``. Built again, it is another one of the next
    ``version``."""

    id = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=Report.Kind.choices)
    seller = serializers.UUIDField(source="seller_id", allow_null=True)
    to = serializers.DateField(source="last")
    group_by = serializers.ChoiceField(choices=list(Interval), source="interval")
    currency = serializers.CharField()
    version = serializers.IntegerField()
    built_at = serializers.DateTimeField()

    def get_fields(self) -> dict[str, Field]:
        """As above."""
        return {"from": serializers.DateField(source="first"), **super().get_fields()}


class WholeKeptSerializer(SalesSerializer):
    """As it was known at ``built_at``: when facts were read, or exported to where they were read."""

    id = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=Report.Kind.choices)
    version = serializers.IntegerField()
    built_at = serializers.DateTimeField()


class KeptQuerySerializer(serializers.Serializer[Any]):
    """``from`` and ``to``: only reports of days that are all in between."""

    kind = serializers.ChoiceField(choices=Report.Kind.choices, required=False)
    to = serializers.DateField(required=False)
    seller = serializers.UUIDField(required=False)

    def get_fields(self) -> dict[str, Field]:
        """As above."""
        return {"from": serializers.DateField(required=False), **super().get_fields()}


class ChartsQuerySerializer(serializers.Serializer[Any]):
    charts = serializers.ChoiceField(choices=["inline"], required=False, help_text=CHARTS)


class JobSerializer(serializers.Serializer[Job]):
    """A report on its way. ``progress`` is in per cent, ``step`` what is being done, ``error`` why there is
    no ``report`` yet, where something went wrong."""

    id = serializers.UUIDField()
    state = serializers.ChoiceField(choices=Job.State.choices)
    progress = serializers.IntegerField(min_value=0, max_value=100)
    step = serializers.CharField()
    error = serializers.SerializerMethodField()
    report = serializers.SerializerMethodField()
    queued_at = serializers.DateTimeField()
    started_at = serializers.DateTimeField(allow_null=True)
    finished_at = serializers.DateTimeField(allow_null=True)

    @extend_schema_field(serializers.CharField())
    def get_error(self, job: Job) -> str:
        return trouble(job)

    @extend_schema_field(serializers.UUIDField(allow_null=True))
    def get_report(self, job: Job) -> str | None:
        return report_of(job)
