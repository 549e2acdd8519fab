"""All that the books hold at one instant, by kind of account."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from django.db.models import OuterRef, Subquery
from django.db.models.functions import Coalesce

from core.money import Money
from ledger.models import Account, Entry
from ledger.queries.settled import settled

Group = tuple[str, str]


@dataclass(frozen=True, slots=True)
class TrialBalanceLine:
    """``credit`` is what accounts of this kind had above zero, ``debit`` what they had below it."""

    currency: str
    kind: str
    debit: Money
    credit: Money

    @property
    def balance(self) -> Money:
        return self.credit - self.debit


@dataclass(frozen=True, slots=True)
class TrialBalance:
    """At ``at`` (UTC), by currency and kind: the balances sum to zero in each currency.

    They do so at any instant, stable or not, because all entries of a transaction share theirs.
    """

    at: datetime
    lines: tuple[TrialBalanceLine, ...]
    stable: bool


def trial_balance(at: datetime) -> TrialBalance:
    """At ``at`` (inclusive), by the time of recording, in one statement; reads every account.

    Summed here, because together accounts may hold more than SQLite's sums can.
    """
    until = Entry.objects.filter(account=OuterRef("pk"), recorded_at__lte=at)
    newest = until.order_by("-recorded_at", "-account_seq").values("balance_after")[:1]
    accounts = Account.objects.order_by("currency", "kind").values_list("currency", "kind")
    debits, credits_ = Counter[Group](), Counter[Group]()
    with settled() as horizon:
        for currency, kind, minor in accounts.annotate(
            was=Coalesce(Subquery(newest), 0)
        ).iterator():
            debits[currency, kind] += max(-minor, 0)
            credits_[currency, kind] += max(minor, 0)
    lines = tuple(
        TrialBalanceLine(*group, Money(debits[group], group[0]), Money(credits_[group], group[0]))
        for group in debits
    )
    return TrialBalance(at, lines, stable=at < horizon)
