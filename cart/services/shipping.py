"""Changes to what a seller charges for sending things."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction

from accounts.models import Seller
from cart import errors
from cart.models import ShippingMethod, ShippingRate
from core.errors import Stale
from core.models import NEXT_VERSION


def add_shipping_rate(
    *, seller: Seller, method: ShippingMethod, country: str, prices: Mapping[str, Any]
) -> ShippingRate:
    """Let ``seller`` ship to ``country`` ("" is everywhere else) by ``method`` at ``prices``.

    These are ``price``, ``per_kg`` and ``free_above``: columns of ``ShippingRate``, minor units.

    :raises ShippingRateTaken: there is one already.
    """
    rate = ShippingRate(
        seller=seller,
        method=method,
        country=country,
        currency=settings.SHOP_CURRENCY,
        **prices,
    )
    try:
        with transaction.atomic():
            rate.save(force_insert=True)
    except IntegrityError as error:
        if ShippingRate.objects.filter(seller=seller, method=method, country=country).exists():
            raise errors.ShippingRateTaken(field="country") from error
        raise
    return rate


def edit_shipping_rate(
    rate: ShippingRate, prices: Mapping[str, Any], *, version: int | None, at: datetime
) -> ShippingRate:
    """Write ``prices``, any of ``price``, ``per_kg`` and ``free_above``, and nothing else.

    :raises Stale: the rate has another version; None is any.
    """
    there = ShippingRate.objects.filter(pk=rate.pk, version=version or rate.version)
    if not there.update(**prices, updated_at=at, version=NEXT_VERSION):
        raise Stale(current=rate.version)
    rate.refresh_from_db(fields=["updated_at", "version", *prices])
    return rate


def remove_shipping_rate(rate: ShippingRate) -> None:
    """No longer ship there by that method. Orders keep what they were charged."""
    rate.delete()
