"""Notices of payment providers: kept first, then followed up."""

from uuid import UUID

from django.db import transaction

from core import clock
from orders.errors import ProviderUnavailable
from orders.models import Payment, WebhookReceipt
from orders.payments import registry
from orders.payments.provider import Notice
from orders.services.settling import settle


def receive_webhook(*, provider: str, body: bytes, signature: str) -> WebhookReceipt | None:
    """Keep a provider's notice and look after the payment that it is about. None: nothing of ours.

    However often a notice comes, it is kept once; once settled, it does nothing. What cannot be
    settled now is the sweep's, so the provider need not send it again.

    :raises PaymentProviderUnknown: there is none of this name.
    :raises WebhookInvalid: it was not sent by the provider, or too long ago.
    """
    notice = registry.provider_of(provider).parse_webhook(body, signature)
    if notice is None:
        return None
    receipt = _kept(provider, notice)
    try:
        return settle_receipt(receipt.pk)
    except ProviderUnavailable:
        return receipt


def settle_receipt(receipt_id: UUID) -> WebhookReceipt:
    """Do what a notice asks for. Safe to repeat, and to run twice at once.

    :raises ProviderUnavailable: the payment's provider does not answer. Come again.
    """
    receipt = WebhookReceipt.objects.get(pk=receipt_id)
    if receipt.settled_at is None:
        if receipt.payment_id:
            settle(receipt.payment_id)
        receipt.settled_at = clock.db_now()
        receipt.save(update_fields=["settled_at"])
    return receipt


@transaction.atomic
def _kept(provider: str, notice: Notice) -> WebhookReceipt:
    receipt, _ = WebhookReceipt.objects.get_or_create(
        provider=provider,
        event_id=notice.event_id,
        defaults={
            "kind": notice.kind[:80],
            "payment": _payment(provider, notice),
            "received_at": clock.db_now(),
        },
    )
    return receipt


def _payment(provider: str, notice: Notice) -> Payment | None:
    """A notice can only be about a payment of the provider that sent it."""
    try:
        key = UUID(hex=notice.key)
    except ValueError:
        return None
    return Payment.objects.filter(pk=key, method=provider).first()
