"""What every test of payments ends with: where the money is, what happened, and that it adds up."""

from ledger.models import Account
from ledger.verification.invariants import all_checks
from orders.models import Order
from orders.queries import timeline


def balances() -> dict[str, int]:
    """Of all accounts that hold anything. Shards are added up; ids are left out of codes."""
    found: dict[str, int] = {}
    for code, kind, balance in Account.objects.values_list("code", "kind", "balance"):
        platform = code.startswith(("platform:", "provider:"))
        name = code.split("#")[0] if platform else kind
        found[name] = found.get(name, 0) + balance
    return {name: balance for name, balance in found.items() if balance}


def steps(order: Order) -> list[str]:
    """The kinds of its timeline."""
    order.refresh_from_db()
    return [moment.kind for moment in timeline(order)]


def assert_all_checks_pass() -> None:
    """:raises AssertionError: naming what ``check_ledger`` would find."""
    found = [str(broken) for check in all_checks() for broken in check.find()]
    assert not found, found
