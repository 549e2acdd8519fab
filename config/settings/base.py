"""Settings that every place shares. Each value from outside is explained in ``.env.example``."""

import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

from config.settings.environment import *  # noqa: F403  # what others read of it, too
from config.settings.environment import BASE_DIR, VAR_DIR, env, local_secret
from config.settings.jobs import *  # noqa: F403  # Django's way to share settings
from config.settings.payments import *  # noqa: F403  # as above
from config.settings.payments import STRIPE_PUBLISHABLE_KEY, STRIPE_SOURCES

DEBUG = env.bool("DEBUG", False)
SECRET_KEY = env.str("SECRET_KEY", "") or local_secret("secret_key", 64)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
VERSION = "0.1.0"

INSTALLED_APPS = [
    "unfold",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "corsheaders",
    "csp",
    "django_celery_beat",
    "django_filters",
    "django_htmx",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "rest_framework",
    "tree_queries",
    "waffle",
    "core",
    "accounts",
    "ledger",
    "catalog",
    "cart",
    "orders",
    "analytics",
    "demo",
]

MIDDLEWARE = [
    "core.middleware.ProcessTime",
    "core.middleware.RequestId",
    "django.middleware.security.SecurityMiddleware",
    "core.middleware.PathPolicy",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.middleware.http.ConditionalGetMiddleware",
    "core.middleware.OptionalTrailingSlash",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "core.api.cached.AnswerAtOnce",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "cart.middleware.MergeGuestCart",
    "django_htmx.middleware.HtmxMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "cart.context.shop",
            ],
        },
    },
]

# Database: SQLite unless DATABASE_URL names a server.

SQLITE: dict[str, Any] = {
    "timeout": 20,
    "transaction_mode": "IMMEDIATE",
    "init_command": (
        "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;"
        "PRAGMA recursive_triggers=ON;PRAGMA foreign_keys=ON;"
    ),
}
POSTGRESQL = {
    "options": "-c lock_timeout=20s -c idle_in_transaction_session_timeout=60s -c timezone=UTC",
    "prepare_threshold": sys.maxsize,  # what asks for it is prepared (core/prepared.py), nothing by itself
}
DATABASE_URL = env.str("DATABASE_URL", "") or f"sqlite:///{VAR_DIR / 'mercat.sqlite3'}"
DATABASES: dict[str, dict[str, Any]] = {"default": env.db_url_config(DATABASE_URL)}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"] = SQLITE
else:
    DATABASES["default"]["ENGINE"] = "core.postgresql"
    DATABASES["default"]["OPTIONS"] = DATABASES["default"].get("OPTIONS", {}) | POSTGRESQL
    DATABASES["default"]["CONN_MAX_AGE"] = 600  # a new one plans anew what the old one had planned
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Cache: this process's memory unless REDIS_URL names a server.

REDIS_URL = env.str("REDIS_URL", "")
REDIS_PREFIX = env.str("REDIS_PREFIX", "mercat")
CACHES = {
    "default": (
        {
            "BACKEND": "django_redis.cache.RedisCache",
            "LOCATION": REDIS_URL,
            "KEY_PREFIX": REDIS_PREFIX,
            "OPTIONS": {"SOCKET_CONNECT_TIMEOUT": 1, "SOCKET_TIMEOUT": 1},
        }
        if REDIS_URL
        else {
            "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
            "OPTIONS": {"MAX_ENTRIES": 2000},
        }
    )
}

