"""PostgreSQL: foreign keys over pairs, which hold what the plain ones do and more.

(transaction, lines) closes the set of a transaction's entries even to a second session that has not
seen the header; (account, currency) keeps an entry in its account's currency. On SQLite triggers
say the same, because nobody else can be writing. A third of each page of accounts stays free, so
that a new balance fits beside the old one and no index changes.
"""

from django.db import migrations

FORWARDS = """
ALTER TABLE ledger_account SET (fillfactor = 70);
ALTER TABLE ledger_entry
  ADD CONSTRAINT ledger_entry_transaction_lines FOREIGN KEY (transaction_id, lines)
    REFERENCES ledger_transaction (id, lines) DEFERRABLE INITIALLY DEFERRED,
  ADD CONSTRAINT ledger_entry_account_currency FOREIGN KEY (account_id, currency)
    REFERENCES ledger_account (id, currency),
  DROP CONSTRAINT ledger_entry_transaction_id_c459e7a1_fk_ledger_transaction_id,
  DROP CONSTRAINT ledger_entry_account_id_e9f5e345_fk_ledger_account_id;
"""

BACKWARDS = """
ALTER TABLE ledger_account RESET (fillfactor);
ALTER TABLE ledger_entry
  ADD CONSTRAINT ledger_entry_transaction_id_c459e7a1_fk_ledger_transaction_id
    FOREIGN KEY (transaction_id) REFERENCES ledger_transaction (id) DEFERRABLE INITIALLY DEFERRED,
  ADD CONSTRAINT ledger_entry_account_id_e9f5e345_fk_ledger_account_id
    FOREIGN KEY (account_id) REFERENCES ledger_account (id) DEFERRABLE INITIALLY DEFERRED,
  DROP CONSTRAINT ledger_entry_transaction_lines,
  DROP CONSTRAINT ledger_entry_account_currency;
"""


def forwards(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(FORWARDS)


def backwards(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(BACKWARDS)


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial")]

    operations = [migrations.RunPython(forwards, backwards, elidable=False)]
