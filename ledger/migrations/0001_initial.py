import django.db.models.deletion
import django.db.models.functions.text
import django.db.models.lookups
import ledger.models.books
import uuid_utils.compat
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Account',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('code', models.CharField(max_length=120, unique=True)),
                ('kind', models.CharField(choices=[('wallet', 'Wallet'), ('held', 'Held'), ('escrow', 'Escrow'), ('payable', 'Payable'), ('commission', 'Commission'), ('promotion', 'Promotion'), ('clearing', 'Clearing'), ('transit', 'Transit'), ('suspense', 'Suspense')], max_length=20)),
                ('owner_id', models.UUIDField(null=True)),
                ('currency', models.CharField(max_length=3)),
                ('tier', models.SmallIntegerField(default=0)),
                ('min_balance', models.BigIntegerField(null=True)),
                ('balance', models.BigIntegerField(default=0)),
                ('version', models.BigIntegerField(default=0)),
                ('last_at', models.DateTimeField(null=True)),
                ('head_hash', models.BinaryField(default=ledger.models.books.no_hash, max_length=32)),
                ('status', models.CharField(choices=[('open', 'Open'), ('frozen', 'Frozen'), ('closed', 'Closed')], default='open', max_length=10)),
            ],
            options={
                'indexes': [models.Index(fields=['owner_id', 'currency'], name='ledger_account_owner')],
                'constraints': [models.UniqueConstraint(fields=('id', 'currency'), name='ledger_account_id_currency'), models.CheckConstraint(condition=models.Q(('balance__gte', models.F('min_balance'))), name='ledger_account_balance_not_below_floor'), models.CheckConstraint(condition=models.Q(models.Q(('balance', 0), ('last_at__isnull', True), ('version', 0)), models.Q(('last_at__isnull', False), ('version__gte', 1)), _connector='OR'), name='ledger_account_version_counts_entries'), models.CheckConstraint(condition=django.db.models.lookups.Exact(django.db.models.functions.text.Length('currency'), 3), name='ledger_account_currency_three_letters'), models.CheckConstraint(condition=django.db.models.lookups.Exact(django.db.models.functions.text.Length('head_hash'), 32), name='ledger_account_head_hash_length'), models.CheckConstraint(condition=models.Q(('status__in', ['open', 'frozen']), models.Q(('balance', 0), ('status', 'closed')), _connector='OR'), name='ledger_account_closed_is_empty')],
            },
        ),
        migrations.CreateModel(
            name='Transaction',
            fields=[
                ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(max_length=40)),
                ('idem_scope', models.CharField(max_length=80)),
                ('idem_key', models.CharField(max_length=200)),
                ('fingerprint', models.CharField(max_length=64)),
                ('lines', models.SmallIntegerField()),
                ('effective_at', models.DateTimeField()),
                ('recorded_at', models.DateTimeField()),
                ('actor_id', models.UUIDField(null=True)),
                ('reason', models.TextField(blank=True)),
                ('metadata', models.JSONField(default=dict)),
                ('reverses', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='reversed_by', to='ledger.transaction')),
            ],
        ),
        migrations.CreateModel(
            name='Entry',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('line_no', models.SmallIntegerField()),
                ('lines', models.SmallIntegerField()),
                ('currency', models.CharField(max_length=3)),
                ('amount', models.BigIntegerField()),
                ('account_seq', models.BigIntegerField()),
                ('balance_after', models.BigIntegerField()),
                ('recorded_at', models.DateTimeField()),
                ('entry_hash', models.BinaryField(max_length=32)),
                ('account', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='entries', to='ledger.account')),
                ('transaction', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='entries', to='ledger.transaction')),
            ],
            options={
                'verbose_name_plural': 'entries',
            },
        ),
        migrations.AddIndex(
            model_name='transaction',
            index=models.Index(fields=['-recorded_at', '-id'], name='ledger_transaction_newest'),
        ),
        migrations.AddIndex(
            model_name='transaction',
            index=models.Index(fields=['kind', '-recorded_at'], name='ledger_transaction_kind'),
        ),
        migrations.AddConstraint(
            model_name='transaction',
            constraint=models.UniqueConstraint(fields=('idem_scope', 'idem_key'), name='ledger_transaction_key_once'),
        ),
        migrations.AddConstraint(
            model_name='transaction',
            constraint=models.UniqueConstraint(fields=('id', 'lines'), name='ledger_transaction_id_lines'),
        ),
        migrations.AddConstraint(
            model_name='transaction',
            constraint=models.CheckConstraint(condition=models.Q(('lines__gte', 2)), name='ledger_transaction_lines_two_or_more'),
        ),
        migrations.AddConstraint(
            model_name='transaction',
            constraint=models.CheckConstraint(condition=django.db.models.lookups.Exact(django.db.models.functions.text.Length('fingerprint'), 64), name='ledger_transaction_fingerprint_length'),
        ),
        migrations.AddIndex(
            model_name='entry',
            index=models.Index(fields=['account', '-recorded_at', '-account_seq', 'balance_after'], name='ledger_entry_time'),
        ),
        migrations.AddConstraint(
            model_name='entry',
            constraint=models.UniqueConstraint(fields=('account', 'account_seq'), name='ledger_entry_account_seq_once'),
        ),
        migrations.AddConstraint(
            model_name='entry',
            constraint=models.UniqueConstraint(fields=('transaction', 'line_no'), name='ledger_entry_line_once'),
        ),
        migrations.AddConstraint(
            model_name='entry',
            constraint=models.CheckConstraint(condition=models.Q(('amount', 0), _negated=True), name='ledger_entry_amount_not_zero'),
        ),
        migrations.AddConstraint(
            model_name='entry',
            constraint=models.CheckConstraint(condition=models.Q(('account_seq__gte', 1)), name='ledger_entry_account_seq_from_one'),
        ),
        migrations.AddConstraint(
            model_name='entry',
            constraint=models.CheckConstraint(condition=models.Q(('line_no__gte', 1), ('line_no__lte', models.F('lines'))), name='ledger_entry_line_in_range'),
        ),
        migrations.AddConstraint(
            model_name='entry',
            constraint=models.CheckConstraint(condition=django.db.models.lookups.Exact(django.db.models.functions.text.Length('entry_hash'), 32), name='ledger_entry_hash_length'),
        ),
    ]
