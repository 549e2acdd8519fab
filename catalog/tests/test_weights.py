"""What a piece weighs, in grams: over the API, in files, and on its page."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from catalog.models import Variant
from catalog.tests.factories import CategoryFactory, on_sale
from catalog.versions import version

FILES = "/api/v1/seller/products"


def read_in(client, text):
    content = text if isinstance(text, bytes) else text.encode()
    upload = SimpleUploadedFile("products.csv", content, content_type="text/csv")
    return client.post(f"{FILES}/import", {"file": upload}, format="multipart").json()


def weights():
    return dict(Variant.objects.values_list("sku", "weight"))


@pytest.mark.parametrize(
    ("weight", "status"), [(350, 200), (-1, 400), (1_000_001, 400), ("x", 400)]
)
def test_a_variant_weighs_so_many_grams(api, alice, weight, status):
    variant = on_sale(seller=alice.seller)
    url = f"/api/v1/products/{variant.product_id}/variants/{variant.pk}"

    answer = api(alice, **{"If-Match": "*"}).patch(url, {"weight": weight})

    assert answer.status_code == status
    variant.refresh_from_db()
    if status == 200:
        assert (answer.json()["variants"][0]["weight"], variant.weight) == (weight, weight)
    else:
        assert (answer.json()["errors"][0]["field"], variant.weight) == ("weight", 0)


def test_a_new_variant_may_say_what_it_weighs(api, alice):
    product = on_sale(seller=alice.seller).product
    Variant.objects.update(option_key="size=s")
    body = {"sku": "NEW", "price": "1.00", "weight": 90, "options": {"size": "L"}}

    answer = api(alice).post(f"/api/v1/products/{product.pk}/variants", body)

    assert answer.status_code == 201
    assert weights()["NEW"] == 90


def test_weights_go_out_as_they_came_in_and_faults_name_their_column(api, alice):
    CategoryFactory(slug="mugs")
    file = "sku,title,category,price,weight\nA-1,Mug,mugs,4.50,350\nA-2,Cup,mugs,4.50,\n"
    assert read_in(api(alice), file)["applied"] is True
    assert weights() == {"A-1": 350, "A-2": 0}

    again = read_in(api(alice), api(alice).get(f"{FILES}/export").getvalue())
    changed = read_in(api(alice), "sku,weight\nA-2,80\n")
    bad = read_in(api(alice), "sku,weight\nA-1,1.5\nA-2,1000001\n")

    assert (again["unchanged"], changed["changed"]) == (2, 1)
    assert [(f["line"], f["column"]) for f in bad["faults"]] == [(2, "weight"), (3, "weight")]
    assert weights() == {"A-1": 350, "A-2": 80}


def test_a_product_shows_its_weight_and_a_new_weight_is_a_new_version(client, transactional_db):
    variant = on_sale(slug="cup")
    assert "Weight" not in client.get("/p/cup").content.decode()
    before = version()

    Variant.objects.filter(pk=variant.pk).update(weight=1250)

    assert version() > before
    assert "1,250 g" in client.get("/p/cup").content.decode()
