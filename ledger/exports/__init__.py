"""The journal for other programs: line after line, however long it is."""

from collections.abc import Callable, Iterator, Mapping

from ledger.exports import beancount, spreadsheet
from ledger.exports.journal import Span, one_snapshot

FORMATS: Mapping[str, Callable[[Span], Iterator[str]]] = {
    "csv": spreadsheet.lines,
    "beancount": beancount.lines,
}
"""Each yields text that ends in a newline. Read it inside ``one_snapshot()``."""

__all__ = ["FORMATS", "Span", "one_snapshot"]
