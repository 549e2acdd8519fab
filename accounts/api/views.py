"""Sign up, sign in, and the caller's own profile."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import services, sessions
from accounts.api import serializers
from accounts.models import normalised_email
from core import clock
from core.api.schema import problems
from core.api.throttles import RateLimit, address
from core.api.views import ApiView, SignedIn


class AnonymousView(ApiView):
    """For those who have no token yet: none is looked at, and attempts are counted."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    rate_limit: RateLimit

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if request.method == "POST":
            self.rate_headers = self.rate_limit.hit(address(request))

    def finalize_response(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Say what the address has left, unless a refusal says it of what refused."""
        response = super().finalize_response(request, *args, **kwargs)
        for header, value in getattr(self, "rate_headers", {}).items():
            response.headers.setdefault(header, value)
        return response


class RegisterView(AnonymousView):
    rate_limit = RateLimit("register")

    @extend_schema(
        operation_id="register",
        tags=["accounts"],
        request=serializers.RegisterSerializer,
        responses={201: serializers.TokensSerializer, **problems(409, 429)},
    )
    def post(self, request: Request) -> Response:
        """Create a buyer's account and sign in."""
        body = serializers.RegisterSerializer.read(request)
        tokens = services.register(**body, device=_device(request), at=clock.now())
        return Response(serializers.TokensSerializer(tokens).data, status=201)


class LoginView(AnonymousView):
    rate_limit = RateLimit("login")

    @extend_schema(
        operation_id="login",
        tags=["accounts"],
        request=serializers.LoginSerializer,
        responses={200: serializers.TokensSerializer, **problems(401, 429)},
    )
    def post(self, request: Request) -> Response:
        """Sign in with e-mail and password.

        Attempts are limited per address, and failures per account since its last success; once
        either is used up, the right password is refused, too.
        """
        body = serializers.LoginSerializer.read(request)
        with self.rate_limit.failures(normalised_email(body["email"])):
            tokens = services.sign_in(**body, device=_device(request), at=clock.now())
        return Response(serializers.TokensSerializer(tokens).data)


class RefreshView(AnonymousView):
    rate_limit = RateLimit("refresh")

    @extend_schema(
        operation_id="refresh",
        tags=["accounts"],
        request=serializers.RefreshSerializer,
        responses={200: serializers.TokensSerializer, **problems(401, 429)},
    )
    def post(self, request: Request) -> Response:
        """Swap a refresh token for a new pair. Each is good once; a second use ends the session."""
        body = serializers.RefreshSerializer.read(request)
        tokens = sessions.refresh(token=body["refresh"], at=clock.now())
        return Response(serializers.TokensSerializer(tokens).data)


class LogoutView(ApiView):
    @extend_schema(
        operation_id="logout",
        tags=["accounts"],
        request=serializers.RefreshSerializer,
        responses={204: None},
    )
    def post(self, request: SignedIn) -> Response:
        """End the session that the refresh token belongs to."""
        body = serializers.RefreshSerializer.read(request)
        sessions.end(token=body["refresh"], user=request.user, at=clock.now())
        return Response(status=204)


class LogoutAllView(ApiView):
    @extend_schema(
        operation_id="logout_all", tags=["accounts"], request=None, responses={204: None}
    )
    def post(self, request: SignedIn) -> Response:
        """End every session of the caller."""
        sessions.end_all(user=request.user, at=clock.now())
        return Response(status=204)


class MeView(ApiView):
    @extend_schema(
        operation_id="profile",
        tags=["accounts"],
        responses={200: serializers.UserSerializer},
    )
    def get(self, request: SignedIn) -> Response:
        """The caller's own profile."""
        return Response(serializers.UserSerializer(request.user).data)

    @extend_schema(
        operation_id="edit_profile",
        tags=["accounts"],
        request=serializers.ProfileSerializer(partial=True),
        responses={200: serializers.UserSerializer},
    )
    def patch(self, request: SignedIn) -> Response:
        """Change name, phone or picture."""
        body = serializers.ProfileSerializer.read(request, partial=True)
        user = services.edit_profile(user=request.user, changes=body)
        return Response(serializers.UserSerializer(user).data)


def _device(request: Request) -> str:
    return request.headers.get("User-Agent", "")
