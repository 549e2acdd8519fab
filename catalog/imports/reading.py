"""From bytes to rows, line by line; what cannot be read is a fault with its line and column."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from catalog.imports.cells import plain
from catalog.imports.columns import COLUMNS, READ
from core.errors import DomainError

MAX_BYTES = 2_000_000
MAX_ROWS = 500
"""All of a file is one transaction, whose locks orders wait for."""

REQUIRED = ("sku",)


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in a line (from 1, the header's) and column ("" for the whole line)."""

    line: int
    column: str
    detail: str


@dataclass(frozen=True, slots=True)
class Row:
    """The cells that are not empty, as columns of the database have them."""

    line: int
    cells: dict[str, Any]

    @property
    def sku(self) -> str:
        return str(self.cells["sku"])

    @property
    def group(self) -> str:
        """What rows of one product share."""
        return str(self.cells.get("product") or self.sku)


def read(lines: Iterable[bytes]) -> tuple[list[Row], list[Fault]]:
    """Every row that can be read, and every fault of those that cannot."""
    rows: list[Row] = []
    faults: list[Fault] = []
    seen: set[str] = set()
    for line, cells, complaint in _records(lines):
        if complaint:
            faults.append(Fault(line, "", complaint))
            continue
        parsed, wrong = _parsed(line, cells)
        sku = parsed.get("sku")
        if sku in seen:
            wrong.append(Fault(line, "sku", "This SKU is in the file twice."))
        seen.add(sku or "")
        faults += wrong
        if not wrong:
            rows.append(Row(line, parsed))
    return rows, faults


def _records(lines: Iterable[bytes]) -> Iterator[tuple[int, dict[str, str], str]]:
    """Line, cells by column, and "" or why there is no going on or what is wrong with the line."""
    reader = csv.reader(_decoded(lines), strict=True)
    start = 1
    try:
        header = next(reader, [])
        if complaint := _wrong_header(header):
            yield 1, {}, complaint
            return
        for number, record in enumerate(reader, start=1):
            start, end = reader.line_num - sum(cell.count("\n") for cell in record), reader.line_num
            if number > MAX_ROWS:
                yield start, {}, f"A file has at most {MAX_ROWS} rows."
                return
            if any(record):
                yield start, dict(zip(header, record, strict=False)), _wrong_length(header, record)
            start = end + 1
    except csv.Error as error:
        yield max(start, reader.line_num), {}, f"This is no CSV: {error}."
    except UnicodeDecodeError:
        yield reader.line_num + 1, {}, "This line is not UTF-8."


def _decoded(lines: Iterable[bytes]) -> Iterator[str]:
    for number, line in enumerate(lines):
        yield line.decode("utf-8-sig" if number == 0 else "utf-8")


def _wrong_header(header: Sequence[str]) -> str:
    unknown = sorted(set(header) - set(COLUMNS))
    missing = sorted(set(REQUIRED) - set(header))
    if unknown:
        return f"Columns that are not known: {', '.join(unknown)[:200]}."
    if missing:
        return f"Columns that are missing: {', '.join(missing)}."
    return "A column is there twice." if len(set(header)) < len(header) else ""


def _wrong_length(header: Sequence[str], record: Sequence[str]) -> str:
    same = len(header) == len(record)
    return "" if same else f"{len(record)} cells where the header has {len(header)}."


def _parsed(line: int, record: dict[str, str]) -> tuple[dict[str, Any], list[Fault]]:
    parsed: dict[str, Any] = {}
    faults: list[Fault] = []
    for column, cell in record.items():
        text = plain(cell.strip())
        try:
            if "\0" in text:
                faults.append(Fault(line, column, "This holds a character that cannot be meant."))
            elif text:
                parsed[column] = READ[column](text)
        except DomainError as error:
            faults.append(Fault(line, column, error.detail))
    faults += [Fault(line, name, "Fill this in.") for name in REQUIRED if not record.get(name)]
    return parsed, faults
