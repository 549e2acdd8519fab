"""Reading products in: all of a file or nothing, the same way whether it is meant or a rehearsal."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from accounts.models import Seller
from catalog.imports.planning import Planning
from catalog.imports.present import present
from catalog.imports.reading import Fault, Line, read
from catalog.imports.rows import rows_of
from catalog.imports.saving import save
from core.locks import advisory_lock
from core.retries import is_lost_race, retried

UNIQUE_VIOLATION = "23505"


@dataclass(slots=True)
class Report:
    """What a file did, or would have done; with faults it did nothing."""

    rows: int = 0
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    applied: bool = False
    faults: list[Fault] = field(default_factory=list)


def import_products(
    content: bytes, *, seller: Seller, actor_id: UUID, dry_run: bool, at: datetime
) -> Report:
    """Add and change ``seller``'s products, by SKU: reading a file twice changes nothing twice.

    Empty cells leave things as they are; ``stock`` is what was counted. Imports of one seller queue;
    variants are locked in pk order, then their products. A rehearsal reads only, and locks nothing.
    """
    lines, faults = read(content)
    plan = _Import(lines, faults, seller, actor_id, at)
    return plan.rehearsed() if dry_run or faults else plan.applied()


def _may_succeed(error: BaseException) -> bool:
    """A SKU that somebody else took meanwhile is a fault when it is looked at again."""
    taken = getattr(error.__cause__, "sqlstate", "") == UNIQUE_VIOLATION
    return is_lost_race(error) or (isinstance(error, IntegrityError) and taken)


@dataclass(frozen=True, slots=True)
class _Import:
    lines: list[Line]
    faults: list[Fault]
    seller: Seller
    actor_id: UUID
    at: datetime

    def rehearsed(self) -> Report:
        return self._report(self._planned(lock=False))

    @retried(_may_succeed)
    def applied(self) -> Report:
        with transaction.atomic():
            advisory_lock(f"catalog:import:{self.seller.pk}")
            planning = self._planned(lock=True)
            report = self._report(planning)
            if not report.faults:
                save(planning.plans, actor_id=self.actor_id, at=self.at)
                report.applied = True
        return report

    def _planned(self, *, lock: bool) -> Planning:
        there = present(self.lines, seller=self.seller, lock=lock)
        rows, faults, broken = rows_of(self.lines, there)
        planning = Planning(there, broken, self.seller)
        planning.faults += faults
        planning.add(rows)
        return planning

    def _report(self, planning: Planning) -> Report:
        faults = {*self.faults, *planning.faults}
        added = sum(len(plan.added) for plan in planning.plans)
        return Report(
            rows=len(self.lines),
            added=added,
            changed=len(planning.changed),
            unchanged=planning.known - len(planning.changed),
            faults=sorted(faults, key=lambda fault: (fault.line, fault.column, fault.detail)),
        )
