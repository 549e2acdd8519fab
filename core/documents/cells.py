"""Text in cells that a spreadsheet would otherwise take for a formula.

Such a text gets an apostrophe before it, and so does one that looks as if it had got one: then
reading takes off exactly what writing put on. The characters are OWASP's, "CSV Injection".
"""

import csv
import re
from collections.abc import Iterable, Iterator

FORMULA = re.compile("[' ]*[=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")


def protected(text: str) -> str:
    """``=1+1`` as ``'=1+1``."""
    return f"'{text}" if FORMULA.match(text) else text


def plain(cell: str) -> str:
    """What ``protected`` was given."""
    return cell[1:] if cell.startswith("'") and FORMULA.match(cell) else cell


def csv_lines(rows: Iterable[Iterable[object]]) -> Iterator[str]:
    """The lines of a CSV file (RFC 4180), one for each row as it comes."""
    write = csv.writer(_Line()).writerow
    for row in rows:
        yield write(row)


class _Line:
    """A file that hands back what is written to it."""

    def write(self, text: str) -> str:
        return text