# People

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["core.permissions.GroupBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
SIMPLE_JWT = {
    "ACCESS_TOKEN_LIFETIME": timedelta(minutes=15),
    "REFRESH_TOKEN_LIFETIME": timedelta(days=14),
    "SIGNING_KEY": SECRET_KEY,
}
LOGIN_URL = "sign_in"

# API

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["accounts.authentication.AccessTokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["core.api.parsers.StrictJSONParser"],
    "DEFAULT_SCHEMA_CLASS": "core.api.schema.ProblemSchema",
    "EXCEPTION_HANDLER": "core.api.problems.exception_handler",
    "DEFAULT_PAGINATION_CLASS": "core.api.pagination.Pages",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Mercat",
    "DESCRIPTION": "A marketplace whose every penny is in a double-entry ledger.",
    "VERSION": VERSION,
    "OAS_VERSION": "3.1.1",
    "SERVE_INCLUDE_SCHEMA": False,
    "COMPONENT_SPLIT_REQUEST": True,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SWAGGER_UI_SETTINGS": {"persistAuthorization": True},
    "ENUM_NAME_OVERRIDES": {
        "Interval": ["day", "week", "month"],
        "HealthStatus": ["up", "down"],
        "TransactionStatus": ["posted", "reversed"],
        "ScheduledTransferStatus": "ledger.models.ScheduledTransfer.Status",
        "ScheduledTransferEvery": "ledger.models.ScheduledTransfer.Every",
        "WalletRequestStatus": "ledger.models.WalletRequest.Status",
        "WalletRequestKind": "ledger.models.WalletRequest.Kind",
        "PromotionKind": "cart.models.Promotion.Kind",
        "OrderStatus": "orders.models.Order.Status",
        "SellerOrderStatus": "orders.models.SellerOrder.Status",
        "PaymentStatus": "orders.models.Payment.Status",
        "PaymentMethod": "orders.models.Payment.Method",
        "ProductStatus": "catalog.models.Product.Status",
        "Condition": "catalog.models.Product.Condition",
        "Role": "accounts.models.User.Role",
        "ReportKind": "analytics.models.Report.Kind",
        "JobState": "core.models.Job.State",
    },
}
CORS_ALLOWED_ORIGINS = env.list("CORS_ALLOWED_ORIGINS", default=[])
CORS_ALLOW_CREDENTIALS = True
CORS_PREFLIGHT_MAX_AGE = 12 * 60 * 60
CORS_ALLOW_HEADERS = [
    "accept",
    "authorization",
    "content-type",
    "idempotency-key",
    "if-match",
    "if-none-match",
    "x-cart-token",
    "x-csrftoken",
    "x-request-id",
]
CORS_EXPOSE_HEADERS = [
    "Content-Length",
    "ETag",
    "Idempotent-Replayed",
    "RateLimit-Limit",
    "RateLimit-Remaining",
    "RateLimit-Reset",
    "Retry-After",
    "X-Cart-Token",
    "X-Process-Time",
    "X-Request-ID",
]
RATE_LIMITS = {
    "login": env.str("RATE_LIMIT_LOGIN", "10/minute"),
    "register": env.str("RATE_LIMIT_REGISTER", "20/minute"),
    "refresh": env.str("RATE_LIMIT_REFRESH", "60/minute"),
    "guest_cart": env.str("RATE_LIMIT_GUEST_CART", "30/minute"),
    "promotion_code": env.str("RATE_LIMIT_PROMOTION_CODE", "20/minute"),
    "order_lookup": env.str("RATE_LIMIT_ORDER_LOOKUP", "10/minute"),
    "order_link": env.str("RATE_LIMIT_ORDER_LINK", "5/hour"),
}
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", 0)
"""How many proxies of ours each request passes: whose entry in X-Forwarded-For is believed."""

CUSTOMERS_PAST = "orders.queries.customers_past"
"""Who tells prices, which are below orders, what a customer has bought and used before."""

IDEMPOTENCY_KEPT = timedelta(days=7)
IDEMPOTENCY_LEASE = timedelta(seconds=env.int("IDEMPOTENCY_LEASE_SECONDS", 60))
"""How long a request that asks somebody outside is left alone, before another one with its key takes
it for dead and goes on in its place: longer than all of its calls may take."""

METRICS_NETWORKS = env.list("METRICS_NETWORKS", default=["127.0.0.0/8", "::1/128"])
"""Who may read /metrics."""

# Pages and files

STATIC_URL = "/static/"
STATIC_ROOT = Path(env.str("STATIC_ROOT", str(VAR_DIR / "static")))
MEDIA_URL = "/media/"
MEDIA_ROOT = Path(env.str("MEDIA_ROOT", str(VAR_DIR / "media")))
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = True
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "object-src": ["'none'"],
        "base-uri": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    },
}
RELAXED_CONTENT_SECURITY = {
    "/admin/": {
        "script-src": ["'self'", "'unsafe-eval'", "'unsafe-inline'"],
        "style-src": ["'self'", "'unsafe-inline'"],
    },
    "/docs": {"style-src": ["'self'", "'unsafe-inline'"]},
}
"""By path prefix: Unfold's Alpine evaluates, Swagger UI styles inline."""
if STRIPE_PUBLISHABLE_KEY:
    RELAXED_CONTENT_SECURITY |= {"/checkout": STRIPE_SOURCES, "/orders": STRIPE_SOURCES}
LANGUAGE_CODE = "en-gb"
TIME_ZONE = "Europe/London"
"""Of pages; the API speaks UTC."""
USE_TZ = True
UNFOLD = {
    "SITE_TITLE": "Mercat",
    "SITE_HEADER": "Mercat",
    "SITE_SUBHEADER": "Back office",
    "SITE_SYMBOL": "storefront",
    "LOGIN": {"form": "accounts.forms.BackOfficeSignIn"},
}

