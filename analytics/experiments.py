"""Which of two versions of the recommendations somebody sees."""

from hashlib import sha256
from typing import Any
from uuid import UUID

from django.conf import settings
from waffle import get_waffle_flag_model

from analytics.models import Line

FLAG = "recommendations-candidate"
"""Staff set its people, groups or share (``percent``) in the back office."""


def line_of(user: Any) -> Line:
    """The same for the same user as long as the flag is the same. Who is not signed in is no subject.
    Whether there is anything of the candidate to see yet, is for who reads it.

    The share is of users, not of requests: waffle would draw lots for each and remember it in a cookie,
    which API clients do not keep.
    """
    flag = get_waffle_flag_model().get(FLAG)
    if not user.is_authenticated or not flag.pk or Line.CANDIDATE not in settings.RECOMMENDATIONS:
        return Line.CONTROL
    chosen = flag.everyone
    if chosen is None:
        chosen = flag.is_active_for_user(user) or _place(user.pk) < (flag.percent or 0)
    return Line.CANDIDATE if chosen else Line.CONTROL


def is_running() -> bool:
    """Whether anybody may see the candidate."""
    flag = get_waffle_flag_model().get(FLAG)
    if not flag.pk or flag.everyone is False:
        return False
    return bool(flag.everyone or flag.percent or _is_for_a_kind(flag) or _is_for_some(flag))


def _is_for_a_kind(flag: Any) -> bool:
    return bool(flag.authenticated or flag.staff or flag.superusers)


def _is_for_some(flag: Any) -> bool:
    return bool(flag.users.exists() or flag.groups.exists())


def _place(user_id: UUID) -> float:
    """Where among all users this one stands, 0 to 100, by chance but always the same."""
    digest = sha256(f"{FLAG}:{user_id}".encode()).digest()
    return int.from_bytes(digest[:4]) * 100 / 2**32
