"""Settings of the test suite: cheap passwords, no background worker, a server only if named."""

import os
from datetime import timedelta

from config.settings.base import *  # noqa: F403  # Django's way to share settings
from config.settings.base import CACHES, DATABASES, SIMPLE_JWT, SQLITE
from config.settings.environment import VAR_DIR

TALLIES_WRITTEN_EVERY = timedelta(days=1)
SECRET_KEY = "tests have nothing to hide, and need 64 characters to say it in full"  # noqa: S105
SIMPLE_JWT = SIMPLE_JWT | {"SIGNING_KEY": SECRET_KEY}
LEDGER_SEAL_KEY = "00" * 32
LEDGER_ANCHOR = None  # which tests that run beside each other would share
STRIPE_API_BASE = "http://127.0.0.1:1"  # nobody: tests ask a double, or name Stripe themselves
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
REDIS_PREFIX = f"test-{os.getpid()}"
CACHES = {"default": CACHES["default"] | {"KEY_PREFIX": REDIS_PREFIX}}
CELERY_TASK_ALWAYS_EAGER = True
CELERY_TASK_EAGER_PROPAGATES = True
WHITENOISE_AUTOREFRESH = True
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # In a file, because browser tests serve from other threads, each with a connection of its own.
    DATABASES["default"]["TEST"] = {"NAME": str(VAR_DIR / "test.sqlite3")}
    DATABASES["default"]["OPTIONS"] |= {
        "init_command": SQLITE["init_command"].replace("synchronous=FULL", "synchronous=OFF")
    }
else:
    # Threads of the browser tests' server must not hold on to a database that is to be dropped.
    DATABASES["default"]["CONN_MAX_AGE"] = 0
