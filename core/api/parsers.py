"""JSON, as strictly as the standard has it."""

from collections.abc import Mapping
from typing import IO, Any

from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser


class StrictJSONParser(JSONParser):
    """Refuses NaN and Infinity, text that is not Unicode, and NUL, which PostgreSQL cannot store."""

    strict = True

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        parsed = super().parse(stream, media_type, parser_context)
        _refuse_unstorable(parsed)
        return parsed


def _refuse_unstorable(value: Any) -> None:
    if isinstance(value, str):
        if "\0" in value or (
            not value.isprintable() and any("\ud800" <= c <= "\udfff" for c in value)
        ):
            raise ParseError("JSON parse error - text holds a character that cannot be stored")
    elif isinstance(value, dict):
        for key, inner in value.items():
            _refuse_unstorable(key)
            _refuse_unstorable(inner)
    elif isinstance(value, list):
        for inner in value:
            _refuse_unstorable(inner)
