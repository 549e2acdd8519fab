import django.db.models.deletion
import django.db.models.functions.text
import django.db.models.lookups
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('ledger', '0003_holds_limits_schedules'),
    ]

    operations = [
        migrations.CreateModel(
            name='Seal',
            fields=[
                ('number', models.BigIntegerField(primary_key=True, serialize=False)),
                ('previous_hash', models.BinaryField(max_length=32)),
                ('count', models.IntegerField()),
                ('sealed_until', models.DateTimeField()),
                ('sealed_at', models.DateTimeField()),
                ('key_id', models.CharField(max_length=16)),
                ('root_hash', models.BinaryField(max_length=32)),
                ('signature', models.BinaryField(max_length=64)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('number__gte', 1)), name='ledger_seal_number_from_one'), models.CheckConstraint(condition=models.Q(('count__gte', 1)), name='ledger_seal_count_positive'), models.CheckConstraint(condition=models.Q(django.db.models.lookups.Exact(django.db.models.functions.text.Length('previous_hash'), 32), django.db.models.lookups.Exact(django.db.models.functions.text.Length('root_hash'), 32), django.db.models.lookups.Exact(django.db.models.functions.text.Length('signature'), 64)), name='ledger_seal_hash_lengths')],
            },
        ),
        migrations.CreateModel(
            name='SealMember',
            fields=[
                ('transaction', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='sealed', serialize=False, to='ledger.transaction')),
                ('position', models.IntegerField()),
                ('digest', models.BinaryField(max_length=32)),
                ('seal', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='members', to='ledger.seal')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('seal', 'position'), name='ledger_sealmember_position_once'), models.CheckConstraint(condition=models.Q(('position__gte', 1)), name='ledger_sealmember_position_from_one'), models.CheckConstraint(condition=django.db.models.lookups.Exact(django.db.models.functions.text.Length('digest'), 32), name='ledger_sealmember_digest_length')],
            },
        ),
    ]
