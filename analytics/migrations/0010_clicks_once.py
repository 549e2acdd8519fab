"""A signed-in shopper's click counts once a day; the first of each day stays."""

from django.db import migrations, models
from django.utils import timezone

ONCE = ("user_id", "product_id", "algorithm_version", "purpose")


def say_days(apps, schema_editor):
    clicks = apps.get_model("analytics", "Click").objects
    zone, seen = timezone.get_default_timezone(), set()
    for click in clicks.order_by("at", "pk").iterator():
        day = timezone.localdate(click.at, zone)
        key = (day, *(getattr(click, name) for name in ONCE))
        if key in seen:
            click.delete()
        else:
            clicks.filter(pk=click.pk).update(day=day)
            seen.add(key)


class Migration(migrations.Migration):
    dependencies = [("analytics", "0009_sundays")]
    operations = [
        migrations.AddField("click", "day", models.DateField(null=True)),
        migrations.RunPython(say_days, migrations.RunPython.noop),
        migrations.AlterField("click", "day", models.DateField()),
        migrations.AddConstraint(
            "click",
            models.UniqueConstraint(
                fields=("user", "product", "algorithm_version", "purpose", "day"),
                name="analytics_click_once",
            ),
        ),
    ]