# The shop

SHOP_CURRENCY = env.str("SHOP_CURRENCY", "GBP")
WALLET_PROVIDERS = {
    "bank": {
        "label": "Bank transfer",
        "currencies": ("GBP", "EUR", "USD", "JPY", "BHD"),
        "instructions": "Pay to Mercat, IBAN GB33 BUKB 2020 1555 5555 55.",
    },
}
"""By what ways money comes into wallets and goes out, once finance has confirmed it."""
CART_MAX_QUANTITY = env.int("CART_MAX_QUANTITY", 99)
GUEST_CART_KEPT = timedelta(days=30)
"""How long a guest's cart is found again after its last change."""
CART_ABANDONED_AFTER = timedelta(hours=env.int("CART_ABANDONED_AFTER_HOURS", 24))
DEFAULT_COMMISSION_RATE = env.int("DEFAULT_COMMISSION_RATE", 1000)
"""Hundredths of a per cent of what a seller sells."""

REPORTS_ENGINE = env.str("REPORTS_ENGINE", "database")
"""Who adds facts up: ``database``, or ``duckdb`` over their export."""
REPORTS_EXPORT = Path(env.str("REPORTS_EXPORT", str(VAR_DIR / "facts")))
"""Where ``export_facts`` puts the facts."""

TALLIES_WRITTEN_EVERY = timedelta(seconds=30)
"""How long a process without Redis adds up views and the like before it writes them down."""

LEDGER_TWO_PERSON_LIMIT = env.int("LEDGER_TWO_PERSON_LIMIT", 100_000)
"""Minor units, of any currency. Whoever would reverse a transaction of more asks a second person."""

# The ledger's seals

LEDGER_SEAL_KEY = env.str("LEDGER_SEAL_KEY", "") or local_secret("seal_key", 32)
LEDGER_SEAL_PUBLIC_KEYS = env.list("LEDGER_SEAL_PUBLIC_KEYS", default=[])
LEDGER_ANCHOR: Path | None = Path(env.str("LEDGER_ANCHOR", "") or VAR_DIR / "anchor.jsonl")
"""Where each new seal's head is appended; None for nowhere."""
LEDGER_CHECKS = [
    "orders.verification.ESCROWS",
    "orders.verification.FULL_ESCROWS",
    "orders.verification.REFUNDS_DUE",
]
"""What ``check_ledger`` proves besides the ledger's own invariants."""

DEMO_ALLOWED = True
"""The demo's sign-ins have a public password."""

EVENT_CONSUMERS = {
    "order.paid": ["catalog.services.count_sales", "analytics.services.count_orders"],
    "order.placed": ["orders.mail.confirm"],
    "order.cancelled": ["orders.mail.tell_of_cancellation", "orders.services.settle_order"],
    "order.refunded": [
        "orders.mail.tell_of_refund",
        "orders.services.repay_order",
        "analytics.services.count_orders",
    ],
    "order.link_requested": ["orders.mail.send_link"],
    "payment.unclaimed": ["orders.services.repay_order"],
    "picture.added": ["catalog.services.make_thumbnail"],
    "report.built": ["analytics.mail.send_report"],
}

SHELVES = {
    "home": ["analytics.shelves.for_you", "analytics.shelves.buy_again"],
    "product": ["analytics.shelves.also_bought"],
}
"""What stands on the catalogue's pages besides its own; see ``catalog.shelves``."""

RECOMMENDATIONS = {"control": "blend-1", "candidate": "ease-1"}
"""Which of ``analytics.recommendations.catalogue.VERSIONS`` each line shows."""

# Mail: written to files unless EMAIL_URL names a server.

EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = str(VAR_DIR / "mail")
if EMAIL_URL := env.str("EMAIL_URL", ""):
    vars().update(env.email_url_config(EMAIL_URL))
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", "Mercat <orders@localhost>")
SITE_URL = env.str("SITE_URL", "http://127.0.0.1:8000").rstrip("/")
"""Where links in mails lead."""

# Logs

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"request_id": {"()": "core.middleware.RequestIdFilter"}},
    "formatters": {
        "line": {"format": "%(asctime)s %(levelname)s %(name)s [%(request_id)s] %(message)s"},
    },
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": "line",
            "filters": ["request_id"],
        },
    },
    # The filesystem has no host name, and kombu would say so at every start.
    # What the payment provider's client would say of each request holds secrets of the buyer's.
    "loggers": {"kombu.connection": {"level": "ERROR"}, "stripe": {"level": "WARNING"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", "INFO")},
}
