"""A report as PDF: the summary with its changes, every chart, and the first lines of tables."""

from collections.abc import Mapping, Sequence
from functools import partial
from io import BytesIO
from typing import Any

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, Image, KeepTogether, SimpleDocTemplate, Spacer, Table

from accounts.models import Seller
from analytics.charts import charts, draw
from analytics.charts.sheets import number, spelled
from analytics.documents import tables
from analytics.documents.changes import change
from analytics.queries import SalesReport
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
)
from core.money import Money

TILES = (
    ("net", "orders", "average_order", "customers"),
    ("gross", "discounts", "refunds", "commission"),
)
LISTED = ("name", "orders", "units", "gross", "refunds", "net")
"""Columns of the tables that are printed, as far as they are known."""
LINES = 12
"""So many are printed; the whole table is in the files beside."""
PADDING = 6
"""Points that a page's frame keeps on each side."""
ROOM = RIGHT - LEFT
NAME, FIGURE = 62 * mm, (ROOM - 62 * mm) / 5


def report_pdf(report: SalesReport) -> bytes:
    """The whole file, of up to nine pages. The same figures make the same bytes."""
    load_fonts()
    order = ["trend", "hours", *charts(report)]
    pictures = {name: draw(report, name, "png") for name in dict.fromkeys(order)}
    _, pages = _built(report, pictures, 0)
    return _built(report, pictures, pages)[0]


def _built(report: SalesReport, pictures: Mapping[str, bytes], of: int) -> tuple[bytes, int]:
    """The file, whose pages say that there are ``of`` them, and how many there are."""
    file = BytesIO()
    paper = SimpleDocTemplate(
        file,
        pagesize=A4,
        leftMargin=LEFT - PADDING,
        rightMargin=LEFT - PADDING,
        topMargin=HEIGHT - TOP - PADDING,
        bottomMargin=BOTTOM - PADDING,
        title=f"Sales report {report.days.first} to {report.days.last}",
        author="Mercat",
        invariant=1,
    )
    frame = partial(_frame, report=report, whose=_whose(report), of=of)
    paper.build(_story(report, pictures), onFirstPage=frame, onLaterPages=frame)
    return file.getvalue(), paper.page


def _whose(report: SalesReport) -> str:
    if not report.seller_id:
        return "The whole shop"
    return Seller.objects.values_list("name", flat=True).get(pk=report.seller_id)


def _frame(canvas: Canvas, paper: Any, *, report: SalesReport, whose: str, of: int) -> None:
    """The head and the foot of a page."""
    _text(canvas, LEFT, HEIGHT - 17 * mm, "Mercat", (BOLD, 15, BRAND))
    _text(canvas, LEFT, HEIGHT - 23 * mm, "Sales report", (PLAIN, 9.5, SOFT))
    name = fitted(whose, 110 * mm, 9.5, BOLD)
    _text(canvas, RIGHT, HEIGHT - 17 * mm, name, (BOLD, 9.5, INK), right=True)
    _text(canvas, RIGHT, HEIGHT - 23 * mm, spelled(report.days), (PLAIN, 9.5, SOFT), right=True)
    _rule(canvas, HEIGHT - 27 * mm, BRAND, 1.2)
    _rule(canvas, 16 * mm, RULE, 0.6)
    meant = f"Amounts are in {report.currency}. Net is gross less discounts and refunds."
    _text(canvas, LEFT, 11 * mm, meant, (PLAIN, 7.5, SOFT))
    _text(canvas, RIGHT, 11 * mm, f"Page {paper.page} of {of}", (PLAIN, 7.5, SOFT), right=True)


def _text(
    canvas: Canvas,
    x: float,
    y: float,
    words: str,
    look: tuple[str, float, Any],
    *,
    right: bool = False,
) -> None:
    """``look`` is font, size and colour."""
    font, size, colour = look
    canvas.setFont(font, size)
    canvas.setFillColor(colour)
    (canvas.drawRightString if right else canvas.drawString)(x, y, words)


def _rule(canvas: Canvas, y: float, colour: Any, width: float) -> None:
    canvas.setStrokeColor(colour)
    canvas.setLineWidth(width)
    canvas.line(LEFT, y, RIGHT, y)


