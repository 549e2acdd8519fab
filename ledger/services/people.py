"""Whom money may come from and go to: people who can sign in."""

from collections.abc import Sequence
from uuid import UUID

from django.contrib.auth import get_user_model
from django.db.models import Q

from ledger.errors import UserNotFound

Named = tuple[str, UUID | str]
"""The input that names a person, and what it says: their id or their e-mail."""


def find_people(named: Sequence[Named]) -> list[UUID]:
    """Ids of those who are named, in order, in one query.

    :raises UserNotFound: nobody active is named so; it says by which input.
    """
    model = get_user_model()
    said = [(field, _comparable(who)) for field, who in named]
    ids = {who for _, who in said if isinstance(who, UUID)}
    emails = {who for _, who in said if isinstance(who, str)}
    wanted = Q(pk__in=ids) | Q(**{f"{model.USERNAME_FIELD}__in": emails})
    active = model._default_manager.filter(wanted, is_active=True)  # noqa: SLF001  # Django's API
    known: dict[UUID | str, UUID] = {}
    for pk, email in active.values_list("pk", model.USERNAME_FIELD):
        known |= {pk: pk, email: pk}
    for field, who in said:
        if who not in known:
            raise UserNotFound(field=field)
    return [known[who] for _, who in said]


def _comparable(who: UUID | str) -> UUID | str:
    return get_user_model().normalize_username(who) if isinstance(who, str) else who
