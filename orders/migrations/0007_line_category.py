"""Each order line keeps the category that its product stood in when it was sold."""

import django.db.models.deletion
from django.db import migrations, models

FILL = """
UPDATE orders_orderline SET category_id = (
  SELECT category_id FROM catalog_product WHERE id = orders_orderline.product_id)
"""


def fill(apps, schema_editor):
    """What was sold before: today's."""
    guarded = schema_editor.connection.vendor == "postgresql"
    if guarded:
        schema_editor.execute("ALTER TABLE orders_orderline DISABLE TRIGGER USER")
    schema_editor.execute(FILL)
    if guarded:
        schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        schema_editor.execute("ALTER TABLE orders_orderline ENABLE TRIGGER USER")


def category(**options):
    return models.ForeignKey(
        db_index=False,
        on_delete=django.db.models.deletion.PROTECT,
        related_name="+",
        to="catalog.category",
        **options,
    )


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0008_rollup_ratings"),
        ("orders", "0006_redemptions"),
    ]

    operations = [
        migrations.AddField("orderline", "category", category(null=True)),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.AlterField("orderline", "category", category()),
    ]
