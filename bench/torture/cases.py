"""Every case, by engine, suite and name."""

from collections.abc import Callable

from bench.torture import (
    cards,
    clocks,
    crashes,
    disk,
    holds,
    invoices,
    notices,
    races,
    shop,
    shop_crash,
    web,
)
from bench.torture.arena import Arena

Case = Callable[[Arena], None]

BOTH: dict[str, Case] = {
    "transfers": races.transfers,
    "one key": races.one_key,
    "reversals": races.reversals,
    "openings": races.openings,
    "holds": holds.one_end,
    "clients killed between statements": crashes.between_statements,
    "clients killed under load": crashes.clients,
    "web worker killed": web.killed,
    "answers dropped": web.dropped,
    "disk full": disk.full,
}
POSTGRESQL: dict[str, Case] = {
    "unordered locks": races.unordered_locks,
    "no locks": races.no_locks,
    "server killed": crashes.server,
    "server killed, positive control": crashes.control,
    "connections broken": crashes.storm,
}
SQLITE: dict[str, Case] = {
    "all writers killed": crashes.all_writers,
    "clocks that step": clocks.stepping,
}

SHOP: dict[str, Case] = {
    "checkout killed at every step": shop.checkout,
    "cancelling killed at every step": shop.cancel,
    "card checkout killed, asked again": cards.checkout_again,
    "card checkout killed, left to sweeps": cards.checkout_left,
    "capture killed at every step": cards.capture,
    "card's order, cancelling killed": cards.cancel,
    "webhook killed at every step": notices.killed,
    "webhooks doubled, late, disordered": notices.disordered,
    "transfers, matching killed": invoices.matched,
}
SHOP_POSTGRESQL: dict[str, Case] = {"server killed under buyers": shop_crash.server}

SUITES = {
    "postgresql": {"ledger": BOTH | POSTGRESQL, "checkout": SHOP | SHOP_POSTGRESQL},
    "sqlite": {"ledger": BOTH | SQLITE, "checkout": SHOP},
}
CASES = {engine: suites["ledger"] | suites["checkout"] for engine, suites in SUITES.items()}
