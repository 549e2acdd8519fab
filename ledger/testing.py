"""For the tests of every app that moves money."""

from ledger.queries import discrepancies


def assert_books_balance() -> None:
    """:raises AssertionError: listing every promise of the books that does not hold."""
    found = discrepancies()
    if found:
        raise AssertionError("The books do not balance:\n" + "\n".join(map(str, found)))
