"""Each variant's stock movements become a chain that its stock stands at the end of."""

from django.db import migrations, models
from django.utils import timezone

NUMBER = """
UPDATE catalog_stockmovement SET seq = numbered.seq
  FROM (SELECT id, row_number() OVER (PARTITION BY variant_id ORDER BY at, id) AS seq
          FROM catalog_stockmovement) AS numbered
 WHERE numbered.id = catalog_stockmovement.id
"""
COUNT = """
UPDATE catalog_variant SET stock_seq = (
  SELECT count(*) FROM catalog_stockmovement WHERE variant_id = catalog_variant.id)
"""


def chain(apps, schema_editor):
    """Number what there is, and say by one more movement what no movement accounts for."""
    guarded = schema_editor.connection.vendor == "postgresql"
    if guarded:
        schema_editor.execute("ALTER TABLE catalog_stockmovement DISABLE TRIGGER USER")
        schema_editor.execute("ALTER TABLE catalog_variant DISABLE TRIGGER USER")
    schema_editor.execute(NUMBER)
    schema_editor.execute(COUNT)
    _account_for_the_rest(apps.get_model("catalog", "Variant"), apps.get_model("catalog", "StockMovement"))
    if guarded:
        schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        schema_editor.execute("ALTER TABLE catalog_stockmovement ENABLE TRIGGER USER")
        schema_editor.execute("ALTER TABLE catalog_variant ENABLE TRIGGER USER")


def _account_for_the_rest(Variant, StockMovement):
    last = StockMovement.objects.filter(
        variant=models.OuterRef("pk"), seq=models.OuterRef("stock_seq")
    )
    left = models.functions.Coalesce(models.Subquery(last.values("stock_after")), 0)
    for variant in Variant.objects.annotate(left=left).exclude(stock=models.F("left")):
        variant.stock_seq += 1
        StockMovement.objects.create(
            variant=variant,
            seq=variant.stock_seq,
            change=variant.stock - variant.left,
            stock_after=variant.stock,
            reason="adjustment",
            note="Not accounted for before stocks were chained",
            at=timezone.now(),
        )
        variant.save(update_fields=["stock_seq"])


class Migration(migrations.Migration):
    dependencies = [("catalog", "0002_search")]

    operations = [
        migrations.AddField(
            model_name="variant",
            name="stock_seq",
            field=models.PositiveBigIntegerField(default=0, editable=False),
        ),
        migrations.AddField(
            model_name="variant",
            name="low_stock_at",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="stockmovement",
            name="note",
            field=models.CharField(blank=True, max_length=200),
        ),
        migrations.AddField(
            model_name="stockmovement",
            name="seq",
            field=models.PositiveBigIntegerField(default=0),
            preserve_default=False,
        ),
        migrations.RunPython(chain, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="stockmovement",
            constraint=models.UniqueConstraint(
                fields=("variant", "seq"), name="catalog_movement_seq_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="stockmovement",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason__in", ["opening", "sale", "return", "adjustment"])),
                name="catalog_movement_reason_known",
            ),
        ),
    ]
