"""What Stripe remembers: intents, refunds, events, and every movement of money, by payment's key."""

import copy
import itertools
import re
import time
from collections import defaultdict
from collections.abc import Callable
from typing import Any

from orders.tests.stripe_double import cards
from orders.tests.stripe_double.wire import Form, Refusal, invalid

Thing = dict[str, Any]

TAKEN = {
    "create": "amount currency capture_method allowed_payment_method_types description metadata "
    "payment_method confirm use_stripe_sdk expand receipt_email",
    "list": "created limit starting_after expand",
    "search": "query limit page expand",
    "read": "expand",
    "capture": "expand",
    "cancel": "expand",
    "refund": "payment_intent amount metadata expand",
    "refunds": "payment_intent limit starting_after",
    "read_refund": "",
}
OPEN = {"requires_payment_method", "requires_confirmation", "requires_action", "requires_capture"}
QUERY = re.compile(r"""metadata\[['"](\w+)['"]\]:\s*['"](\w+)['"]""")


class Books:
    """One thread at a time: whoever calls holds the double's lock."""

    def __init__(self) -> None:
        self.intents: dict[str, Thing] = {}
        self.refunds: dict[str, Thing] = {}
        self.events: list[Thing] = []
        self.money: dict[tuple[str, str], list[int]] = defaultdict(list)
        """By what happened (authorised, captured, refunded) and the payment's key: the amounts."""
        self.searchable: set[str] = set()
        self._numbers = itertools.count(1)
        self._operations: dict[str, Callable[..., Thing]] = {
            "create": self._create,
            "list": self._list,
            "search": self._search,
            "read": self._read,
            "capture": self._capture,
            "cancel": self._cancel,
            "refund": self._refund,
            "refunds": self._list_refunds,
            "read_refund": self._read_refund,
        }

    def run(self, operation: str, form: Form, identifier: str = "") -> Thing:
        """Do it and answer with a copy, expanded as asked."""
        for name in form:
            if name not in TAKEN[operation].split():
                raise invalid(f"Received unknown parameter: {name}", param=name)
        which = (identifier,) if identifier else ()
        return self._shown(self._operations[operation](form, *which), form.get("expand", []))

    def authenticate(self, reference: str, *, succeeds: bool) -> None:
        """What the buyer's browser does when the bank asks."""
        intent = self._intent(reference)
        assert intent["status"] == "requires_action"
        if succeeds:
            self._authorise(intent)
        else:
            self._fail(intent, cards.UNSEEN)

    def _create(self, form: Form) -> Thing:
        number = next(self._numbers)
        intent: Thing = {
            "id": f"pi_double{number:08d}",
            "object": "payment_intent",
            "created": int(time.time()),
            "client_secret": f"pi_double{number:08d}_secret_double",
            "amount": int(form["amount"]),
            "currency": form["currency"],
            "capture_method": form["capture_method"],
            "description": form.get("description"),
            "metadata": dict(form.get("metadata", {})),
            "status": "requires_payment_method",
            "last_payment_error": None,
            "latest_charge": None,
        }
        if intent["capture_method"] != "manual":
            raise invalid("The double captures by hand only", param="capture_method")
        self._check_card(form.get("payment_method"))
        self.intents[intent["id"]] = intent
        self._happened("payment_intent.created", intent)
        if form.get("confirm") == "true":
            self._confirm(intent, form["payment_method"])
        return intent

    def _check_card(self, card: str | None) -> None:
        known = cards.GOOD | cards.ASKED | cards.SLOW | set(cards.DECLINED) | {None}
        if card not in known:
            message = f"No such PaymentMethod: '{card}'"
            raise invalid(message, code="resource_missing", param="payment_method")

    def _confirm(self, intent: Thing, card: str) -> None:
        if card in cards.DECLINED:
            self._fail(intent, cards.DECLINED[card])
            error = intent["last_payment_error"]
            message, code = error["message"], error["code"]
            raise Refusal(402, "card_error", message, code=code, payment_intent=intent)
        if card in cards.ASKED:
            intent["status"] = "requires_action"
            self._happened("payment_intent.requires_action", intent)
        elif card in cards.SLOW:
            intent["status"] = "processing"
        else:
            self._authorise(intent)

    def _fail(self, intent: Thing, why: tuple[str, str, str]) -> None:
        intent["status"] = "requires_payment_method"
        intent["last_payment_error"] = cards.card_error(*why)
        self._happened("payment_intent.payment_failed", intent)

    def _authorise(self, intent: Thing) -> None:
        intent["status"] = "requires_capture"
        intent["latest_charge"] = {
            "id": f"ch_double{next(self._numbers):08d}",
            "object": "charge",
            "amount": intent["amount"],
            "amount_captured": 0,
            "amount_refunded": 0,
            "payment_intent": intent["id"],
            "metadata": dict(intent["metadata"]),
        }
        self._moved("authorised", intent, intent["amount"])
        self._happened("payment_intent.amount_capturable_updated", intent)

    def _capture(self, _form: Form, reference: str) -> Thing:
        intent = self._intent(reference)
        self._must_be(intent, {"requires_capture"})
        intent["status"] = "succeeded"
        intent["latest_charge"]["amount_captured"] = intent["amount"]
        self._moved("captured", intent, intent["amount"])
        self._happened("payment_intent.succeeded", intent)
        return intent

    def _cancel(self, _form: Form, reference: str) -> Thing:
        intent = self._intent(reference)
        self._must_be(intent, OPEN)
        intent["status"] = "canceled"
        self._happened("payment_intent.canceled", intent)
        return intent

    def _must_be(self, intent: Thing, statuses: set[str]) -> None:
        if intent["status"] not in statuses:
            message = f"This PaymentIntent has a status of {intent['status']}."
            raise invalid(message, code="payment_intent_unexpected_state", payment_intent=intent)

    def _refund(self, form: Form) -> Thing:
        intent, amount = self._intent(form["payment_intent"]), int(form["amount"])
        self._must_be(intent, {"succeeded"})
        charge = intent["latest_charge"]
        if charge["amount_refunded"] == charge["amount"]:
            raise invalid("The charge was refunded.", code="charge_already_refunded")
        if amount > charge["amount"] - charge["amount_refunded"]:
            raise invalid(
                "Refund amount is greater than unrefunded amount.", code="", param="amount"
            )
        charge["amount_refunded"] += amount
        refund = self._new_refund(intent, amount, dict(form.get("metadata", {})))
        self._moved("refunded", intent, amount)
        self._happened("charge.refunded", charge)
        return refund

    def _new_refund(self, intent: Thing, amount: int, metadata: dict[str, str]) -> Thing:
        refund = {
            "id": f"re_double{next(self._numbers):08d}",
            "object": "refund",
            "amount": amount,
            "currency": intent["currency"],
            "payment_intent": intent["id"],
            "metadata": metadata,
            "status": "succeeded",
        }
        self.refunds[refund["id"]] = refund
        return refund

    def _read(self, _form: Form, reference: str) -> Thing:
        return self._intent(reference)

    def _read_refund(self, _form: Form, reference: str) -> Thing:
        return _found(self.refunds, reference, "refund")

    def _list(self, form: Form) -> Thing:
        created = form.get("created", {})
        first, last = int(created.get("gte", 0)), int(created.get("lte", 2**40))
        fitting = [i for i in self.intents.values() if first <= i["created"] <= last]
        return _page(fitting[::-1], form, "/v1/payment_intents")

    def _list_refunds(self, form: Form) -> Thing:
        of = form.get("payment_intent")
        fitting = [r for r in self.refunds.values() if of in {None, r["payment_intent"]}]
        return _page(fitting[::-1], form, "/v1/refunds")

    def _search(self, form: Form) -> Thing:
        """Shows only what has been made ``searchable``: Stripe's index lags behind."""
        asked = QUERY.fullmatch(form["query"])
        if asked is None:
            raise invalid("The double searches metadata only", param="query")
        name, value = asked.groups()
        found = [self.intents[i] for i in sorted(self.searchable)]
        found = [i for i in found if i["metadata"].get(name) == value]
        url = "/v1/payment_intents/search"
        return {"object": "search_result", "data": found, "has_more": False, "url": url}

    def _intent(self, reference: str) -> Thing:
        return _found(self.intents, reference, "payment_intent")

    def _moved(self, what: str, intent: Thing, amount: int) -> None:
        self.money[what, intent["metadata"].get("mercat_payment", "")].append(amount)

    def _happened(self, kind: str, about: Thing) -> None:
        event = {
            "id": f"evt_double{len(self.events) + 1:08d}",
            "object": "event",
            "type": kind,
            "created": int(time.time()),
            "data": {"object": self._shown(about, [])},
        }
        self.events.append(event)

    def _shown(self, thing: Thing, expand: list[str]) -> Thing:
        shown = copy.deepcopy(thing)
        for part in shown.get("data", [shown]):
            wanted = "data.latest_charge" if "data" in shown else "latest_charge"
            if part.get("latest_charge") and wanted not in expand:
                part["latest_charge"] = part["latest_charge"]["id"]
        return shown


def _found(things: dict[str, Thing], reference: str, kind: str) -> Thing:
    if reference not in things:
        message = f"No such {kind}: '{reference}'"
        raise Refusal(404, "invalid_request_error", message, code="resource_missing")
    return things[reference]


def _page(things: list[Thing], form: Form, url: str) -> Thing:
    """Newest first, ``limit`` of them after ``starting_after``."""
    after = form.get("starting_after")
    start = next((n + 1 for n, thing in enumerate(things) if thing["id"] == after), 0)
    end = start + int(form.get("limit", 10))
    return {"object": "list", "data": things[start:end], "has_more": end < len(things), "url": url}
