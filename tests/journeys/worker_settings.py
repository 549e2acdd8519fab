"""Settings of real workers and beats in tests: a queue of their own, wherever the broker is."""

import os

from config.settings import *  # noqa: F403  # Django's way to share settings
from config.settings.base import CACHES

CELERY_TASK_DEFAULT_QUEUE = os.environ["TEST_QUEUE"]
REDIS_PREFIX = os.environ["TEST_QUEUE"]
CACHES = {"default": CACHES["default"] | {"KEY_PREFIX": REDIS_PREFIX}}
if CELERY_BROKER_URL.startswith("redis"):  # noqa: F405  # of these settings
    CELERY_BROKER_TRANSPORT_OPTIONS = {"global_keyprefix": f"{REDIS_PREFIX}:"}
