"""Every case, by engine and name."""

from collections.abc import Callable

from bench.torture import clocks, crashes, disk, holds, races, shop, web
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
    "checkout killed at every step": shop.checkout,
    "cancelling killed at every step": shop.cancel,
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

CASES = {"postgresql": BOTH | POSTGRESQL, "sqlite": BOTH | SQLITE}
