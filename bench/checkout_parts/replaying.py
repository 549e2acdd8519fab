"""A recorded order once more, for another buyer and other goods: the same statements, by psycopg alone."""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

import psycopg
from psycopg.types.json import Jsonb

from bench.checkout_parts.recording import Statement
from bench.checkout_parts.shop import Basket
from core.ids import uuid7
from orders.models import Order, order_number

UUIDS = re.compile(r"(?<![0-9a-f])[0-9a-f]{8}(-?)(?:[0-9a-f]{4}\1){3}[0-9a-f]{12}(?![0-9a-f])")
MOVEMENTS = re.compile(r'INSERT INTO "catalog_stockmovement" \(([^)]+)\)')
LOCKED = re.compile(r'FROM "catalog_variant" .* FOR NO KEY UPDATE')


@dataclass(frozen=True, slots=True)
class Values:
    """In whose place something else stands now: ids, words inside of texts, the time.

    ``stocks`` is what the locked variants had: pieces, and the number of the last movement.
    """

    ids: Mapping[UUID, UUID]
    words: Mapping[str, str]
    at: tuple[datetime, datetime]
    stocks: dict[UUID, tuple[int, int]]


Part = Callable[[Values], Any]


@dataclass(frozen=True, slots=True)
class Step:
    """A statement with its blanks."""

    sql: str
    fill: Part
    is_copy: bool
    locks_variants: bool


class Replay:
    """Orders like the one that was recorded: ``basket``, ordered ``at``, became ``order``."""

    def __init__(
        self, statements: Sequence[Statement], basket: Basket, order: Order, at: datetime
    ) -> None:
        self.basket, self.order, self.at = basket, order, at
        made = [pk for pk in _ids_in(statements) if _milliseconds(pk) >= at.timestamp() * 1000 - 1]
        self.made = sorted({*made, order.pk})
        old = Values({pk: pk for pk in self.made}, {}, (at, at), {})
        known = self._words(old.ids, basket)
        self.words = re.compile("|".join(map(re.escape, sorted(known, key=len, reverse=True))))
        self.steps = [self._step(each) for each in statements]

    def buy(self, connection: psycopg.Connection[Any], basket: Basket, at: datetime) -> None:
        """One order, in one transaction; every statement is prepared."""
        ids = {pk: uuid7() for pk in self.made} | dict(self._exchanged(basket))
        values = Values(ids, self._words(ids, basket), (self.at, at), {})
        with connection.transaction(), connection.cursor() as cursor:
            for step in self.steps:
                if step.is_copy:
                    _copy(cursor, step, values)
                else:
                    _execute(cursor, step, values)

    def _exchanged(self, basket: Basket) -> Iterator[tuple[UUID, UUID]]:
        yield self.basket.buyer.pk, basket.buyer.pk
        for old, new in zip(self.basket.variants, basket.variants, strict=True):
            yield old.pk, new.pk
            yield old.product_id, new.product_id
            yield old.product.seller_id, new.product.seller_id

    def _words(self, ids: Mapping[UUID, UUID], basket: Basket) -> dict[str, str]:
        """What stands in texts for what, but for the time. Includes all ids, in both their spellings."""
        words = {self.basket.buyer.email: basket.buyer.email}
        words[self.order.number] = order_number(ids[self.order.pk])
        for old, new in (*ids.items(), *self._exchanged(basket)):
            words[str(old)], words[old.hex] = str(new), new.hex
        for was, now in zip(self.basket.variants, basket.variants, strict=True):
            words[was.product.title], words[was.sku] = now.product.title, now.sku
        return words

    def _step(self, statement: Statement) -> Step:
        sql, rows = statement.sql, statement.rows
        if rows is not None:
            return Step(sql, self._list([list(row) for row in rows]), True, False)  # noqa: FBT003
        parts = [self._part(value) for value in statement.parameters or ()]
        if movements := MOVEMENTS.match(sql):
            _continue_chain(parts, [name.strip(' "') for name in movements[1].split(",")])
        return Step(sql, partial(_filled, parts), False, bool(LOCKED.search(sql)))  # noqa: FBT003

    def _part(self, value: Any) -> Part:
        match value:
            case UUID():
                return lambda values: values.ids.get(value, value)
            case datetime() if value == self.at:
                return lambda values: values.at[1]
            case Jsonb():
                text = self._part((value.dumps or json.dumps)(value.obj))
                return lambda values: Jsonb(text(values), dumps=str)
            case list() | tuple():
                return self._list(value)
            case str() if self.words.search(value) or self.at.isoformat() in value:
                return partial(self._text, value)
        return lambda _: value

    def _list(self, some: Sequence[Any]) -> Part:
        return partial(_filled, [self._part(value) for value in some])

    def _text(self, text: str, values: Values) -> str:
        then, now = values.at
        dated = text.replace(then.isoformat(), now.isoformat())
        return self.words.sub(lambda found: values.words[found[0]], dated)


def _continue_chain(parts: list[Part], columns: Sequence[str]) -> None:
    """What follows from the stock that was read under the lock: a movement's number and what it leaves.

    A column is a list where several movements are inserted at once, else a value.
    """
    variants = parts[columns.index("variant_id")]

    def following(place: int, step: int) -> Part:
        def read(values: Values) -> Any:
            found = variants(values)
            if isinstance(found, UUID):
                return values.stocks[found][place] + step
            return [values.stocks[variant][place] + step for variant in found]

        return read

    parts[columns.index("stock_after")] = following(0, -1)
    parts[columns.index("seq")] = following(1, 1)


def _filled(parts: Sequence[Part], values: Values) -> list[Any]:
    return [part(values) for part in parts]


def _execute(cursor: psycopg.Cursor[Any], step: Step, values: Values) -> None:
    cursor.execute(step.sql, step.fill(values) or None, prepare=True)
    if cursor.description is None:
        return
    rows = cursor.fetchall()
    if step.locks_variants:
        names = [column.name for column in cursor.description]
        pk, stock, seq = map(names.index, ("id", "stock", "stock_seq"))
        values.stocks.update({row[pk]: (row[stock], row[seq]) for row in rows})


def _copy(cursor: psycopg.Cursor[Any], step: Step, values: Values) -> None:
    with cursor.copy(step.sql) as copy:
        for row in step.fill(values):
            copy.write_row(row)


def _ids_in(statements: Sequence[Statement]) -> Iterator[UUID]:
    for statement in statements:
        said = repr((statement.parameters, statement.rows))
        yield from (UUID(found[0]) for found in UUIDS.finditer(said))


def _milliseconds(pk: UUID) -> int:
    """When a UUIDv7 was made."""
    return pk.int >> 80
