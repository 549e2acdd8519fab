"""Who may do what: one table over Django's groups. Superusers may do everything.

Names are Django's (``app.action_model``) plus the domain's own (``ledger.credit``); ``*`` matches
any rest. What people may do with their own rows is not here: querysets say it (``.visible_to``).
"""

from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any

from django.contrib.auth.backends import ModelBackend

GRANTS: Mapping[str, tuple[str, ...]] = {
    "catalog": ("catalog.*", "accounts.view_seller"),
    "orders": (
        "orders.*",
        "cart.view_*",
        "cart.*_promotion",
        "cart.*_shippingmethod",
        "cart.*_shippingrate",
        "catalog.view_*",
        "accounts.view_*",
    ),
    "finance": (
        "ledger.*",
        "orders.view_*",
        "cart.*_taxrate",
        "catalog.view_category",
        "accounts.view_*",
        "core.view_auditentry",
    ),
    "support": (
        "accounts.view_*",
        "accounts.change_user",
        "accounts.change_seller",
        "orders.view_*",
        "cart.view_*",
        "catalog.view_*",
        "core.view_*",
        "core.change_delivery",
        "core.change_job",
    ),
    "analyst": (
        "analytics.*",
        "catalog.view_*",
        "core.view_job",
        "core.change_job",
        "orders.view_*",
        "ledger.view_periodclose",
        "waffle.*_flag",
    ),
}


class GroupBackend(ModelBackend):
    """Signs in by password, and answers ``user.has_perm`` from ``GRANTS`` alone.

    One query a request, for the names of the user's groups.
    """

    def has_perm(self, user_obj: Any, perm: str, obj: Any = None) -> bool:
        return any(fnmatchcase(perm, pattern) for pattern in _patterns(user_obj))

    def has_module_perms(self, user_obj: Any, app_label: str) -> bool:
        return any(pattern.split(".")[0] == app_label for pattern in _patterns(user_obj))

    def get_all_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        """As patterns; Django asks for this only to show it."""
        return set(_patterns(user_obj))


def _patterns(user: Any) -> list[str]:
    if not user.is_active or not user.is_staff:
        return []
    if not hasattr(user, "_granted"):
        names = user.groups.values_list("name", flat=True)
        user._granted = [pattern for name in names for pattern in GRANTS.get(name, ())]  # noqa: SLF001
    granted: list[str] = user._granted  # noqa: SLF001  # kept on the user: one query a request
    return granted
