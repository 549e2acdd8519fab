"""A person's account statement in the form that they ask for."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings

from ledger import queries
from ledger.documents.statement_csv import statement_csv
from ledger.queries import AccountStatement


@dataclass(frozen=True, slots=True)
class File:
    """To be sent as an attachment called ``name``, piece by piece."""

    name: str
    content_type: str
    pieces: Iterable[bytes]

    @property
    def headers(self) -> dict[str, str]:
        return {
            "Content-Type": self.content_type,
            "Content-Disposition": f'attachment; filename="{self.name}"',
        }


def statement_file(person: Any, first: date, last: date, form: str) -> File:
    """``form`` is "csv" or "pdf"; ``person`` a user. Days are whole and UTC, both inclusive.

    :raises Invalid: the days are in the wrong order, in the future, or more than 366.
    :raises StatementTooLong: it has more lines than a PDF takes.
    """
    statement = queries.account_statement(person.pk, first, last, settings.SHOP_CURRENCY)
    name = f"mercat-statement-{first}-{last}.{form}"
    if form == "csv":
        return File(name, "text/csv; charset=utf-8", _encoded(statement))
    return File(name, "application/pdf", [_pdf(statement, str(person))])


def _encoded(statement: AccountStatement) -> Iterator[bytes]:
    return (line.encode() for line in statement_csv(statement))


def _pdf(statement: AccountStatement, holder: str) -> bytes:
    from ledger.documents.statement_pdf import statement_pdf  # noqa: PLC0415  # loads slowly

    return statement_pdf(statement, holder)
