"""People: users, where they live, and those of them who sell."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from core import addresses
from core.ids import uuid7
from core.models import Identified, Versioned


def normalised_email(email: str) -> str:
    """Lower case throughout: two people never differ by the case of their address only."""
    return email.strip().lower()


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Save a new user; without a password, one that cannot sign in by password."""
        user = self.model(email=normalised_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=normalised_email(username or ""))


class User(AbstractBaseUser, PermissionsMixin):
    """A person. Signs in by e-mail; is a buyer always, and a seller, staff or admin besides.

    Never deleted, because orders refer to it: ``deleted_at`` (UTC) says that it is gone.
    """

    class Role(models.TextChoices):
        BUYER = "buyer"
        SELLER = "seller"
        STAFF = "staff"
        ADMIN = "admin"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    email = models.EmailField(max_length=254, unique=True)
    first_name = models.CharField(max_length=150, blank=True)
    last_name = models.CharField(max_length=150, blank=True)
    phone = models.CharField(max_length=32, blank=True)
    avatar_url = models.URLField(max_length=500, blank=True)
    email_verified = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    last_login = None
    last_login_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    deleted_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(email=Lower("email")), name="accounts_user_email_lower_case"
            ),
            models.CheckConstraint(
                condition=Q(deleted_at__isnull=True) | Q(is_active=False),
                name="accounts_user_deleted_is_inactive",
            ),
        ]

    def __str__(self) -> str:
        return self.email

    @classmethod
    def normalize_username(cls, username: str) -> str:
        """Django's forms ask for this."""
        return normalised_email(username)

    @property
    def name(self) -> str:
        """First and last name, or the e-mail where neither is known."""
        return f"{self.first_name} {self.last_name}".strip() or self.email

    @property
    def role(self) -> Role:
        """The most that this person is. Asks for the seller profile: select it along in lists."""
        if self.is_superuser:
            return self.Role.ADMIN
        if self.is_staff:
            return self.Role.STAFF
        seller: Seller | None = getattr(self, "seller", None)
        return self.Role.SELLER if seller and seller.is_approved else self.Role.BUYER


class Session(Identified):
    """One sign-in of one device: a family of refresh tokens of which only the newest is good."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="sessions")
    refresh_jti = models.CharField(max_length=64)
    device = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["user", "-last_seen_at"], name="accounts_session_user_seen"),
            models.Index(fields=["expires_at"], name="accounts_session_expires"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} since {self.created_at:%Y-%m-%d %H:%M}"


class Address(Versioned):
    """Where a user wants things sent. Orders keep their own copy."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="addresses")
    recipient = models.CharField(max_length=200)
    street = models.CharField(max_length=200)
    street2 = models.CharField(max_length=200, blank=True)
    city = models.CharField(max_length=100, blank=True)
    state = models.CharField(max_length=100, blank=True)
    zip = models.CharField(max_length=20, blank=True)
    country = models.CharField(max_length=2)
    phone = models.CharField(max_length=32, blank=True)

    class Meta:
        verbose_name_plural = "addresses"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(country__regex=r"^[A-Z][A-Z]$"),
                name="accounts_address_country_two_letters",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.recipient}, {self.city}"

    def clean(self) -> None:
        """Refuse what the country's post would."""
        parts = {name: getattr(self, name) for name in (*addresses.NEEDED, "country")}
        faults = {f.field: ValidationError(f.detail, f.code) for f in addresses.faults(parts)}
        if faults:
            raise ValidationError(faults)


class Seller(Versioned):
    """A user's shop. Sells once approved; ``commission_rate`` is in hundredths of a per cent."""

    class Status(models.TextChoices):
        APPLIED = "applied"
        APPROVED = "approved"
        SUSPENDED = "suspended"

    user = models.OneToOneField(User, on_delete=models.PROTECT, related_name="seller")
    name = models.CharField(max_length=120)
    slug = models.SlugField(max_length=140, unique=True)
    description = models.TextField(blank=True)
    status = models.CharField(max_length=10, choices=Status, default=Status.APPLIED)
    commission_rate = models.PositiveIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(commission_rate__lte=10_000),
                name="accounts_seller_commission_not_above_all",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["applied", "approved", "suspended"]),
                name="accounts_seller_status_known",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_approved(self) -> bool:
        return self.status == self.Status.APPROVED
