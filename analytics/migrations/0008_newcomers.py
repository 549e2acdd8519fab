from typing import ClassVar

import django.db.models.deletion
from django.db import migrations, models

FILLED = """
    INSERT INTO {table} ({keys}, day)
    SELECT {keys}, min(day) FROM analytics_customerfact WHERE lines > 0 GROUP BY {keys} ORDER BY {keys}
    """


def filled(table, keys):
    statement = FILLED.format(table=table, keys=keys)
    return migrations.RunSQL(statement, migrations.RunSQL.noop)


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("accounts", "0002_addresses_by_country"),
        ("analytics", "0007_build_pieces"),
    ]

    operations: ClassVar = [
        migrations.CreateModel(
            name="Newcomer",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "customer",
                        "currency",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("customer", models.UUIDField()),
                ("currency", models.CharField(max_length=3)),
                ("day", models.DateField()),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["day", "customer", "currency"], name="analytics_newcomer_day"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SellerNewcomer",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "seller",
                        "customer",
                        "currency",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("customer", models.UUIDField()),
                ("currency", models.CharField(max_length=3)),
                ("day", models.DateField()),
                (
                    "seller",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.seller",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["day", "seller", "customer"], name="analytics_seller_newcomer_day"
                    )
                ],
            },
        ),
        filled("analytics_newcomer", "customer, currency"),
        filled("analytics_sellernewcomer", "seller_id, customer, currency"),
    ]
