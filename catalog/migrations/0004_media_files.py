"""Pictures that are uploaded, and their small copies."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("catalog", "0003_stock_chain")]

    operations = [
        migrations.AddField(
            model_name="media",
            name="file",
            field=models.FileField(blank=True, editable=False, max_length=200, upload_to=""),
        ),
        migrations.AddField(
            model_name="media",
            name="thumbnail",
            field=models.FileField(blank=True, editable=False, max_length=200, upload_to=""),
        ),
    ]
