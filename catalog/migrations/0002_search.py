"""What products are found by, and the figures of shelves. Triggers, put on after each migrate, fill both."""

import django.db.models.deletion
from django.db import migrations, models

import catalog.models.search
from catalog.search.letters import PLAIN


def only(vendor, *statements):
    """Run these on one engine."""

    def run(apps, schema_editor):
        if schema_editor.connection.vendor == vendor:
            for statement in statements:
                schema_editor.execute(statement)

    return run


def write_letters(apps, schema_editor):
    rows = list(PLAIN.items())
    with schema_editor.connection.cursor() as cursor:
        cursor.executemany("INSERT INTO catalog_letter (letter, plain) VALUES (%s, %s)", rows)


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0001_initial'),
        ('catalog', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='product',
            name='rating',
            field=models.PositiveSmallIntegerField(default=0, editable=False),
        ),
        migrations.AddField(
            model_name='product',
            name='reviews_count',
            field=models.PositiveIntegerField(default=0, editable=False),
        ),
        migrations.AddIndex(
            model_name='product',
            index=models.Index(fields=['status', '-rating', '-id'], name='catalog_product_rating'),
        ),
        migrations.AddIndex(
            model_name='product',
            index=models.Index(condition=models.Q(('deleted_at', None), ('status', 'active')), fields=['id', 'seller', 'currency'], name='catalog_product_shown'),
        ),
        migrations.CreateModel(
            name='SearchDocument',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('lexemes', catalog.models.search.LexemesField(editable=False, null=True)),
                ('product', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='document', to='catalog.product')),
            ],
        ),
        migrations.CreateModel(
            name='SearchWord',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=24)),
                ('word', models.CharField(max_length=24)),
            ],
        ),
        migrations.CreateModel(
            name='RollUp',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('condition', models.CharField(max_length=12)),
                ('in_stock', models.BooleanField()),
                ('currency', models.CharField(max_length=3)),
                ('products', models.BigIntegerField()),
                ('price', models.BigIntegerField()),
                ('brand', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='catalog.brand')),
                ('category', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='catalog.category')),
            ],
        ),
        migrations.AddIndex(
            model_name='rollup',
            index=models.Index(fields=['brand', 'currency', 'products'], name='catalog_rollup_brand'),
        ),
        # Bytes are compared, so that words with one beginning stand together in the index.
        migrations.RunPython(
            only(
                'postgresql',
                'ALTER TABLE catalog_searchword ALTER COLUMN key TYPE varchar(24) COLLATE "C", ALTER COLUMN word TYPE varchar(24) COLLATE "C"',
                'CREATE INDEX catalog_search_lexemes ON catalog_searchdocument USING gin (lexemes)',
            ),
            migrations.RunPython.noop,
        ),
        migrations.AddConstraint(
            model_name='searchword',
            constraint=models.UniqueConstraint(fields=('key', 'word'), name='catalog_searchword_once'),
        ),
        migrations.RunSQL(
            'CREATE TABLE catalog_letter (letter varchar(1) NOT NULL PRIMARY KEY, plain varchar(2) NOT NULL)',
            'DROP TABLE catalog_letter',
        ),
        migrations.RunPython(write_letters, migrations.RunPython.noop),
        migrations.RunPython(
            only(
                'sqlite',
                "CREATE VIRTUAL TABLE catalog_searchindex USING fts5 (title, names, description, tokenize = 'ascii')",
            ),
            only('sqlite', 'DROP TABLE catalog_searchindex'),
        ),
    ]
