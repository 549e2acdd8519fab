"""From bytes to lines of cells; what is no such file, or no such line, is a fault with its line."""

import codecs
import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import StringIO
from typing import Any

from catalog.imports.columns import COLUMNS

MAX_BYTES = 10_000_000
MAX_ROWS = 10_000
"""All of a file is one transaction, whose locks orders wait for: some seconds."""

REQUIRED = ("sku",)
DELIMITERS = (",", ";", "\t")
"""Spreadsheets write semicolons where the comma is in the numbers. None of them is in a column's name."""

SAVE_AS_UTF8 = "Save the file as CSV in UTF-8."


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in a line (from 1, the header's) and column ("" for the whole line)."""

    line: int
    column: str
    detail: str


@dataclass(frozen=True, slots=True)
class Line:
    """Cells by column, as they stand in the file. ``number`` is where the first one begins."""

    number: int
    cells: dict[str, str]


class _Unreadable(Exception):
    """There is no going on after ``faults``."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__()
        self.faults = faults


def read(content: bytes) -> tuple[list[Line], list[Fault]]:
    """Every line that can be read, and a fault for each that cannot."""
    lines: list[Line] = []
    faults: list[Fault] = []
    try:
        for each in _lines(_text(content)):
            if isinstance(each, Line):
                lines.append(each)
            else:
                faults.append(each)
    except _Unreadable as error:
        faults += error.faults
    return lines, faults


def _text(content: bytes) -> str:
    if len(content) > MAX_BYTES:
        raise _Unreadable(Fault(1, "", f"A file has at most {MAX_BYTES} bytes."))
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise _Unreadable(Fault(1, "", f"This is UTF-16. {SAVE_AS_UTF8}"))
    try:
        return content.decode().removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise _Unreadable(Fault(line, "", f"This line is not UTF-8. {SAVE_AS_UTF8}")) from error


def _lines(text: str) -> Iterator[Line | Fault]:
    first = text.split("\n", 1)[0]
    delimiter = max(DELIMITERS, key=first.count)
    records = _records(csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True))
    header = [name.strip().lower() for name in next(records, (1, []))[1]]
    if faults := list(_wrong_header(header)):
        raise _Unreadable(*faults)
    for count, (number, record) in enumerate(records, start=1):
        if count > MAX_ROWS:
            raise _Unreadable(Fault(number, "", f"A file has at most {MAX_ROWS} rows."))
        yield _line(number, header, record)


def _records(reader: Any) -> Iterator[tuple[int, list[str]]]:
    """Records that are not empty, and the number of the line in which each begins."""
    start = 1
    try:
        for record in reader:
            if any(record):
                yield start, record
            start = reader.line_num + 1
    except csv.Error as error:
        raise _Unreadable(Fault(start, "", f"This is no CSV: {error}.")) from error


def _line(number: int, header: Sequence[str], record: Sequence[str]) -> Line | Fault:
    if len(header) != len(record):
        return Fault(number, "", f"{len(record)} cells where the header has {len(header)}.")
    return Line(number, dict(zip(header, record, strict=True)))


def _wrong_header(header: Sequence[str]) -> Iterator[Fault]:
    for place, name in enumerate(header):
        if name not in COLUMNS:
            yield Fault(1, name[:60], f"This column is not known. Known are: {', '.join(COLUMNS)}.")
        elif name in header[:place]:
            yield Fault(1, name, "This column is there twice.")
    for name in REQUIRED:
        if name not in header:
            yield Fault(1, name, "This column is missing.")
