"""The flag that shows some users the candidate's recommendations. Nobody, until staff say so."""

from django.db import migrations

FLAG = "recommendations-candidate"


def add(apps, schema_editor):
    note = "Shows the candidate's recommendations instead of the control's."
    defaults = {"percent": 0, "superusers": False, "note": note}
    apps.get_model("waffle", "Flag").objects.get_or_create(name=FLAG, defaults=defaults)


class Migration(migrations.Migration):
    dependencies = [("analytics", "0004_suggestions"), ("waffle", "0004_update_everyone_nullbooleanfield")]
    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
