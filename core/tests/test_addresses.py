"""What a country's post asks of an address, part by part."""

import pytest

from core import addresses, countries

GOOD = {
    "GB": {"street": "1 High Street", "city": "York", "zip": "YO1 7HH"},
    "US": {"street": "1 Main Street", "city": "Albany", "state": "New York", "zip": "12207"},
    "DE": {"street": "Hauptstraße 1", "city": "Köln", "zip": "50667"},
    "IE": {"street": "1 Quay Street", "city": "Galway"},
    "HK": {"street": "1 Queen's Road", "state": "Hong Kong Island"},
    "SG": {"street": "1 Orchard Road", "zip": "238801"},
    "JP": {"street": "1-1 Marunouchi", "state": "Tokyo", "zip": "100-0005"},
    "IC": {"street": "Calle Mayor 1"},
}


def wrong(where, **changes):
    found = addresses.faults({**GOOD[where], "country": where, **changes})
    return [(fault.field, fault.code) for fault in found]


@pytest.mark.parametrize("country", GOOD)
def test_an_address_that_a_postman_finds_is_taken(country):
    assert wrong(country) == []


@pytest.mark.parametrize(
    ("country", "changes", "fault"),
    [
        ("GB", {"zip": ""}, ("zip", "required")),
        ("GB", {"zip": "  "}, ("zip", "required")),
        ("GB", {"zip": "12345"}, ("zip", "wrong_postcode")),
        ("GB", {"city": ""}, ("city", "required")),
        ("GB", {"street": ""}, ("street", "required")),
        ("US", {"state": ""}, ("state", "required")),
        ("US", {"state": "Yorkshire"}, ("state", "unknown_state")),
        ("US", {"zip": "YO1 7HH"}, ("zip", "wrong_postcode")),
        ("US", {"zip": "90210"}, ("zip", "wrong_postcode")),
        ("DE", {"zip": "5066"}, ("zip", "wrong_postcode")),
        ("IE", {"zip": "12345"}, ("zip", "wrong_postcode")),
        ("HK", {"state": ""}, ("state", "required")),
        ("SG", {"zip": ""}, ("zip", "required")),
        ("GB", {"country": "UK"}, ("country", "unknown_country")),
        ("GB", {"country": "gb"}, ("country", "unknown_country")),
        ("GB", {"country": ""}, ("country", "unknown_country")),
    ],
)
def test_what_is_wrong_is_named(country, changes, fault):
    assert wrong(country, **changes) == [fault]


@pytest.mark.parametrize(
    ("country", "changes"),
    [
        ("GB", {"zip": "yo1 7hh"}),
        ("GB", {"zip": "YO17HH"}),
        ("GB", {"state": "Yorkshire"}),
        ("US", {"state": "NY"}),
        ("US", {"state": "new york", "zip": "12207-0001"}),
        ("IE", {"state": "anywhere"}),
        ("IE", {"zip": "h91 e2k3"}),
    ],
)
def test_people_may_write_it_as_they_do(country, changes):
    assert wrong(country, **changes) == []


def test_every_fault_is_named_at_once():
    fields = [fault.field for fault in addresses.faults({"country": "US"})]

    assert fields == ["street", "city", "state", "zip"]


def test_examples_say_what_a_postcode_looks_like():
    [fault] = addresses.faults({**GOOD["DE"], "country": "DE", "zip": "1"})

    assert fault.detail == "This is no postcode of this place: there they look like 26133 or 53225."


@pytest.mark.parametrize("country", sorted(countries.NAMES))
def test_no_country_breaks_it(country):
    assert isinstance(addresses.faults({"country": country, "zip": "1", "state": "x"}), list)
