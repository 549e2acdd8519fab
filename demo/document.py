"""The tables of docs/demo-data.md, written from the sales file itself."""

from collections.abc import Iterable, Iterator, Sequence

from demo.rows import Reason
from demo.tally import Reconciliation, Tally, Total

MARK = "<!-- From here on written by manage.py import_online_retail --document -->\n"


def with_tables(text: str, outcome: Reconciliation) -> str:
    """``text`` up to its mark, and the tables of ``outcome`` after it.

    :raises ValueError: there is no mark.
    """
    before, mark, _ = text.partition(MARK)
    if not mark:
        raise ValueError(f"The text has no line {MARK.strip()}")
    return f"{before}{mark}\n{tables(outcome)}"


def tables(outcome: Reconciliation) -> str:
    """What became of all rows; then each month's sales and refunds, and its rejects."""
    whole, months = outcome.whole, sorted(outcome.months.items())
    found = (
        f"{len(outcome.invoices):,} invoices, {len(outcome.customers - {''}):,} customers and "
        f"{len(outcome.codes):,} stock codes, {len({code.upper() for code in outcome.codes}):,} "
        "when case is folded."
    )
    rejects = [reason for reason in Reason if whole.rejected[reason].lines]
    every = [*months, ("All", whole)]
    parts = (
        found,
        _table(("What became of them", "Lines", "Pounds"), map(_outcome, whole.outcomes())),
        "### Month by month, in pounds",
        _table(BOOKED, (_booked(month, tally) for month, tally in every)),
        "### Rejected lines, month by month",
        _table(
            ("Month", *(r.label for r in rejects)), (_rejected(m, t, rejects) for m, t in every)
        ),
    )
    return "\n\n".join(parts) + "\n"


BOOKED = (
    "Month",
    "Lines read",
    "Net read",
    "Lines sold",
    "Sold",
    "Lines to guests",
    "To guests",
    "Lines refunded",
    "Refunded",
    "Rounded",
    "Repriced",
    "Lines rejected",
    "Rejected",
)


def _outcome(row: tuple[str, Total]) -> Iterator[str]:
    label, total = row
    yield from (label, f"{total.lines:,}", f"{total.money:,}")


def _booked(month: str, tally: Tally) -> Iterator[str]:
    rejected = sum(tally.rejected.values(), Total())
    yield month
    for total in (tally.read, tally.sold, tally.guests, tally.refunded):
        yield from (f"{total.lines:,}", f"{total.money:,}")
    yield from (f"{tally.rounding.money:,}", f"{tally.repriced.money:,}")
    yield from (f"{rejected.lines:,}", f"{rejected.money:,}")


def _rejected(month: str, tally: Tally, reasons: Iterable[Reason]) -> Iterator[str]:
    yield month
    for total in (tally.rejected[reason] for reason in reasons):
        yield f"{total.lines:,}: {total.money:,}" if total.mills else f"{total.lines:,}"


def _table(head: Sequence[str], rows: Iterable[Iterable[str]]) -> str:
    lines = [head, ("---", *("---:" for _ in head[1:])), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
