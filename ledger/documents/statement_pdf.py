"""An account statement as PDF: A4, every currency, a running head and numbered pages."""

from collections.abc import Sequence
from io import BytesIO

from reportlab.lib.colors import Color
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from core.documents.paper import (
    BAND,
    BOLD,
    BOTTOM,
    BRAND,
    HEIGHT,
    INK,
    LEFT,
    PLAIN,
    RIGHT,
    RULE,
    SOFT,
    TOP,
    fitted,
    load_fonts,
    size_for,
)
from core.errors import Unprocessable
from core.money import Money
from ledger.queries import AccountStatement, StatementLine, StatementPart

MAX_LINES = 10_000
"""About 300 pages, which are in memory at once; more is for CSV."""

ROW = 6.4 * mm
DATE, WHAT, DETAILS = LEFT + 2 * mm, LEFT + 29 * mm, LEFT + 61 * mm
CAME, WENT, BALANCE = RIGHT - 54 * mm, RIGHT - 28 * mm, RIGHT - 2 * mm
GAP = 2 * mm
COLUMN = 23 * mm
"""Of an amount."""


class StatementTooLong(Unprocessable):
    code = "statement_too_long"
    message = "This is too long for a PDF: take it as CSV, or fewer days."


def statement_pdf(statement: AccountStatement, holder: str) -> bytes:
    """The whole file.

    :raises StatementTooLong: it has more than 10,000 lines.
    """
    if statement.count > MAX_LINES:
        raise StatementTooLong(lines=statement.count)
    load_fonts()
    file = BytesIO()
    paper = _Paper(file, statement, holder)
    for part in statement.parts:
        paper.part(part)
    paper.save()
    return file.getvalue()


