"""Search by PostgreSQL's full text: the ``tsvector`` of each product, under a GIN index."""

from collections.abc import Sequence

from django.db.models import BooleanField, CharField, F, Func, Value
from django.db.models.expressions import RawSQL

from catalog.search.language import Clause, Query, Term

WEIGHTS = {"title": "A", "names": "B", "description": "D"}


FOUND = """
    WITH found AS MATERIALIZED (SELECT product_id FROM catalog_searchdocument WHERE lexemes @@ %s::tsquery)
    SELECT product_id FROM found
    """


def found(query: Query, parts: Sequence[str]) -> Func:
    """Whether a product's ``parts`` have what ``query`` asks for."""
    return Func(
        F("document__lexemes"),
        Func(Value(_asked(query, parts), CharField()), template="%(expressions)s::tsquery"),
        arg_joiner=" @@ ",
        template="(%(expressions)s)",
        output_field=BooleanField(),
    )


def ids(query: Query, parts: Sequence[str]) -> RawSQL:
    """Of the products that ``found`` is true of, for a question that the first of them answers.

    Materialized: the planner takes a rare word for a common one, and would read the documents till it met one.
    """
    return RawSQL(FOUND, [_asked(query, parts)])  # noqa: S611  # words are parameters


def _asked(query: Query, parts: Sequence[str]) -> str:
    weights = "".join(WEIGHTS[part] for part in parts) if len(parts) < len(WEIGHTS) else ""
    return " | ".join(f"({_clause(clause, weights)})" for clause in query.clauses)


def _clause(clause: Clause, weights: str) -> str:
    wanted = [_term(term, weights) for term in clause.wanted]
    return " & ".join([*wanted, *(f"!{_term(term, weights)}" for term in clause.unwanted)])


def _term(term: Term, weights: str) -> str:
    """Folded words are letters and digits: in quotes, nothing of them is syntax."""
    mark = "*" if term.begun else ""
    label = f":{mark}{weights}" if mark or weights else ""
    spelt = (" <-> ".join(f"'{word}'{label}" for word in words) for words in term.spellings)
    return f"({' | '.join(f'({words})' for words in spelt)})"
