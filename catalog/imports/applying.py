"""Reading products in: all of a file or nothing, the same way whether it is meant or a rehearsal."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Any
from uuid import UUID

from django.db import transaction

from accounts.models import Seller
from catalog import services
from catalog.imports.columns import OF_PRODUCT, OF_VARIANT
from catalog.imports.reading import Fault, Row, read
from catalog.models import Brand, Category, Product, Variant
from core.errors import DomainError
from core.locks import advisory_lock

NEEDED = ("title", "category")
"""Columns that a new product needs; a new variant needs a price."""


@dataclass(slots=True)
class Report:
    """What a file did, or would have done; with faults it did nothing."""

    rows: int = 0
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    applied: bool = False
    faults: list[Fault] = field(default_factory=list)


@transaction.atomic
def import_products(
    lines: Iterable[bytes], *, seller: Seller, actor_id: UUID, dry_run: bool, at: datetime
) -> Report:
    """Add and change ``seller``'s products, by SKU: reading a file twice changes nothing twice.

    Empty cells leave things as they are; ``stock`` is what was counted. Imports of one seller queue;
    variants are locked in pk order, then their products.
    """
    rows, faults = read(lines)
    advisory_lock(f"catalog:import:{seller.pk}")
    importing = _Import(rows, seller, actor_id, at)
    importing.run()
    report = importing.report
    report.faults = sorted(faults + report.faults, key=lambda fault: (fault.line, fault.column))
    report.applied = not (report.faults or dry_run)
    transaction.set_rollback(not report.applied)
    return report


class _Faulty(DomainError):
    """``row`` cannot be applied; ``field`` is its column."""

    def __init__(self, row: Row, column: str, detail: str) -> None:
        super().__init__(detail, field=column)
        self.row = row


class _Import:
    def __init__(self, rows: Sequence[Row], seller: Seller, actor_id: UUID, at: datetime) -> None:
        self.rows, self.seller, self.actor_id, self.at = rows, seller, actor_id, at
        self.report = Report(rows=len(rows))
        self.categories: dict[str, Any] = {
            category.slug: category for category in Category.objects.filter(is_active=True)
        }
        slugs = {row.cells["brand"] for row in rows if "brand" in row.cells}
        self.brands: dict[str, Any] = {
            brand.slug: brand for brand in Brand.objects.filter(slug__in=slugs)
        }
        self.known = self._locked()

    def _locked(self) -> dict[str, Variant]:
        skus = [row.sku for row in self.rows]
        found = Variant.objects.filter(sku__in=skus).select_related("product")
        variants = {variant.sku: variant for variant in found.locked()}
        ids = {v.product_id for v in variants.values() if v.product.seller_id == self.seller.pk}
        products = {p.pk: p for p in Product.objects.filter(pk__in=ids).locked()}
        for variant in variants.values():
            variant.product = products.get(variant.product_id, variant.product)
        return variants

    def run(self) -> None:
        sound = [row for row in self.rows if self._is_sound(row)]
        by_group = sorted(sound, key=lambda row: row.group)  # stable: lines stay in order
        for _, group in groupby(by_group, key=lambda row: row.group):
            self._group(list(group))

    def _is_sound(self, row: Row) -> bool:
        """Whether what the row names is there, and its SKU free or the seller's own."""
        missing = [
            column
            for column, known in (("category", self.categories), ("brand", self.brands))
            if row.cells.get(column, "") not in {"", *known}
        ]
        for column in missing:
            self._fault(row, column, "There is no such slug.")
        variant = self.known.get(row.sku)
        product = variant.product if variant else None
        taken = product and (product.seller_id != self.seller.pk or product.deleted_at)
        if taken:
            self._fault(row, "sku", "This SKU is in use.")
        return not (missing or taken)

    def _fault(self, row: Row, column: str, detail: str) -> None:
        self.report.faults.append(Fault(row.line, column, detail))

    def _group(self, rows: list[Row]) -> None:
        """One product. A fault of its own is its first row's; its variants' are theirs."""
        try:
            with transaction.atomic():
                fields = self._product_fields(rows)
                status = fields.pop("status", None)
                product = self._product(rows, fields)
                for row in rows:
                    self._row(product, row)
                self._move(product, status)
        except _Faulty as error:
            self._fault(error.row, error.field, error.detail)
        except DomainError as error:
            self._fault(rows[0], error.field, error.detail)

    def _row(self, product: Product, row: Row) -> None:
        try:
            with transaction.atomic():
                self._variant(product, row)
        except DomainError as error:
            self._fault(row, error.field, error.detail)

    def _product_fields(self, rows: list[Row]) -> dict[str, Any]:
        """What the rows say of their product, in whichever of them; they must agree."""
        fields: dict[str, Any] = {}
        for row in rows:
            for column in OF_PRODUCT:
                said = row.cells.get(column)
                if said is not None and fields.setdefault(column, said) != said:
                    raise _Faulty(row, column, "Rows of one product differ.")
        for column, known in (("category", self.categories), ("brand", self.brands)):
            if column in fields:
                fields[column] = known[fields[column]]
        return fields

    def _product(self, rows: list[Row], fields: dict[str, Any]) -> Product:
        """The product that the rows' SKUs have already, brought up to date, or a new draft."""
        found: Product | None = None
        for row in rows:
            if (variant := self.known.get(row.sku)) is None:
                continue
            if found not in {None, variant.product}:
                raise _Faulty(row, "product", "This SKU is another product's.")
            found = variant.product
        if found is None:
            return self._draft(rows, fields)
        if changes := _differing(found, fields):
            services.edit_product(found, changes, version=None, at=self.at)
        return found

    def _draft(self, rows: list[Row], fields: dict[str, Any]) -> Product:
        for column in NEEDED:
            if column not in fields:
                raise _Faulty(rows[0], column, "A new product needs this.")
        return services.draft_product(seller=self.seller, fields=fields, variants=[], at=self.at)

    def _move(self, product: Product, status: str | None) -> None:
        product.refresh_from_db(fields=["status"])
        if status not in {None, product.status}:
            services.edit_product(product, {"status": status}, version=None, at=self.at)

    def _variant(self, product: Product, row: Row) -> None:
        variant = self.known.get(row.sku)
        if variant is None:
            self._add(product, row)
            return
        said = {name: row.cells[name] for name in OF_VARIANT if name in row.cells}
        if "active" in said:
            said["is_active"] = said.pop("active")
        changes = _differing(variant, said)
        if changes:
            services.edit_variant(variant, changes, version=None, at=self.at)
        counted = self._count(variant, row)
        self.report.changed += bool(changes or counted)
        self.report.unchanged += not (changes or counted)

    def _count(self, variant: Variant, row: Row) -> bool:
        counted = row.cells.get("stock", variant.stock)
        if counted == variant.stock:
            return False
        said: dict[str, Any] = {"note": "Import", "actor_id": self.actor_id, "at": self.at}
        return services.count_stock(variant, counted, **said) is not None

    def _add(self, product: Product, row: Row) -> None:
        if "price" not in row.cells:
            raise _Faulty(row, "price", "A new variant needs this.")
        said = row.cells
        new = services.NewVariant(
            sku=row.sku,
            price=said["price"],
            options=said.get("options", {}),
            compare_at_price=said.get("compare_at_price"),
            stock=said.get("stock", 0),
            low_stock_at=said.get("low_stock_at", 0),
        )
        variant = services.create_variant(product, new, version=None, at=self.at)
        if not said.get("active", True):
            services.retire_variant(variant, version=None, at=self.at)
        self.report.added += 1


def _differing(row: Any, said: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in said.items() if getattr(row, name) != value}
