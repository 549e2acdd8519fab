"""Bearer access tokens, with refusals in this API's own words."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework_simplejwt.authentication import JWTAuthentication
from rest_framework_simplejwt.exceptions import AuthenticationFailed, InvalidToken

from core.errors import Unauthenticated


class AccessTokenAuthentication(JWTAuthentication):
    """Who sent the request, by ``Authorization: Bearer``; nobody when there is no header."""

    def get_raw_token(self, header: bytes) -> bytes | None:
        """The scheme may come in any case (RFC 9110, 11.1)."""
        scheme, space, token = header.partition(b" ")
        return super().get_raw_token(scheme.capitalize() + space + token)

    def authenticate(self, request: Any) -> Any:
        """:raises Unauthenticated: a token is there, and is no good."""
        try:
            return super().authenticate(request)
        except (InvalidToken, AuthenticationFailed) as error:
            raise Unauthenticated("The access token is not valid or has expired.") from error


class AccessTokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # drf-spectacular's registry
    target_class = AccessTokenAuthentication
    match_subclasses = True
    name = "bearer"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
