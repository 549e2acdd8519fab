"""From cells to what they say, beside what is there: a cell that says what is there says nothing."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from catalog.imports.columns import READ
from catalog.imports.present import Present
from catalog.imports.reading import REQUIRED, Fault, Line
from catalog.imports.writing import cells
from catalog.models import Product, Variant
from core.documents.cells import plain
from core.errors import DomainError


@dataclass(frozen=True, slots=True)
class Row:
    """What a line says, as columns of the database have it; ``variant`` is who has its SKU already."""

    line: int
    said: dict[str, Any]
    sku: str
    group: str
    variant: Variant | None
    product: Product | None

    @property
    def is_new(self) -> bool:
        return self.variant is None


def rows_of(lines: Iterable[Line], there: Present) -> tuple[list[Row], list[Fault], set[str]]:
    """What can be understood, every fault of the rest, and the groups of the rest."""
    rows: list[Row] = []
    faults: list[Fault] = []
    broken: set[str] = set()
    seen: set[str] = set()
    for line in lines:
        row, wrong = _row(line, there)
        if row.sku in seen:
            wrong.append(Fault(line.number, "sku", "This SKU is in the file twice."))
        seen.add(row.sku)
        faults += wrong
        if wrong:
            broken.add(row.group)
        else:
            rows.append(row)
    return rows, faults, broken


def _row(line: Line, there: Present) -> tuple[Row, list[Fault]]:
    sku = plain(line.cells["sku"].strip())
    variant = there.variants.get(sku)
    shown = cells(variant) if variant else {}
    said: dict[str, Any] = {}
    faults = [Fault(line.number, n, "Fill this in.") for n in REQUIRED if not line.cells[n].strip()]
    for column, cell in line.cells.items():
        text = plain(cell.strip())
        if not text or cell == shown.get(column):
            continue
        try:
            said[column] = _meant(column, text, there)
        except DomainError as error:
            faults.append(Fault(line.number, column, error.detail))
    if sku in there.taken:
        faults.append(Fault(line.number, "sku", "This SKU is in use."))
    group = plain(line.cells.get("product", "").strip()) or sku
    product = variant.product if variant else there.products.get(group)
    return Row(line.number, said, sku, group, variant, product), faults


class _Unmeant(DomainError):
    pass


def _meant(column: str, text: str, there: Present) -> Any:
    if "\0" in text:
        raise _Unmeant("This holds a character that cannot be meant.")
    value = READ[column](text)
    shelves: dict[str, dict[str, Any]] = {"category": there.categories, "brand": there.brands}
    if column not in shelves:
        return value
    if value not in shelves[column]:
        raise _Unmeant("There is no such slug.")
    return shelves[column][value]
