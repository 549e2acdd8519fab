"""What a build has learnt in pieces. What lies there in one is of builds that never ended, or end no more."""

from typing import ClassVar

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("analytics", "0006_customer_index_covers")]

    operations: ClassVar = [
        migrations.DeleteModel("BuildFile"),
        migrations.CreateModel(
            name="BuildFile",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "build",
                        "number",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("content", models.BinaryField()),
                (
                    "build",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="analytics.build",
                    ),
                ),
            ],
        ),
    ]
