"""A seller's own promotions. The seller bears all of what they take off."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction

from accounts.models import Seller
from cart import errors
from cart.models import Promotion
from core import audit
from core.errors import Stale

STREAM = "promotions"
KINDS_NUMBERS = {
    Promotion.Kind.PERCENTAGE: {"rate"},
    Promotion.Kind.FIXED: {"amount"},
    Promotion.Kind.FREE_SHIPPING: set[str](),
    Promotion.Kind.BUY_X_GET_Y: {"rate", "buys", "gets"},
}


@transaction.atomic
def create_promotion(*, seller: Seller, fields: Mapping[str, Any], at: datetime) -> Promotion:
    """A promotion of ``seller``'s goods. ``fields`` are validated columns. Audited.

    :raises PromotionContradictory: its columns do not go together.
    :raises CodeTaken: another promotion, anybody's, has its code.
    """
    promotion = Promotion(
        seller=seller, platform_share=0, currency=settings.SHOP_CURRENCY, **fields
    )
    _refuse_contradictions(promotion)
    try:
        with transaction.atomic():
            promotion.save(force_insert=True)
    except IntegrityError as error:
        if Promotion.objects.filter(code=promotion.code).exists():
            raise errors.CodeTaken(field="code") from error
        raise
    _audit(promotion, "add", fields, at)
    return promotion


@transaction.atomic
def edit_promotion(
    promotion: Promotion, changes: Mapping[str, Any], *, version: int | None, at: datetime
) -> Promotion:
    """Write ``changes`` (validated columns) to a promotion that still has ``version``. Locks it.

    Orders keep what they were granted. Audited.

    :raises Stale: somebody else was faster.
    :raises PromotionContradictory: its columns would not go together.
    :raises PromotionLimitTooLow: more than the new ``total_limit`` have been given.
    """
    locked = Promotion.objects.locked().get(pk=promotion.pk)
    if version not in {None, locked.version}:
        raise Stale(field="If-Match", current=locked.version)
    for name, value in changes.items():
        setattr(locked, name, value)
    _refuse_contradictions(locked)
    locked.version += 1
    locked.updated_at = at
    try:
        with transaction.atomic():
            locked.save(update_fields={*changes, "updated_at", "version"})
    except IntegrityError as error:
        if "total_limit" in changes:
            raise errors.PromotionLimitTooLow(field="total_limit") from error
        raise
    _audit(locked, "change", changes, at)
    locked.refresh_from_db()
    return locked


def _refuse_contradictions(promotion: Promotion) -> None:
    for name in ("rate", "amount", "buys", "gets"):
        needed = name in KINDS_NUMBERS[Promotion.Kind(promotion.kind)]
        if needed != bool(getattr(promotion, name)):
            belongs = "belongs" if needed else "does not belong"
            raise errors.PromotionContradictory(
                f"This {belongs} to a promotion of the kind {promotion.kind}.", field=name
            )
    if promotion.ends_at is not None and promotion.ends_at <= promotion.starts_at:
        raise errors.PromotionContradictory("It ends before it starts.", field="ends_at")
    if promotion.first_order_only and promotion.customer_limit != 1:
        raise errors.PromotionContradictory(
            "One for first orders has a limit of 1 per customer.", field="customer_limit"
        )


def _audit(promotion: Promotion, action: str, fields: Mapping[str, Any], at: datetime) -> None:
    actor = promotion.seller.user_id if promotion.seller else None
    said = {name: str(value) for name, value in fields.items()}
    audit.record(STREAM, actor_id=actor, action=action, subject=promotion, changes=said, at=at)
