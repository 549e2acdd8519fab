"""Settings for a server on the internet: secrets must come from outside, TLS is taken for granted."""

from config.settings.base import *  # noqa: F403  # Django's way to share settings
from config.settings.base import PAYMENT_METHODS, PAYMENT_PROVIDERS
from config.settings.environment import env

DEBUG = False
DEMO_ALLOWED = False
PAYMENTS_REHEARSED = False
PAYMENT_PROVIDERS = {name: path for name, path in PAYMENT_PROVIDERS.items() if name != "test"}
PAYMENT_METHODS = [name for name in PAYMENT_METHODS if name != "test"]
SECRET_KEY = env.str("SECRET_KEY")
LEDGER_SEAL_KEY = env.str("LEDGER_SEAL_KEY")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS")
WHITENOISE_USE_FINDERS = False
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", True)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_REDIRECT_EXEMPT = [r"^health"]
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
