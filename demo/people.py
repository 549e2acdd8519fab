"""The demo's sign-ins. Their password is public, so production settings refuse to make them."""

from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth.models import Group
from django.db import transaction

from accounts.models import User
from core.money import Money
from demo.shop import DOMAIN, SHOPS
from ledger.services import credit

PASSWORD = "try-the-market"  # noqa: S105  # the demo's, printed at every start


@dataclass(frozen=True, slots=True)
class SignIn:
    """One person to try the demo as."""

    role: str
    email: str
    name: str


BUYER = SignIn("buyer", f"buyer@{DOMAIN}", "Bea Buyer")
SELLER = SignIn("seller", f"{SHOPS[0].slug}@{DOMAIN}", "Hal Hearth")
FINANCE = SignIn("finance", f"finance@{DOMAIN}", "Fin Finance")
ADMIN = SignIn("admin", f"admin@{DOMAIN}", "Ada Admin")
SIGN_INS = (BUYER, SELLER, FINANCE, ADMIN)
WELCOME = 500_00
"""Minor units that finance puts into the buyer's wallet."""


@transaction.atomic
def welcome_people() -> None:
    """Make the four sign-ins and fill the buyer's wallet, once."""
    users = {person.role: _person(person) for person in SIGN_INS}
    _promote(users["finance"], groups=["finance"])
    _promote(users["admin"], superuser=True)
    credit(
        user_id=users["buyer"].pk,
        amount=Money(WELCOME, settings.SHOP_CURRENCY),
        key="welcome",
        scope="demo",
        actor_id=users["finance"].pk,
        reason="Welcome to the demo",
    )


def _person(person: SignIn) -> User:
    first, _, last = person.name.partition(" ")
    user, _ = User.objects.get_or_create(email=person.email)
    user.first_name, user.last_name, user.email_verified = first, last, True
    user.set_password(PASSWORD)
    user.save()
    return user


def _promote(user: User, *, groups: list[str] | None = None, superuser: bool = False) -> None:
    user.is_staff, user.is_superuser = True, superuser
    user.save()
    user.groups.set(Group.objects.filter(name__in=groups or []))
