"""Search by PostgreSQL's full text: the ``tsvector`` of each product, under a GIN index.

A document has each word up to three times, so that where a word stands is a question for the index, too.
"""

from collections.abc import Collection, Sequence
from uuid import UUID

from django.conf import settings
from django.db.models import BooleanField, CharField, F, Func, Value

from catalog import totals
from catalog.search.language import Clause, Query, Term
from core import prepared

MARKS = {("title",): "t_", ("title", "names"): "n_", ("title", "names", "description"): ""}
"""What stands before the words of these parts."""

PLACES = tuple(MARKS)

SOLD = "document__units_sold"
"""What products are sorted by: beside the words, so that products need not be read."""

FEW = 2_000
"""As many products are sorted, or looked through for common words, without a second thought."""

FEW_BEGUN = 500
"""As many are looked through first for what is being typed: few letters begin many words."""

AMPLE = 2
"""Times ``totals.EXACT_UP_TO``: of one word, statistics that say more are believed without counting."""

NUMBER = "SELECT catalog_search_number(%s::tsquery, %s, %s)"
BEST = "SELECT page FROM catalog_search_page(%s::tsquery[], %s, %s, %s, %s, %s)"
PAGE = """
    SELECT page, number, is_estimate
      FROM catalog_search_answer(%s::tsquery, %s::tsquery[], %s, %s, %s, %s, %s, %s, %s::int)
    """


def shown() -> dict[str, str]:
    """What the index is asked beside words: only what is published is in it."""
    return {"document__shown_in": settings.SHOP_CURRENCY}


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
    [(number,)] = prepared.rows(NUMBER, [_asked(query, PLACES[-1]), settings.SHOP_CURRENCY, most])
    return int(number)


def page(
    query: Query, skus: Collection[str], start: int, stop: int
) -> tuple[list[UUID], int, bool] | None:
    """A stretch of the published products that match, the most relevant first; how many there are, and
    whether that is an estimate: of more than ``totals.EXACT_UP_TO``, by the planner's statistics."""
    everywhere, exact = PLACES[-1], totals.EXACT_UP_TO
    ample = AMPLE * exact if _is_one_word(query) else None
    asked = [_asked(query, everywhere), _tiers(query, everywhere), list(skus)]
    stretch = [settings.SHOP_CURRENCY, start, stop, FEW, exact, ample]
    [(ids, number, is_estimate)] = prepared.rows(PAGE, [*asked, *stretch])
    return ids, number, is_estimate


def best(
    query: Query, parts: Sequence[str], skus: Collection[str], limit: int
) -> list[UUID] | None:
    """The most relevant of the published products whose ``parts`` match."""
    begun = any(term.begun for clause in query.clauses for term in clause.wanted)
    few, currency = FEW_BEGUN if begun else FEW, settings.SHOP_CURRENCY
    asked = [_tiers(query, parts), list(skus), currency, limit, few, begun]
    [(ids,)] = prepared.rows(BEST, asked)
    return list(ids[:limit])


def _is_one_word(query: Query) -> bool:
    """Statistics know each word, and not which words stand together."""
    [clause, *others] = query.clauses
    [term, *more] = clause.wanted
    return not (others or more or clause.unwanted) and term.word is not None


def _tiers(query: Query, parts: Sequence[str]) -> list[str]:
    """Questions that each match what the one before does not: in the title, in its names, in all ``parts``."""
    everything, positive = _asked(query, parts), query.without_exclusions()
    in_title, in_names = _asked(positive, PLACES[0]), _asked(positive, PLACES[1])
    but = (
        "" if positive == query else f"({everything}) & "
    )  # what stands in a title stands in all parts
    return [
        f"{but}({in_title})",
        f"{but}({in_names}) & !({in_title})",
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
