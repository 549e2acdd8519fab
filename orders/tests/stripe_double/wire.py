"""Requests and answers as Stripe writes them: forms with brackets in, JSON out."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

Form = dict[str, Any]


class Dropped(Exception):
    """The connection is to be cut without an answer."""


class Refusal(Exception):
    """An error as Stripe's API tells it. ``is_kept``: a repetition of the key gets it again."""

    def __init__(self, status: int, kind: str, message: str, *, code: str = "", **more: Any):
        super().__init__(message)
        error = {"type": kind, "message": message, **({"code": code} if code else {}), **more}
        self.answer = Answer(status, {"error": error})
        self.is_kept = status == 402 or status >= 500


@dataclass(frozen=True, slots=True)
class Request:
    method: str
    path: str
    form: Form
    key: str
    authorization: str


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: Any
    headers: dict[str, str] = field(default_factory=dict)


def invalid(message: str, *, code: str = "parameter_unknown", **more: Any) -> Refusal:
    return Refusal(400, "invalid_request_error", message, code=code, **more)


def parse_form(text: str) -> Form:
    """``metadata[order]=7`` as ``{"metadata": {"order": "7"}}``, ``expand[0]=a`` as ``["a"]``."""
    form: Form = {}
    for name, value in parse_qsl(text, keep_blank_values=True):
        outer, _, inner = name.partition("[")
        if inner:
            form.setdefault(outer, {})[inner.rstrip("]")] = value
        else:
            form[outer] = value
    return {name: _list_if_counted(value) for name, value in form.items()}


def _list_if_counted(value: Any) -> Any:
    if isinstance(value, dict) and all(name.isdigit() for name in value):
        return list(value.values())
    return value
