"""Text in cells that a spreadsheet would otherwise take for a formula.

Such a text gets an apostrophe before it, and so does one that looks as if it had got one: then
reading takes off exactly what writing put on. The characters are OWASP's, "CSV Injection".
"""

import re

FORMULA = re.compile("'*[=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")


def protected(text: str) -> str:
    """``=1+1`` as ``'=1+1``."""
    return f"'{text}" if FORMULA.match(text) else text


def plain(cell: str) -> str:
    """What ``protected`` was given."""
    return cell[1:] if cell.startswith("'") and FORMULA.match(cell) else cell
