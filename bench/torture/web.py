"""A real web server whose answers do not arrive; whoever asks again gets one effect and an answer."""

import http.client
import json
import os
import signal
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.context import ForkProcess
from pathlib import Path
from typing import Any

from django.contrib.auth.models import Group
from django.db import connections
from django.utils import timezone
from gunicorn.app import wsgiapp

from accounts import sessions
from accounts.models import User
from bench.cluster import end_with_parent, free_port
from bench.torture import workers
from bench.torture.arena import Arena, Stuck, await_that
from bench.torture.deaths import ORDER
from ledger.chart import wallet
from ledger.models import Account, Transaction
from ledger.queries import discrepancies

APPLICATION = "bench.torture.dying:application"
CREDIT = "/api/v1/transactions/credit"
AMOUNT = "3.00"
PATIENCE = 20
"""Seconds that an answer may take."""
NO_ANSWER = (OSError, http.client.HTTPException)


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    headers: Mapping[str, str]
    body: Any


@dataclass(frozen=True, slots=True)
class Site:
    """A server at ``port``, one person who is credited and two who may do that, by their tokens."""

    port: int
    order: Path
    person: User
    clerk: str
    other_clerk: str

    def credit(self, key: str, token: str) -> Reply:
        """:raises OSError, HTTPException: no answer."""
        asked = self._ask(key, token)
        try:
            answer = asked.getresponse()
            return Reply(answer.status, dict(answer.getheaders()), json.loads(answer.read()))
        finally:
            asked.close()

    def credit_until_answered(self, key: str, token: str) -> Reply:
        """Again and again with the same key, as a client does that hears nothing, or "busy"."""
        found: list[Reply] = []

        def is_answered() -> bool:
            with suppress(*NO_ANSWER):
                found[:] = [self.credit(key, token)]
            return bool(found) and found[0].status != 409

        await_that(is_answered)
        return found[0]

    def credit_and_hang_up(self, key: str, token: str) -> None:
        """Without waiting for what it says."""
        with suppress(*NO_ANSWER):
            self._ask(key, token).close()

    def _ask(self, key: str, token: str) -> http.client.HTTPConnection:
        asked = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        body = json.dumps({"user_id": str(self.person.pk), "amount": AMOUNT})
        headers = {
            "Authorization": f"Bearer {token}",
            "Content-Type": "application/json",
            "Idempotency-Key": key,
        }
        asked.request("POST", CREDIT, body, headers)
        return asked


def killed(arena: Arena) -> None:
    """The web worker dies after COMMIT and before its answer; the next one answers the retry."""
    number = arena.rounds
    with _site(arena) as site:
        for n in range(number):
            site.order.touch()
            unheard = 0
            try:
                site.credit(f"key-{n}", site.clerk)
            except NO_ANSWER:
                unheard = 1
            effects = Transaction.objects.filter(idem_key=f"key-{n}").count()
            arena.outcome.expect("effects before the retry", effects, unheard)
            reply = site.credit_until_answered(f"key-{n}", site.clerk)
            arena.outcome.expect("status of the retry", reply.status, 201)
            arena.outcome.expect("retry replays", _is_replay(reply), wanted=True)
        arena.outcome.expect("orders to die that are left", site.order.exists(), wanted=False)
        _expect_effects(arena, site, number)


def dropped(arena: Arena) -> None:
    """A client hangs up on each of ``repeats`` requests of one key, one of which takes effect.

    Asked once more, it is answered so; another person's same key is another one.
    """
    with _site(arena) as site:
        for _ in range(arena.repeats):
            site.credit_and_hang_up("same", site.clerk)
        await_that(Transaction.objects.exists)
        first = site.credit_until_answered("same", site.clerk)
        again = site.credit("same", site.clerk)
        arena.outcome.expect("status", first.status, 201)
        arena.outcome.expect("answers to a first time", not _is_replay(first), wanted=False)
        arena.outcome.expect("answers that differ", first.body != again.body, wanted=False)
        _expect_effects(arena, site, 1)
        other = site.credit_until_answered("same", site.other_clerk)
        arena.outcome.expect("another person's is new", other.body != first.body, wanted=True)
        _expect_effects(arena, site, 2)


def _is_replay(reply: Reply) -> bool:
    return reply.headers.get("Idempotent-Replayed") == "true"


def _expect_effects(arena: Arena, site: Site, number: int) -> None:
    found = Account.objects.filter(code=wallet(site.person.pk, "GBP").code)
    arena.outcome.expect("effects", Transaction.objects.count(), number)
    arena.outcome.expect("in the wallet", found.get().balance, 300 * number)
    arena.outcome.expect("discrepancies", len(discrepancies()), 0)


@contextmanager
def _site(arena: Arena) -> Iterator[Site]:
    person = User.objects.create_user("person@example.com")
    clerks = [_token(f"clerk{n}@example.com") for n in range(2)]
    connections.close_all()
    site = Site(free_port(), arena.notes / "die", person, *clerks)
    server = workers.FORK.Process(target=_serve, args=(site,))
    server.start()
    try:
        await_that(lambda: _answers(server, site.port))
        yield site
    finally:
        with suppress(ProcessLookupError):
            os.killpg(server.pid or 0, signal.SIGKILL)
        server.join()


def _serve(site: Site) -> None:
    """Become gunicorn, in a group of its own; forked, because Django takes a second to load."""
    os.setpgid(0, 0)
    end_with_parent(signal.SIGTERM)()
    os.environ[ORDER] = str(site.order)
    tempfile.tempdir = str(site.order.parent)  # nobody who is killed tidies up
    options = ["--config", "config/gunicorn.py", "--workers", "1", "--log-level", "critical"]
    sys.argv = ["gunicorn", *options, "--bind", f"127.0.0.1:{site.port}", APPLICATION]
    wsgiapp.run()


def _answers(server: ForkProcess, port: int) -> bool:
    if not server.is_alive():
        raise Stuck("The web server ended by itself.")
    probe = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        probe.request("GET", "/health/live")
        return probe.getresponse().status == 200
    except NO_ANSWER:
        return False
    finally:
        probe.close()


def _token(email: str) -> str:
    """Of somebody who may credit."""
    clerk = User.objects.create_user(email, is_staff=True)
    clerk.groups.set(Group.objects.filter(name="finance"))
    return sessions.begin(user=clerk, device="torture", at=timezone.now()).access
