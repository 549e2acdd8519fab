"""Changes to people: joining, signing in, editing a profile."""

from datetime import datetime
from typing import Any

from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from accounts import errors, sessions
from accounts.models import User, normalised_email
from core import events

MAX_NAME_PART = 150
"""Characters of a first or last name: what ``User``'s columns hold."""


@transaction.atomic
def register(*, email: str, password: str, name: str, device: str, at: datetime) -> sessions.Tokens:
    """Create a buyer and sign them in to the API; raises what ``join`` does."""
    user = join(email=email, password=password, name=name, at=at)
    return sessions.begin(user=user, device=device, at=at)


@transaction.atomic
def join(*, email: str, password: str, name: str, at: datetime) -> User:
    """Create a buyer, who counts as having signed in ``at``.

    ``name`` is split at its first space into first and last name.

    :raises NameTooLong: a part does not fit into its column.
    :raises PasswordWeak: the password fails Django's validators.
    :raises EmailTaken: an account with this address exists, in whatever case.
    """
    first_name, last_name = _name_parts(name)
    user = User(email=normalised_email(email), first_name=first_name, last_name=last_name)
    _check_password(password, user)
    user.set_password(password)
    user.last_login_at = at
    _insert(user)
    events.record("user.registered", user.pk, {}, at=at)
    return user


def sign_in(*, email: str, password: str, device: str, at: datetime) -> sessions.Tokens:
    """Open an API session for who knows the password; raises what ``recognise`` does."""
    user = recognise(email=email, password=password, at=at)
    return sessions.begin(user=user, device=device, at=at)


def recognise(*, email: str, password: str, at: datetime) -> User:
    """Check the password and note the visit. An unknown address takes as long as a known one.

    :raises InvalidCredentials: unknown, wrong, or the account is closed; it does not say which.
    """
    users = User.objects.select_related("seller")
    user = users.filter(email=normalised_email(email), is_active=True).first()
    if user is None:
        make_password(password)  # the time that checking it would take
        raise errors.InvalidCredentials
    if not user.check_password(password):
        raise errors.InvalidCredentials
    record_sign_in(user=user, at=at)
    return user


def record_sign_in(*, user: User, at: datetime) -> None:
    """Note when ``user`` was last here."""
    user.last_login_at = at
    user.save(update_fields=["last_login_at"])


def edit_profile(*, user: User, changes: dict[str, Any]) -> User:
    """Write the given profile fields (already validated) and nothing else."""
    for field, value in changes.items():
        setattr(user, field, value)
    user.save(update_fields=[*changes, "updated_at"])
    return user


def _name_parts(name: str) -> tuple[str, str]:
    first, _, last = (part.strip() for part in name.strip().partition(" "))
    if max(len(first), len(last)) > MAX_NAME_PART:
        raise errors.NameTooLong(field="name")
    return first, last


def _check_password(password: str, user: User) -> None:
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise errors.PasswordWeak(" ".join(error.messages), field="password") from error


def _insert(user: User) -> None:
    try:
        with transaction.atomic():
            user.save(force_insert=True)
    except IntegrityError as error:
        if User.objects.filter(email=user.email).exists():
            raise errors.EmailTaken(field="email") from error
        raise
