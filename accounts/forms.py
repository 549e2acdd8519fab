"""Signing in to the back office, by the same rules as through the API."""

from typing import Any

from django.core.exceptions import ValidationError
from unfold.forms import AuthenticationForm

from accounts import services
from accounts.models import User, normalised_email
from core import clock
from core.api.throttles import RateLimit, address
from core.errors import TooMany


class BackOfficeSignIn(AuthenticationForm):  # type: ignore[misc]  # no stubs
    """Counts attempts per address and per account, and notes when somebody came."""

    def clean(self) -> dict[str, Any]:
        limit = RateLimit("login")
        try:
            limit.hit(address(self.request))
            limit.hit(normalised_email(self.cleaned_data.get("username", "")))
        except TooMany as error:
            raise ValidationError(error.detail, code=error.code) from error
        cleaned: dict[str, Any] = super().clean()
        user: User = self.get_user()
        services.record_sign_in(user=user, at=clock.now())
        return cleaned
