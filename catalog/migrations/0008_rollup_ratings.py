"""Ratings in the figures of shelves. The database's default is for triggers of before, until the new ones are on."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('catalog', '0007_search_shown'),
    ]

    operations = [
        migrations.AddField(
            model_name='rollup',
            name='rated',
            field=models.BigIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name='rollup',
            name='rating',
            field=models.BigIntegerField(db_default=0, default=0),
        ),
    ]
