"""What a file would change. Every rule is asked in memory, of what will be; nothing is written."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings

from accounts.models import Seller
from catalog import errors, services
from catalog.imports.columns import OF_PRODUCT, OF_VARIANT
from catalog.imports.present import Present
from catalog.imports.reading import Fault
from catalog.imports.rows import Row
from catalog.models import Product, Variant, option_key
from core.errors import DomainError

NEEDED = ("title", "category")
"""Columns that a new product needs; a new variant needs a price."""

MAX_VARIANTS = 100
"""Of one product, as far as files add them."""


@dataclass(slots=True)
class Plan:
    """One product and all its ``variants``, changed in memory; what of them is to be written."""

    product: Product
    is_new: bool
    variants: list[Variant]
    fields: set[str] = field(default_factory=set)
    added: list[Variant] = field(default_factory=list)
    edited: dict[Variant, set[str]] = field(default_factory=dict)
    given_up: dict[str, Variant] = field(default_factory=dict)
    """Option keys that edited variants still have: the database looks at each row by itself, so nobody
    may take what another one has at present."""
    opening: dict[Variant, int] = field(default_factory=dict)
    counted: dict[Variant, int] = field(default_factory=dict)
    """What there is of variants, new ones and others, and was not known."""

    @property
    def changes_offer(self) -> bool:
        """Whether the variants are others, or one of them sold out or came back."""
        turned = any((each.stock == 0) != (now == 0) for each, now in self.counted.items())
        return bool(self.edited or self.added or turned)

    @property
    def is_on_sale(self) -> bool:
        return self.product.status == Product.Status.ACTIVE

    @property
    def is_on_sale_anew(self) -> bool:
        """On sale, and not as it was."""
        is_other = "status" in self.fields or any("is_active" in n for n in self.edited.values())
        return self.is_on_sale and is_other

    @property
    def for_sale(self) -> list[Variant]:
        return [variant for variant in self.variants if variant.is_active]

    def keys_beside(self, variant: Variant) -> set[str]:
        """Option keys of the other variants, as they are to be."""
        keys = {each.option_key for each in self.variants if each is not variant}
        if variant in self.edited:
            keys |= {key for key, each in self.given_up.items() if key and each is not variant}
        return keys


@dataclass(slots=True)
class Planning:
    """Puts rows to products, one ``Plan`` each. ``faults`` are what speaks against it.

    ``broken`` are groups of which some row could not be read. ``known`` counts the rows of what is
    there, ``changed`` are the lines that say something new of it.
    """

    there: Present
    broken: set[str]
    seller: Seller
    known: int = 0
    changed: set[int] = field(default_factory=set)
    faults: list[Fault] = field(default_factory=list)
    plans: list[Plan] = field(default_factory=list)

    def add(self, rows: Iterable[Row]) -> None:
        for group in self._grouped(rows):
            self._plan(group)

    def _fault(self, row: Row, error: DomainError, column: str = "") -> None:
        self.faults.append(Fault(row.line, column or error.field, error.detail))

    def _grouped(self, rows: Iterable[Row]) -> list[list[Row]]:
        """Rows of one product: those that are there already by what they are, new ones by their name."""
        named: dict[str, list[Row]] = {}
        for row in rows:
            named.setdefault(row.group, []).append(row)
        groups: dict[Any, list[Row]] = {}
        for name, together in named.items():
            product = self._one(together)
            groups.setdefault(product.pk if product else name, []).extend(together)
        return [sorted(group, key=lambda row: row.line) for group in groups.values()]

    def _one(self, rows: list[Row]) -> Product | None:
        """The product that rows of one name are of. Those of another one are no longer among them."""
        product = next((row.product for row in rows if row.product), None)
        for row in [row for row in rows if row.product not in {None, product}]:
            self.faults.append(Fault(row.line, "product", "This SKU is another product's."))
            rows.remove(row)
        return product

    def _plan(self, rows: list[Row]) -> None:
        product = next((row.product for row in rows if row.product), None)
        said = self._agreed(rows)
        if product is None:
            plan = self._draft(rows, said)
        else:
            plan = Plan(product, is_new=False, variants=self.there.siblings[product.pk])
            self._edit(plan, rows, said)
        for row in rows:
            self._row(plan, row)
        self._ask(plan, rows)
        self.plans.append(plan)

    def _agreed(self, rows: list[Row]) -> dict[str, Any]:
        """What the rows say anew of their product, in whichever of them."""
        fields: dict[str, Any] = {}
        for row in rows:
            for column in OF_PRODUCT:
                said = row.said.get(column)
                if said is not None and fields.setdefault(column, said) != said:
                    self.faults.append(Fault(row.line, column, "Rows of one product differ."))
        return fields

    def _draft(self, rows: list[Row], said: dict[str, Any]) -> Plan:
        if not self._is_broken(rows):
            lacking = [column for column in NEEDED if column not in said]
            needed = [
                Fault(rows[0].line, column, "A new product needs this.") for column in lacking
            ]
            self.faults += needed
        status = said.pop("status", Product.Status.DRAFT)
        product = Product(seller=self.seller, currency=settings.SHOP_CURRENCY, **said)
        product.slug = services.slug_of(product.title)
        plan = Plan(product, is_new=True, variants=[], fields=set(said))
        self._move(plan, rows, status)
        return plan

    def _edit(self, plan: Plan, rows: list[Row], said: dict[str, Any]) -> None:
        if "status" in said:
            self._move(plan, rows, said.pop("status"))
        plan.fields |= _set(plan.product, said)
        self.changed |= {row.line for row in rows if plan.fields & row.said.keys()}

    def _move(self, plan: Plan, rows: list[Row], status: str) -> None:
        try:
            services.refuse_move(plan.product.status, status)
        except DomainError as error:
            said = next(row for row in rows if "status" in row.said)
            self._fault(said, error)
        plan.fields |= _set(plan.product, {"status": status})

    def _row(self, plan: Plan, row: Row) -> None:
        variant = row.variant
        if variant is None:
            self._add(plan, row)
            return
        self.known += 1
        said = {name: row.said[name] for name in OF_VARIANT if name in row.said}
        if "active" in said:
            said["is_active"] = said.pop("active")
        key = variant.option_key
        if changes := _set(variant, said):
            plan.edited[variant] = changes
            self.changed.add(row.line)
        if "options" in changes:
            variant.option_key = option_key(variant.options)
            changes.add("option_key")
            plan.given_up[key] = variant
        if row.said.get("stock", variant.stock) != variant.stock:
            plan.counted[variant] = row.said["stock"]
            self.changed.add(row.line)

    def _add(self, plan: Plan, row: Row) -> None:
        said = row.said
        if "price" not in said:
            self.faults.append(Fault(row.line, "price", "A new variant needs this."))
        options = said.get("options", {})
        variant = Variant(
            product=plan.product,
            currency=plan.product.currency,
            sku=row.sku,
            price=said.get("price", 1),
            options=options,
            option_key=option_key(options),
            compare_at_price=said.get("compare_at_price"),
            low_stock_at=said.get("low_stock_at", 0),
            weight=said.get("weight", 0),
            is_active=said.get("active", True),
        )
        plan.variants.append(variant)
        plan.added.append(variant)
        if said.get("stock"):
            plan.opening[variant] = said["stock"]

    def _ask(self, plan: Plan, rows: list[Row]) -> None:
        """Whether the variants go together, and one of what is on sale may be bought."""
        if plan.added and len(plan.variants) > MAX_VARIANTS:
            detail = f"A product has at most {MAX_VARIANTS} variants."
            self.faults.append(Fault(rows[-1].line, "product", detail))
            return
        lines = {row.sku: row for row in rows}
        for variant in (*plan.edited, *plan.added):
            self._fit(plan, variant, lines[variant.sku])
        if plan.is_on_sale_anew and not plan.for_sale and not self._is_broken(rows):
            off = [row for row in rows if row.said.get("active") is False]
            self._fault((off or rows)[0], errors.NothingToSell(), "active" if off else "status")

    def _fit(self, plan: Plan, variant: Variant, row: Row) -> None:
        try:
            services.refuse_beside(variant, plan.keys_beside(variant))
        except DomainError as error:
            self._fault(row, error)

    def _is_broken(self, rows: list[Row]) -> bool:
        """Whether a row of theirs could not be read: what seems to be missing may stand there."""
        return any(row.group in self.broken for row in rows)


def _set(row: Any, said: dict[str, Any]) -> set[str]:
    """Change a row in memory; the names of what is new."""
    changed = {name for name, value in said.items() if getattr(row, name) != value}
    for name in changed:
        setattr(row, name, said[name])
    return changed