def _story(report: SalesReport, pictures: Mapping[str, bytes]) -> list[Flowable]:
    """From the top of the first page to the end of the last."""
    story: list[Flowable] = [*_tiles(report), Spacer(0, 5 * mm)]
    for name, picture in pictures.items():
        part: list[Flowable] = [_image(picture)]
        if listed := _listed(report, tables.table(report, name)):
            part += [Spacer(0, 2 * mm), listed]
        story += [KeepTogether(part), Spacer(0, 5 * mm)]
    return story


def _image(picture: bytes) -> Image:
    image = Image(BytesIO(picture))
    image.drawWidth, image.drawHeight = ROOM, ROOM * image.imageHeight / image.imageWidth
    return image


def _tiles(report: SalesReport) -> list[Flowable]:
    """What the days come to, with the change against as many before."""
    summary = tables.table(report, "summary")
    now, before = summary.records()
    titles = {column.name: column for column in summary.columns}
    tiles = []
    for names in TILES:
        columns = [titles[name] for name in names]
        values = [_shown(column, now[column.name], report.currency) for column in columns]
        changes = [_change(now[name], before[name]) for name in names]
        tiles.append(_tile_row([column.title for column in columns], values, changes))
    return [tiles[0], Spacer(0, 3 * mm), tiles[1]]


def _tile_row(titles: list[str], values: list[str], changes: list[str]) -> Table:
    style = [
        ("BACKGROUND", (0, 0), (-1, -1), BAND),
        ("ROUNDEDCORNERS", [2 * mm] * 4),
        ("LEFTPADDING", (0, 0), (-1, -1), 4 * mm),
        ("FONT", (0, 0), (-1, 0), PLAIN, 7.5),
        ("FONT", (0, 1), (-1, 1), BOLD, 11),
        ("FONT", (0, 2), (-1, 2), PLAIN, 7.5),
        ("TEXTCOLOR", (0, 0), (-1, -1), SOFT),
        ("TEXTCOLOR", (0, 1), (-1, 1), INK),
    ]
    rows = [6 * mm, 6 * mm, 7 * mm]
    return Table([titles, values, changes], [ROOM / 4] * 4, rows, style=style)


def _change(now: int, before: int) -> str:
    grown = change(now, before)
    if grown is None:
        return "none in the days before"
    sign = "+" if grown > 0 else ""
    return f"{sign}{number(grown.scaleb(2))} % on the days before"


def _listed(report: SalesReport, table: tables.Table) -> Table | None:
    """The first lines; none of tables whose chart says it all."""
    if (
        not table.rows
        or "gross" not in {column.name for column in table.columns}
        or table.name == "trend"
    ):
        return None
    records = table.records()[:LINES]
    columns = [
        column
        for column in table.columns
        if column.name in LISTED and records[0][column.name] is not None
    ]
    rows = [
        [_shown(column, row[column.name], report.currency) for column in columns] for row in records
    ]
    return _ruled([[column.title for column in columns], *rows])


def _ruled(rows: Sequence[Sequence[str]]) -> Table:
    """Its first column is names, the others figures."""
    style = [
        ("FONT", (0, 0), (-1, 0), BOLD, 7.5),
        ("FONT", (0, 1), (-1, -1), PLAIN, 8),
        ("TEXTCOLOR", (0, 0), (-1, 0), SOFT),
        ("TEXTCOLOR", (0, 1), (-1, -1), INK),
        ("ALIGN", (1, 0), (-1, -1), "RIGHT"),
        ("LINEBELOW", (0, 0), (-1, 0), 0.6, RULE),
        ("ROWBACKGROUNDS", (0, 1), (-1, -1), (None, BAND)),
    ]
    figures = len(rows[0]) - 1
    widths = [ROOM - figures * FIGURE, *[FIGURE] * figures]
    return Table(rows, widths, 5.6 * mm, style=style, repeatRows=1)


def _shown(column: tables.Column, value: Any, currency: str) -> str:
    """As people read it."""
    if column.kind is tables.Kind.TEXT:
        return fitted(value or "Not known", NAME - 4 * mm, 8)
    if column.kind is tables.Kind.MONEY:
        value = Money(value, currency).decimal
    return number(value)
