"""History cannot be edited through any door, and nothing starts where that is not so."""

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from core import audit, events, guards
from core.ids import uuid7
from core.models import AuditEntry, Event

NOW = timezone.now()


@pytest.mark.parametrize("table", ["core_event", "core_auditentry"])
@pytest.mark.parametrize("statement", ["DELETE FROM {}", "UPDATE {} SET at = at"])
def test_history_is_refused_to_whoever_would_edit_it(bob, table, statement):
    events.record("happened", uuid7(), {}, at=NOW)
    audit.record("people", actor_id=None, action="add", subject=bob, changes={}, at=NOW)

    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement.format(table))

    assert (Event.objects.count(), AuditEntry.objects.count()) == (1, 1)


@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="INSERT OR REPLACE is SQLite's")
def test_replacing_a_row_is_refused_even_with_recursive_triggers_off(db):
    event = events.record("happened", uuid7(), {}, at=NOW)

    with connection.cursor() as cursor:
        cursor.execute("PRAGMA recursive_triggers=OFF")
        try:
            with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
                cursor.execute("INSERT OR REPLACE INTO core_event SELECT * FROM core_event")
        finally:
            cursor.execute("PRAGMA recursive_triggers=ON")

    assert Event.objects.get() == event


def test_no_guard_is_missing_after_migrate(db):
    assert guards.missing() == set()


def test_require_names_the_guard_that_is_missing(db):
    name = "orders_payment_no_delete"
    with transaction.atomic():
        with connection.cursor() as cursor:
            table = "" if connection.vendor == "sqlite" else " ON orders_payment"
            cursor.execute(f"DROP TRIGGER {name}{table}")

        with pytest.raises(guards.GuardsMissing, match=name):
            guards.require()
        transaction.set_rollback(True)

    guards.require()


@pytest.mark.postgresql
def test_require_sees_a_disabled_guard(db):
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE orders_payment DISABLE TRIGGER orders_payment_no_delete")

        assert guards.missing() == {"orders_payment_no_delete"}
        transaction.set_rollback(True)


def test_the_audit_chain_names_its_first_break(bob):
    for action in ("add", "change", "change"):
        audit.record(
            "people", actor_id=bob.pk, action=action, subject=bob, changes={"a": ["1", "2"]}, at=NOW
        )
    assert audit.first_break("people") is None

    with transaction.atomic():
        guards.drop()
        if connection.vendor == "postgresql":
            connection.cursor().execute("SET LOCAL session_replication_role = replica")
        AuditEntry.objects.filter(seq=2).update(action="add")

        assert audit.first_break("people") == 2
        transaction.set_rollback(True)


def test_a_guard_that_stands_in_no_script_any_more_is_taken_off(db):
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(
                "CREATE TRIGGER core_old BEFORE DELETE ON core_event BEGIN SELECT 1; END"
            )
        else:
            cursor.execute(
                "CREATE TRIGGER core_old BEFORE DELETE ON core_event "
                "FOR EACH ROW EXECUTE FUNCTION core_append_only()"
            )

        guards.install()

        cursor.execute(guards.ENABLED[connection.vendor])
        assert {name for (name,) in cursor.fetchall()} >= guards.expected(connection)
        cursor.execute(guards.ENABLED[connection.vendor])
        assert "core_old" not in {name for (name,) in cursor.fetchall()}


def test_a_migration_that_fails_leaves_the_guards_on(db, monkeypatch):
    def fail(*_, **__):
        guards.drop()
        raise DatabaseError("no such table")

    monkeypatch.setattr("django.core.management.commands.migrate.Command.handle", fail)

    with pytest.raises(DatabaseError, match="no such table"):
        call_command("migrate")

    assert guards.missing() == set()
