"""Search by SQLite's FTS5: the table ``catalog_searchindex``, a row for each product's document."""

from collections.abc import Sequence

from django.db.models import BooleanField, CharField, F, Func, Value
from django.db.models.expressions import RawSQL

from catalog.search.language import Clause, Query, Term

FOUND = """
    SELECT product_id FROM catalog_searchdocument
     WHERE id IN (SELECT rowid FROM catalog_searchindex WHERE catalog_searchindex MATCH %s)
    """


def found(query: Query, parts: Sequence[str]) -> Func:
    """Whether a product's ``parts`` have what ``query`` asks for."""
    return Func(
        F("document__id"),
        Value(_asked(query, parts), CharField()),
        arg_joiner=" IN (SELECT rowid FROM catalog_searchindex WHERE catalog_searchindex MATCH ",
        template="(%(expressions)s))",
        output_field=BooleanField(),
    )


def ids(query: Query, parts: Sequence[str]) -> RawSQL:
    """Of the products that ``found`` is true of."""
    return RawSQL(FOUND, [_asked(query, parts)])  # noqa: S611  # words are parameters


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
