"""JSON, as strictly as the standard has it."""

from collections.abc import Mapping
from typing import IO, Any

from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser

MAX_DEPTH = 32
"""Levels of lists and objects; no body here needs a quarter of it."""


class StrictJSONParser(JSONParser):
    """Refuses what the standard does not know, what nests too deep, and what cannot be stored.

    That is NaN and Infinity, text that is not Unicode, and NUL, which PostgreSQL does not take.
    """

    strict = True

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """:raises ParseError: it is not JSON, or JSON of the kinds that are refused here."""
        try:
            parsed = super().parse(stream, media_type, parser_context)
        except RecursionError as error:
            raise _too_deep() from error
        _refuse_unstorable(parsed, MAX_DEPTH)
        return parsed


def _too_deep() -> ParseError:
    return ParseError(f"JSON parse error - more than {MAX_DEPTH} levels")


def _refuse_unstorable(value: Any, levels: int) -> None:
    """``levels`` is how many more may open at ``value``."""
    if isinstance(value, (dict, list)) and not levels:
        raise _too_deep()
    if isinstance(value, str):
        if "\0" in value or (
            not value.isprintable() and any("\ud800" <= c <= "\udfff" for c in value)
        ):
            raise ParseError("JSON parse error - text holds a character that cannot be stored")
    elif isinstance(value, dict):
        for key, inner in value.items():
            _refuse_unstorable(key, 0)
            _refuse_unstorable(inner, levels - 1)
    elif isinstance(value, list):
        for inner in value:
            _refuse_unstorable(inner, levels - 1)
