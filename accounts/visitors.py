"""Who looks at a page."""

from typing import Any

from accounts.models import User


def visitor(request: Any) -> User:
    """The user behind a request that ``login_required`` let through."""
    user = request.user
    assert isinstance(user, User)
    return user
