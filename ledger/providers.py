"""By what ways money comes in and goes out: ``settings.WALLET_PROVIDERS``, by name."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from ledger.errors import DestinationRefused, ProviderNotFound

IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}")
ACCOUNT = re.compile(r"[A-Z0-9][A-Z0-9 ./-]{4,62}[A-Z0-9]")
"""Somewhere without IBANs: a sort code and account number, for one."""


@dataclass(frozen=True, slots=True)
class Provider:
    """``instructions`` tell people where to pay a top-up in."""

    name: str
    label: str
    currencies: tuple[str, ...]
    instructions: str = ""


def providers() -> Mapping[str, Provider]:
    stated: Mapping[str, Mapping[str, Any]] = settings.WALLET_PROVIDERS
    return {name: Provider(name, **terms) for name, terms in stated.items()}


def provider_of(name: str, currency: str) -> Provider:
    """:raises ProviderNotFound: there is none, or it does not take this currency."""
    found = providers().get(name)
    if found is None:
        raise ProviderNotFound(field="provider")
    if currency not in found.currencies:
        raise ProviderNotFound(f"{found.label} does not take {currency}.", field="currency")
    return found


def destination(text: str) -> str:
    """A bank account as it is kept: an IBAN without spaces, or another number as it was written.

    :raises DestinationRefused: an IBAN with a slip of the pen, or no account number at all.
    """
    plain = " ".join(text.upper().split())
    packed = plain.replace(" ", "")
    if re.match(r"[A-Z]{2}[0-9]{2}", packed):
        if not IBAN.fullmatch(packed) or not _checks(packed):
            raise DestinationRefused(
                "Check this IBAN: it has a slip of the pen.", field="destination"
            )
        return packed
    if not ACCOUNT.fullmatch(plain) or sum(map(str.isdigit, plain)) < 5:
        raise DestinationRefused(field="destination")
    return plain


def _checks(iban: str) -> bool:
    """ISO 13616: the rearranged number, letters as 10 to 35, is 1 modulo 97."""
    return int("".join(str(int(char, 36)) for char in iban[4:] + iban[:4])) % 97 == 1
