"""One currency for another, at a rate that finance has stated.

Rates are all against the shop's currency, so any way round through several currencies has the
exact product 1, and rounding down at each step leaves no way to gain a unit.
"""

from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from django.conf import settings
from django.db import transaction

from core import audit, clock
from core.money import MAX_MINOR, Money, NotMoney, exponent
from ledger import chart
from ledger.errors import (
    ExchangeTooSmall,
    PostingRefused,
    QuoteExpired,
    QuoteNotFound,
    RateNotStated,
    RateRefused,
    SameCurrency,
)
from ledger.models import ExchangeQuote, ExchangeRate
from ledger.models.rates import PLACES, UNITS
from ledger.postings import Line, Posted, Posting
from ledger.queries.rates import rate_at
from ledger.services.freezing import STREAM
from ledger.services.limits import check_spending, lock_spending
from ledger.services.posting import is_posted, post

LASTS = timedelta(minutes=2)
"""How long a quote may be taken."""

SCOPE = "exchange"
MAX_RATE = 10**8


@transaction.atomic
def state_rate(
    *,
    currency: str,
    rate: Decimal,
    valid_from: datetime | None = None,
    valid_until: datetime | None = None,
    actor_id: UUID,
) -> ExchangeRate:
    """Let one of the shop's currency be ``rate`` of ``currency`` (both in major units), from now
    unless it says when, until the next one begins or ``valid_until``. Audited.

    :raises NotMoney: it is no currency.
    :raises SameCurrency: it is the shop's.
    :raises RateRefused: not above zero, too large, over ten decimals, or times that cannot be meant.
    """
    exponent(currency)
    if currency == settings.SHOP_CURRENCY:
        raise SameCurrency(field="currency")
    units, now = _units(rate), clock.db_now()
    begins = valid_from or now
    if begins < now:
        raise RateRefused("What was in force before now cannot change.", field="valid_from")
    if valid_until and valid_until <= begins:
        raise RateRefused("It ends before it begins.", field="valid_until")
    stated = ExchangeRate.objects.create(
        base=settings.SHOP_CURRENCY,
        currency=currency,
        units=units,
        valid_from=begins,
        valid_until=valid_until,
        stated_by=actor_id,
        created_at=now,
    )
    changes = {"rate": str(rate), "currency": currency}
    audit.record(
        STREAM, actor_id=actor_id, action="state_rate", subject=stated, changes=changes, at=now
    )
    return stated


@transaction.atomic
def quote_exchange(*, user_id: UUID, sold: Money, currency: str) -> ExchangeQuote:
    """Promise ``user_id`` what ``sold`` buys of ``currency``, for two minutes. Moves nothing.

    :raises PostingRefused: not more than zero.
    :raises SameCurrency: it would stay what it is.
    :raises RateNotStated: there is no rate in force for one of the two.
    :raises ExchangeTooSmall: it is worth less than one minor unit.
    :raises NotMoney: it is worth more than an amount can be.
    """
    if sold.amount <= 0:
        raise PostingRefused("The amount must be more than zero.", field="amount")
    if sold.currency == currency:
        raise SameCurrency(field="buy_currency")
    now = clock.db_now()
    sold_rate, bought_rate = _rate(sold.currency, now), _rate(currency, now)
    bought = converted(sold, currency, _parts(sold_rate), _parts(bought_rate))
    if bought.amount <= 0:
        raise ExchangeTooSmall(field="amount")
    if bought.amount > MAX_MINOR:
        raise NotMoney("The amount is too large.", field="amount")
    return ExchangeQuote.objects.create(
        owner_id=user_id,
        sold_amount=sold.amount,
        sold_currency=sold.currency,
        sold_rate=sold_rate,
        bought_amount=bought.amount,
        bought_currency=currency,
        bought_rate=bought_rate,
        created_at=now,
        expires_at=now + LASTS,
    )


@transaction.atomic
def exchange(*, user_id: UUID, quote_id: UUID) -> Posted:
    """Take a quote, once: taken again, it is the first one's transaction.

    Spending limits of the currency that is sold apply, under a lock per person.

    :raises QuoteNotFound: there is none, or it is somebody else's.
    :raises QuoteExpired: it was not taken in time.
    :raises LimitExceeded: it is more than the person may send away.
    :raises InsufficientFunds, AccountFrozen, BalanceTooLarge: a wallet does not allow it.
    """
    lock_spending(user_id)
    own = ExchangeQuote.objects.filter(pk=quote_id, owner_id=user_id)
    quote = own.select_related("sold_rate", "bought_rate").first()
    if quote is None:
        raise QuoteNotFound(field="quote_id")
    posting = _posting(quote)
    if not is_posted(posting):
        if clock.db_now() >= quote.expires_at:
            raise QuoteExpired(field="quote_id")
        check_spending(owner_id=user_id, amount=quote.sold)
    return post(posting)


def converted(sold: Money, currency: str, sold_units: int, bought_units: int) -> Money:
    """What ``sold`` is in ``currency``, rounded down: the rest is the platform's.

    Exact integers throughout: minor units times the quotient of both rates, and of both scales.
    """
    numerator = sold.amount * bought_units * 10 ** exponent(currency)
    denominator = sold_units * 10 ** exponent(sold.currency)
    return Money(numerator // denominator, currency)


def _posting(quote: ExchangeQuote) -> Posting:
    sold, bought = quote.sold, quote.bought
    lines = (
        Line(chart.wallet(quote.owner_id, sold.currency), -sold.amount),
        Line(chart.fx(sold.currency), sold.amount),
        Line(chart.fx(bought.currency), -bought.amount),
        Line(chart.wallet(quote.owner_id, bought.currency), bought.amount),
    )
    return Posting(
        "exchange",
        f"quote:{quote.pk.hex}",
        lines,
        scope=SCOPE,
        actor_id=quote.owner_id,
        reason=f"{sold.display()} into {bought.display()}",
        metadata={"rate": f"{quote.rate:f}", "quote": str(quote.pk)},
    )


def _units(rate: Decimal) -> int:
    if not rate.is_finite() or rate <= 0:
        raise RateRefused("A rate is more than zero.", field="rate")
    if rate > MAX_RATE:
        raise RateRefused("The rate is too large.", field="rate")
    if -int(rate.as_tuple().exponent) > PLACES:
        raise RateRefused(f"A rate has {PLACES} decimal places at most.", field="rate")
    return int(rate.scaleb(PLACES))


def _rate(currency: str, at: datetime) -> ExchangeRate | None:
    """None is the shop's currency's own, which is 1."""
    if currency == settings.SHOP_CURRENCY:
        return None
    found = rate_at(currency, at)
    if found is None:
        raise RateNotStated(currency=currency)
    return found


def _parts(rate: ExchangeRate | None) -> int:
    return UNITS if rate is None else rate.units
