"""People for tests."""

import factory

from accounts.models import Seller, User

PASSWORD = "correct horse battery"


class UserFactory(factory.django.DjangoModelFactory[User]):
    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence("person1{:05}@example.com".format)
    first_name = "Pat"
    last_name = factory.Sequence("Person1{:05}".format)
    password = factory.django.Password(PASSWORD)


class SellerFactory(factory.django.DjangoModelFactory[Seller]):
    class Meta:
        model = Seller

    user = factory.SubFactory(UserFactory)
    name = factory.Sequence("Shop 1{:05}".format)
    slug = factory.Sequence("shop-1{:05}".format)
    status = Seller.Status.APPROVED
    commission_rate = 1000
