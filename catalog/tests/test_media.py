"""Uploaded pictures: known by content, written anew, bounded, thumbnailed, served; files go with rows."""

import struct
import zlib
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from PIL import Image

from accounts.tests.factories import SellerFactory
from catalog import services
from catalog.models import Media
from catalog.tests.factories import on_sale
from catalog.uploads import pictures
from core.models import Event
from core.tasks import deliver_events

ANY = {"If-Match": "*"}
SECRET = b"51.5007N 0.1246W"


@pytest.fixture(autouse=True)
def store(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.fixture
def mug(alice):
    return on_sale(seller=alice.seller).product


def picture(kind="JPEG", size=(600, 300), mode="RGB", **options):
    written = BytesIO()
    Image.new(mode, size, "red").save(written, kind, **options)
    return written.getvalue()


def chunk(kind, content):
    crc = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", crc)


def bomb(width, height):
    """A PNG of a few bytes that says it is that large."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(b"\0" * 1000)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")
    )


def send(client, product, content, **fields):
    upload = SimpleUploadedFile("cat.svg", content, content_type="text/html")
    return client.post(
        f"/api/v1/products/{product.pk}/media", {"file": upload, **fields}, format="multipart"
    )


def test_a_picture_is_written_anew_and_served_with_its_thumbnail(api, alice, mug):
    exif = Image.Exif()
    exif[0x010E] = SECRET.decode()
    exif[0x0112] = 6  # lies on its side
    sent = picture(exif=exif, comment=SECRET) + b"<script>" + SECRET

    answer = send(api(alice), mug, sent, alt="A mug")

    assert answer.status_code == 201, answer.content
    [shown] = answer.json()["media"]
    assert (shown["alt"], answer.json()["image"]) == ("A mug", shown["url"])
    served = api().get(shown["url"])
    assert served["Content-Type"] == "image/webp"
    assert "immutable" in served["Cache-Control"]
    kept = b"".join(served.streaming_content)
    assert SECRET not in kept
    with Image.open(BytesIO(kept)) as image:
        assert (image.format, image.size, dict(image.getexif())) == ("WEBP", (300, 600), {})
    assert shown["thumbnail_url"] == shown["url"]
    deliver_events()
    small = b"".join(api().get(Media.objects.get().thumbnail_url).streaming_content)
    with Image.open(BytesIO(small)) as image:
        assert image.size == (200, 400)


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "GIF"])
def test_other_kinds_are_taken_and_made_small(kind):
    mode = "P" if kind == "GIF" else "RGBA"

    with Image.open(
        BytesIO(pictures.rewritten(BytesIO(picture(kind, (2_500, 100), mode))))
    ) as image:
        assert (image.format, image.size) == ("WEBP", (2_000, 80))


def first_pixel(sent):
    """Size and first pixel of what is kept of a picture."""
    with Image.open(BytesIO(pictures.rewritten(BytesIO(sent)))) as image:
        assert (image.format, image.n_frames, dict(image.getexif())) == ("WEBP", 1, {})
        return image.size, image.convert("RGBA").getpixel((0, 0))


@pytest.mark.parametrize(
    ("mode", "colour", "kind", "kept"),
    [
        ("CMYK", (0, 255, 255, 0), "JPEG", (255, 0, 0, 255)),
        ("I;16", 128 * 257, "PNG", (128, 128, 128, 255)),
        ("1", 1, "PNG", (255, 255, 255, 255)),
        ("LA", (90, 128), "PNG", (90, 90, 90, 128)),
        ("L", 90, "JPEG", (90, 90, 90, 255)),
    ],
    ids=["cmyk", "grey of 16 bits", "black and white", "grey and clear", "grey"],
)
def test_colours_are_kept_from_whatever_they_were_written_in(mode, colour, kind, kept):
    sent = BytesIO()
    Image.new(mode, (20, 10), colour).save(sent, kind)

    size, pixel = first_pixel(sent.getvalue())

    assert size == (20, 10)
    assert pixel == pytest.approx(kept, abs=2)


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "GIF"])
def test_of_an_animation_the_first_picture_is_kept(kind):
    sent, blue = BytesIO(), Image.new("RGB", (20, 10), "blue")
    Image.new("RGB", (20, 10), "red").save(sent, kind, save_all=True, append_images=[blue])

    _, pixel = first_pixel(sent.getvalue())

    assert pixel == pytest.approx((255, 0, 0, 255), abs=2)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_picture_stands_upright_and_says_not_where_it_was_taken(kind):
    exif = Image.Exif()
    exif[0x0112] = 6  # lies on its side
    exif[0x8825] = {1: "N", 2: (51.0, 30.0, 0.0)}

    size, _ = first_pixel(picture(kind, exif=exif))

    assert size == (300, 600)


def large_note(kind):
    """A PNG with a chunk of text or colours that unpacks to 100 MB."""
    note = zlib.compress(b"x" * 100_000_000)
    small = picture("PNG", (2, 2))
    return small[:33] + chunk(kind, b"a\0" + b"\0" + note) + small[33:]


@pytest.mark.parametrize(
    "content",
    [
        b"GIF89a",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"%PDF-1.7",
        b"GIF89a/*<script>alert(1)</script>*/",
        picture()[:400],
        picture("PNG", (300, 300))[:-40],
        picture("WEBP")[:-40],
        picture("BMP"),
        picture("TIFF"),
        large_note(b"zTXt"),
        large_note(b"iCCP"),
        bomb(50_000, 50_000),
        bomb(9_000, 9_000),
        bomb(6_000, 6_000),
        bomb(100, 100),
    ],
    ids=[
        "stub",
        "svg",
        "pdf",
        "script",
        "cut",
        "cut-png",
        "cut-webp",
        "bmp",
        "tiff",
        "text-bomb",
        "colour-bomb",
        "bomb",
        "large",
        "pixels",
        "damaged",
    ],
)
def test_what_is_no_good_picture_is_refused_and_not_kept(api, alice, mug, store, content):
    answer = send(api(alice), mug, content)

    assert (answer.status_code, answer.json()["code"]) == (400, "picture_refused")
    assert answer.json()["errors"][0]["field"] == "file"
    assert not Media.objects.exists()
    assert not list(store.rglob("*.*"))


def test_size_and_number_are_bounded(api, alice, mug, store, monkeypatch):
    large = send(api(alice), mug, b"x" * (pictures.MAX_BYTES + 1))
    assert large.json()["errors"][0] == {
        "field": "file",
        "code": "too_large",
        "detail": "A picture has at most 8000000 bytes.",
    }
    monkeypatch.setattr(services.media, "MAX_PICTURES", 1)
    assert send(api(alice), mug, picture()).status_code == 201
    kept = sorted(store.rglob("*.*"))
    assert send(api(alice), mug, picture()).json()["code"] == "too_many_pictures"
    assert sorted(store.rglob("*.*")) == kept


def test_pictures_are_described_put_in_order_and_taken_away(
    api, alice, mug, store, django_capture_on_commit_callbacks
):
    for alt in ("First", "Second"):
        send(api(alice), mug, picture(), alt=alt)
    deliver_events()
    first, second = Media.objects.order_by("position")
    url = f"/api/v1/products/{mug.pk}/media/{second.pk}"

    assert api(alice).patch(url, {"position": 0}).status_code == 428
    assert api(alice, **{"If-Match": '"1"'}).delete(url).status_code == 412
    assert api(SellerFactory().user, **ANY).delete(url).status_code == 403
    edited = api(alice, **ANY).patch(url, {"alt": "Back", "position": 9})
    assert [m["alt"] for m in edited.json()["media"]] == ["First", "Back"]
    with django_capture_on_commit_callbacks(execute=True):
        assert api(alice, **ANY).delete(url).status_code == 204

    assert Media.objects.get() == first
    assert {path.name for path in store.rglob("*.*")} == {
        f"{first.pk}.webp",
        f"{first.pk}.thumb.webp",
    }


def test_a_thumbnail_is_made_once_over_what_an_attempt_left(db, mug, store):
    media = services.add_picture(mug, BytesIO(picture()), alt="", variant=None, at=mug.created_at)
    assert media.thumbnail_url == media.url
    (store / "products" / f"{media.pk}.thumb.webp").write_bytes(b"half")
    event = Event.objects.get(kind="picture.added")

    for _ in range(2):
        services.make_thumbnail(event)

    made = Media.objects.get()
    assert made.thumbnail_url == f"/media/products/{media.pk}.thumb.webp"
    with made.thumbnail.open() as small, Image.open(small) as image:
        assert image.size == (400, 200)
    assert len(list(store.rglob("*.*"))) == 2


def test_a_picture_taken_away_meanwhile_leaves_no_thumbnail(db, mug, store, monkeypatch):
    media = services.add_picture(mug, BytesIO(picture()), alt="", variant=None, at=mug.created_at)
    small = pictures.thumbnail

    def slowly(kept):
        Media.objects.all().delete()
        return small(kept)

    monkeypatch.setattr(pictures, "thumbnail", slowly)
    services.make_thumbnail(Event.objects.get(kind="picture.added"))

    assert [path.name for path in store.rglob("*.*")] == [f"{media.pk}.webp"]


def test_a_thumbnail_is_made_outside_of_transactions(db, mug, monkeypatch):
    services.add_picture(mug, BytesIO(picture()), alt="", variant=None, at=mug.created_at)
    depths, small, outside = [], pictures.thumbnail, len(connection.savepoint_ids)
    monkeypatch.setattr(
        pictures,
        "thumbnail",
        lambda kept: depths.append(len(connection.savepoint_ids)) or small(kept),
    )

    deliver_events()

    assert depths == [outside]
    assert Media.objects.get().thumbnail


def test_a_picture_behind_the_last_position_stands_there_too(api, alice, mug):
    send(api(alice), mug, picture(), alt="First")
    last = {"position": services.media.LAST_POSITION}
    api(alice, **ANY).patch(f"/api/v1/products/{mug.pk}/media/{Media.objects.get().pk}", last)

    answer = send(api(alice), mug, picture(), alt="Second")

    assert answer.status_code == 201
    assert [media["alt"] for media in answer.json()["media"]] == ["First", "Second"]


@pytest.mark.parametrize("name", ["products/x.webp", "../secret_key", "products/%2e%2e/a.webp"])
def test_nothing_else_is_served(api, db, name):
    assert api().get(f"/media/{name}").status_code == 404
