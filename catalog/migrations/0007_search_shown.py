"""Search documents of PostgreSQL know by themselves what is shown, how it sells, and where each word stands."""

from django.db import migrations, models




def only_on_postgresql(*statements):
    def run(apps, schema_editor):
        if schema_editor.connection.vendor == 'postgresql':
            for statement in statements:
                schema_editor.execute(statement)

    return migrations.RunPython(run, migrations.RunPython.noop)


class Migration(migrations.Migration):

    dependencies = [
        ('catalog', '0006_catalogue_changes'),
    ]

    operations = [
        # Documents are made anew by the triggers' script, which runs when ``migrate`` is done.
        only_on_postgresql('TRUNCATE catalog_searchdocument'),
        migrations.AddField(
            model_name='searchdocument',
            name='shown_in',
            field=models.CharField(editable=False, max_length=3, null=True),
        ),
        migrations.AddField(
            model_name='searchdocument',
            name='units_sold',
            field=models.PositiveBigIntegerField(db_default=0, editable=False),
        ),
        # A list of pending entries would be read through by each search. Rows have room, so that a
        # sale changes a number and no index.
        only_on_postgresql(
            'DROP INDEX IF EXISTS catalog_search_lexemes',
            'CREATE INDEX catalog_search_lexemes ON catalog_searchdocument USING gin (lexemes)'
            ' WITH (fastupdate = off) WHERE shown_in IS NOT NULL',
            'ALTER TABLE catalog_searchdocument SET (fillfactor = 90)',
            'ALTER TABLE catalog_searchdocument ALTER COLUMN lexemes SET STATISTICS 300',
        ),
        migrations.RemoveIndex(
            model_name='product',
            name='catalog_product_shown',
        ),
        migrations.AddIndex(
            model_name='product',
            index=models.Index(condition=models.Q(('deleted_at', None), ('status', 'active')), fields=['id', 'seller', 'currency', 'category', 'brand', 'condition', 'price', 'in_stock'], name='catalog_product_shown'),
        ),
    ]
