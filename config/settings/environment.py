"""What comes from outside, and where this machine keeps what is its own."""

import secrets
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile

import environ

BASE_DIR = Path(__file__).resolve().parents[2]
env = environ.Env()
environ.Env.read_env(BASE_DIR / ".env")

VAR_DIR = Path(env.str("MERCAT_VAR", str(BASE_DIR / "var")))


def local_secret(name: str, size: int) -> str:
    """This machine's own secret of ``size`` bytes in URL-safe base64, made at first use and readable
    by its owner only."""
    path = VAR_DIR / name
    VAR_DIR.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        _write_once(path, secrets.token_urlsafe(size))
    return path.read_text()


def _write_once(path: Path, text: str) -> None:
    """All of it or nothing; who comes second finds what the first one wrote. Mode 0600."""
    with NamedTemporaryFile("w", dir=path.parent) as complete, suppress(FileExistsError):
        complete.write(text)
        complete.flush()
        path.hardlink_to(complete.name)
