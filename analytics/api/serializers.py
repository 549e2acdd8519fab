"""Reports in JSON. What their tables hold is said once, in ``analytics.documents.tables``."""

from collections.abc import Callable, Mapping
from typing import Any, cast

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from analytics.documents.tables import TABLES, Column, Kind
from analytics.queries import Days, day_of
from core import clock
from core.api.fields import MoneyField
from ledger.queries import Interval

Field = serializers.Field[Any, Any, Any, Any]

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
    only that has ``sellers``. Amounts are in ``currency``; rates are shares of one, ``lift`` a factor.

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


class DaysSerializer(serializers.Serializer[Any]):
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
    charts = serializers.ChoiceField(
        choices=["inline"], required=False, help_text="Pictures as data URIs rather than addresses."
    )
