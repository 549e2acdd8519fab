"""The address book refuses what a country's post would."""

import pytest
from django.core.exceptions import ValidationError

from accounts.models import Address

YORK = {"recipient": "Bob", "street": "1 High Street", "city": "York", "zip": "YO1 7HH"}


def test_an_address_is_kept_as_it_was_given(bob):
    address = Address(user=bob, country="GB", **YORK)

    address.full_clean()

    assert address.zip == "YO1 7HH"


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"zip": "1"}, "zip"), ({"city": ""}, "city"), ({"country": "UK"}, "country")],
)
def test_what_is_wrong_with_an_address_is_beside_its_field(bob, changes, field):
    address = Address(user=bob, **{"country": "GB", **YORK, **changes})

    with pytest.raises(ValidationError) as refused:
        address.full_clean()

    assert list(refused.value.message_dict) == [field]