class _Paper:
    """Draws from the top down; a page that is full is followed by another.

    Pages are kept until the end, because each says how many there are.
    """

    def __init__(self, file: BytesIO, statement: AccountStatement, holder: str) -> None:
        self.statement, self.holder = statement, holder
        self.canvas = Canvas(file, pagesize=A4, pageCompression=1)
        self.canvas.setTitle(f"Account statement {statement.first} to {statement.last}")
        self.canvas.setAuthor("Mercat")
        self.pages = 0
        self.y = 0.0
        self.total = _pages(statement)
        self.page()

    def page(self) -> None:
        if self.pages:
            self.canvas.showPage()
        self.pages += 1
        self.y = TOP
        self._head()
        self._foot()

    def part(self, part: StatementPart) -> None:
        if self.y < BOTTOM + PART_HEAD + 3 * ROW:
            self.page()
        self._summary(part)
        self._columns()
        for n, line in enumerate(part.lines()):
            if self.y < BOTTOM + ROW:
                self.page()
                self._columns()
            self._line(line, banded=n % 2 == 1)
        if not part.count:
            self._text(DATE, self.y - 4.4 * mm, "Nothing came in or went out.", 8.5, SOFT)
            self.y -= ROW
        self.y -= 8 * mm

    def save(self) -> None:
        self.canvas.save()

    def _head(self) -> None:
        text = self._text
        text(LEFT, HEIGHT - 17 * mm, "Mercat", 15, BRAND, BOLD)
        text(LEFT, HEIGHT - 23 * mm, "Account statement", 9.5, SOFT)
        days = f"{self.statement.first:%-d %B %Y} to {self.statement.last:%-d %B %Y}"
        text(RIGHT, HEIGHT - 17 * mm, fitted(self.holder, 95 * mm, 9.5, BOLD), 9.5, INK, BOLD, -1)
        text(RIGHT, HEIGHT - 23 * mm, days, 9.5, SOFT, PLAIN, -1)
        self._rule(HEIGHT - 27 * mm, BRAND, 1.2)

    def _foot(self) -> None:
        self._rule(16 * mm, RULE, 0.6)
        made = f"All times are UTC. Drawn up on {self.statement.as_of:%-d %B %Y at %H:%M}."
        self._text(LEFT, 11 * mm, made, 7.5, SOFT)
        self._text(RIGHT, 11 * mm, f"Page {self.pages} of {self.total}", 7.5, SOFT, PLAIN, -1)

    def _summary(self, part: StatementPart) -> None:
        self._text(LEFT, self.y - 6 * mm, part.currency, 13, INK, BOLD)
        facts: Sequence[tuple[str, Money]] = (
            ("Opening balance", part.opening),
            ("Came in", part.totals.total_in),
            ("Went out", part.totals.total_out),
            ("Closing balance", part.closing),
        )
        top, step = self.y - 10 * mm, (RIGHT - LEFT) / len(facts)
        self.canvas.setFillColor(BAND)
        self.canvas.roundRect(LEFT, top - 15 * mm, RIGHT - LEFT, 15 * mm, 2 * mm, stroke=0, fill=1)
        for n, (name, money) in enumerate(facts):
            x = LEFT + n * step + 4 * mm
            self._text(x, top - 5.5 * mm, name, 7.5, SOFT)
            shown = money.display()
            size = size_for(shown, step - 5 * mm, 11, BOLD)
            self._text(x, top - 11.5 * mm, shown, size, INK, BOLD)
        self.y = top - 20 * mm

    def _columns(self) -> None:
        base = self.y - 4 * mm
        for x, name in ((DATE, "Date"), (WHAT, "What"), (DETAILS, "Details")):
            self._text(x, base, name, 7.5, SOFT, BOLD)
        for x, name in ((CAME, "In"), (WENT, "Out"), (BALANCE, "Balance")):
            self._text(x, base, name, 7.5, SOFT, BOLD, -1)
        self.y -= ROW
        self._rule(self.y, RULE, 0.6)

    def _line(self, line: StatementLine, *, banded: bool) -> None:
        if banded:
            self.canvas.setFillColor(BAND)
            self.canvas.rect(LEFT, self.y - ROW, RIGHT - LEFT, ROW, stroke=0, fill=1)
        base = self.y - 4.3 * mm
        self._text(DATE, base, f"{line.at:%d %b %Y %H:%M}", 7.5, INK)
        self._text(WHAT, base, fitted(line.what, DETAILS - WHAT - GAP, 8), 8, INK)
        room = CAME - COLUMN - DETAILS
        self._text(DETAILS, base, fitted(line.details, room, 7.5), 7.5, SOFT)
        for x, money in ((CAME, line.came), (WENT, line.went)):
            if money.amount:
                self._amount(x, base, money)
        self._amount(BALANCE, base, line.balance, BOLD)
        self.y -= ROW

    def _amount(self, x: float, y: float, money: Money, font: str = PLAIN) -> None:
        shown = f"{money.decimal:,f}"
        self._text(x, y, shown, size_for(shown, COLUMN, 8, font), INK, font, -1)

    def _rule(self, y: float, colour: Color, width: float) -> None:
        self.canvas.setStrokeColor(colour)
        self.canvas.setLineWidth(width)
        self.canvas.line(LEFT, y, RIGHT, y)

    def _text(  # noqa: PLR0913, PLR0917  # where, what and how
        self,
        x: float,
        y: float,
        words: str,
        size: float,
        colour: Color,
        font: str = PLAIN,
        side: int = 1,
    ) -> None:
        """``side`` -1 ends at ``x`` instead of beginning there."""
        self.canvas.setFont(font, size)
        self.canvas.setFillColor(colour)
        (self.canvas.drawString if side > 0 else self.canvas.drawRightString)(x, y, words)


PART_HEAD = 30 * mm


def _pages(statement: AccountStatement) -> int:
    """How many there will be: rows are all of one height."""
    pages, y = 1, TOP
    for part in statement.parts:
        if y < BOTTOM + PART_HEAD + 3 * ROW:
            pages, y = pages + 1, TOP
        y -= PART_HEAD + ROW
        for _ in range(part.count):
            if y < BOTTOM + ROW:
                pages, y = pages + 1, TOP - ROW
            y -= ROW
        y -= 8 * mm if part.count else 8 * mm + ROW
    return pages
