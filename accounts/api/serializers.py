"""Accounts in JSON."""

from rest_framework import serializers

from accounts.models import User
from core.api.fields import StrictSerializer


class UserSerializer(serializers.ModelSerializer[User]):
    name = serializers.CharField(read_only=True)
    role = serializers.ChoiceField(choices=User.Role.choices, read_only=True)
    avatar_url = serializers.CharField(read_only=True)

    class Meta:
        model = User
        fields = (
            "id",
            "email",
            "name",
            "first_name",
            "last_name",
            "avatar_url",
            "phone",
            "email_verified",
            "role",
            "last_login_at",
            "created_at",
        )
        read_only_fields = fields


class RegisterSerializer(StrictSerializer):
    email = serializers.EmailField(max_length=254)
    password = serializers.CharField(max_length=128, trim_whitespace=False)
    name = serializers.CharField(max_length=200)


class LoginSerializer(StrictSerializer):
    email = serializers.EmailField(max_length=254)
    password = serializers.CharField(max_length=128, trim_whitespace=False)


class RefreshSerializer(StrictSerializer):
    refresh = serializers.CharField(max_length=2_000)


class ProfileSerializer(StrictSerializer):
    first_name = serializers.CharField(max_length=150, allow_blank=True)
    last_name = serializers.CharField(max_length=150, allow_blank=True)
    phone = serializers.RegexField(r"^\+?[0-9 ()-]{5,31}$|^$", max_length=32, allow_blank=True)
    avatar_url = serializers.URLField(max_length=500, allow_blank=True)


class TokensSerializer(StrictSerializer):
    access = serializers.CharField()
    refresh = serializers.CharField()
    user = UserSerializer()
