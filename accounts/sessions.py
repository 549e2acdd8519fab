"""Sessions and their tokens: a short-lived access token and a refresh token that is good once.

Both tokens name their session (``sid``) and are good while it lasts; the session names the one
refresh token that is good (``refresh_jti``). Refreshing swaps that name in one guarded update, so of any number of parallel
uses one wins. A token that lost is stolen or replayed: its whole session ends.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from django.db import transaction
from django.db.models import QuerySet
from rest_framework_simplejwt.exceptions import TokenError
from rest_framework_simplejwt.tokens import RefreshToken, Token

from accounts import errors
from accounts.models import Session, User


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a signed-in client holds, as the strings it sends."""

    access: str
    refresh: str
    user: User

    @classmethod
    def of(cls, user: User, refresh: RefreshToken) -> Self:
        return cls(access=str(refresh.access_token), refresh=str(refresh), user=user)


def begin(*, user: User, device: str, at: datetime) -> Tokens:
    """Open a session of ``user`` on ``device`` (free text, cut at 200) and hand out its tokens."""
    refresh = RefreshToken.for_user(user)
    session = Session.objects.create(
        user=user,
        refresh_jti=refresh["jti"],
        device=device[:200],
        created_at=at,
        last_seen_at=at,
        expires_at=at + refresh.lifetime,
    )
    refresh["sid"] = str(session.pk)
    return Tokens.of(user, refresh)


def of(*, token: Token, at: datetime) -> Session | None:
    """The session of an access token, with its user and seller profile, in one query.

    None if the token names none, the session has ended, or its user may not sign in.
    """
    if "sid" not in token:
        return None
    live = _live(token, at).filter(user__is_active=True)
    return live.select_related("user__seller").first()


def refresh(*, token: str, at: datetime) -> Tokens:
    """Swap a refresh token for a new pair. Not idempotent: each token is good once.

    :raises RefreshTokenInvalid: not ours, expired, or its session or user is gone.
    :raises RefreshTokenReused: swapped before; the session is ended by this.
    """
    old = _decoded(token)
    user = User.objects.select_related("seller").filter(pk=old["user_id"], is_active=True).first()
    if user is None:
        raise errors.RefreshTokenInvalid(field="refresh")
    new = RefreshToken()
    good = _live(old, at).filter(refresh_jti=old["jti"])
    if not good.update(refresh_jti=new["jti"], last_seen_at=at, expires_at=at + new.lifetime):
        _refuse(old, at)
    new["user_id"], new["sid"] = old["user_id"], old["sid"]
    return Tokens.of(user, new)


def end(*, token: str, user: User, at: datetime) -> None:
    """End the session that this refresh token belongs to. Ending it twice is no error.

    :raises RefreshTokenInvalid: not ours, or another user's.
    """
    old = _decoded(token)
    if old["user_id"] != str(user.pk):
        raise errors.RefreshTokenInvalid(field="refresh")
    _live(old, at).update(revoked_at=at)


def end_all(*, user: User, at: datetime) -> int:
    """End every session of ``user``; returns how many there were."""
    return Session.objects.filter(user=user, revoked_at=None).update(revoked_at=at)


def prune(*, at: datetime) -> int:
    """Forget sessions whose last refresh token has expired."""
    return Session.objects.filter(expires_at__lte=at).delete()[0]


def _decoded(token: str) -> Any:
    try:
        decoded = RefreshToken(token)  # type: ignore[arg-type]  # stubs want Token, the library takes text
    except TokenError as error:
        raise errors.RefreshTokenInvalid(field="refresh") from error
    if "sid" not in decoded:
        raise errors.RefreshTokenInvalid(field="refresh")
    return decoded


def _live(token: Any, at: datetime) -> QuerySet[Session]:
    """The token's session while it lasts.

    By its own columns only: with a join Django would update through a subquery, which PostgreSQL
    does not ask again after waiting for the row, and two parallel refreshes would both win.
    """
    return Session.objects.filter(pk=token["sid"], revoked_at=None, expires_at__gt=at)


def _refuse(token: Any, at: datetime) -> None:
    """Committed although the request is refused: a replayed token must end its session."""
    with transaction.atomic():
        ended = _live(token, at).update(revoked_at=at)
    if ended:
        raise errors.RefreshTokenReused(field="refresh")
    raise errors.RefreshTokenInvalid(field="refresh")
