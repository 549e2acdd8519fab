"""What can go wrong in the domain, by kind. Apps name facts (``OutOfStock``) below these kinds.

Neither knows HTTP; ``core.api.problems`` maps kinds to status codes in one table.
"""

from collections.abc import Mapping
from typing import Any, ClassVar


class DomainError(Exception):
    """A refusal that the caller can understand.

    ``code`` is stable snake_case for machines, ``field`` names the input at fault (or ""),
    ``facts`` are JSON-ready values that belong into the answer (what was available, what asked).
    """

    code: ClassVar[str] = "refused"
    message: ClassVar[str] = "The request was refused."

    def __init__(self, detail: str = "", *, field: str = "", **facts: Any) -> None:
        self.detail = detail or self.message
        self.field = field
        self.facts: Mapping[str, Any] = facts
        super().__init__(self.detail)


class Invalid(DomainError):
    """The input breaks a rule that can be known without looking at anybody else's rows."""

    code = "invalid"
    message = "The request is not valid."


class Unprocessable(Invalid):
    """Well formed, but not something that can be meant: an amount that is not money."""

    code = "unprocessable"


class Unauthenticated(DomainError):
    """Nobody is signed in, or the proof of it is not good."""

    code = "unauthenticated"
    message = "Sign in first."


class Forbidden(DomainError):
    """The caller may know of it but may not do it."""

    code = "forbidden"
    message = "You may not do this."


class NotFound(DomainError):
    """It does not exist, or the caller may not know that it does."""

    code = "not_found"
    message = "There is no such thing."


class Conflict(DomainError):
    """The present state does not allow it. A business refusal: remembered by idempotency keys."""

    code = "conflict"
    message = "The present state does not allow this."


class Stale(DomainError):
    """It changed since the caller read it; ``facts["current"]`` is the version that it has."""

    code = "stale"
    message = "It has changed since you read it. Read it again."


class VersionMissing(DomainError):
    """The caller must say which version it means to change."""

    code = "version_missing"
    message = "Say which version you mean to change."


class TooMany(DomainError):
    """Too often. ``facts["retry_after"]`` is in whole seconds."""

    code = "too_many_requests"
    message = "Too many requests. Try again later."


class Unavailable(DomainError):
    """Somebody outside, whom it takes, does not answer. Nothing is wrong with the request."""

    code = "unavailable"
    message = "This does not work at the moment. Try again later."
