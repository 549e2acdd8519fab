"""What a route asks of its caller, in terms of ``core.permissions``."""

from typing import Any

from rest_framework.permissions import BasePermission, IsAuthenticated
from rest_framework.request import Request


def can(permission: str) -> type[BasePermission]:
    """A permission class for those whom ``core.permissions.GRANTS`` gives ``permission``."""

    class Can(IsAuthenticated):
        def has_permission(self, request: Request, view: Any) -> bool:
            return super().has_permission(request, view) and request.user.has_perm(permission)

    return Can
