"""Search by SQLite's FTS5: the table ``catalog_searchindex``, a row for each product's document."""

from collections.abc import Collection, Sequence
from uuid import UUID

from django.db.models import BooleanField, CharField, F, Func, Value
from django.db.models.expressions import RawSQL

from catalog.models import Product
from catalog.search.language import Clause, Query, Term

SOLD = "units_sold"
EVERYWHERE = ("title", "names", "description")
FOUND = """
    SELECT product_id FROM catalog_searchdocument
     WHERE id IN (SELECT rowid FROM catalog_searchindex WHERE catalog_searchindex MATCH %s)
    """


def shown() -> dict[str, str]:
    """Nothing: this index does not know what is published."""
    return {}


def found(query: Query, parts: Sequence[str]) -> Func:
    """Whether a product's ``parts`` have what ``query`` asks for."""
    return Func(
        F("document__id"),
        Value(_asked(query, parts), CharField()),
        arg_joiner=" IN (SELECT rowid FROM catalog_searchindex WHERE catalog_searchindex MATCH ",
        template="(%(expressions)s))",
        output_field=BooleanField(),
    )


def number(query: Query, most: int) -> int:
    """How many published products match, counted up to ``most``."""
    ids = RawSQL(FOUND, [_asked(query, EVERYWHERE)])  # noqa: S611  # words are parameters
    return Product.objects.published().filter(pk__in=ids)[:most].count()


def page(
    query: Query, skus: Collection[str], start: int, stop: int
) -> tuple[list[UUID], int, bool] | None:
    """There is no quicker way than to sort all that match, and to count them."""


def best(
    query: Query, parts: Sequence[str], skus: Collection[str], limit: int
) -> list[UUID] | None:
    """There is no quicker way than to sort all that match."""


def _asked(query: Query, parts: Sequence[str]) -> str:
    clauses = " OR ".join(f"({_clause(clause)})" for clause in query.clauses)
    return f"{{{' '.join(parts)}}} : ({clauses})"


def _clause(clause: Clause) -> str:
    wanted = " AND ".join(_term(term) for term in clause.wanted)
    unwanted = " OR ".join(_term(term) for term in clause.unwanted)
    return f"({wanted}) NOT ({unwanted})" if unwanted else wanted


def _term(term: Term) -> str:
    """Folded words are letters and digits: in quotes, nothing of them is syntax."""
    mark = " *" if term.begun else ""
    spelt = (f'"{" ".join(words)}"{mark}' for words in term.spellings)
    return f"({' OR '.join(spelt)})"
