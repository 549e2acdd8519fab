"""Keys that seals are signed with. They stand in the settings, never in the database or a log."""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

SIZE = 32


@dataclass(frozen=True, slots=True)
class PublicKey:
    """Enough to verify a seal, and not to make one."""

    raw: bytes

    @property
    def id(self) -> str:
        """What a seal names it by: 16 hex digits of its SHA-256."""
        return hashlib.sha256(self.raw).hexdigest()[:16]

    @property
    def text(self) -> str:
        """As ``LEDGER_SEAL_PUBLIC_KEYS`` takes it."""
        return base64.b64encode(self.raw).decode()

    def has_signed(self, root_hash: bytes, signature: bytes) -> bool:
        try:
            Ed25519PublicKey.from_public_bytes(self.raw).verify(signature, root_hash)
        except InvalidSignature:
            return False
        return True


class SigningKey:
    """The private key of ``LEDGER_SEAL_KEY``.

    :raises ImproperlyConfigured: it is not 32 bytes in base64 or hex.
    """

    def __init__(self) -> None:
        seed = _decoded(settings.LEDGER_SEAL_KEY, "LEDGER_SEAL_KEY")
        self._private = Ed25519PrivateKey.from_private_bytes(seed)
        self.public = PublicKey(self._private.public_key().public_bytes_raw())

    def sign(self, root_hash: bytes) -> bytes:
        return self._private.sign(root_hash)


def trusted_keys() -> Mapping[str, PublicKey]:
    """Whose signatures count, by id: the signing key, where there is one, and the public keys of
    the settings, among them those of former signing keys.

    :raises ImproperlyConfigured: one is not 32 bytes in base64 or hex.
    """
    name = "LEDGER_SEAL_PUBLIC_KEYS"
    keys = [PublicKey(_decoded(text, name)) for text in settings.LEDGER_SEAL_PUBLIC_KEYS]
    if settings.LEDGER_SEAL_KEY:
        keys.append(SigningKey().public)
    return {key.id: key for key in keys}


def _decoded(text: str, setting: str) -> bytes:
    """The error does not repeat the text, which may be a secret."""
    try:
        raw = bytes.fromhex(text) if len(text) == 2 * SIZE else _base64(text)
    except ValueError:
        raw = b""
    if len(raw) != SIZE:
        raise ImproperlyConfigured(f"{setting} needs keys of {SIZE} bytes in base64 or hex.")
    return raw


def _base64(text: str) -> bytes:
    """Plain or URL-safe, with or without padding."""
    plain = text.rstrip("=").replace("-", "+").replace("_", "/")
    return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
