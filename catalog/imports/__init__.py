"""A seller's products as CSV: written, and read back."""

from catalog.imports.applying import Report, import_products
from catalog.imports.columns import COLUMNS
from catalog.imports.reading import MAX_BYTES, MAX_ROWS, Fault
from catalog.imports.writing import export_products

__all__ = [
    "COLUMNS",
    "MAX_BYTES",
    "MAX_ROWS",
    "Fault",
    "Report",
    "export_products",
    "import_products",
]
