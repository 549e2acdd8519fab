"""Search by PostgreSQL's full text: the ``tsvector`` of each product, under a GIN index.

A document has each word up to three times, so that where a word stands is a question for the index, too.
"""

import json
from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.models import BooleanField, CharField, F, Func, Value

from catalog.models.products import ProductQuerySet
from catalog.search.language import Clause, Query, Term

MARKS = {("title",): "t_", ("title", "names"): "n_", ("title", "names", "description"): ""}
"""What stands before the words of these parts."""

PLACES = tuple(MARKS)

SOLD = "document__units_sold"
"""What products are sorted by: beside the words, so that products need not be read."""

COMMON = 2
"""So many letters begin so many words that the index is not asked for all of them."""

FEW = 2_000
"""As many products are sorted, or looked through for common words, without a second thought."""

NUMBER = "SELECT catalog_search_number(%s::tsquery, %s, %s)"
PAGE = "SELECT catalog_search_page(%s::tsquery[], %s, %s, %s, %s, %s, %s)"
ROWS = """
    EXPLAIN (FORMAT JSON)
    SELECT FROM catalog_searchdocument WHERE lexemes @@ %s::tsquery AND shown_in = %s
    """


def narrowed(products: ProductQuerySet) -> ProductQuerySet:
    """The same published ``products``, as the index has them."""
    return products.filter(document__shown_in=settings.SHOP_CURRENCY)


def found(query: Query, parts: Sequence[str]) -> Func:
    """Whether a product's ``parts`` have what ``query`` asks for."""
    return Func(
        F("document__lexemes"),
        Func(Value(_asked(query, parts), CharField()), template="%(expressions)s::tsquery"),
        arg_joiner=" @@ ",
        template="(%(expressions)s)",
        output_field=BooleanField(),
    )


def number(query: Query, most: int) -> int:
    """How many published products match, counted up to ``most``."""
    return int(_answer(NUMBER, [_asked(query, PLACES[-1]), settings.SHOP_CURRENCY, most]))


def estimate(query: Query) -> int | None:
    """How many published products match, by the planner's statistics: right to a factor."""
    plan = _answer(ROWS, [_asked(query, PLACES[-1]), settings.SHOP_CURRENCY])
    return int((plan if isinstance(plan, list) else json.loads(plan))[0]["Plan"]["Plan Rows"])


def best(
    query: Query, parts: Sequence[str], skus: Collection[str], start: int, stop: int
) -> list[UUID] | None:
    """A stretch of the published products whose ``parts`` match, the most relevant first."""
    tiers, common = _tiers(query, parts), _is_common(query)
    asked = [tiers, list(skus), settings.SHOP_CURRENCY, start, stop, FEW, common]
    return list(_answer(PAGE, asked))


def _is_common(query: Query) -> bool:
    """Whether nothing is asked for but what begins with a letter or two."""
    terms = [term for clause in query.clauses for term in clause.wanted]
    return all(term.begun and len(term.spellings[0][0]) <= COMMON for term in terms)


def _answer(sql: str, parameters: list[Any]) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchone()[0]


def _tiers(query: Query, parts: Sequence[str]) -> list[str]:
    """Questions that each match what the one before does not: in the title, in its names, in all ``parts``."""
    everything, positive = _asked(query, parts), query.without_exclusions()
    in_title, in_names = _asked(positive, PLACES[0]), _asked(positive, PLACES[1])
    return [
        f"({everything}) & ({in_title})",
        f"({everything}) & ({in_names}) & !({in_title})",
        f"({everything}) & !({in_names})",
    ][: PLACES.index(tuple(parts)) + 1]


def _asked(query: Query, parts: Sequence[str]) -> str:
    mark = MARKS[tuple(parts)]
    return " | ".join(f"({_clause(clause, mark)})" for clause in query.clauses)


def _clause(clause: Clause, mark: str) -> str:
    wanted = [_term(term, mark) for term in clause.wanted]
    return " & ".join([*wanted, *(f"!{_term(term, mark)}" for term in clause.unwanted)])


def _term(term: Term, mark: str) -> str:
    """Folded words are letters and digits: in quotes, nothing of them is syntax."""
    label = ":*" if term.begun else ""
    spelt = (" <-> ".join(f"'{mark}{word}'{label}" for word in words) for words in term.spellings)
    return f"({' | '.join(f'({words})' for words in spelt)})"
