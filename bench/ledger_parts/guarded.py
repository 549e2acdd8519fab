"""Is everything on that makes the books what they are?"""

from django.db import connection

from core import guards

DURABLE = ("fsync", "synchronous_commit", "full_page_writes")


def main() -> dict[str, int]:
    """:raises AssertionError: a guard is missing, or the server may forget what it acknowledged."""
    assert guards.missing() == set(), guards.missing()
    with connection.cursor() as cursor:
        for setting in DURABLE:
            cursor.execute(f"SHOW {setting}")
            assert cursor.fetchone() == ("on",), setting
    return {"guards": len(guards.expected(connection))}
