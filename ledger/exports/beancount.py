"""The journal as a beancount file, which ``bean-check`` accepts.

Beancount's amounts are debit-positive, ours credit-positive: signs are turned. Its dates are days.
"""

from collections.abc import Iterator
from datetime import UTC, date, timedelta

from core.money import Money
from ledger.exports.journal import AccountBalance, Header, Span, balances, transactions
from ledger.exports.names import account_name

ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": " ", "\t": " ", "\0": " "})


def lines(span: Span) -> Iterator[str]:
    """Accounts, what was on them before, the transactions of ``span``, what is on them after.

    The final balances come from the database, not from what was written before: bean-check adds up.
    """
    first = span.first_day
    yield f'option "title" "Mercat {first} to {span.until}"\n\n'
    for account in balances(span):
        yield f"{first} open {_name(account)} {account.opening.currency}\n"
    yield from _opening(span)
    for header in transactions(span):
        yield from _transaction(header)
    yield "\n"
    for account in balances(span):
        yield _assertion(account, span.until + timedelta(days=1))


def _opening(span: Span) -> Iterator[str]:
    """One transaction, which balances because all accounts together are at zero."""
    began = False
    for account in balances(span) if span.since else ():
        if account.opening.amount:
            if not began:
                yield f'\n{span.since} * "Opening balances"\n'
            began = True
            yield _posting(_name(account), account.opening)


def _transaction(header: Header) -> Iterator[str]:
    yield f"\n{header.effective_at.astimezone(UTC).date()} * {_text(header.kind)}\n"
    yield f'  id: "{header.id}"\n'
    if header.reverses_id:
        yield f'  reverses: "{header.reverses_id}"\n'
    if header.reason:
        yield f"  reason: {_text(header.reason)}\n"
    for line in header.lines:
        name = account_name(line.account, line.account_kind)
        yield _posting(name, Money(line.amount, line.currency))


def _posting(name: str, money: Money) -> str:
    return f"  {name}  {-money} {money.currency}\n"


def _assertion(account: AccountBalance, day: date) -> str:
    """Exact: left alone, beancount would forgive a penny."""
    return f"{day} balance {_name(account)}  {-account.closing} ~ 0 {account.closing.currency}\n"


def _name(account: AccountBalance) -> str:
    return account_name(account.code, account.kind)


def _text(text: str) -> str:
    return f'"{text.translate(ESCAPES)}"'
