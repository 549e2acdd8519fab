"""The ledger accounts that orders move money through, named in one place.

Escrow holds one order's money and may not go below zero, so no more can leave it than came in.
"""

from uuid import UUID

from ledger.chart import AccountSpec, hot


def escrow(order_id: UUID, currency: str) -> AccountSpec:
    return AccountSpec(f"order:{order_id.hex}:escrow:{currency}", "escrow", currency)


def seller_payable(seller_id: UUID, currency: str) -> AccountSpec:
    return AccountSpec(f"seller:{seller_id.hex}:payable:{currency}", "payable", currency)


def promotions(currency: str) -> AccountSpec:
    """What the platform adds to sales: as far below zero as its promotions have cost it."""
    return hot(f"platform:promotions:{currency}", "promotion", currency)


def tax(country: str, currency: str) -> AccountSpec:
    """Tax that was taken in on sales to ``country`` and is owed there."""
    return hot(f"platform:tax:{country}:{currency}", "tax", currency)


def commission(currency: str) -> AccountSpec:
    return hot(f"platform:commission:{currency}", "commission", currency)


def refunds_due(payment_id: UUID, currency: str) -> AccountSpec:
    """What of one payment is to be given back outside. No more can leave it than is due."""
    return AccountSpec(f"payment:{payment_id.hex}:refunds_due:{currency}", "transit", currency)
